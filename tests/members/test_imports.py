"""Files are understood as people write them, and each refusal says what to do."""

import datetime
import io

import pytest
from django.core.exceptions import ValidationError

from members.imports.columns import COLUMNS, HEADERS
from members.imports.wording import WORDINGS, wording
from members.models import Derogation, Organisation
from portal.lib.sheets.writing import Sheet, written
from tests.factories import (
    create_category,
    create_contact,
    create_country,
    create_executive,
    create_membership,
    create_organisation,
    create_region,
    create_secretary,
)
from tests.members.spreadsheets import changes, checked, refusals, repair, requested, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary():
    for code in "ABC":
        create_category(code)
    create_country("KE", alpha3="KEN", name_fr="Kenya", name_en="Kenya", name_es="Kenia")
    create_country("CI", alpha3="CIV", name_fr="Côte d’Ivoire", name_en="Côte d’Ivoire",
                   name_es="Côte d’Ivoire")  # fmt: skip
    return create_secretary()


def test_nothing_but_staging_rows_is_written_before_the_confirmation(secretary):
    batch = checked("Nom,Catégorie,Pays\nConseil,C,Kenya\n", by=secretary)
    assert batch.created == 1
    assert not Organisation.objects.exists()


# -- How a file is written -------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le",
                                      "utf-16-be"])  # fmt: skip
def test_delimiter_and_encoding_are_found_out(secretary, delimiter, encoding):
    name = "Fédération « Été », aînés; œuvre"
    lines = [["Nom", "Catégorie", "Pays"], [name, "C", "Côte d’Ivoire"]]
    lines = [[f'"{cell}"' for cell in line] for line in lines]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    mark = "\ufeff" if encoding.endswith(("le", "be")) else ""
    batch = checked((mark + text).encode(encoding), by=secretary)
    assert changes(batch)["name_fr"] == ("", name)
    assert batch.layout["delimiter"] == delimiter


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised_without_its_mark(secretary, encoding):
    batch = checked("Name,Category,Country\nCouncil,C,KE\n".encode(encoding), by=secretary)
    assert (batch.created, batch.layout["encoding"]) == (1, encoding)


@pytest.mark.parametrize(
    "header",
    [
        "Nom (français);Catégorie;Pays",
        "nom (francais);CATEGORIE;pays",
        "Name (French);Category;Country",
        "Nombre (francés);Categoría;País",
        "Nombre (frances);Category;PAYS",
        "name_fr;category;country",
    ],
)
def test_headers_are_known_in_three_languages_and_mixed(secretary, header):
    batch = checked(f"{header}\nConseil;C;KE\n", by=secretary)
    assert changes(batch)["name_fr"] == ("", "Conseil")
    assert changes(batch)["country"] == ("", "KE")


def test_a_title_may_stand_above_the_headers(secretary):
    batch = checked("Our members 2026\n\nName,Category,Country\nCouncil,C,KE\n", by=secretary)
    assert (batch.layout["header_line"], row(batch, 4).outcome) == (3, "created")


def test_a_name_without_its_language_is_in_the_language_of_the_headers(secretary):
    batch = checked("Nombre,Categoría,País\nConsejo,C,KE\n", by=secretary)
    assert changes(batch)["name_es"] == ("", "Consejo")
    assert changes(batch)["original_language"] == ("", "es")


def test_columns_that_are_not_understood_are_told(secretary, client):
    batch = checked("Name,Category,Country,Shoe size\nCouncil,C,KE,42\n", by=secretary)
    client.force_login(secretary)
    assert b"Shoe size" in client.get(f"/en/secretariat/imports/{batch.pk}/").content


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_spreadsheets_with_real_dates_and_numbers(secretary, kind):
    rows = [
        ["Name", "Category", "Country", "Founded in", "Membership: from", "Membership: until"],
        ["Council", "C", "KE", 1987, datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)],
    ]
    data = b"".join(written(kind, [Sheet("Members", rows)]))
    batch = checked(data, by=secretary, name=f"members.{kind}")
    assert batch.layout["kind"] == kind
    assert changes(batch)["founded"] == ("", 1987)
    assert changes(batch)["starts_on"] == ("", "2026-01-01")


@pytest.mark.parametrize(
    "data, code",
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"a,b\n1,2\n", "no_header"),
        (b"Category,Country\nC,KE\n", "no_header"),
        (b"Name,Nom,Category\na,b,C\n", "column_twice"),
        (b"%PDF-1.7 \n", "unknown_type"),
        (b"PK\x03\x04 no archive", "damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_once(secretary, data, code):
    with pytest.raises(ValidationError) as refused:
        requested(data, by=secretary)
    assert refused.value.code == code


# -- What a cell says ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written_as",
    ["KE", "ken", "Kenia", " kenya ", "KENYA"],
)
def test_countries_by_code_and_name(secretary, written_as):
    batch = checked(f"Name,Category,Country\nCouncil,C,{written_as}\n", by=secretary)
    assert changes(batch)["country"] == ("", "KE")
    assert row(batch).notes == []


def test_a_variant_of_a_country_is_understood_and_said(secretary):
    batch = checked("Name,Category,Country\nCouncil,C,Ivory Coast\n", by=secretary)
    assert changes(batch)["country"] == ("", "CI")
    assert row(batch).notes == [["country", "Ivory Coast", "CI"]]


@pytest.mark.parametrize(
    "text, day",
    [
        ("2026-01-31", "2026-01-31"),
        ("31/01/2026", "2026-01-31"),
        ("31.1.2026", "2026-01-31"),
        ("31-01-2026", "2026-01-31"),
        ("2026-01-31 00:00:00", "2026-01-31"),
        ("46053", "2026-01-31"),
        ("31 janvier 2026", "2026-01-31"),
        ("1er février 2026", "2026-02-01"),
        ("January 31, 2026", "2026-01-31"),
        ("31 de enero de 2026", "2026-01-31"),
    ],
)
def test_dates_as_people_write_them(secretary, text, day):
    batch = checked(
        f'Name;Category;Country;Membership: from;Membership: until\nA;C;KE;"{text}";2026-12-31\n',
        by=secretary,
    )
    assert changes(batch)["starts_on"] == ("", day)


@pytest.mark.parametrize(
    "text, code, proposal",
    [
        ("31/02/2026", "date_impossible", "2026-02-28"),
        ("01/31/2026", "date_order", "2026-01-31"),
        ("1/2/26", "date_short", "2026-02-01"),
        ("2026", "date_format", "2026-01-01"),
        ("soon", "date_format", "2026-01-31"),
        ("2026-13-01", "date_impossible", "2026-01-31"),
    ],
)
def test_impossible_dates_are_refused_with_a_repair(secretary, text, code, proposal):
    batch = checked(
        f"Name;Category;Country;Membership: from;Membership: until\nA;C;KE;{text};2026-12-31\n",
        by=secretary,
    )
    assert refusals(batch) == [(2, "starts_on", text, code)]
    assert proposal in repair(batch)


@pytest.mark.parametrize(
    "column, text, code, advice",
    [
        ("E-mail", "council at example.org", "mail", "name@domain.org"),
        ("E-mail", "Council <council@example.org>", "mail", "council@example.org"),
        ("E-mail", "council@ example,org", "mail", "council@example.org"),
        ("Web site", "not a site", "website", "https://"),
        ("Founded in", "2200", "year", "four digits"),
        ("Status", "happy", "unknown_choice", "active"),
        ("Discreet member", "perhaps", "not_yes_no", "yes or no"),
        ("Regions of activity", "Atlantis", "unknown_choice", "R8"),
        ("Acronym", "X" * 31, "too_long", "Shorten"),
        ("Acronym", "=1+1", "formula", "value itself"),
        ("Acronym", "@SUM(A1)", "formula", "'@SUM(A1)"),
        ("Acronym", "-cmd", "formula", "'-cmd"),
        ("Acronym", "+cmd|' /C calc'!A0", "formula", "'+cmd"),
        ("Acronym", "a\x07b", "control", "a b"),
        ("Contact 1: e-mail", "x@", "mail", "name@domain.org"),
        ("Contact 1: name", "Awa", "contact_mail", "other cells"),
        ("Membership: from", "2026-01-01", "period_half", "both"),
        ("Membership number", "M/1", "number_alone", "both"),
        ("Identifier", "nobody", "unknown_identifier", "export"),
    ],
)
def test_each_refusal_names_line_field_value_and_repair(secretary, column, text, code, advice):
    create_region("R8")
    batch = checked(f'Name;Category;Country;{column}\nA;C;KE;"{text}"\n', by=secretary)
    [(line, _field, value, found)] = refusals(batch)
    assert (line, found) == (2, code)
    assert advice in repair(batch)
    if code not in ("contact_mail", "period_half", "control"):
        assert value == text


def test_a_telephone_number_is_no_formula(secretary):
    batch = checked("Name;Category;Country;Acronym\nA;C;KE;+41 22 12\n", by=secretary)
    assert changes(batch)["acronym"] == ("", "+41 22 12")


def test_a_real_formula_is_refused(secretary):
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
        '<row r="2"><c r="A2" t="str"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'
    )
    batch = checked(with_sheet(sheet), by=secretary, name="a.xlsx")
    assert (2, "name", "=1+1", "formula") in refusals(batch)


def with_sheet(xml: str) -> bytes:
    """An XLSX file whose first sheet is this text."""
    import zipfile  # noqa: PLC0415

    data = io.BytesIO(b"".join(written("xlsx", [Sheet("S", [["x"]])])))
    with zipfile.ZipFile(data) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in parts.items():
            new.writestr(name, xml if name.endswith("sheet1.xml") else content)
    return out.getvalue()


@pytest.mark.parametrize(
    "text, code, advice",
    [("Kenja", "unknown_country", "Kenya"), ("Atlantis", "unknown_country", "ISO code")],
)
def test_unknown_countries(secretary, text, code, advice):
    batch = checked(f"Name;Category;Country\nA;C;{text}\n", by=secretary)
    assert refusals(batch) == [(2, "country", text, code)]
    assert advice in repair(batch)


def test_unknown_category_and_missing_ones(secretary):
    batch = checked("Name;Category;Country\nA;Z;KE\nB;;KE\n;C;KE\nD;C;\n", by=secretary)
    assert refusals(batch) == [
        (2, "category", "Z", "unknown_category"),
        (3, "category", "", "required"),
        (4, "name", "", "no_name"),
        (5, "country", "", "country_needed"),
    ]
    assert "A, B, C" in repair(batch, 2)


def test_every_refusal_has_its_words_in_full():
    params = {name: 1 for name in (
        "length", "limit", "candidates", "choices", "until", "other", "line", "number", "country",
        "category", "holder", "name", "reasons", "identifier", "regions")}  # fmt: skip
    params |= {"before": "active", "after": "lapsed", "reasons": ["name"]}
    for code in WORDINGS:
        problem, advice = wording(code, params)
        assert problem and advice and "%(" not in problem + advice


def test_no_header_means_two_columns():
    titles = {}
    for column in COLUMNS:
        for language, title in column.titles.items():
            assert titles.setdefault((language, title), column.key) == column.key
    assert "" not in HEADERS


# -- Compared with the records ---------------------------------------------------------------------


def test_old_and_new_of_each_cell(secretary):
    organisation = create_organisation(name="Lake council", email="old@example.org")
    batch = checked(
        f"Identifier,E-mail,Acronym\n{organisation.slug},new@example.org,\n", by=secretary
    )
    assert batch.updated == 1
    assert changes(batch) == {"email": ("old@example.org", "new@example.org")}


def test_an_organisation_is_found_by_its_name_and_country(secretary):
    organisation = create_organisation(name="Lake council")
    batch = checked("Name,Country,Acronym\nLAKE council (Example),KE,LC\n", by=secretary)
    assert row(batch).organisation == organisation
    assert changes(batch) == {"acronym": ("", "LC")}


def test_an_empty_cell_changes_nothing_and_a_word_empties(secretary):
    organisation = create_organisation(acronym="LC", website="https://lake.example.org")
    batch = checked(f"Identifier,Acronym,Web site\n{organisation.slug},(vide),\n", by=secretary)
    assert changes(batch) == {"acronym": ("LC", "")}


def test_what_cannot_be_empty_is_not_emptied(secretary):
    organisation = create_organisation()
    batch = checked(
        f"Identifier,Category,Name (French)\n{organisation.slug},(empty),(empty)\n", by=secretary
    )
    assert [(field, code) for _l, field, _v, code in refusals(batch)] == [
        ("category", "not_empty"),
        ("original_language", "no_original"),
    ]


def test_probable_duplicates_are_pointed_out(secretary):
    known = create_organisation(name="Council of the lakes", website="https://lakes.test")
    batch = checked(
        "Name,Category,Country,Web site\n"
        "Lakes council (exemple),C,KE,\nOther,C,CI,www.lakes.test\n",
        by=secretary,
    )
    assert [(line, code) for line, _f, _v, code in refusals(batch)] == [
        (2, "probable_duplicate"),
        (3, "probable_duplicate"),
    ]
    assert known.slug in repair(batch)


def test_a_duplicate_can_be_declared_none(secretary):
    create_organisation(name="Lake council", website="https://lakes.test")
    batch = checked(
        "Name,Category,Country,Web site,Not a duplicate\nOther,C,CI,lakes.test,yes\n", by=secretary
    )
    assert batch.created == 1


def test_duplicates_within_the_file(secretary):
    batch = checked(
        "Name,Category,Country,Web site\nOne,C,KE,lakes.test\nTwo,C,CI,lakes.test\n"
        "One,C,KE,hills.test\n",
        by=secretary,
    )
    assert refusals(batch) == [
        (3, "name", "Two", "probable_duplicate_line"),
        (4, "name", "One", "same_line"),
    ]


def test_further_lines_of_an_organisation_add_people_and_periods(secretary):
    batch = checked(
        "Name,Category,Country,Membership: from,Membership: until,Contact 1: name,"
        "Contact 1: e-mail\n"
        "One,C,KE,2026-01-01,2026-12-31,Awa,awa@example.org\n"
        "One,,,2025-01-01,2025-12-31,Ben,ben@example.org\n"
        "One,,,2025-06-01,2026-06-30,,\n",
        by=secretary,
    )
    assert (batch.created, batch.updated) == (1, 1)
    assert row(batch, 3).leader == 2
    assert refusals(batch) == [(4, "starts_on", "2025-06-01", "overlap_line")]


def test_a_second_national_organisation_is_refused_by_name(secretary):
    holder = create_organisation(name="Seat", category="A")
    batch = checked(
        "Name,Category,Country,Status\nNew,A,KE,active\nElsewhere,A,CI,active\nThird,A,CI,active\n",
        by=secretary,
    )
    assert refusals(batch) == [
        (2, "category", "A", "seat_taken"),
        (4, "category", "A", "seat_taken_line"),
    ]
    assert row(batch, 2).problems[0][3]["holder"] == holder.name_fr


def test_each_category_with_one_in_a_country_has_a_seat_of_its_own(secretary):
    create_category("D", unique_per_country=True)
    create_organisation(category="A")
    batch = checked(
        "Name,Category,Country,Status\nYouth,D,KE,active\nLake,A,CI,active\nYoung,D,CI,active\n"
        "Other,D,KE,active\n",
        by=secretary,
    )
    assert refusals(batch) == [(5, "category", "D", "seat_taken_line")]


def test_a_derogation_lets_a_second_one_be_active(secretary):
    create_organisation(category="A")
    second = create_organisation(category="A", status="applicant")
    Derogation.objects.create(
        organisation=second, country=second.country, reason="Two", granted_by=secretary
    )
    batch = checked(f"Identifier,Status\n{second.slug},active\n", by=secretary)
    assert batch.updated == 1


def test_a_discreet_holder_is_named_to_the_secretariat_alone(secretary):
    create_organisation(name="Hidden", category="A", discreet=True)
    second = create_organisation(category="C")
    text = f"Identifier,Category,Status\n{second.slug},A,active\n"
    assert "Hidden" in str(row(checked(text, by=secretary)).problems)
    batch = checked(text, by=create_executive())
    assert "seat_taken_silent" in str(row(batch).problems)
    assert "Hidden" not in str(row(batch).problems)


def test_periods_are_added_and_never_overwritten(secretary):
    organisation = create_organisation()
    create_membership(organisation, year=2025, number="M/2025/007")
    head = "Identifier,Membership: from,Membership: until,Membership number\n"
    same = checked(f"{head}{organisation.slug},2025-01-01,2025-12-31,M/2025/007\n", by=secretary)
    assert same.unchanged == 1
    for line, code in (
        ("2025-01-01,2025-06-30,", "period_other_end"),
        ("2025-06-01,2026-05-31,", "overlap"),
        ("2026-12-31,2026-01-01,", "backwards"),
        ("2025-01-01,2025-12-31,M/2025/008", "number_other"),
        ("2026-01-01,2026-12-31,M/2025/007", "number_taken"),
    ):
        batch = checked(f"{head}{organisation.slug},{line}\n", by=secretary)
        assert [found[3] for found in refusals(batch)] == [code]


def test_a_number_is_given_once_in_a_file(secretary):
    batch = checked(
        "Name,Category,Country,Membership: from,Membership: until,Membership number\n"
        "One,C,KE,2026-01-01,2026-12-31,M/1\nTwo,C,KE,2026-01-01,2026-12-31,M/1\n",
        by=secretary,
    )
    assert refusals(batch) == [(3, "number", "M/1", "number_taken")]


def test_a_period_decides_the_status_of_a_new_organisation(secretary):
    today = datetime.date.today()
    year = today.year
    ended = today - datetime.timedelta(days=30)
    batch = checked(
        "Name,Category,Country,Membership: from,Membership: until\n"
        f"One,C,KE,{year}-01-01,{year}-12-31\nTwo,C,KE,{year - 3}-01-01,{year - 3}-12-31\n"
        f"Three,C,KE,2019-01-01,{ended}\nFour,C,KE,,\n",
        by=secretary,
    )
    statuses = [changes(batch, line)["status"][1] for line in (2, 3, 4, 5)]
    assert statuses == ["active", "lapsed", "grace", "applicant"]


def test_steps_that_are_decisions_are_left_to_the_desk(secretary):
    organisation = create_organisation(status="active")
    for status, code in (
        ("excluded", "decided_at_desk"),
        ("applicant", "no_such_transition"),
    ):
        batch = checked(f"Identifier,Status\n{organisation.slug},{status}\n", by=secretary)
        assert [found[3] for found in refusals(batch)] == [code]


def test_an_unknown_person_needs_a_name(secretary):
    organisation = create_organisation()
    create_contact(organisation, email="known@example.org", full_name="Known Example")
    head = "Identifier,Contact 1: name,Contact 1: e-mail,Contact 1: role\n"
    batch = checked(f"{head}{organisation.slug},,new@example.org,\n", by=secretary)
    assert [found[3] for found in refusals(batch)] == ["contact_name"]
    batch = checked(f"{head}{organisation.slug},,known@example.org,contact\n", by=secretary)
    assert batch.unchanged == 1
    batch = checked(f"{head}{organisation.slug},Other,known@example.org,head\n", by=secretary)
    assert row(batch).notes == [["contact1_name", "Other", "Known Example"]]
    assert changes(batch)["contact1"][1]["kinds"] == ["head"]


# -- One region ------------------------------------------------------------------------------------


def test_an_executive_imports_one_region_row_by_row(secretary):
    region = create_region("R8")
    create_country("BR", region=create_region("R4"))
    abroad = create_organisation(name="Abroad", country=create_country("BR"))
    own = create_organisation(name="Own")
    executive = create_executive(region)
    batch = checked(
        "Identifier,Name,Category,Country,Acronym,Status,Membership: from,Membership: until\n"
        f"{own.slug},,,,OWN,,,\n"
        f"{abroad.slug},,,,X,,,\n"
        ",New here,C,KE,,,,\n"
        ",New there,C,BR,,,,\n"
        f"{own.slug},,B,,,,,\n"
        ",Active,C,KE,,active,,\n"
        ",Period,C,KE,,,2026-01-01,2026-12-31\n",
        by=executive,
    )
    assert (batch.updated, batch.created) == (1, 1)
    assert [(line, field, code) for line, field, _v, code in refusals(batch)] == [
        (3, "identifier", "not_yours"),
        (5, "country", "country_not_yours"),
        (6, "category", "secretariat_only"),
        (7, "status", "secretariat_only"),
        (8, "starts_on", "secretariat_only"),
    ]


def test_a_discreet_organisation_elsewhere_is_unknown_to_an_executive(secretary):
    create_country("BR", region=create_region("R4"))
    hidden = create_organisation(
        name="Hidden", country=create_country("BR"), discreet=True, website="https://hidden.test"
    )
    batch = checked(
        "Identifier,Name,Category,Country,Web site\n"
        f"{hidden.slug},,,,\n,Hidden (example),C,KE,hidden.test\n",
        by=create_executive(create_region("R8")),
    )
    assert refusals(batch) == [(2, "identifier", hidden.slug, "unknown_identifier")]
    assert batch.created == 1
