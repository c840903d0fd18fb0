"""Make countries.json: every ISO 3166-1 entry and Kosovo, named in three languages, in one region.

Usage: python make_countries.py FOLDER

FOLDER holds the unpacked npm packages `cldr-core` and `cldr-localenames-full` (versions in
README.md). Standard library only; the portal never runs this script. The decisions are the tables
below.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en", "es")

REGIONS = {
    "R1": "US CA GL BM PM "
    "AG BS BB CU DM DO GD HT JM KN LC VC TT BZ GY SR "
    "AI AW BQ CW SX KY VG VI MS TC PR GP MQ BL MF GF",
    "R2": "AL AD AM AT AZ BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GE GR HR HU IE IS IT LI LT LU "
    "LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SK SM TR UA VA XK "
    "KZ KG TJ TM UZ AX FO GG GI IM JE SJ",
    "R3": "CN HK JP KP KR MN MO TW",
    "R4": "AR BO BR CL CO CR EC GT HN MX NI PA PE PY SV UY VE FK GS BV AQ",
    "R5": "AE BH DZ EG EH IL IQ IR JO KW LB LY MA OM PS QA SA SD SY TN YE",
    "R6": "AF BD BT IN LK MV NP PK",
    "R7": "BF BJ CD CF CG CI CM CV GA GH GM GN GQ GW LR ML MR NE NG SL SN ST TD TG SH",
    "R8": "AO BI BW DJ ER ET KE KM LS MG MU MW MZ NA RW SC SO SS SZ TZ UG ZA ZM ZW IO RE TF YT",
    "R9": "AU BN FJ FM ID KH KI LA MH MM MY NR NZ PG PH PW SB SG TH TL TO TV VN VU WS "
    "AS CC CK CX GU HM MP NC NF NU PF PN TK UM WF",
}

REGION_NOTE = (
    "Each country is in exactly one region, and the network can change it. Where geography "
    "leaves a choice, the intergovernmental groupings the country works in decide. Caribbean "
    "islands, whatever their language, and the CARICOM states of the mainland (Belize, "
    "Guyana, Suriname) are in R1, and French Guiana with its neighbours; Mexico and the rest "
    "of the mainland are in R4. Greenland is in R1 by geography. The states of the Council of "
    "Europe, with Türkiye and the South Caucasus, are in R2, as are Belarus, Russia and the "
    "five states of Central Asia, with which Europe shares the UN’s Economic Commission. Iran "
    "and Sudan are in R5, Mauritania in R7. The Democratic Republic of the Congo is in R7 "
    "(Central Africa); Angola, Burundi and Rwanda are in R8 (SADC, EAC), with Comoros, "
    "Djibouti and Somalia. Overseas territories are in the region where they lie, not in that "
    "of their state. Places without permanent inhabitants follow the nearest region by "
    "convention (Antarctica: R4)."
)

OBSERVERS = "PS VA"
NON_MEMBERS = "CK NU TW XK"
# Territory: the state that ISO 3166-1 or the UN names with it. None where there is no such state.
TERRITORIES = {
    "AU": "CC CX HM NF",
    "CN": "HK MO",
    "DK": "FO GL",
    "FI": "AX",
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
    "GB": "AI BM FK GG GI GS IM IO JE KY MS PN SH TC VG",
    "NL": "AW BQ CW SX",
    "NO": "BV SJ",
    "NZ": "TK",
    "US": "AS GU MP PR UM VI",
    None: "AQ EH",
}

STATUS_NOTE = (
    "193 member states of the United Nations; the Holy See and the State of Palestine are "
    "non-member observer states. ‘non_member’ marks places that take part in the network as "
    "countries of their own without membership of the UN: Cook Islands and Niue (states in "
    "free association with New Zealand and members of UN agencies), Kosovo (references to "
    "Kosovo are in the context of Security Council resolution 1244), Taiwan. ‘territory’ says "
    "with ‘of’ to which state ISO 3166-1 attaches it; the status of the Falkland Islands "
    "(Malvinas), Gibraltar, the Chagos Archipelago and Mayotte is disputed, Western Sahara is "
    "a non-self-governing territory on the UN’s list. Nothing here expresses an opinion on "
    "the legal status of any country or territory."
)

UNITED_NATIONS = "name in use at the United Nations"
OWN_NAME = "form the state has asked for at the United Nations, in all languages"
SHORT = "short form; the longer one reads as an administrative label"
WHOLE_ENTRY = "the ISO entry covers more than the place CLDR names"
NO_ABBREVIATION = "no abbreviation in running text"
BOTH_SHORES = "the form common to Spain and Latin America"

# One table for the whole network: what is used instead of CLDR's first name, and why.
OVERRIDES = {
    "BQ": (
        WHOLE_ENTRY,
        {
            "fr": "Bonaire, Saint-Eustache et Saba",
            "en": "Bonaire, Sint Eustatius and Saba",
            "es": "Bonaire, San Eustaquio y Saba",
        },
    ),
    "BY": (OWN_NAME, {"fr": "Bélarus", "es": "Belarús"}),
    "CD": (
        UNITED_NATIONS,
        {"fr": "République démocratique du Congo", "en": "Democratic Republic of the Congo"},
    ),
    "CG": (UNITED_NATIONS, {"fr": "Congo", "en": "Congo"}),
    "CV": (OWN_NAME, {"fr": "Cabo Verde", "en": "Cabo Verde"}),
    "FK": (
        "both names, as the United Nations prints them",
        {
            "fr": "Îles Falkland (Malvinas)",
            "en": "Falkland Islands (Malvinas)",
            "es": "Islas Malvinas (Falkland Islands)",
        },
    ),
    "FM": (
        "told apart from the wider region of the same name",
        {
            "fr": "Micronésie (États fédérés de)",
            "en": "Micronesia (Federated States of)",
            "es": "Micronesia (Estados Federados de)",
        },
    ),
    "GS": (UNITED_NATIONS, {"es": "Islas Georgias del Sur y Sandwich del Sur"}),
    "HK": (
        SHORT,
        {"fr": "Hong Kong (Chine)", "en": "Hong Kong, China", "es": "Hong Kong (China)"},
    ),
    "KP": (
        UNITED_NATIONS,
        {
            "fr": "République populaire démocratique de Corée",
            "en": "Democratic People’s Republic of Korea",
            "es": "República Popular Democrática de Corea",
        },
    ),
    "KR": (
        UNITED_NATIONS,
        {"fr": "République de Corée", "en": "Republic of Korea", "es": "República de Corea"},
    ),
    "MF": (
        "told apart from the Dutch part of the island",
        {
            "fr": "Saint-Martin (partie française)",
            "en": "Saint Martin (French part)",
            "es": "San Martín (parte francesa)",
        },
    ),
    "MM": (UNITED_NATIONS, {"fr": "Myanmar", "en": "Myanmar", "es": "Myanmar"}),
    "MO": (SHORT, {"fr": "Macao (Chine)", "en": "Macao, China", "es": "Macao (China)"}),
    "PS": (
        "the name of the observer state, in CLDR as its short form",
        {"fr": "Palestine", "en": "Palestine", "es": "Palestina"},
    ),
    "RO": (BOTH_SHORES, {"es": "Rumania"}),
    "SA": (BOTH_SHORES, {"es": "Arabia Saudita"}),
    "SH": (
        WHOLE_ENTRY,
        {
            "fr": "Sainte-Hélène, Ascension et Tristan da Cunha",
            "en": "Saint Helena, Ascension and Tristan da Cunha",
            "es": "Santa Elena, Ascensión y Tristán de Acuña",
        },
    ),
    "SV": ("the article belongs to the name", {"fr": "El Salvador"}),
    "SX": ("the name in use on the island", {"fr": "Sint Maarten"}),
    "TL": (OWN_NAME, {"fr": "Timor-Leste"}),
    "TR": (OWN_NAME, {"fr": "Türkiye", "es": "Türkiye"}),
    "UM": (
        NO_ABBREVIATION,
        {
            "en": "United States Minor Outlying Islands",
            "es": "Islas menores alejadas de los Estados Unidos",
        },
    ),
    "VA": (UNITED_NATIONS, {"fr": "Saint-Siège", "en": "Holy See", "es": "Santa Sede"}),
    "VI": (
        NO_ABBREVIATION,
        {
            "en": "United States Virgin Islands",
            "es": "Islas Vírgenes de los Estados Unidos",
        },
    ),
    "AX": (BOTH_SHORES, {"es": "Islas Åland"}),
}

NAME_NOTE = (
    "Names are CLDR’s (fr, en, es), except those listed under ‘overrides’. CLDR’s Spanish "
    "follows the Academies (Kenia, Malaui, Zimbabue, Côte d’Ivoire), which differs from its "
    "Latin American variant. In English names ‘&’ is written ‘and’ and ‘St.’ is written "
    "‘Saint’."
)


def cldr(folder):
    """Names by language and alpha-2 code, and CLDR’s table of the other codes by alpha-2 code."""
    names = {}
    for language in LANGUAGES:
        path = folder / "cldr-localenames-full" / "main" / language / "territories.json"
        main = json.loads(path.read_text("utf-8"))["main"][language]
        names[language] = main["localeDisplayNames"]["territories"]
    path = folder / "cldr-core" / "supplemental" / "codeMappings.json"
    return names, json.loads(path.read_text("utf-8"))["supplemental"]["codeMappings"]


def written_out(name, language):
    if language != "en":
        return name
    return name.replace(" & ", " and ").replace("St. ", "Saint ")


def status(code):
    if code in OBSERVERS.split():
        return {"un": "observer"}
    if code in NON_MEMBERS.split():
        return {"un": "non_member"}
    for state, codes in TERRITORIES.items():
        if code in codes.split():
            return {"un": "territory", "of": state}
    return {"un": "member"}


def main(folder):
    names, codes = cldr(folder)
    countries = []
    overrides = []
    for code, region in sorted((c, r) for r, cs in REGIONS.items() for c in cs.split()):
        chosen = {}
        for language in LANGUAGES:
            source = written_out(names[language][code], language)
            reason, replaced = OVERRIDES.get(code, ("", {}))
            chosen[language] = replaced.get(language, source)
            if language in replaced:
                overrides.append(
                    {
                        "code": code,
                        "language": language,
                        "cldr": names[language][code],
                        "used": replaced[language],
                        "reason": reason,
                    }
                )
        # Kosovo has no ISO code: XK and XKX are the user-assigned ones in general use.
        alpha3 = "XKX" if code == "XK" else codes[code]["_alpha3"]
        country = {"code": code, "alpha3": alpha3, "numeric": codes[code]["_numeric"]}
        countries.append({**country, "names": chosen, "region": region, **status(code)})
    data = {
        "source": "Unicode CLDR 48.2 (npm cldr-localenames-full and cldr-core 48.2.0)",
        "date": "2026-11-22",
        "licence": "Unicode-3.0, see LICENCE-CLDR.txt; regions and notes: the portal’s own",
        "note": {"names": NAME_NOTE, "regions": REGION_NOTE, "un": STATUS_NOTE},
    }
    # One entry a line: a change of region is a one-line diff.
    head = json.dumps(data, ensure_ascii=False, indent=1)[:-2]
    text = f'{head},\n "overrides": {rows(overrides)},\n "countries": {rows(countries)}\n}}\n'
    (HERE / "countries.json").write_text(text, "utf-8")


def rows(entries):
    return "[\n" + ",\n".join(json.dumps(e, ensure_ascii=False) for e in entries) + "\n]"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
