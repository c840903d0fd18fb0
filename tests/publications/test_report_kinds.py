"""Reports on a region, the programme and all members: against a count by hand, and in all skins."""

import csv
import datetime
import io
import re
import zipfile

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone, translation
from pypdf import PdfReader

from members.models import Organisation
from portal.lib.jobs import JobState
from programme.models import Activity, Event
from programme.models.emerging import Ending
from publications.models import Publication, Report
from publications.reports import directory, making, programme, region, showing, volumes
from publications.reports.kinds import KINDS
from regions.models import Grouping
from tests import factories

pytestmark = pytest.mark.django_db


def year() -> int:
    return timezone.localdate().year


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def world():
    """Two regions with members of all sorts, one of them discreet, and what they did."""
    factories.create_network()
    south, north = factories.create_region("R8"), factories.create_region("R2")
    kenya, malawi = factories.create_country("KE"), factories.create_country("MW")
    zambia = factories.create_country("ZM")
    france = factories.create_country("FR", region=north)
    axes = [factories.create_axis(number) for number in range(1, 8)]
    council = factories.create_organisation(category="A", country=kenya, acronym="KNC")
    factories.create_membership(council, year=2011)
    other = factories.create_organisation(country=kenya, acronym="AAA")
    hidden = factories.create_organisation(
        name="Xylophane", category="A", country=malawi, discreet=True, acronym="XYL"
    )
    french = factories.create_organisation(country=france)
    wide = factories.create_organisation(category="B")
    wide.regions.set([south, north])
    factories.create_organisation(country=zambia, status="lapsed")
    grouping = factories.create_grouping(countries=[kenya, malawi, zambia])
    grouping.regions.add(south)
    today = timezone.localdate()
    factories.create_activity(
        axis=axes[0], regions=[south], organisations=[council, hidden], starts_on=today
    )
    factories.create_activity(
        axis=axes[0],
        starts_on=datetime.date(year() - 3, 1, 1),
        ends_on=datetime.date(year() - 1, 12, 31),
    )
    factories.create_event(axis=axes[1], regions=[north], days=0)
    factories.create_event(axis=axes[1], regions=[north], days=0, is_cancelled=True)
    factories.create_event(axis=axes[1], regions=[north], days=0, is_public=False)
    publication = factories.create_publication(
        regions=[south, north], axes=axes[:2], published_on=today
    )
    publication.organisations.set([council, french])
    factories.create_publication(axes=axes[:1], published_on=today, access="secretariat")
    return {"south": south, "north": north, "council": council, "other": other, "wide": wide}


# -- Region ----------------------------------------------------------------------------------------


def test_the_grid_of_a_grouping_shows_each_state_by_its_public_members(world):
    [grouping] = region.data(world["south"], year(), "en")["groupings"]
    assert {cell["label"]: cell["codes"] for cell in grouping["cells"]} == {
        "KE": ["A", "C"],
        "MW": [],
        "ZM": [],
    }
    assert (grouping["states"], grouping["covered"], grouping["national"]) == (3, 1, 1)
    for cell in grouping["cells"]:
        found = Organisation.objects.public().filter(country=cell["label"])
        assert cell["codes"] == sorted({member.category.code for member in found})
    assert Grouping.objects.count() == 1


def test_a_region_lists_what_it_saw_coming_while_that_was_open(world):
    south, day = world["south"], datetime.date
    flagged = [
        ("open", day(2025, 12, 1), None, ""),
        ("closed before", day(2025, 12, 1), day(2026, 6, 30), Ending.ACTED),
        ("closed within", day(2025, 12, 1), day(2026, 7, 1), Ending.ACTED),
        ("mistake", day(2026, 8, 1), day(2026, 8, 2), Ending.MISTAKE),
        ("later", day(2026, 10, 1), None, ""),
    ]
    for title, flagged_on, closed_on, ending in flagged:
        factories.create_emerging_issue(
            title_en=title, flagged_on=flagged_on, closed_on=closed_on, ending=ending
        )
    data = region.data(south, 2026, "en", quarter=3, today=day(2026, 11, 1))
    assert {row["title"]["value"] for row in data["emerging_list"]} == {"open", "closed within"}
    assert data["emerging"] == 2
    assert (data["first_day"], data["last_day"]) == ("2026-07-01", "2026-09-30")


# -- Programme -------------------------------------------------------------------------------------


def test_the_programme_counts_what_a_count_by_hand_finds(world):
    data = programme.data(None, year(), "en")
    first, today = datetime.date(year(), 1, 1), timezone.localdate()
    activities = [
        one
        for one in Activity.objects.all()
        if one.starts_on <= today and (one.ends_on is None or one.ends_on >= first)
    ]
    events = [
        one
        for one in Event.objects.all()
        if one.is_public and not one.is_cancelled and first <= one.starts_at.date() <= today
    ]
    publications = [
        one
        for one in Publication.objects.all()
        if one.state == "published" and one.access != "secretariat"
    ]
    done = [*activities, *events, *publications]
    members = {
        member.pk
        for one in [*activities, *publications]
        for member in one.organisations.all()
        if member.is_public
    }
    places = {place.code for one in done for place in one.regions.all()}
    assert {key: data[key] for key in programme.FIGURES} == {
        "activities": len(activities),
        "events": len(events),
        "publications": len(publications),
        "members": len(members),
        "regions": len(places),
        "texts": len(done),
    }
    assert [data[key] for key in programme.FIGURES] == [1, 1, 1, 2, 2, 3]
    for axis in data["axes"]:
        number = axis["number"]
        assert [len(axis[key]) for key in ("activities", "events", "publications")] == [
            sum(one.axis.number == number for one in activities),
            sum(one.axis.number == number for one in events),
            sum(number in {a.number for a in one.axes.all()} for one in publications),
        ]
    assert data["axes"][0]["by_region"] == {"R2": 1, "R8": 2}
    assert data["axes"][1]["by_region"] == {"R2": 2, "R8": 1}
    assert "Xylophane" not in str(data)


def test_the_programme_names_the_texts_that_a_language_lacks(world):
    data = programme.data(None, year(), "en")
    assert [(row["kind"], row["lacking"]) for row in data["untranslated"]] == [
        ("activity", ["es"]),
        ("publication", ["es"]),
    ]
    assert data["lacking"] == {"es": 2}


def test_the_programme_of_a_quarter_leaves_out_the_others(world):
    quarter = (timezone.localdate().month - 1) // 3 + 1
    factories.create_publication(
        axes=[factories.create_axis(3)], published_on=datetime.date(year() - 1, 5, 1)
    )
    now = programme.data(None, year(), "en", quarter=quarter)
    assert (now["quarter"], now["publications"]) == (quarter, 1)
    before = programme.data(None, year() - 1, "en", quarter=2)
    assert (before["cycle"], before["publications"]) == (None, 0)


# -- Directory -------------------------------------------------------------------------------------


def entries(data) -> list[tuple[str, str, str]]:
    return [
        (part["region"]["code"], country["code"], entry["name"]["value"])
        for part, country, entry in directory.entries_of(data["parts"])
    ]


def test_the_directory_lists_public_members_where_they_belong(world):
    data = directory.data(None, year(), "en")
    by_hand = [
        (place.code, member.country_id or "", member.name_en)
        for place in (world["north"], world["south"])
        for member in Organisation.objects.all()
        if member.is_public
        and (
            member.country.region_id == place.pk
            if member.country_id
            else place in member.regions.all()
        )
    ]
    assert sorted(entries(data)) == sorted(by_hand)
    assert (data["members"], data["countries"]) == (4, 2)
    assert [(code, count) for code, _label, count in data["categories"]] == [
        ("A", 1),
        ("B", 1),
        ("C", 2),
    ]
    assert directory.by_acronym(data, "en")[0][0] == "AAA"
    assert [code for _name, code in directory.by_country(data, "en")] == ["FR", "KE"]
    assert "Xylophane" not in str(data) and "XYL" not in str(data)
    own = directory.data(world["south"], year(), "en")
    assert entries(own) == [row for row in entries(data) if row[0] == "R8"]
    assert own["members"] == 3


def test_a_member_without_country_and_region_stands_at_the_end_of_the_world(world):
    factories.create_organisation(name="Nowhere", category="B")
    data = directory.data(None, year(), "en")
    assert data["parts"][-1]["region"] is None
    assert data["members"] == 5
    assert directory.table(data)[-1][:2] == ["", ""]


@pytest.mark.slow
def test_a_country_that_goes_on_is_named_again_at_the_top_of_a_page(world):
    """Above its members there, and not above its own heading."""
    data = directory.data(world["south"], year(), "en")
    for country in data["parts"][0]["countries"]:
        first = country["members"][0]
        country["members"] += [first | {"key": f"{first['key']}-{n}"} for n in range(40)]
    content = making.render_data(kind="directory", data=data, language="en")
    tops = [
        re.findall(r"^(.*) \(continued\)$", page.extract_text(), re.MULTILINE)
        for page in PdfReader(io.BytesIO(content)).pages
    ]
    kenya, several = ["Country KE"], ["In several countries"]
    assert tops == [[], [], kenya, kenya, several, several]


def test_of_the_past_there_is_no_directory(world):
    with pytest.raises(ValidationError) as caught:
        directory.data(None, year() - 1, "en")
    assert caught.value.code == "not_today"


def member_entry(number: int, name: str) -> dict:
    return {"key": f"R8-{number}", "name": {"value": name, "language": "en"}, "acronym": ""}


def long_directory(*countries: tuple[str, list[str]]) -> dict:
    numbers = iter(range(1000))
    found = [
        {"code": code, "name": code, "members": [member_entry(next(numbers), n) for n in names]}
        for code, names in countries
    ]
    count = sum(len(names) for _code, names in countries)
    part = {"region": {"code": "R8"}, "members": count, "countries": found}
    return {"region": None, "members": count, "parts": [part]}


def test_a_long_region_is_cut_between_countries_then_between_letters(monkeypatch):
    monkeypatch.setattr(volumes, "MEMBERS_PER_VOLUME", 3)
    data = long_directory(
        ("KE", ["Aa", "Ab"]), ("MW", ["Ca", "Da"]), ("ZM", ["Éa", "Ea", "Fa", "Ga", "Ha", "Hb"])
    )
    found = volumes.cut(data)
    assert [(volume["first"], volume["last"], volume["members"]) for volume in found] == [
        ("KE", "KE", 2),
        ("MW", "MW", 2),
        ("ZM E", "ZM F", 3),
        ("ZM G", "ZM H", 3),
    ]
    assert [volume["number"] for volume in found] == [1, 2, 3, 4]
    kept = [row for volume in found for row in directory.entries_of(volume["data"]["parts"])]
    whole = list(directory.entries_of(data["parts"]))
    assert [entry["key"] for *_, entry in kept] == [entry["key"] for *_, entry in whole]


def test_a_short_directory_and_a_single_long_letter(monkeypatch):
    monkeypatch.setattr(volumes, "MEMBERS_PER_VOLUME", 3)
    assert volumes.cut(long_directory(("KE", ["A", "B", "C"]))) == []
    found = volumes.cut(long_directory(("KE", ["A1", "A2", "A3", "A4"])))
    assert [volume["members"] for volume in found] == [3, 1]


@pytest.mark.slow
def test_a_directory_in_volumes_is_one_zip_with_one_index(world, monkeypatch, client):
    monkeypatch.setattr(volumes, "MEMBERS_PER_VOLUME", 2)
    report = making.request(kind="directory", language="en", year=year())
    assert making.make(report), report.error
    report.refresh_from_db()
    assert (report.state, report.suffix) == (JobState.DONE, "ZIP")
    assert report.progress == report.total
    with report.file.open() as file, zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        contents = {name: archive.read(name) for name in names}
    assert [name[:2] for name in names] == ["01", "02", "03", "04"]
    assert names[-1] == "04-index.pdf"
    index = text_of(contents["04-index.pdf"])
    # Kenya's members fill the second volume; its page there is where its heading stands.
    with pikepdf.open(io.BytesIO(contents[names[1]])) as document:
        pages = len(document.pages)
    page = dict(volumes.pages_of(contents[names[1]]))["KE"]
    assert 1 < page <= pages
    assert f"2, {page}" in index and "KNC" in index
    client.force_login(factories.create_contact(world["council"]))
    response = client.get(f"/en/space/documents/{report.pk}/file")
    assert response["Content-Type"] == "application/zip"
    assert f"directory-{year()}-en.zip" in response["Content-Disposition"]
    response.close()


# -- Skins -----------------------------------------------------------------------------------------

CASES = {
    "region": ("south", {"members": 4, "national": 1, "publications": 1, "events": 0}),
    "programme": (None, {"activities": 1, "events": 1, "publications": 1, "members": 2}),
    "directory": (None, {"members": 4, "countries": 2}),
    "member": ("council", {"periods": 1, "people": 0, "region_members": 4, "region_events": 0}),
}


def shown(html: str) -> list[str]:
    """The figures of the big list of a page, in their order."""
    return [
        part.split("</dd>")[0].split("<small>")[0].strip().replace("\u00a0", "")
        for part in html.split("<dd>")[1:]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", CASES)
def test_page_pdf_and_csv_show_the_same_figures(world, client, kind):
    subject, expected = CASES[kind]
    report = making.request(kind=kind, subject=world.get(subject), language="en", year=year())
    assert making.make(report), report.error
    report.refresh_from_db()
    client.force_login(factories.create_secretary())
    page = client.get(f"/fr/space/documents/{report.pk}/")
    assert page.status_code == 200
    html = page.content.decode()
    assert '<div class="report" lang="en">' in html
    assert {key: report.data[key] for key in expected} == expected
    table = client.get(f"/fr/space/documents/{report.pk}/csv").content
    with report.file.open() as file:
        content = file.read()
    with pikepdf.open(io.BytesIO(content)) as document:
        [attached] = document.attachments.values()
        assert attached.get_file().read_bytes() == table
    # The page and the print have one list of figures, from one template over one data.
    figures = shown(html.split('class="report"')[1].split("</dl>")[0])
    with translation.override("en"):
        values = showing.context(kind=kind, data=report.data, language="en")
        printed = render_to_string(KINDS[kind].TEMPLATE, values)
    assert figures == shown(printed.split('class="figures"')[1].split("</dl>")[0])
    text = text_of(content)
    for figure in figures:
        assert figure in text
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    if kind == "directory":
        assert len({tuple(row[2:]) for row in rows[1:]}) == expected["members"]
        assert len({row[1] for row in rows[1:] if row[1]}) == expected["countries"]
    else:
        totals = {row[0]: row[-1] for row in rows if "".join(row[1:-1]) == ""}
        assert {key: int(totals[key]) for key in expected} == expected
    assert {str(value) for value in expected.values()} <= set(figures)


@pytest.mark.parametrize(("kind", "queries"), [("region", 21), ("programme", 12), ("directory", 5)])
@pytest.mark.parametrize("more", [0, 3])
def test_figures_ask_the_database_as_often_for_more(
    world, kind, queries, more, django_assert_num_queries
):
    axis = factories.create_axis(1)
    for _ in range(more):
        member = factories.create_organisation()
        factories.create_activity(axis=axis, regions=[world["south"]], organisations=[member])
        found = factories.create_publication(
            axes=[axis], regions=[world["south"]], published_on=timezone.localdate()
        )
        found.organisations.add(member)
        factories.create_event(axis=axis, regions=[world["south"]], days=0)
    subject = world["south"] if kind == "region" else None
    with django_assert_num_queries(queries):
        KINDS[kind].data(subject, year(), "en")


# -- Who may ------------------------------------------------------------------------------------


def test_a_member_asks_for_a_directory_and_not_for_the_rest(client, world):
    client.force_login(factories.create_contact(world["other"]))
    asked = {"language": "es", "year": year()}
    for kind, region_, status in (
        ("directory", "", 302),
        ("directory", world["north"].pk, 302),
        ("programme", "", 200),
        ("region", world["south"].pk, 200),
    ):
        response = client.post("/en/space/documents/", asked | {"kind": kind, "region": region_})
        assert response.status_code == status
    assert sorted(map(str, Report.objects.values_list("kind", "region__code"))) == [
        "('directory', 'R2')",
        "('directory', None)",
    ]


def test_whoever_acts_for_nobody_asks_for_no_directory(client, world):
    client.force_login(factories.create_person())
    asked = {"language": "es", "year": year(), "kind": "directory"}
    assert client.post("/en/space/documents/", asked).status_code == 200
    assert Report.objects.count() == 0


def test_the_desk_asks_for_a_quarter_and_refuses_one_that_has_not_begun(client, world):
    client.force_login(factories.create_executive(world["south"]))
    asked = {"kind": "programme", "language": "fr", "year": year() - 1, "quarter": 3}
    assert client.post("/en/secretariat/reports/", asked).status_code == 302
    report = Report.objects.get()
    assert (report.kind, report.quarter, report.subject) == ("programme", 3, None)
    if timezone.localdate().month < 10:
        response = client.post("/en/secretariat/reports/", asked | {"year": year(), "quarter": 4})
        assert list(response.context["form"].errors) == ["quarter"]


def test_strangers_read_no_page_and_no_rows_of_a_report(client, world):
    report = Report.objects.create(
        kind="region", region=world["south"], language="en", year=year(), state="done"
    )
    for person in (factories.create_person(), factories.create_executive(world["north"])):
        client.force_login(person)
        for path in ("", "csv"):
            assert client.get(f"/en/space/documents/{report.pk}/{path}").status_code == 404
    certificate = Report.objects.create(
        kind="certificate", organisation=world["other"], language="en", year=year(), state="done"
    )
    client.force_login(factories.create_secretary())
    assert client.get(f"/en/space/documents/{certificate.pk}/").status_code == 404
