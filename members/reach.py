"""For how many organisations the network speaks: the members of its members.

What counts is the list of each umbrella where it has one, else the latest figure it gave, never
both. An association on several lists counts once, as somebody decided. Below the level of a
region only public umbrellas count, and the number of countries counts them alone everywhere,
so that no country gives a discreet one away.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from members.models import Affiliation, Headcount, Organisation
from members.models.associations import AffiliationQuerySet, counted_as
from members.models.organisations import OrganisationQuerySet
from regions.models import Country, Region


@dataclass(frozen=True)
class Source:
    """What one umbrella says of its members: a list or a figure, as of a day."""

    organisation: Organisation
    is_list: bool
    number: int
    as_of: datetime.date
    origin: str = ""


@dataclass(frozen=True)
class Reach:
    """``organisations`` in ``countries``, from named sources and perhaps from others.

    ``others`` tells that discreet umbrellas are counted too, without saying which; ``as_of``
    and ``oldest`` are the days of the newest and of the oldest source.
    """

    organisations: int = 0
    countries: int = 0
    sources: tuple[Source, ...] = ()
    others: bool = False
    as_of: datetime.date | None = None
    oldest: datetime.date | None = None

    def __bool__(self):
        return self.organisations > 0


def of_organisation(organisation: Organisation) -> Reach:
    """What an organisation says itself, whoever may see it is the caller's to know."""
    return of_each([organisation]).get(organisation.pk, Reach())


def of_each(organisations: Iterable[Organisation]) -> dict[int, Reach]:
    """The same for several by their primary keys, without those that say nothing.

    Three queries, however many there are."""
    umbrellas = {one.pk: one for one in organisations if one.category.has_own_members}
    if not umbrellas:
        return {}
    affiliations = Affiliation.objects.filter(umbrella__in=umbrellas).order_by()
    lists = list(
        affiliations.values("umbrella")
        .annotate(n=Count(counted_as(), distinct=True), day=Max("checked_on"))
        .values_list("umbrella", "n", "day")
    )
    countries: dict[int, set[str | None]] = {}
    if lists:
        for pk, country in affiliations.values_list("umbrella", "association__country").distinct():
            countries.setdefault(pk, set()).add(country)
    found = {
        pk: alone(Source(umbrellas[pk], True, number, day), countries[pk])
        for pk, number, day in lists
    }
    figures = Headcount.objects.filter(organisation__in=umbrellas.keys() - found.keys())
    for row in figures.latest_of_each():
        umbrella = umbrellas[row.organisation_id]
        source = Source(umbrella, False, row.figure, row.as_of, row.source)
        found[umbrella.pk] = alone(source, {umbrella.country_id})
    return found


def alone(source: Source, countries: set[str | None]) -> Reach:
    """What a single umbrella says."""
    return Reach(
        organisations=source.number,
        countries=len(countries - {None}),
        sources=(source,),
        as_of=source.as_of,
        oldest=source.as_of,
    )


def of_country(country: Country) -> Reach:
    return reach(
        Affiliation.objects.of_public_members().in_country(country),
        umbrellas().filter(country=country, discreet=False),
    )


def of_region(region: Region) -> Reach:
    """An umbrella without one country gives its figure to a region only if it has no other."""
    alone = (
        Organisation.objects.filter(country__isnull=True)
        .annotate(places=Count("regions"))
        .filter(places=1)
    )
    return reach(
        Affiliation.objects.of_members().in_region(region),
        umbrellas().filter(
            Q(country__region=region) | Q(pk__in=alone.values("pk"), regions=region)
        ),
    )


def of_world() -> Reach:
    return reach(Affiliation.objects.of_members(), umbrellas())


def umbrellas() -> OrganisationQuerySet:
    return Organisation.objects.active().filter(category__has_own_members=True)


def reach(affiliations: AffiliationQuerySet, counting: OrganisationQuerySet) -> Reach:
    """The reach of these places on lists, and of those umbrellas that only give a figure.

    Five queries, however many there are.
    """
    lists = list(
        affiliations.order_by()
        .values("umbrella")
        .annotate(n=Count(counted_as(), distinct=True), day=Max("checked_on"))
        .values_list("umbrella", "n", "day")
    )
    figures = list(
        Headcount.objects.filter(organisation__in=counting)
        .exclude(organisation__in=Affiliation.objects.order_by().values("umbrella"))
        .latest_of_each()
        .select_related("organisation__country", "organisation__category")
    )
    umbrellas_listed = Organisation.objects.select_related("country", "category").in_bulk(
        [pk for pk, _number, _day in lists]
    )
    told = [Source(umbrellas_listed[pk], True, number, day) for pk, number, day in lists]
    told += [Source(row.organisation, False, row.figure, row.as_of, row.source) for row in figures]
    named = [source for source in told if not source.organisation.discreet]
    places = affiliations.order_by().filter(umbrella__in=[s.organisation for s in named])
    countries = set(places.values_list("association__country", flat=True).distinct())
    countries |= {source.organisation.country_id for source in named if not source.is_list}
    days = [source.as_of for source in told]
    return Reach(
        organisations=(
            affiliations.aggregate(number=Count(counted_as(), distinct=True))["number"]
            + sum(row.figure for row in figures)
        ),
        countries=len(countries - {None}),
        sources=tuple(sorted(named, key=lambda source: (-source.number, source.organisation.pk))),
        others=len(named) < len(told),
        as_of=max(days, default=None),
        oldest=min(days, default=None),
    )
