"""The public directory: one set of organisations for the list, the map, the counts, the files."""

from django.utils import timezone

from members import counting
from members.counting import Members
from members.models import Category, Facet, MemberWords, Organisation
from members.models.organisations import OrganisationQuerySet
from regions.models import Country, Grouping, GroupingMember, Region


def found(**chosen) -> OrganisationQuerySet:
    """The public organisations that match, in the order of the reader's language."""
    return with_places(narrowed(**chosen)).in_order()


def with_places(rows: OrganisationQuerySet) -> OrganisationQuerySet:
    """With what a list says of where and what they are."""
    return rows.select_related("category", "country__region").prefetch_related("regions")


def narrowed(
    *,
    word: str = "",
    region: Region | None = None,
    country: Country | None = None,
    category: Category | None = None,
    grouping: Grouping | None = None,
    language: Facet | None = None,
    theme: Facet | None = None,
    population: Facet | None = None,
) -> OrganisationQuerySet:
    """The public organisations that match, as a set without order."""
    rows = Organisation.objects.public().order_by()
    if word:
        rows = holding(rows, word)
    if region:
        rows = rows.in_region(region)
    if country:
        rows = rows.in_country(country)
    if category:
        rows = rows.filter(category=category)
    if grouping:
        rows = rows.filter(country__in=states_of(grouping).values("country"))
    for facet in (language, theme, population):
        if facet:
            rows = rows.having(facet)
    return rows


def holding(rows: OrganisationQuerySet, words: str) -> OrganisationQuerySet:
    """Those of these public ones that hold the words, by what is kept for it once there is any."""
    if not counting.is_kept():
        return rows.mentioning(words)
    return rows.filter(pk__in=MemberWords.objects.holding(words).values("organisation"))


def states_of(grouping: Grouping | None = None):
    """The links of full members in force today, of one grouping or of all."""
    links = GroupingMember.objects.full().on(timezone.localdate())
    return links.filter(grouping=grouping) if grouping else links


def counted_regions() -> list[Region]:
    """The nine regions, each with ``count``: its active organisations.

    Discreet members are counted, since a region is large enough for them not to be inferred;
    below the level of a region no figure counts them.
    """
    members = counting.by_region()
    regions = list(Region.objects.all())
    for region in regions:
        region.count = members[region.code].all if region.code in members else 0
    return regions


def first_of_region(region: Region, members: Members, *, most: int) -> list[Organisation]:
    """The first public members of a region, by country and name as the reader's language sorts.

    Of a large region no more countries are read than it takes to have so many.
    """
    rows = Organisation.objects.public()
    codes: list[str] = []
    if members.public > most:
        ordered = Country.objects.filter(code__in=members.by_country).in_order()
        for code in ordered.values_list("code", flat=True):
            codes.append(code)
            if sum(members.by_country[code] for code in codes) >= most:
                rows = rows.filter(country__in=codes)
                break
        else:
            rows = rows.in_region(region)
    else:
        rows = rows.in_region(region)
    return list(rows.select_related("category", "country").with_first_year().by_country()[:most])
