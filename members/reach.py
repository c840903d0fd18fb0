"""For how many organisations the network speaks: the members of its members.

What counts is the list of each umbrella where it has one, else the latest figure it gave, never
both. An association on several lists counts once, as somebody decided. Below the level of a
region only public umbrellas count, and the number of countries counts them alone everywhere,
so that no country gives a discreet one away.
"""

import datetime
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
    if not organisation.category.has_own_members:
        return Reach()
    return reach(
        Affiliation.objects.under(organisation),
        Organisation.objects.filter(pk=organisation.pk),
        naming_all=True,
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


def reach(
    affiliations: AffiliationQuerySet,
    counting: OrganisationQuerySet,
    *,
    naming_all: bool = False,
) -> Reach:
    """The reach of these places on lists, and of those umbrellas that only give a figure.

    Five queries, however many there are. ``naming_all`` is for an organisation's own eyes.
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
    named = [source for source in told if naming_all or not source.organisation.discreet]
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
