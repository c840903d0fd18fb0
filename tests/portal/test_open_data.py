"""Open data: every set read back, every column explained, nothing hidden, safe in a spreadsheet."""

import csv
import io
import json
import re

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from members.models import Organisation
from portal import open_data
from portal.lib.open_data import TYPES, as_csv, fingerprint
from programme.models import Event
from publications.models import Publication
from tests import factories

pytestmark = pytest.mark.django_db
HIDDEN = "Introuvable"
NAMES = sorted(open_data.SETS)
VALUES = {
    "integer": re.compile(r"-?\d+\Z"),
    "boolean": re.compile(r"(true|false)\Z"),
    "date": re.compile(r"\d{4}-\d\d-\d\d\Z"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00\Z"),
    "uri": re.compile(r"https?://\S+\Z"),
    "list": re.compile(r"\S+( \S+)*\Z"),
    "string": re.compile(r".*\Z", re.S),
}


@pytest.fixture
def house():
    """One of everything, and what nobody may see."""
    region, axis = factories.create_region("R8"), factories.create_axis(1)
    kenya, malawi = factories.create_country("KE"), factories.create_country("MW")
    factories.create_grouping("SADC", countries=[kenya, malawi])
    shown = factories.create_organisation(
        slug="shown", country=kenya, website="https://x.example.org/"
    )
    factories.create_membership(shown)
    hidden = factories.create_organisation(
        slug="hidden", name=HIDDEN, category="A", country=malawi, discreet=True
    )
    text = factories.create_publication(
        symbol="P/2026/14", title_fr="=1+1", summary_fr="Une\nligne ; « deux »",
        body_fr=f"<p>{HIDDEN}</p>",
        regions=[region], axes=[axis], countries=[kenya], title_en="", original_language="fr",
    )  # fmt: skip
    text.organisations.set([shown, hidden])
    later = factories.create_publication(symbol="P/2026/16", title_en=HIDDEN, state="draft")
    Publication.objects.filter(pk=text.pk).update(replaced_by=later)
    factories.create_publication(symbol="P/2026/15", access="members", body_en=f"<p>{HIDDEN}</p>")
    factories.create_publication(symbol="P/2026/17", access="secretariat", title_en=HIDDEN)
    factories.create_event(slug="forum", regions=[region], axis=axis, country=kenya)
    factories.create_emerging_issue(region=region)
    factories.create_event(slug="closed", title_fr=HIDDEN, is_public=False)
    activity = factories.create_activity(axis=axis, regions=[region])
    activity.organisations.set([shown, hidden])
    letter = factories.create_newsletter(region)
    factories.create_issue(
        newsletter=letter, symbol="L/R8/2026/02", state="sent", sent_at=timezone.now()
    )
    factories.create_issue(
        newsletter=letter, symbol="L/R8/2026/03", period="2026-Q4", subject_fr=HIDDEN, state="draft"
    )


def whole(answer) -> str:
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not answer.cookies
    return (answer.getvalue() if answer.streaming else answer.content).decode()


def as_rows(client, name: str) -> list[dict]:
    text = whole(client.get(f"/en/data/{name}.csv"))
    assert text.startswith("\ufeff") and text.count("\ufeff") == 1
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_both_files_hold_the_same_and_keep_their_word(client, house, name):
    data = open_data.SETS[name]
    rows = as_rows(client, name)
    told = json.loads(whole(client.get(f"/en/data/{name}.json")))
    assert told["licence"].startswith("https://creativecommons.org/")
    objects = told[name]
    assert len(rows) == len(objects) > 0
    columns = [column.name for column in data.columns]
    for row, one in zip(rows, objects, strict=True):
        assert list(row) == list(one) == columns
        for column in data.columns:
            value = row[column.name]
            assert VALUES[column.type].match(value) if value else not column.is_required, column
            if column.type == "list":
                assert one[column.name] == value.split()
    keys = [tuple(row[name] for name in data.key) for row in rows]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_nothing_hidden_is_in_a_file(client, house, name, kind):
    anonymous = whole(client.get(f"/fr/data/{name}.{kind}"))
    assert HIDDEN not in anonymous and "hidden" not in anonymous
    assert not {"P/2026/16", "P/2026/17", "L/R8/2026/03"} & set(
        re.findall(r"[PL][/\w]+", anonymous)
    )
    client.force_login(factories.create_secretary())
    assert whole(client.get(f"/fr/data/{name}.{kind}")) == anonymous


@pytest.mark.slow
def test_a_discreet_member_is_in_no_cell_of_the_coverage(client, house):
    found = {row["country"]: row["coverage"] for row in as_rows(client, "coverage")}
    assert found == {"KE": "other", "MW": "none"}
    Organisation.objects.filter(slug="hidden").delete()
    assert {row["country"]: row["coverage"] for row in as_rows(client, "coverage")} == found
    uganda = factories.create_country("UG")
    factories.create_grouping("EAC", countries=[uganda])
    factories.create_organisation(category="A", country=uganda)
    assert {row["country"]: row["coverage"] for row in as_rows(client, "coverage")}[
        "UG"
    ] == "national"


def test_what_a_publication_says(client, house):
    rows = {row["symbol"]: row for row in as_rows(client, "publications")}
    assert set(rows) == {"P/2026/14", "P/2026/15"}
    open_one, reserved = rows["P/2026/14"], rows["P/2026/15"]
    # A formula is told from a text by an apostrophe; the file for programs needs none.
    assert open_one["title_fr"] == "'=1+1"
    told = json.loads(whole(client.get("/en/data/publications.json")))["publications"]
    assert told[0]["title_fr"] == "=1+1"
    assert open_one["summary_fr"] == "Une\nligne ; « deux »"
    assert (open_one["organisations"], open_one["replaced_by"]) == ("shown", "")
    assert open_one["page"] == f"{settings.SITE_URL}/id/P-2026-14"
    assert (open_one["regions"], open_one["axes"], open_one["countries"]) == ("R8", "1", "KE")
    assert (open_one["state_fr"], open_one["state_es"]) == ("ready", "missing")
    assert (reserved["access"], reserved["files"]) == ("members", "")
    assert not any("body" in column for column in open_one)


@pytest.mark.slow
def test_the_lasting_addresses_open(client, house):
    for name in NAMES:
        for row in as_rows(client, name):
            if address := row.get("page"):
                answer = client.get(address.removeprefix(settings.SITE_URL), follow=True)
                assert answer.status_code == 200, address


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_every_column_is_explained_in_three_languages(client, house, language):
    html = client.get(f"/{language}/data/").content.decode()
    package = client.get(f"/{language}/data/datapackage.json").json()
    assert [one["name"] for one in package["resources"]] == list(open_data.SETS)
    for one in package["resources"]:
        assert f'href="/{language}/data/{one["name"]}/"' in html
        page = client.get(f"/{language}/data/{one['name']}/").content.decode()
        fields = one["schema"]["fields"]
        assert re.findall(r'<th scope="row"><code>(\w+)</code>', page) == [
            f["name"] for f in fields
        ]
        assert all(field["description"] and field["type"] for field in fields)
        assert set(one["schema"]["primaryKey"]) <= {field["name"] for field in fields}
        answer = client.get(f"/{language}/data/{one['path']}")
        assert whole(answer).splitlines()[0].removeprefix("\ufeff").split(",") == [
            f["name"] for f in fields
        ]
        assert f'</{language}/data/{one["name"]}/>; rel="describedby"' in answer["Link"]


def test_only_types_that_are_explained():
    assert {column.type for data in open_data.SETS.values() for column in data.columns} <= set(
        TYPES
    )


@pytest.mark.parametrize(
    "address", ["nothing/", "nothing.csv", "publications.xml", "publications.csvx"]
)
def test_there_is_nothing_else(client, address):
    assert client.get(f"/en/data/{address}").status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_an_unchanged_file_is_not_sent_again(client, house, name):
    answer = client.get(f"/en/data/{name}.csv")
    whole(answer)
    again = client.get(f"/en/data/{name}.csv", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, answer["ETag"])
    other = client.get(f"/en/data/{name}.json", headers={"if-none-match": answer["ETag"]})
    whole(other)


@pytest.mark.django_db(transaction=True)
def test_a_change_makes_another_file(client):
    factories.create_event(slug="forum")
    data = open_data.SETS["events"]
    seen = [fingerprint(data)]
    event = Event.objects.get()
    event.title_fr = "Autre"
    event.save()
    seen.append(fingerprint(data))
    event.is_public = False
    event.save()
    seen.append(fingerprint(data))
    assert len(set(seen)) == 3


@pytest.mark.django_db(transaction=True)
def test_whoever_becomes_discreet_is_in_no_file_from_then_on(client):
    organisation = factories.create_organisation(slug="shown")
    answer = client.get("/en/data/organisations.csv")
    assert "shown" in whole(answer)
    organisation.discreet = True
    organisation.save()
    known = {"if-none-match": answer["ETag"]}
    assert "shown" not in whole(client.get("/en/data/organisations.csv", headers=known))


@pytest.mark.slow
def test_sizes_and_days_are_shown_once_they_are_known(client, house):
    assert "<time" not in client.get("/en/data/").content.decode()
    text = whole(client.get("/en/data/regions.csv"))
    html = client.get("/en/data/").content.decode()
    assert html.count("<time") == 1 and f"{len(text.encode())}\xa0bytes" in html
    open_data.measure()
    assert client.get("/en/data/").content.decode().count("<time") == 2 * len(NAMES)


QUERIES = {
    "publications": 2,
    "newsletters": 1,
    "organisations": 3,
    "categories": 1,
    "coverage": 2,
    "axes": 1,
    "activities": 3,
    "events": 2,
    "emerging_issues": 2,
    "regions": 1,
    "countries": 1,
    "groupings": 2,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_file_asks_as_often_for_three_rows(client, house, name, rows, django_assert_num_queries):
    for _number in range(rows):
        factories.create_publication(regions=[factories.create_region("R8")])
        factories.create_event()
        factories.create_emerging_issue()
        factories.create_activity()
        factories.create_organisation()
    client.get("/en/contact/")
    with django_assert_num_queries(QUERIES[name]):
        whole(client.get(f"/en/data/{name}.csv"))


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")))
def test_a_spreadsheet_never_takes_a_text_for_a_formula(text):
    content = "".join(as_csv(["text"], [{"text": text}]))
    _head, (cell,) = (
        csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")) if text else (0, ("",))
    )
    assert cell.removeprefix("'") == text or cell == text
    assert not cell.startswith(("=", "+", "-", "@", "\t"))
