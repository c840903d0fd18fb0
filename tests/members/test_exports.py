"""Exports have the columns of the template: what is exported and imported again changes nothing."""

import csv
import io

import pytest
from django.core.files.base import ContentFile
from django.utils import translation

from members.imports import committing, exporting, staging, undoing
from members.imports.columns import COLUMNS
from members.models import Organisation
from portal.lib.sheets import ods, writing, xlsx
from tests.factories import (
    create_category,
    create_contact,
    create_country,
    create_executive,
    create_facet,
    create_mandate,
    create_membership,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)
from tests.members.spreadsheets import checked, recorded, refusals

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary():
    for code in "ABC":
        create_category(code)
    for code in ("R4", "R8"):
        create_region(code)
    create_country("KE", alpha3="KEN", name_fr="Kenya", name_en="Kenya", name_es="Kenia")
    return create_secretary()


@pytest.fixture
def network(secretary):
    """Organisations of every shape."""
    first = create_organisation(
        name="Lake", category="A", acronym="-LK", description_fr="=SOMME(A1)\nDeux  lignes",
        website="https://lake.example.org", email="lake@example.org", founded=1987,
    )  # fmt: skip
    first.facets.add(create_facet("theme"), create_facet("language"))
    for year in (2024, 2025, 2026):
        create_membership(first, year=year)
    for _number in range(5):
        create_contact(first)
    head = create_person("head@example.org", full_name='O’Example, Ada; "Head"')
    create_mandate(head, "head", organisation=first)
    create_mandate(head, "finance", organisation=first)
    world = create_organisation(name="World", category="B", discreet=True)
    world.regions.set([create_region("R4"), create_region("R8")])
    create_organisation(name="Former", status="excluded", original_language="es")
    create_organisation(name="@once", status="applicant", name_fr="'=quoted", name_en="+1")
    return Organisation.objects.order_by("pk")


@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_what_is_exported_and_imported_again_is_unchanged(secretary, network, kind, language):
    with translation.override(language):
        data = b"".join(writing.written(kind, exporting.sheets(network), delimiter=";"))
        batch = checked(data, by=secretary, name=f"members.{kind}")
    assert refusals(batch) == []
    assert [(r.line, r.changes) for r in batch.rows.exclude(outcome="unchanged")] == []
    assert batch.unchanged == 6  # the first one needs three lines


def test_an_export_can_fill_an_empty_network(secretary, network):
    data = b"".join(writing.written("csv", exporting.sheets(network)))
    batch = recorded(checked(without_identifiers(data), by=secretary), by=secretary)
    assert (batch.created, batch.refused) == (4, 0)
    copies = Organisation.objects.filter(name_en__startswith="New").order_by("pk")
    assert [copy.memberships.count() for copy in copies] == [3, 0, 0, 0]
    assert copies[0].mandates.count() == network[0].mandates.count()
    assert [copy.status for copy in copies] == [known.status for known in network[:4]]


def without_identifiers(data: bytes) -> bytes:
    """The file for a network that knows none of the organisations: other names and numbers."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    keys = [column.key for column in COLUMNS]
    for row in rows[1:]:
        for key in ("identifier", "number", "website", "email", "acronym"):
            row[keys.index(key)] = ""
        for key in ("name_fr", "name_en", "name_es"):
            if row[keys.index(key)]:
                row[keys.index(key)] = f"New {row[keys.index(key)].strip(chr(39))}"
        if row[keys.index("category")] == "A":
            row[keys.index("category")] = "C"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_exports_hold_no_formula(secretary, network):
    for kind, read in (("csv", None), ("xlsx", xlsx), ("ods", ods)):
        data = b"".join(writing.written(kind, exporting.sheets(network)))
        if kind == "csv":
            rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        else:
            rows = [cells for _number, cells in read.rows(io.BytesIO(data))]
        texts = [cell for row in rows for cell in row if isinstance(cell, str)]
        assert "'-LK" in texts
        assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_template_has_an_example_that_is_left_out(client, secretary, kind, language):
    client.force_login(secretary)
    answer = client.get(f"/{language}/secretariat/imports/template.{kind}")
    data = b"".join(answer.streaming_content)
    batch = checked(data, by=secretary, name=f"template.{kind}")
    assert "" not in batch.layout["columns"]
    assert batch.layout["languages"][0] == language
    assert batch.read == 0


def test_the_template_says_what_may_be_written():
    create_category("A")
    create_region("R8")
    with translation.override("fr"):
        rows = list(exporting.template()[1].rows)
    assert ["Catégorie", "A", "catégorie A"] in rows


def test_the_export_is_what_the_list_shows(client, secretary, network):
    client.force_login(secretary)
    answer = client.get("/en/secretariat/organisations/export.csv?status=excluded")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["Former (example)"]
    assert client.get("/en/secretariat/organisations/export.pdf").status_code == 404


def test_an_executive_exports_one_region(client, secretary):
    create_organisation(name="Here")
    create_organisation(name="There", country=create_country("BR", region=create_region("R4")))
    client.force_login(create_executive(create_region("R8")))
    answer = client.get("/en/secretariat/organisations/export.csv")
    text = b"".join(answer.streaming_content).decode()
    assert "Here" in text and "There" not in text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_lines_to_correct_come_back_as_the_same_file(client, secretary, kind):
    rows = [
        ["Name", "Category", "Country", "Shoe size", "Acronym"],
        ["One", "Z", "KE", 42, "=1+1"],
        ["Two", "C", "KE", 43, ""],
    ]
    data = b"".join(writing.written("csv", [writing.Sheet("S", rows)]))
    data = data.replace(b"'=1", b"=1")
    if kind != "csv":
        rows[1][4] = ""
        data = b"".join(writing.written(kind, [writing.Sheet("S", rows)]))
    batch = checked(data, by=secretary, name=f"a.{kind}")
    client.force_login(secretary)
    answer = client.get(f"/en/secretariat/imports/{batch.pk}/corrections/")
    assert f".{kind}" in answer["Content-Disposition"]
    corrected = b"".join(answer.streaming_content)
    again = staging.request(file=ContentFile(corrected), name=f"b.{kind}", by=secretary)
    staging.check(again)
    again.refresh_from_db()
    assert again.layout["columns"] == [*batch.layout["columns"], "to_correct"]
    assert again.layout["headers"] == [*batch.layout["headers"], "To correct"]
    [line] = again.rows.all()
    assert [problem[2] for problem in line.problems] == ["unknown_category"]
    assert "Line 2." in line.cells[-1] and "“Z”" in line.cells[-1]


@pytest.mark.slow
def test_a_round_trip_survives_an_undo(secretary, network):
    data = b"".join(writing.written("csv", exporting.sheets(network)))
    changed = data.replace(b"lake@example.org", b"new@example.org")
    batch = checked(changed, by=secretary)
    assert (batch.updated, batch.refused) == (1, 0)
    recorded(batch, by=secretary)
    undoing.request(batch, by=secretary)
    assert undoing.undo(batch)
    assert b"".join(writing.written("csv", exporting.sheets(network))) == data
    assert committing.seconds_expected(batch) > 0
