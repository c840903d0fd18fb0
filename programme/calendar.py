"""Events for other calendars, as RFC 5545 wants them."""

import datetime
from urllib.parse import urlsplit

from django.conf import settings

from portal.lib.links import absolute
from programme.models import Event

LINE = 75


def as_ical(event: Event) -> str:
    """One event as an iCalendar file, in the active language; lines end with CR LF."""
    place = event.text("place").value
    if event.country_id:
        place = f"{place}, {event.country.name}" if place else event.country.name
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Council Portal//EN",
        "BEGIN:VEVENT",
        f"UID:event-{event.pk}@{urlsplit(settings.SITE_URL).hostname}",
        f"DTSTAMP:{stamp(revised_at(event))}",
        f"DTSTART:{stamp(event.starts_at)}",
        f"DTEND:{stamp(event.ends_at)}",
        f"SUMMARY:{escaped(event.text('title').value)}",
        f"DESCRIPTION:{escaped(event.text('summary').value)}",
        f"LOCATION:{escaped(place)}",
        f"URL:{absolute(event.get_absolute_url())}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def revised_at(event: Event) -> datetime.datetime:
    """When the event was last changed: calendars keep the later of two copies."""
    dates = event.history.order_by("-history_date").values_list("history_date", flat=True)
    return dates.first() or event.starts_at


def stamp(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """The line broken after at most 75 octets, never inside a character."""
    parts, current, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LINE:
            parts.append(current)
            current, size = "", 1  # the space that continues the line counts
        current += character
        size += width
    return "\r\n ".join([*parts, current])
