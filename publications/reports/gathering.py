"""What the yearly reports of several members are made from, gathered in about as many queries as
that of one takes.

Reports are ordered by the hundred, and most of them have not changed since: what stays the same
is told by comparing the figures, so that these have to cost little.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, prefetch_related_objects
from django.utils import timezone, translation

from members import confirmations, reach
from members.confirmations import NextAsked
from members.models import Invoice, Mandate, Membership, Organisation
from members.reach import Reach
from portal.lib import year_parts
from portal.lib.year_parts import YearLine, YearPart
from programme.models import Event
from publications.models import Publication
from publications.reports.figures import (
    event_rows,
    events_between,
    members_by_country,
    publications_by_axis,
)
from regions.models import Region

EVENTS_AHEAD = 4
NO_REGION = {"region_members": 0, "region_events": 0, "region_publications": 0}
NO_REGION |= {"axes": [], "map": {}, "upcoming": []}


@dataclass(frozen=True)
class Year:
    """What there is to tell of one member: all its periods and its standing invoices, each the
    earliest first, the parts of the year, its region beside it, and the rest of today."""

    periods: list[Membership]
    invoices: list[Invoice]
    people: int
    parts: list[tuple[YearPart, list[YearLine]]]
    reach: Reach
    asked: NextAsked | None
    region: Region | None
    beside: dict
    own_in_region: int


def gather(
    organisations: Sequence[Organisation],
    *,
    first: datetime.date,
    last: datetime.date,
    language: str,
    today: datetime.date,
) -> dict[int, Year]:
    """The year of each by its primary key; category, country and region are read along."""
    prefetch_related_objects(organisations, "category", "country__region")
    prefetch_related_objects([one for one in organisations if not one.country_id], "regions")
    periods = grouped(
        Membership.objects.filter(organisation__in=organisations)
        .select_related("category")
        .order_by("starts_on")
    )
    invoices = grouped(
        Invoice.objects.standing().filter(organisation__in=organisations).order_by("due_on", "pk")
    )
    people = dict(
        Mandate.objects.current(today)
        .filter(organisation__in=organisations)
        .order_by()
        .values_list("organisation")
        .annotate(count=Count("pk"))
    )
    with translation.override(language):
        parts = [
            (part, part.found(organisations, first, last, language))
            for part in year_parts.registered()
        ]
    says = reach.of_each(organisations)
    asked = confirmations.next_for_each(organisations, today)
    members_of: dict[Region, list[Organisation]] = defaultdict(list)
    regions = {one.pk: one.region for one in organisations}
    for one in organisations:
        if region := regions[one.pk]:
            members_of[region].append(one)
    shared = {region: beside(region, first, last, language) for region in members_of}
    own: dict[int, int] = {}
    for region, members in members_of.items():
        own |= published_by(members, region, first, last)
    return {
        one.pk: Year(
            periods=periods[one.pk],
            invoices=invoices[one.pk],
            people=people.get(one.pk, 0),
            parts=[(part, list(found.get(one.pk, ()))) for part, found in parts],
            reach=says.get(one.pk, Reach()),
            asked=asked.get(one.pk),
            region=regions[one.pk],
            beside=shared.get(regions[one.pk], NO_REGION),
            own_in_region=own.get(one.pk, 0),
        )
        for one in organisations
    }


def grouped(rows) -> dict[int, list]:
    """Rows that belong to an organisation, by its primary key."""
    found = defaultdict(list)
    for row in rows:
        found[row.organisation_id].append(row)
    return found


def beside(region: Region, first: datetime.date, last: datetime.date, language: str) -> dict:
    """A region in the same days, and what is announced there: the same for all its members."""
    ahead = Event.objects.public().taking_place().in_region(region).upcoming(timezone.now())
    published = Publication.objects.announced().in_region(region).dated_between(first, last)
    return {
        "region_members": Organisation.objects.active().in_region(region).count(),
        "region_events": events_between(first, last).in_region(region).count(),
        "region_publications": published.count(),
        "axes": publications_by_axis(region, first, last, language),
        "map": members_by_country(region),
        "upcoming": event_rows(ahead[:EVENTS_AHEAD], language),
    }


def published_by(
    members: Sequence[Organisation], region: Region, first: datetime.date, last: datetime.date
) -> dict[int, int]:
    """How many of the texts of the region each contributed to, without those that did to none."""
    published = Publication.objects.announced().in_region(region).dated_between(first, last)
    rows = published.of_organisations(members).order_by().values_list("organisation_id")
    return dict(rows.annotate(count=Count("pk", distinct=True)))
