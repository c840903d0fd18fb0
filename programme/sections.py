"""What newsletters tell of the programme."""

import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.links import absolute
from portal.lib.sections import Layout, Section, Span, Told
from portal.lib.translations import LANGUAGES
from programme.models import Event
from regions.models import Region

DAYS_AHEAD = 120


def events_ahead(region: Region | None, span: Span) -> QuerySet:
    """Public events that begin in the four months after these days.

    The world's letter has the world conferences and what does not belong to one region alone.
    """
    after = span.last + datetime.timedelta(days=1)
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


def event_told(event: Event, language: str) -> Told:
    return Told(
        title=event.text("title", language),
        url=absolute(event.get_absolute_url()),
        languages=[code for code in LANGUAGES if event.is_available(code)],
        date=event.local_start.date(),
        last_date=event.local_end.date(),
        place=event.text("place", language),
        country=getattr(event.country, f"name_{language}") if event.country else "",
    )


EVENTS = Section(
    code="events",
    title=_("Dates"),
    layout=Layout.DATES,
    found=events_ahead,
    whole=lambda: Event.objects.select_related("country"),
    shown=lambda event: event.is_public,
    tell=event_told,
    position=50,
)
