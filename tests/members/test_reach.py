"""For how many organisations the network speaks, against counting by hand."""

import datetime
import random

import pytest
from django.core.exceptions import ValidationError

from members import associations, likenesses, reach
from members.models import Affiliation, Headcount, Organisation
from tests.factories import (
    create_affiliation,
    create_country,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def figure(umbrella, number, day=datetime.date(2025, 6, 30), source="Annual report"):
    return associations.count(umbrella, figure=number, source=source, as_of=day, by=None)


def test_a_list_counts_and_not_the_figure_beside_it():
    council = create_organisation(category="A")
    figure(council, 400)
    assert reach.of_organisation(council).organisations == 400
    create_affiliation(council)
    found = reach.of_organisation(council)
    assert (found.organisations, found.countries) == (1, 1)
    assert [source.is_list for source in found.sources] == [True]


def test_the_latest_figure_counts_with_its_source_and_day():
    council = create_organisation(category="A")
    figure(council, 500, datetime.date(2024, 1, 1), "Letter")
    figure(council, 300, datetime.date(2025, 1, 1))
    found = reach.of_country(council.country)
    assert found.organisations == 300
    assert found.as_of == found.oldest == datetime.date(2025, 1, 1)
    assert [(s.origin, s.number, s.organisation) for s in found.sources] == [
        ("Annual report", 300, council)
    ]


@pytest.mark.parametrize("status", ["applicant", "lapsed", "suspended"])
def test_who_is_no_member_brings_nothing(status):
    council = create_organisation(category="A", status=status)
    create_affiliation(council)
    figure(council, 10)
    for found in (reach.of_world(), reach.of_country(council.country)):
        assert not found and found.sources == ()


def test_a_discreet_umbrella_counts_in_its_region_and_the_world_without_a_name():
    region = create_region("R8")
    kenya, uganda = create_country("KE"), create_country("UG")
    open_council = create_organisation(category="A", country=kenya)
    create_affiliation(open_council, is_public=True)
    hidden = create_organisation(category="A", country=uganda, discreet=True)
    create_affiliation(hidden, is_public=True)
    for found in (reach.of_region(region), reach.of_world()):
        assert (found.organisations, found.countries, found.others) == (2, 1, True)
        assert [source.organisation for source in found.sources] == [open_council]
    assert not reach.of_country(uganda)
    assert [entry.umbrella for entry in Affiliation.objects.published()] == [open_council]
    own = reach.of_organisation(hidden)
    assert (own.organisations, own.countries) == (1, 1)


def test_an_international_umbrellas_figure_belongs_to_a_region_only_if_it_has_no_other():
    africa, europe = create_region("R8"), create_region("R2")
    one_region = create_organisation(category="B")
    one_region.regions.set([africa])
    figure(one_region, 10)
    two_regions = create_organisation(category="B")
    two_regions.regions.set([africa, europe])
    figure(two_regions, 100)
    assert reach.of_region(africa).organisations == 10
    assert not reach.of_region(europe)
    assert reach.of_world().organisations == 110


def by_hand(*, country=None, region=None, organisation=None) -> tuple[int, int, set[int]]:
    """The rules of reach.py once more, row by row: organisations, countries, named umbrellas."""
    records, total, countries, named = set(), 0, set(), set()
    for umbrella in Organisation.objects.filter(category__has_own_members=True):
        if organisation is None and umbrella.status not in ("active", "grace"):
            continue
        if (country and umbrella.discreet) or (organisation and umbrella != organisation):
            continue
        is_named = organisation is not None or not umbrella.discreet
        entries = list(umbrella.affiliations.select_related("association__country"))
        for entry in entries:
            place = entry.association.country
            if (country and place != country) or (region and (not place or place.region != region)):
                continue
            records.add(min(likenesses.counted_with([entry.association_id])))
            if is_named:
                named.add(umbrella.pk)
                countries |= {place.pk} if place else set()
        if entries:
            continue
        last = Headcount.objects.filter(organisation=umbrella).order_by("as_of").last()
        regions = [umbrella.country.region] if umbrella.country else list(umbrella.regions.all())
        inside = umbrella.country == country if country else not region or regions == [region]
        if last and inside:
            total += last.figure
            if is_named:
                named.add(umbrella.pk)
                countries |= {umbrella.country_id} - {None}
    return total + len(records), len(countries), named


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_it_counts_what_one_counts_by_hand(seed):
    dice = random.Random(seed)
    regions = [create_region(code) for code in ("R2", "R8")]
    countries = [
        create_country(code, region=dice.choice(regions)) for code in ("KE", "TZ", "FI", "SE")
    ]
    for _ in range(7):
        category = dice.choice("ABBC")
        # A derogation is not what this is about: one national organisation a country.
        free = [c for c in countries if not c.organisations.filter(category__code="A").exists()]
        country = None if category == "B" else dice.choice(free or countries)
        if category == "A" and not free:
            category = "C"
        umbrella = create_organisation(
            category=category,
            country=country,
            status=dice.choice(["active", "active", "grace", "lapsed"]),
            discreet=dice.random() < 0.3,
        )
        if category == "C":
            continue
        if category == "B":
            umbrella.regions.set(dice.sample(regions, dice.randint(1, 2)))
        for day in range(dice.randint(0, 2)):
            figure(umbrella, dice.randint(1, 90), datetime.date(2025, 1, 1 + day))
        for name in dice.sample(["Alpha", "Beta", "Gamma", "Delta"], dice.choice([0, 0, 2, 4])):
            place = dice.choice([None, *countries]) if category == "B" else None
            create_affiliation(umbrella, name, country=place)
    for proposal in likenesses.proposals(create_secretary()):
        if dice.random() < 0.7 and not likenesses.in_different_countries(
            proposal.one.association, proposal.other.association
        ):
            try:
                likenesses.decide(
                    proposal.one.association,
                    proposal.other.association,
                    decision=dice.choice(["same", "same", "different"]),
                    by=None,
                )
            except ValidationError as error:
                assert error.code == "contradiction"

    def told(found):
        return (
            found.organisations,
            found.countries,
            {source.organisation.pk for source in found.sources},
        )

    assert told(reach.of_world()) == by_hand()
    for region in regions:
        assert told(reach.of_region(region)) == by_hand(region=region)
    for country in countries:
        assert told(reach.of_country(country)) == by_hand(country=country)
    for organisation in Organisation.objects.all():
        assert told(reach.of_organisation(organisation)) == by_hand(organisation=organisation)


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    for code in ("KE", "TZ"):
        create_affiliation(create_organisation(category="A", country=create_country(code)))
        figure(create_organisation(category="B"), 5)
        with django_assert_num_queries(5):
            reach.of_world()
