"""Events for other calendars (RFC 5545), each at the time of its place, in the active language."""

import datetime
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from portal.lib.feeds import with_revised_at
from portal.lib.links import absolute
from portal.lib.templatetags.text import in_language
from portal.lib.translations import Text, current_language
from programme.models import Event, EventQuerySet

MEDIA_TYPE = "text/calendar; charset=utf-8"
# A calendar that is subscribed to holds what ended since, and at most so many events.
KEPT = datetime.timedelta(days=365)
MOST = 1000
# How often a calendar program should ask again.
ASK_AGAIN = datetime.timedelta(hours=12)


def for_calendars(rows: EventQuerySet, now: datetime.datetime) -> EventQuerySet:
    """The events that a subscribed calendar holds, with what it says of each."""
    recent = rows.filter(ends_at__gte=now - KEPT).order_by("starts_at", "pk")
    return with_revisions(recent)[:MOST]


def with_revisions(rows: EventQuerySet) -> EventQuerySet:
    """Each with ``revised_at`` and ``revisions``, how often it was saved."""
    kept = Event.history.model.objects.filter(id=OuterRef("pk")).order_by()
    saved = kept.values("id").annotate(number=Count("pk")).values("number")
    number = Coalesce(Subquery(saved, output_field=IntegerField()), 0)
    return with_revised_at(rows.select_related("country")).annotate(revisions=number)


def as_ical(events: Iterable[Event], *, name: str, source: str = "") -> str:
    """A calendar of these events, made by ``with_revisions``; lines end with CR LF.

    ``source`` is the path at which it is read again, where there is one to subscribe to.
    """
    events = list(events)
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//Council Portal//{current_language().upper()}")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):
        calendar.add(key, name, parameters={"LANGUAGE": current_language()})
    if source:
        calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT12H")
        calendar.add("source", absolute(source), parameters={"VALUE": "URI"})
    for zone in time_zones(events):
        calendar.add_component(zone)
    for event in events:
        calendar.add_component(entry(event))
    return calendar.to_ical().decode()


def entry(event: Event) -> icalendar.Event:
    """One event. Its name and its number of revisions let a calendar know it again."""
    title, summary = event.text("title"), event.text("summary")
    revised_at = event.revised_at or event.starts_at
    told = icalendar.Event()
    told.add("uid", f"event-{event.pk}@{urlsplit(settings.SITE_URL).hostname}")
    told.add("dtstamp", revised_at.replace(microsecond=0))
    told.add("last-modified", revised_at.replace(microsecond=0))
    told.add("sequence", max(event.revisions - 1, 0))
    told.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    begins, ends = span(event)
    told.add("dtstart", begins)
    if ends > begins:  # what has no length has no end (RFC 5545, 3.8.2.2)
        told.add("dtend", ends)
    add(told, "summary", marked(title))
    if summary.value:
        add(told, "description", summary)
    if place := where(event):
        add(told, "location", place)
    told.add("categories", [event.kind.upper()])
    told.add("class", "PUBLIC")
    told.add("transp", "TRANSPARENT" if event.is_all_day else "OPAQUE")
    told.add("url", absolute(event.get_absolute_url()))
    return told


def add(told: icalendar.Event, name: str, text: Text):
    told.add(name, text.value, parameters={"LANGUAGE": text.language})


def marked(text: Text) -> Text:
    """With the language in words where it is not the reader's: few calendars show it."""
    if text.language == current_language() or not text.value:
        return text
    return text._replace(value=f"{text.value} ({in_language(text.language)})")


def where(event: Event) -> Text | None:
    """Its place and country; of another language when the place is known in that one alone."""
    place = event.text("place")
    country = event.country.name if event.country_id else ""
    words = ", ".join(part for part in (place.value, country) if part)
    return Text(words, place.language) if words else None


def span(event: Event) -> tuple[datetime.date, datetime.date]:
    """Its beginning and its end: two moments, or the first day and the day after the last."""
    if event.is_all_day:
        return event.local_start.date(), event.local_end.date() + datetime.timedelta(days=1)
    return moment(event.local_start), moment(event.local_end)


def moment(local: datetime.datetime) -> datetime.datetime:
    """The moment as a calendar can say it.

    Of an hour that a clock shows twice, a time with a zone is the first (RFC 5545, 3.3.5): the
    second is told in UTC.
    """
    return local.astimezone(datetime.UTC) if local.fold else local


def time_zones(events: list[Event]) -> list[icalendar.Timezone]:
    """What the clocks do in the zones of these events, from a year before to a year after."""
    timed = [event for event in events if not event.is_all_day]
    if not timed:
        return []
    first = min(event.starts_at for event in timed).year - 1
    last = max(event.ends_at for event in timed).year + 2
    names = sorted({event.time_zone for event in timed} - {"UTC"})
    return [time_zone(name, first, last) for name in names]


@lru_cache(maxsize=100)
def time_zone(name: str, first: int, last: int) -> icalendar.Timezone:
    return icalendar.Timezone.from_tzinfo(
        ZoneInfo(name), name, datetime.date(first, 1, 1), datetime.date(last, 1, 1)
    )
