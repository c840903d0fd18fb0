"""The filters of the list: their counts equal a count by hand, and none leads to nothing."""

import datetime
import re
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib import changes, revision
from portal.lib.translations import LANGUAGES
from programme.models import Challenge
from publications import filtering, listing, shelving
from publications.filtering import Counted, LibraryFilter
from publications.models import FacetCount, Placement, Publication, Series
from regions.models import Region
from tests.factories import create_axis, create_country, create_publication, create_region

pytestmark = pytest.mark.django_db
LIST = "/en/publications/"


@pytest.fixture
def places():
    """Regions, countries, axes, challenges and series to put texts under."""
    regions = [create_region(f"R{n}") for n in (1, 2, 8)]
    return {
        "regions": regions,
        "countries": [create_country(code, region=regions[0]) for code in ("KE", "FR")],
        "axes": [create_axis(n) for n in (1, 4)],
        "challenges": [Challenge.objects.create(number=n, title_fr=f"Enjeu {n}") for n in (1, 2)],
        "series": [Series.objects.create(slug=f"s{n}", title_fr=f"Série {n}") for n in (1, 2)],
    }


def values_of(publication: Publication) -> list[tuple[str, str]]:
    """What a publication counts for, read from its relations one by one."""
    found = [
        ("kind", publication.kind),
        ("level", publication.level),
        ("year", str(publication.published_on.year)),
        *(("language", code) for code in LANGUAGES if publication.is_available(code)),
        *(("region", region.code) for region in publication.regions.all()),
        *(("country", country.code) for country in publication.countries.all()),
        *(("axis", str(axis.number)) for axis in publication.axes.all()),
        *(("challenge", str(challenge.number)) for challenge in publication.challenges.all()),
    ]
    if publication.series:
        found.append(("series", publication.series.slug))
    return found


def by_hand(chosen: dict[str, str]) -> tuple[int, Counter]:
    """The counts of a narrowed list, each facet as if it were not chosen itself."""
    public = [
        (record, values_of(record))
        for record in Publication.objects.all()
        if record.state == "published" and record.access != "secretariat"
    ]
    numbers: Counter = Counter()
    total = 0
    for _record, values in public:
        missed = [name for name, value in chosen.items() if (name, value) not in values]
        total += not missed
        for name, value in values:
            if not missed or missed == [name]:
                numbers[name, value] += 1
    return total, numbers


def shown(filters: LibraryFilter, *, kept: bool) -> tuple[int, dict]:
    counted = filters.counted(Publication.objects.announced(), kept=kept)
    numbers = {
        (facet.name, option.value): option.number
        for facet in filters.facets(counted)
        for option in facet.options
        if option.number
    }
    return counted.total, numbers


publications = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["report", "speech"]),
            "state": st.sampled_from(["published", "published", "published", "draft", "withdrawn"]),
            "access": st.sampled_from(["public", "public", "members", "secretariat"]),
            "level": st.sampled_from(["world", "regional"]),
            "published_on": st.dates(datetime.date(2019, 1, 1), datetime.date(2022, 1, 1)),
            "title_en": st.sampled_from(["Report", None]),
            "regions": st.sets(st.integers(0, 2), max_size=2),
            "countries": st.sets(st.integers(0, 1)),
            "axes": st.sets(st.integers(0, 1)),
            "challenges": st.sets(st.integers(0, 1)),
            "series": st.sampled_from([None, 0, 1]),
        }
    ),
    max_size=6,
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["report", "speech"]),
        "region": st.sampled_from(["R1", "R2", "R8"]),
        "country": st.sampled_from(["KE", "FR"]),
        "axis": st.sampled_from(["1", "4"]),
        "challenge": st.sampled_from(["1", "2"]),
        "series": st.sampled_from(["s1", "s2"]),
        "level": st.sampled_from(["world", "regional"]),
        "year": st.sampled_from(["2019", "2020", "2021"]),
        "language": st.sampled_from(LANGUAGES),
    },
)
SETTINGS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def shelve(places: dict, values: dict) -> Publication:
    values = dict(values)
    links = {
        name: [places[name][index] for index in values.pop(name)]
        for name in ("regions", "countries", "axes", "challenges")
    }
    series = values.pop("series")
    challenges = links.pop("challenges")
    record = create_publication(
        **values, **links, series=None if series is None else places["series"][series]
    )
    record.challenges.set(challenges)
    return record


@pytest.mark.slow
@SETTINGS
@given(rows=publications, chosen=filters)
def test_the_counts_are_those_of_a_count_by_hand(places, rows, chosen):
    Publication.objects.all().delete()
    FacetCount.objects.all().delete()
    records = [shelve(places, values) for values in rows]
    total, numbers = by_hand(chosen)
    found = LibraryFilter(chosen)
    assert shown(found, kept=False) == (total, dict(numbers))
    assert found.narrowed(Publication.objects.announced()).count() == total
    # The kept counts, which the whole list takes, are the same.
    shelving.follow(Publication.objects.filter(pk__in=[record.pk for record in records]))
    if records:
        assert shown(LibraryFilter({}), kept=True) == shown(LibraryFilter({}), kept=False)
    # And so are those that are taken from the placements.
    assert shown(found, kept=True) == (total, dict(numbers))
    assert shelving.repair() == 0


@pytest.mark.slow
@SETTINGS
@given(rows=publications, chosen=filters)
def test_no_choice_leads_to_an_empty_list(places, rows, chosen):
    Publication.objects.all().delete()
    for values in rows:
        shelve(places, values)
    found = LibraryFilter(chosen)
    counted = found.counted(Publication.objects.announced(), kept=True)
    for facet in found.facets(counted):
        for option in facet.options:
            if option.number:
                other = LibraryFilter({**chosen, facet.name: option.value})
                rows_there = other.narrowed(Publication.objects.announced())
                assert rows_there.count() == option.number


@pytest.mark.slow
def test_kept_counts_follow_each_change(places, django_capture_on_commit_callbacks):
    def kept() -> dict:
        return {
            key: number
            for key, number in filtering.kept_counts(LibraryFilter({}).axes).numbers.items()
            if number
        }

    with django_capture_on_commit_callbacks(execute=True):
        record = create_publication(regions=places["regions"][:1], kind="speech")
    assert kept()["kind", "speech"] == kept()["region", "R1"] == 1
    with django_capture_on_commit_callbacks(execute=True):
        record.kind = "report"
        record.save()
    assert ("kind", "speech") not in kept() and kept()["kind", "report"] == 1
    with django_capture_on_commit_callbacks(execute=True):
        record.regions.set(places["regions"][1:])
        changes.announce(record)
    assert ("region", "R1") not in kept()
    assert kept()["region", "R2"] == kept()["region", "R8"] == 1
    with django_capture_on_commit_callbacks(execute=True):
        record.access = "secretariat"
        record.save()
    assert kept() == {}
    with django_capture_on_commit_callbacks(execute=True):
        record.access = "public"
        record.save()
    with django_capture_on_commit_callbacks(execute=True):
        record.delete()
    assert kept() == {}
    assert shelving.repair() == 0


def test_a_text_is_placed_where_its_date_says(places, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record = create_publication(
            regions=places["regions"][:1], published_on=datetime.date(2021, 3, 1)
        )
    placed = Placement.objects.values_list("key", "day")
    assert set(placed.all()) == {
        (key, datetime.date(2021, 3, 1)) for key in ("total:", "kind:report", "region:R1")
    }
    # The year stays the same, and so does all that the text counts for.
    with django_capture_on_commit_callbacks(execute=True):
        record.published_on = datetime.date(2021, 4, 1)
        record.save()
    assert {day for _key, day in placed.all()} == {datetime.date(2021, 4, 1)}
    with django_capture_on_commit_callbacks(execute=True):
        record.state = "withdrawn"
        record.save()
    assert not placed.exists()


def test_what_was_placed_wrongly_is_mended(places, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record = create_publication(regions=places["regions"][:1])
    before = set(Placement.objects.values_list("key", "day", "keys"))
    Placement.objects.filter(key="region:R1").update(key="region:R2")
    Placement.objects.filter(key="kind:report").delete()
    assert shelving.repair() == 3
    assert set(Placement.objects.values_list("key", "day", "keys")) == before
    record.delete()
    assert not Placement.objects.exists()


def test_what_escaped_is_mended(places):
    record = create_publication(regions=places["regions"][:1])
    Publication.objects.filter(pk=record.pk).update(shelf={}, counted=["kind:speech"])
    FacetCount.objects.create(facet="kind", value="speech", number=3)
    assert shelving.repair() > 0
    record.refresh_from_db()
    assert record.shelf == {"regions": ["R1"]}
    assert filtering.kept_counts([]).numbers["kind", "report"] == 1
    assert ("kind", "speech") not in filtering.kept_counts([]).numbers
    assert shelving.repair() == 0


def test_a_long_list_says_that_it_goes_on(client, monkeypatch):
    monkeypatch.setattr(filtering, "MOST", 2)
    monkeypatch.setattr(listing, "PER_PAGE", 2)
    for _ in range(3):
        create_publication(kind="speech")
    answer = client.get(f"{LIST}?kind=speech")
    page = answer.content.decode()
    assert "More than 2 documents" in page
    assert re.search(r">Speech \(\d\+\)<", page)
    assert len(answer.context["page"]) == 2


def test_only_the_newest_of_the_rarest_value_are_looked_through(places, monkeypatch):
    """Of six speeches four are of R1, of which one is national: an old one."""
    regions = places["regions"]
    for month in range(1, 7):
        record = create_publication(
            kind="speech",
            regions=regions[:1] if month <= 4 else regions[1:2],
            level="national" if month == 1 else "regional",
            published_on=datetime.date(2021, month, 1),
        )
        shelving.follow([record])

    def counted(**chosen) -> Counted:
        rows = Publication.objects.announced()
        with CaptureQueriesContext(connection) as captured:
            found = LibraryFilter(chosen).counted(rows, kept=True)
        assert not any('"publications_publication"' in query["sql"] for query in captured)
        return found

    monkeypatch.setattr(filtering, "MOST", 3)
    monkeypatch.setattr(filtering, "CANDIDATES", 4)
    whole = counted(kind="speech", region="R1", level="national")
    assert (whole.total, whole.is_more) == (1, False)
    # Of R1 four are looked through, and three counted; of the kind six would be.
    both = counted(kind="speech", region="R1")
    assert (both.total, both.is_more) == (3, True)
    assert both.numbers["level", "regional"] == 3
    assert both.capped == {*filtering.LABELS}
    # The choices of the only facet that is chosen are those of the whole list, which are kept.
    region = counted(region="R1")
    assert (region.total, region.is_more) == (3, True)
    assert region.numbers["region", "R1"] == 4 and "region" not in region.capped
    monkeypatch.setattr(filtering, "CANDIDATES", 2)
    missed = counted(kind="speech", region="R1", level="national")
    assert (missed.total, missed.is_more) == (0, True)
    assert counted(kind="speech", year="2020").total == 0


def test_a_page_that_is_the_whole_list_tells_how_long_it_is(
    client, places, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(filtering, "CANDIDATES", 1)
    with django_capture_on_commit_callbacks(execute=True):
        for kind in ("speech", "speech", "report"):
            create_publication(kind=kind, level="world", regions=places["regions"][:1])
    page = client.get(f"{LIST}?kind=speech&region=R1").content.decode()
    assert "More than" not in page and ">2 documents<" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_filters_stand_in_the_address_in_a_fixed_order(client, places, language):
    filters = LibraryFilter({"year": "2021", "region": "R8", "series": "s2", "x": "y"})
    assert filters.query == "region=R8&series=s2&year=2021"
    assert LibraryFilter({}).query == ""


def test_a_renamed_region_shows_its_new_name_at_once(client, places):
    create_publication(regions=places["regions"][:1])
    client.get(LIST)
    Region.objects.filter(pk=places["regions"][0].pk).update(name_en="Somewhere else")
    revision.move()  # as its commit does, whoever wrote it and how
    assert "Somewhere else (1)" in client.get(LIST).content.decode()
