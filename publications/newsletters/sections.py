"""The sections of a letter: what each holds, by which rule, and whether it may still be shown.

A section is registered once; the draft, the mail, the page and the PDF follow it. Forums and
good practices join this list when their apps have the data.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from programme.models import Event, Level
from publications.models import Access, IssueItem, Publication
from publications.models.newsletters import Period
from regions.models import Region

Found = Callable[[Region | None, Period], QuerySet]
DAYS_AHEAD = 120


@dataclass(frozen=True)
class Section:
    """One section: its code and title, the field of an item that points to what it tells of.

    ``found`` finds the records for a region (None: the world) and a period, at most ``limit``
    of them are drafted; ``shown`` says whether a record may still be told of today.
    """

    code: str
    title: Promise
    field: str
    found: Found
    shown: Callable[[object], bool]
    limit: int


def publications(region: Region | None, period: Period) -> QuerySet:
    """Published texts dated in the period, the newest first.

    A region's letter has those of the region, the world's those at the level of the world.
    What is open to members only is told of by title and summary, as in the library.
    """
    dated = Publication.objects.announced().dated_between(period.first_day, period.last_day)
    own = dated.in_region(region) if region else dated.filter(level=Level.WORLD)
    return own.newest_first()


def events(region: Region | None, period: Period) -> QuerySet:
    """Public events that begin in the four months after the period.

    The world's letter has the world conferences and what does not belong to one region alone.
    """
    after = period.next.first_day
    ahead = (
        Event.objects.public()
        .taking_place()
        .beginning_between(after, after + datetime.timedelta(days=DAYS_AHEAD))
    )
    if region:
        return ahead.in_region(region).order_by("starts_at", "slug")
    of_the_world = ~Q(region_count=1) | Q(kind=Event.Kind.CONFERENCE)
    return (
        ahead.annotate(region_count=Count("regions"))
        .filter(of_the_world)
        .order_by("starts_at", "slug")
    )


def new_members(region: Region | None, period: Period) -> QuerySet:
    """Public members whose first period of membership began in the period; never discreet ones."""
    public = Organisation.objects.public()
    if region:
        public = public.filter(
            Q(country__region=region)
            | Q(
                country__isnull=True,
                pk__in=Organisation.regions.through.objects.filter(region=region).values(
                    "organisation"
                ),
            )
        )
    return (
        public.annotate(joined_on=Min("memberships__starts_on"))
        .filter(joined_on__range=(period.first_day, period.last_day))
        .order_by("joined_on", "slug")
    )


SECTIONS = (
    Section(
        "publications",
        _("Publications"),
        "publication",
        publications,
        lambda publication: publication.is_published and publication.access != Access.SECRETARIAT,
        limit=15,
    ),
    Section("events", _("Dates"), "event", events, lambda event: event.is_public, limit=15),
    Section(
        "members",
        _("New members"),
        "organisation",
        new_members,
        lambda organisation: organisation.is_public,
        limit=40,
    ),
)


def anything_for(region: Region | None, period: Period) -> bool:
    return any(section.found(region, period).exists() for section in SECTIONS)


def shown_items(issue) -> dict[str, list[IssueItem]]:
    """The items of an issue by section, without what has been withdrawn or hidden since.

    An issue in the archive follows: a member that becomes discreet leaves it too.
    """
    items = list(
        issue.items.select_related("publication", "event__country", "organisation__country")
        .prefetch_related("publication__files")
        .order_by("position", "pk")
    )
    return {
        section.code: [
            item for item in items if item.section == section.code and section.shown(item.subject)
        ]
        for section in SECTIONS
    }


def last_complete(today: datetime.date | None = None) -> Period:
    """The quarter that ended last."""
    return Period.of(today or timezone.localdate()).previous
