"""The public directory: one queryset for the list and its CSV."""

import csv
import io

from django.db.models import Count

from members.models import Organisation
from members.models.organisations import OrganisationQuerySet
from regions.models import Country, Grouping, GroupingMember, Region

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def found(
    *,
    word: str = "",
    region: Region | None = None,
    country: Country | None = None,
    category: str = "",
    grouping: Grouping | None = None,
) -> OrganisationQuerySet:
    """The public organisations that match, in the order of the reader's language."""
    rows = Organisation.objects.public()
    if word:
        rows = rows.named(word)
    if region:
        rows = rows.in_region(region)
    if country:
        rows = rows.in_country(country)
    if category:
        rows = rows.of_category(category)
    if grouping:
        states = GroupingMember.objects.full().filter(grouping=grouping, until__isnull=True)
        rows = rows.filter(country__in=states.values("country"))
    return rows.select_related("category", "country__region").prefetch_related("regions").in_order()


def counted_regions() -> list[Region]:
    """The nine regions, each with ``count``: its active organisations.

    Discreet members are counted, since a region is large enough for them not to be inferred;
    below the level of a region no figure counts them.
    """
    rows = Organisation.objects.active().order_by()
    counts: dict[int, int] = {}
    for chosen, place in (
        (rows.filter(country__isnull=False), "country__region"),
        (rows.filter(country__isnull=True), "regions"),
    ):
        for region, number in chosen.values_list(place).annotate(n=Count("pk")):
            counts[region] = counts.get(region, 0) + number
    regions = list(Region.objects.all())
    for region in regions:
        region.count = counts.get(region.pk, 0)
    return regions


def as_csv(organisations) -> str:
    """Exactly what the directory shows, in three languages, safe to open in a spreadsheet."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(
        [
            "slug",
            "name_fr",
            "name_en",
            "name_es",
            "acronym",
            "category",
            "country",
            "region",
            "site",
        ]
    )
    for organisation in organisations:
        region = organisation.region
        row = [
            organisation.slug,
            *(organisation.own_text("name", code) for code in ("fr", "en", "es")),
            organisation.acronym,
            organisation.category.code,
            organisation.country_id or "",
            region.code if region else "",
            organisation.website,
        ]
        writer.writerow([f"'{c}" if c.startswith(FORMULA_STARTS) else c for c in row])
    return output.getvalue()
