"""Organisations as entries of a feed: the public ones, the last to come first."""

from members.models import Organisation
from members.models.organisations import OrganisationQuerySet
from portal.lib import feeds
from regions.feeds import categories


def newest(rows: OrganisationQuerySet) -> OrganisationQuerySet:
    """With what an entry needs. ``rows`` are public."""
    rows = rows.select_related("category", "country__region").prefetch_related("regions")
    return feeds.with_revised_at(rows).order_by("-pk")


def entry(organisation: Organisation) -> feeds.Entry:
    own = [organisation.country.region] if organisation.country_id else organisation.regions.all()
    return feeds.entry(
        organisation,
        id=feeds.name_of("organisation", organisation.pk),
        title="name",
        summary="description",
        updated=organisation.revised_at or feeds.NEVER,
        categories=[
            feeds.Category("organisation", feeds.name_of("scheme", "type")),
            feeds.Category(organisation.category.code, feeds.name_of("scheme", "category")),
            *categories(own),
        ],
    )
