"""The public directory: one queryset for the list and its CSV."""

import csv
import io

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils import timezone

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
        rows = rows.mentioning(word)
    if region:
        rows = rows.in_region(region)
    if country:
        rows = rows.in_country(country)
    if category:
        rows = rows.of_category(category)
    if grouping:
        today = timezone.localdate()
        states = GroupingMember.objects.full().on(today).filter(grouping=grouping)
        rows = rows.filter(country__in=states.values("country"))
    return rows.select_related("category", "country__region").prefetch_related("regions").in_order()


def counted_regions() -> list[Region]:
    """The nine regions, each with ``count``: its active organisations.

    Discreet members are counted, since a region is large enough for them not to be inferred;
    below the level of a region no figure counts them.
    """
    place = Coalesce("country__region", "regions")
    rows = Organisation.objects.active().order_by().annotate(place=place).values_list("place")
    counts = dict(rows.annotate(number=Count("pk", distinct=True)))
    regions = list(Region.objects.all())
    for region in regions:
        region.count = counts.get(region.pk, 0)
    return regions


def as_csv(organisations) -> str:
    """Exactly what the directory shows, in three languages, safe to open in a spreadsheet.

    The mark at the beginning tells spreadsheets that accents are written in UTF-8.
    """
    output = io.StringIO("\ufeff")
    output.seek(0, io.SEEK_END)
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
            "regions",
            "site",
        ]
    )
    for organisation in organisations:
        # Without one country, an organisation is active in several regions.
        regions = [organisation.region] if organisation.country_id else organisation.regions.all()
        row = [
            organisation.slug,
            *(organisation.own_text("name", code) for code in ("fr", "en", "es")),
            organisation.acronym,
            organisation.category.code,
            organisation.country_id or "",
            " ".join(region.code for region in regions),
            organisation.website,
        ]
        writer.writerow([f"'{c}" if c.startswith(FORMULA_STARTS) else c for c in row])
    return output.getvalue()
