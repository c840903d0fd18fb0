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
        f"DTSTAMP:{stamp(event.starts_at)}",
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


def stamp(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return text.replace("\r", "").replace("\n", "\\n")


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
