"""The kept counts of the directory: they follow every change, and name nobody who is discreet."""

import random

import pytest
from django.db import transaction

from members import choices, counting, directory, facets
from members.models import Category, MemberCount, MemberPlacement, MemberWords, Organisation
from portal.lib import tallies
from regions.models import Region
from tests.factories import (
    create_country,
    create_facet,
    create_grouping,
    create_organisation,
    create_region,
)

pytestmark = pytest.mark.django_db


def kept() -> dict[str, int]:
    found = tallies.kept(MemberCount.objects.all())
    return {key: number for key, number in found.items() if number}


def true() -> dict[str, int]:
    return dict(counting.tallied(counting.told(Organisation.objects.all())))


@pytest.fixture
def africa():
    return create_region("R8")


def test_before_the_first_count_nothing_is_kept(africa, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        create_organisation(country=create_country("KE", region=africa))
    assert not MemberPlacement.objects.exists()
    assert counting.numbers() is None
    [found] = [region for region in directory.counted_regions() if region.code == "R8"]
    assert found.count == 1
    assert counting.repair() > 0
    assert counting.numbers()["place:KE"] == 1


def test_an_empty_network_is_counted_too():
    counting.repair()
    assert counting.is_kept()
    assert kept() == {}
    assert counting.by_region() == {}


def test_a_discreet_member_counts_for_its_region_alone(africa):
    kenya, malawi = (create_country(code, region=africa) for code in ("KE", "MW"))
    create_organisation(country=kenya)
    hidden = create_organisation(country=malawi, discreet=True)
    hidden.facets.set([create_facet("theme", "health")])
    before = counting.of_region(africa)
    counting.repair()
    for found in (before, counting.of_region(africa)):
        assert found == counting.Members(all=2, public=1, by_country={"KE": 1})
    found = choices.counted({})
    assert (found.members, found.total, found.countries) == (2, 1, 1)
    assert [one.value for one in found.offered["country"]] == ["KE"]
    assert found.offered["theme"] == []
    placed = MemberPlacement.objects.filter(organisation=hidden.pk)
    assert set(placed.values_list("key", flat=True)) == {"discreet:", "discreet:MW"}


def test_a_region_keeps_its_members_when_a_country_moves_there(africa):
    kenya = create_country("KE", region=create_region("R1"))
    create_organisation(country=kenya)
    counting.repair()
    assert set(counting.by_region()) == {"R1"}
    kenya.region = africa
    kenya.save()
    assert counting.of_region(africa).by_country == {"KE": 1}
    assert [one.value for one in choices.counted({}).offered["region"]] == ["R8"]


def test_without_one_country_a_member_counts_in_each_of_its_regions(africa):
    network = create_organisation(country=None, category="B")
    network.regions.set([africa, create_region("R2")])
    counting.repair()
    regions = {region.code: region.count for region in directory.counted_regions()}
    assert regions == {"R2": 1, "R8": 1}
    assert choices.counted({}).total == 1
    assert counting.of_region(africa).by_country == {}


CHANGES = {
    "status": lambda one, other: setattr(one, "status", "lapsed") or one.save(),
    "discretion": lambda one, other: setattr(one, "discreet", not one.discreet) or one.save(),
    "country": lambda one, other: setattr(one, "country", other.country) or one.save(),
    "facets": lambda one, other: facets.choose(one, other.facets.all()),
    "a link": lambda one, other: one.facets.add(create_facet("theme", "new")),
    "regions": lambda one, other: Organisation.objects.get(slug="several").regions.clear(),
    "deleted": lambda one, other: one.delete(),
    "deleted in bulk": lambda one, other: Organisation.objects.filter(
        pk__in=[one.pk, other.pk]
    ).delete(),
    "added": lambda one, other: create_organisation(country=other.country),
}


@pytest.fixture
def members(africa):
    one = create_organisation(country=create_country("KE", region=africa))
    other = create_organisation(country=create_country("MW", region=africa), discreet=True)
    create_organisation(slug="several", country=None, category="B").regions.set([africa])
    other.facets.set([create_facet("theme", "health"), create_facet("language", "sw")])
    counting.repair()
    return one, other


@pytest.mark.parametrize("change", CHANGES)
def test_the_counts_follow_each_change(members, change, django_capture_on_commit_callbacks):
    before = kept()
    with django_capture_on_commit_callbacks(execute=True):
        CHANGES[change](*members)
    assert kept() == true() != before
    assert counting.repair() == 0


def slugs(word: str) -> set[str]:
    return {organisation.slug for organisation in directory.found(word=word)}


def test_words_are_found_as_they_stand_now(members, django_capture_on_commit_callbacks):
    one, other = members
    with django_capture_on_commit_callbacks(execute=True):
        one.name_en, one.acronym, one.description_es = "Œuvre of Care", "OOC", "Larga duración"
        one.save()
        other.name_en = "Refuge"
        other.save()
    for word in ("oeuvre", "euvr", "ÉUVRE", "ooc", "duracion care"):
        assert slugs(word) == {one.slug}, word
    assert slugs("duracion%") == slugs("refuge") == slugs("care_") == set()
    assert not MemberWords.objects.filter(organisation=other.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        one.discreet = True
        one.save()
    assert slugs("oeuvre") == set()
    assert not MemberWords.objects.filter(organisation=one.pk).exists()
    assert counting.repair() == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_counts_for_nothing(members):
    before = kept()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        members[0].delete()
        raise ZeroDivisionError
    assert kept() == before


def test_the_repair_mends_what_is_not_true(members):
    one, _other = members
    Organisation.objects.filter(pk=one.pk).update(status="lapsed")
    MemberCount.objects.filter(facet="discreet").delete()
    MemberCount.objects.create(facet="place", value="FI", number=3)
    MemberPlacement.objects.create(organisation=10**9, key="total:", keys="total:")
    MemberWords.objects.create(organisation=10**9 + 1, words="gone")
    assert counting.repair() > 0
    assert kept() == true()
    assert MemberWords.objects.count() == Organisation.objects.public().count()
    assert counting.repair() == 0


# -- Of a large directory --------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch):
    """As if a list were long when it has more than three."""
    monkeypatch.setattr(choices, "MOST", 3)
    monkeypatch.setattr(choices, "CANDIDATES", 5)


@pytest.mark.parametrize("query", ["?region=R8", "?word=example", "?region=R8&category=C"])
def test_of_a_long_list_only_the_first_are_counted(client, africa, few, query):
    kenya = create_country("KE", region=africa)
    for _ in range(31):
        create_organisation(country=kenya)
    counting.repair()
    html = client.get(f"/en/members/{query}").content.decode()
    assert "More than 3 organisations" in html
    assert "The numbers beside the choices are those of the first organisations found." in html
    assert "Country KE (3+)" in html
    whole = client.get("/en/members/").content.decode()
    assert "More than" not in whole and "Country KE (31)" in whole


def test_a_list_that_fits_on_its_page_is_counted_exactly(client, africa, few):
    kenya = create_country("KE", region=africa)
    for _ in range(4):
        create_organisation(country=kenya)
    counting.repair()
    answer = client.get("/en/members/?region=R8")
    assert (answer.context["found"].total, answer.context["found"].is_more) == (4, False)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_kept_counts_are_those_of_the_records(seed):
    dice = random.Random(seed)
    regions = [create_region(code) for code in ("R1", "R2", "R8")]
    countries = [create_country(c, region=dice.choice(regions)) for c in ("KE", "TZ", "FI", "CA")]
    groupings = [create_grouping(c, countries=dice.sample(countries, 2)) for c in ("EU", "AU")]
    words = [create_facet("theme", "health"), create_facet("population", "youth")]
    for _ in range(25):
        several = dice.random() < 0.3
        made = create_organisation(
            category="B" if several else "C",
            country=None if several else dice.choice(countries),
            discreet=dice.random() < 0.2,
            status=dice.choice(["active", "grace", "lapsed"]),
            name=dice.choice(["Lake", "Forest"]),
        )
        made.regions.set(dice.sample(regions, dice.randint(0, 2)))
        made.facets.set(dice.sample(words, dice.randint(0, 2)))
    asked = [
        {},
        {"region": dice.choice(regions)},
        {"country": dice.choice(countries), "grouping": dice.choice(groupings)},
        {"region": dice.choice(regions), "theme": words[0]},
        {"word": "lake", "category": Category.objects.get(code="C"), "population": words[1]},
    ]

    def all_counts():
        found = [choices.counted(chosen) for chosen in asked]
        return [
            one._replace(
                regions=[(region.code, region.count) for region in one.regions],
                # Named in no order of their own.
                holders=one.holders and sorted(one.holders),
            )
            for one in found
        ]

    before, regions_before = all_counts(), counting.by_region()
    counting.repair()
    assert all_counts() == before
    assert counting.by_region() == regions_before
    for chosen, found in zip(asked, before, strict=True):
        assert found.total == directory.narrowed(**chosen).count()
    for region in Region.objects.all():
        active = Organisation.objects.active().in_region(region)
        assert counting.of_region(region).all == active.count()
