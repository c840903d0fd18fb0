"""An event as an iCalendar file, as RFC 5545 has it."""

import datetime

import pytest
from django.utils import translation

from programme import calendar
from tests.factories import create_event

pytestmark = pytest.mark.django_db


def content_lines(text: str) -> dict[str, str]:
    lines = text.replace("\r\n ", "").split("\r\n")
    return dict(line.split(":", 1) for line in lines if line)


@pytest.mark.parametrize("character", ["a", "é", "中", "🌍"])
@pytest.mark.parametrize("length", [1, 74, 75, 76, 149, 150, 151, 400])
def test_a_line_is_folded_after_75_octets_and_never_inside_a_character(character, length):
    line = character * length
    parts = calendar.folded(line).encode().split(b"\r\n")
    assert all(len(part) <= 75 for part in parts)
    assert all(part.startswith(b" ") for part in parts[1:])
    # Each part can be read by itself, and a line that fits is left as it is.
    assert "".join(part.decode().removeprefix(" ") for part in parts) == line
    assert (len(parts) == 1) == (len(line.encode()) <= 75)


@pytest.mark.parametrize("character", ["é", "中", "🌍"])
def test_a_line_is_not_folded_earlier_than_need_be(character):
    width = len(character.encode())
    first, second, *_rest = calendar.folded(character * 100).encode().split(b"\r\n")
    assert 75 - width < len(first) <= 75
    assert 75 - width < len(second) <= 75


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Care, work; rest", r"Care\, work\; rest"),
        ("a\\b", r"a\\b"),
        ("a\\nb", r"a\\nb"),
        ("one\ntwo", r"one\ntwo"),
        ("one\r\ntwo", r"one\ntwo"),
        ("one\rtwo", r"one\ntwo"),
        ("BEGIN:VEVENT", "BEGIN:VEVENT"),
        ("", ""),
    ],
)
def test_a_text_is_escaped(text, expected):
    assert calendar.escaped(text) == expected


def test_no_text_begins_a_line_of_its_own():
    event = create_event(summary_en="End\r\nEND:VEVENT\rBEGIN:VALARM\nX:1")
    with translation.override("en"):
        lines = calendar.as_ical(event).replace("\r\n ", "").split("\r\n")
    assert lines.count("END:VEVENT") == 1
    assert "BEGIN:VALARM" not in lines and "X:1" not in lines


@pytest.mark.parametrize(("month", "utc"), [(1, "110000"), (7, "100000")])
def test_the_time_of_a_place_is_told_in_utc_in_winter_and_summer(month, utc):
    noon = datetime.timezone(datetime.timedelta(hours=1 if month == 1 else 2))
    start = datetime.datetime(2026, month, 15, 12, 0, tzinfo=noon)
    event = create_event(
        time_zone="Europe/Paris", starts_at=start, ends_at=start + datetime.timedelta(hours=2)
    )
    assert event.local_start.hour == 12
    told = content_lines(calendar.as_ical(event))
    assert told["DTSTART"] == f"2026{month:02d}15T{utc}Z"


@pytest.mark.parametrize(
    ("language", "title"), [("fr", "Séminaire"), ("en", "Seminar"), ("es", "Seminario")]
)
def test_it_is_in_the_readers_language(language, title):
    event = create_event(title_fr="Séminaire", title_en="Seminar", title_es="Seminario")
    with translation.override(language):
        told = content_lines(calendar.as_ical(event))
    assert told["SUMMARY"] == title
    assert told["URL"].endswith(f"/{language}/programme/events/{event.slug}/")


def test_a_later_copy_is_known_from_an_earlier_one():
    """An event that is moved forward must not look older to the reader's calendar."""
    event = create_event()
    before = content_lines(calendar.as_ical(event))["DTSTAMP"]
    event.history.update(history_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    assert content_lines(calendar.as_ical(event))["DTSTAMP"] == "20260101T000000Z"
    event.starts_at -= datetime.timedelta(days=300)
    event.save()
    assert content_lines(calendar.as_ical(event))["DTSTAMP"] >= before
    event.history.all().delete()
    told = content_lines(calendar.as_ical(event))
    assert told["DTSTAMP"] == told["DTSTART"]
