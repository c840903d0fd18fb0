"""Make country_variants.json: what else people write when they mean a country.

Usage: python make_country_variants.py FOLDER

FOLDER holds the unpacked npm package `cldr-localenames-full` (version in README.md): its
alternative, regional and older names in French, English and Spanish. What CLDR does not have is
written in the table below. Standard library only; the portal never runs this script.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en", "es")

# Former, long, spoken and inverted names; the order of words, capitals, accents and little words
# (the, of, de, la) do not count and need no entry.
WRITTEN = {
    "AE": "UAE, EAU, Emirats, Emirates, Emiratos",
    "AR": "República Argentina, Argentine Republic, République argentine",
    "AT": "Republic of Austria, République d’Autriche",
    "AU": "Commonwealth of Australia",
    "BA": "Bosnie, Bosnia, BiH, Bosnie et Herzégovine, Bosnia i Hercegovina",
    "BD": "People’s Republic of Bangladesh, République populaire du Bangladesh",
    "BE": "Belgique-België, Belgie, Royaume de Belgique, Kingdom of Belgium",
    "BF": "Burkina, Haute-Volta, Upper Volta",
    "BJ": "République du Bénin, Republic of Benin, Dahomey",
    "BN": "Brunei, Brunéi Darussalam",
    "BO": "Bolivia (Plurinational State of), Bolivie (État plurinational de), "
    "Bolivia (Estado Plurinacional de)",
    "BR": "Brasil, República Federativa do Brasil, Federative Republic of Brazil",
    "BY": "Biélorussie, Byelorussia, Bielorrusia, White Russia",
    "CA": "Canadá",
    "CD": "RDC, DRC, RD Congo, DR Congo, R.D. Congo, D.R. Congo, Congo-Kinshasa, Congo Kinshasa, "
    "Zaïre, Zaire, Congo (Kinshasa), Congo démocratique, Democratic Rep. of the Congo, "
    "Rép. dém. du Congo, Congo RD",
    "CF": "RCA, CAR, Centrafrique, Central African Rep., Rép. centrafricaine",
    "CG": "Congo-Brazzaville, Congo Brazzaville, Congo (Brazzaville), Republic of the Congo, "
    "Rép. du Congo, Congo (République du)",
    "CH": "Confédération suisse, Swiss Confederation, Confederación Suiza, Schweiz, Svizzera",
    "CI": "Ivory Coast, Cote d Ivoire, Cote dIvoire, RCI, Costa de Marfil, Côte-d’Ivoire",
    "CL": "República de Chile",
    "CM": "Cameroon (Republic of), République du Cameroun, Kamerun",
    "CN": "RPC, PRC, République populaire de Chine, People’s Republic of China, "
    "República Popular China, Mainland China",
    "CO": "República de Colombia, Columbia",
    "CV": "Cap-Vert, Cap Vert, Cape Verde, Iles du Cap Vert, Îles du Cap-Vert",
    "CZ": "Tchéquie, Czechia, Chequia, Rép. tchèque, Czech Rep., Ceska republika",
    "DE": "RFA, FRG, République fédérale d’Allemagne, Federal Republic of Germany, "
    "República Federal de Alemania, Deutschland, BRD",
    "DO": "Dominican Rep., Rép. dominicaine, Rep. Dominicana, Saint-Domingue",
    "EG": "République arabe d’Égypte, Arab Republic of Egypt",
    "ES": "España, Reino de España, Kingdom of Spain, Royaume d’Espagne",
    "ET": "Abyssinie, Federal Democratic Republic of Ethiopia",
    "FI": "Suomi, Republic of Finland",
    "FJ": "Fidji, Îles Fidji, Fiji Islands, Fiyi",
    "FK": "Malvinas, Falklands",
    "FM": "Micronésie, Micronesia",
    "FR": "République française, French Republic, República Francesa",
    "GB": "UK, U.K., RU, R.-U., Grande-Bretagne, Great Britain, Gran Bretaña, Angleterre, England, "
    "Inglaterra, Écosse, Scotland, Escocia, Pays de Galles, Wales, Gales, "
    "United Kingdom of Great Britain and Northern Ireland, "
    "Royaume-Uni de Grande-Bretagne et d’Irlande du Nord, "
    "Reino Unido de Gran Bretaña e Irlanda del Norte, Northern Ireland, Irlande du Nord",
    "GM": "Gambia, The Gambia, Republic of the Gambia",
    "GN": "Guinée-Conakry, Guinée Conakry, Guinea-Conakry, République de Guinée",
    "GQ": "Eq. Guinea",
    "GR": "République hellénique, Hellenic Republic, Hellas",
    "GW": "Guinée Bissau, Guinea Bissau, Guiné-Bissau",
    "HK": "Hong Kong, Hong-Kong, Hong Kong SAR",
    "HT": "République d’Haïti, Republic of Haiti, Ayiti",
    "HU": "République de Hongrie",
    "ID": "Republic of Indonesia, République d’Indonésie",
    "IE": "Eire, Republic of Ireland, République d’Irlande, República de Irlanda",
    "IN": "Republic of India, Bharat, Inde (République de l’)",
    "IR": "Islamic Republic of Iran, République islamique d’Iran, República Islámica del Irán, "
    "Perse",
    "IT": "Italia, Repubblica italiana",
    "JP": "Nippon",
    "KG": "Kirghizstan, Kirghizie, Kyrgyz Republic, République kirghize",
    "KM": "Union des Comores, Union of the Comoros",
    "KN": "Saint-Kitts-et-Nevis, St Kitts and Nevis, Saint Christopher and Nevis",
    "KP": "Corée du Nord, North Korea, Corea del Norte, RPDC, DPRK, "
    "Korea (Democratic People’s Republic of)",
    "KR": "Corée du Sud, South Korea, Corea del Sur, Corée, Korea, Corea, ROK, Korea (South)",
    "LA": "Laos, Lao PDR, RDP lao, Lao People’s Democratic Republic, "
    "République démocratique populaire lao, República Democrática Popular Lao",
    "LC": "St Lucia, Sainte Lucie",
    "LK": "Ceylan, Ceylon, Ceilán",
    "LR": "Libéria",
    "LY": "Libyan Arab Jamahiriya, Jamahiriya arabe libyenne, State of Libya",
    "MD": "Republic of Moldova, République de Moldova, Moldova, República de Moldova",
    "MG": "République de Madagascar",
    "MK": "Macédoine, Macedonia, ARYM, FYROM, ex-République yougoslave de Macédoine, "
    "the former Yugoslav Republic of Macedonia, République de Macédoine du Nord, "
    "Republic of North Macedonia",
    "MM": "Birmanie, Burma, Birmania",
    "MO": "Macao, Macau",
    "MR": "République islamique de Mauritanie",
    "MU": "Île Maurice, Ile Maurice, Mauritius Island",
    "MX": "Méjico, Estados Unidos Mexicanos, United Mexican States",
    "NL": "Hollande, Holland, Holanda, The Netherlands, Nederland",
    "NP": "Federal Democratic Republic of Nepal",
    "NZ": "Aotearoa, N. Zealand",
    "PG": "PNG, Papouasie Nouvelle Guinée, Papouasie",
    "PH": "Filipinas, The Philippines, Republic of the Philippines",
    "PK": "Islamic Republic of Pakistan",
    "PL": "Polska, Republic of Poland",
    "PS": "Territoire palestinien occupé, Occupied Palestinian Territory, "
    "Territorio Palestino Ocupado, Territoires palestiniens, Palestinian Territories, "
    "Territorios Palestinos, State of Palestine, État de Palestine, Estado de Palestina, "
    "Cisjordanie et Gaza, West Bank and Gaza",
    "PT": "República Portuguesa, Portuguese Republic",
    "RE": "Île de la Réunion",
    "RU": "Fédération de Russie, Russian Federation, Federación de Rusia, URSS, USSR",
    "RW": "République du Rwanda",
    "SA": "KSA, Royaume d’Arabie saoudite, Kingdom of Saudi Arabia",
    "SK": "République slovaque, Slovak Republic, República Eslovaca",
    "SN": "République du Sénégal",
    "ST": "Sao Tomé et Principe, Sao Tome, Santo Tomé",
    "SV": "Salvador, Le Salvador",
    "SY": "République arabe syrienne, Syrian Arab Republic, República Árabe Siria",
    "SZ": "Swaziland, Suazilandia, Royaume d’Eswatini, Kingdom of Eswatini, eSwatini, Swazilandia",
    "TD": "Chad, République du Tchad",
    "TG": "République togolaise, Togolese Republic",
    "TL": "Timor oriental, East Timor, Timor Est, Timor Leste",
    "TN": "République tunisienne",
    "TR": "Turquie, Turkey, Turquía, Turkiye, Republic of Turkey, République de Turquie",
    "TT": "Trinité-et-Tobago, Trinidad",
    "TW": "Taïwan, Chinese Taipei, Taipei chinois, Taiwan (Province of China), Formose, "
    "Taïwan (province de Chine)",
    "TZ": "United Republic of Tanzania, République-Unie de Tanzanie, Tanganyika, "
    "República Unida de Tanzanía",
    "US": "USA, U.S.A., U.S., US, EUA, EE. UU., EE.UU., EEUU, É.-U., États-Unis d’Amérique, "
    "United States of America, Estados Unidos de América, America, Etats Unis, "
    "The United States, Estados Unidos de Norteamérica",
    "VA": "Vatican, Vaticano, Cité du Vatican, Vatican City, Ciudad del Vaticano",
    "VC": "St Vincent and the Grenadines, Saint-Vincent",
    "VE": "Venezuela (Bolivarian Republic of), Venezuela (République bolivarienne du), "
    "Venezuela (República Bolivariana de)",
    "VN": "Viêt Nam, Viet Nam, Vietnam, République socialiste du Viet Nam",
    "XK": "Kosovë, Republic of Kosovo",
    "ZA": "RSA, Republic of South Africa, République sud-africaine, Afrique du Sud (République d’)",
    "ZM": "Rhodésie du Nord",
    "ZW": "Rhodésie, Rhodesia",
}


def cldr(folder: Path, codes: set[str]) -> dict[str, set[str]]:
    """Every name of a country in any French, English or Spanish locale."""
    found = {code: set() for code in codes}
    for path in sorted((folder / "cldr-localenames-full" / "main").iterdir()):
        language, _dash, rest = path.name.partition("-")
        if language not in LANGUAGES or len(rest) == 4:  # other scripts
            continue
        main = json.loads((path / "territories.json").read_text("utf-8"))["main"][path.name]
        for key, name in main["localeDisplayNames"]["territories"].items():
            if (code := key.partition("-alt-")[0]) in found:
                found[code].add(name.replace("\u2011", "-"))
    return found


def main(folder: Path):
    countries = json.loads((HERE / "countries.json").read_text("utf-8"))["countries"]
    used = {country["code"]: set(country["names"].values()) for country in countries}
    found = cldr(folder, set(used))
    rows = []
    for code in sorted(found):
        written = [name.strip() for name in WRITTEN.get(code, "").split(", ") if name.strip()]
        names = sorted((found[code] | set(written)) - used[code])
        if names:
            rows.append(f'  "{code}": {json.dumps(names, ensure_ascii=False)}')
    data = {
        "source": "Unicode CLDR 48.2 (npm cldr-localenames-full 48.2.0) and a table of the portal",
        "date": "2026-11-22",
        "licence": "Unicode-3.0, see LICENCE-CLDR.txt; the table: the portal’s own",
    }
    head = json.dumps(data, ensure_ascii=False, indent=1)[:-2]
    body = ",\n".join(rows)
    (HERE / "country_variants.json").write_text(
        f'{head},\n "variants": {{\n{body}\n }}\n}}\n', "utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
