"""The public directory: one set of organisations for the list, the map, the counts, the files."""

from typing import NamedTuple

from django.db.models import Count, F
from django.db.models.functions import Coalesce
from django.utils import timezone

from members.models import Category, Facet, Organisation
from members.models.facets import FacetKind
from members.models.organisations import OrganisationQuerySet
from portal.lib.translations import current_language
from regions.models import Country, Grouping, GroupingMember, Region

# Up to so many organisations that hold the words are named one by one when choices are counted:
# looking for the words once is cheaper than once for each filter.
FEW = 500


class Choice(NamedTuple):
    """One thing to choose in a filter, and how many organisations it would leave."""

    value: str
    label: str
    count: int


def found(**chosen) -> OrganisationQuerySet:
    """The public organisations that match, in the order of the reader's language."""
    return (
        narrowed(**chosen)
        .select_related("category", "country__region")
        .prefetch_related("regions")
        .in_order()
    )


def narrowed(
    *,
    word: str = "",
    region: Region | None = None,
    country: Country | None = None,
    category: str = "",
    grouping: Grouping | None = None,
    language: Facet | None = None,
    theme: Facet | None = None,
    population: Facet | None = None,
) -> OrganisationQuerySet:
    """The public organisations that match, as a set without order."""
    rows = Organisation.objects.public().order_by()
    if word:
        rows = rows.mentioning(word)
    if region:
        rows = rows.in_region(region)
    if country:
        rows = rows.in_country(country)
    if category:
        rows = rows.of_category(category)
    if grouping:
        rows = rows.filter(country__in=states_of(grouping).values("country"))
    for facet in (language, theme, population):
        if facet:
            rows = rows.having(facet)
    return rows


def states_of(grouping: Grouping | None = None):
    """The links of full members in force today, of one grouping or of all."""
    links = GroupingMember.objects.full().on(timezone.localdate())
    return links.filter(grouping=grouping) if grouping else links


def choices(chosen: dict) -> dict[str, list[Choice]]:
    """What each filter offers, counted as the other filters leave it, never ending in nothing.

    Only public members are counted, also by region: the list shows no others.
    """
    rows_without = counting_without(chosen)
    by_region = counts_by_region(rows_without("region"))
    regions = [
        Choice(region.code, str(region), by_region.get(region.pk, 0))
        for region in Region.objects.all()
    ]
    offered = {
        "region": regions,
        "country": countries_in(rows_without("country")),
        "category": categories_in(rows_without("category")),
        "grouping": groupings_in(rows_without("grouping")),
        "language": facets_in(rows_without("language"), FacetKind.LANGUAGE),
        "theme": facets_in(rows_without("theme"), FacetKind.THEME),
        "population": facets_in(rows_without("population"), FacetKind.POPULATION),
    }
    return {name: [one for one in every if one.count] for name, every in offered.items()}


def counting_without(chosen: dict):
    """A function from the name of a filter to what all other filters leave."""
    others = dict(chosen)
    holding = None
    if words := others.pop("word", ""):
        holding = narrowed(word=words).values("pk")
        named = list(holding.values_list("pk", flat=True)[: FEW + 1])
        holding = named if len(named) <= FEW else holding

    def without(name: str) -> OrganisationQuerySet:
        rows = narrowed(**{key: value for key, value in others.items() if key != name})
        rows = rows if holding is None else rows.filter(pk__in=holding)
        # As a set of its own, so that what it was narrowed by does not multiply what is counted.
        return Organisation.objects.order_by().filter(pk__in=rows.values("pk"))

    return without


def counts_by_region(rows: OrganisationQuerySet) -> dict[int, int]:
    """Region → organisations: of its countries, or active in it without one country."""
    placed = rows.annotate(place=Coalesce("country__region", "regions")).values_list("place")
    return dict(placed.annotate(number=Count("pk", distinct=True)))


def counts_by_country(rows: OrganisationQuerySet) -> dict[str, int]:
    """Country → organisations, for those that have one country."""
    placed = rows.order_by().filter(country__isnull=False).values_list("country")
    return dict(placed.annotate(number=Count("pk", distinct=True)))


def countries_in(rows: OrganisationQuerySet) -> list[Choice]:
    counted = (
        Country.objects.filter(organisations__in=rows)
        .annotate(number=Count("organisations", distinct=True))
        .in_order()
    )
    return [Choice(country.code, country.name, country.number) for country in counted]


def categories_in(rows: OrganisationQuerySet) -> list[Choice]:
    counted = Category.objects.filter(organisations__in=rows).annotate(
        number=Count("organisations", distinct=True)
    )
    return [Choice(category.code, str(category), category.number) for category in counted]


def groupings_in(rows: OrganisationQuerySet) -> list[Choice]:
    number = Count("country__organisations", distinct=True)
    counted = (
        states_of()
        .filter(country__organisations__in=rows)
        .order_by("grouping__code")
        .values_list("grouping__code", f"grouping__acronym_{current_language()}")
        .annotate(number=number)
    )
    return [Choice(code, acronym or code, number) for code, acronym, number in counted]


def facets_in(rows: OrganisationQuerySet, kind: str) -> list[Choice]:
    counted = (
        Facet.objects.of_kind(kind)
        .filter(organisations__in=rows)
        .annotate(number=Count("organisations", distinct=True))
        .order_by(F("number").desc(), "position", "code")
    )
    return [Choice(facet.code, facet.label, facet.number) for facet in counted]


def counted_regions() -> list[Region]:
    """The nine regions, each with ``count``: its active organisations.

    Discreet members are counted, since a region is large enough for them not to be inferred;
    below the level of a region no figure counts them.
    """
    counts = counts_by_region(Organisation.objects.active().order_by())
    regions = list(Region.objects.all())
    for region in regions:
        region.count = counts.get(region.pk, 0)
    return regions
