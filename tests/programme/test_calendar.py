"""Calendars of events, read back by a parser: time zones, languages, revisions, nothing hidden."""

import datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.conf import settings
from django.utils import timezone, translation
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from programme import calendar
from programme.models import Event
from tests.factories import (
    create_axis,
    create_country,
    create_event,
    create_network,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
HIDDEN = "Introuvable"
HOST = settings.SITE_HOST.split(":")[0]


def read(event: Event, language: str = "en") -> tuple[icalendar.Calendar, icalendar.Event]:
    """The calendar of one event, as a program reads it, and the event in it."""
    found = calendar.with_revisions(Event.objects.filter(pk=event.pk)).get()
    with translation.override(language):
        told = icalendar.Calendar.from_ical(calendar.as_ical([found], name="Events"))
    (entry,) = told.walk("VEVENT")
    return told, entry


def subscribed(client, address: str) -> list[icalendar.Event]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not answer.cookies
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


# -- Time -----------------------------------------------------------------------------------------

# (zone, a moment in UTC) around the nights in which clocks change, in both directions.
NIGHTS = [
    ("Europe/Paris", datetime.datetime(2026, 3, 29, 0, 30)),
    ("Europe/Paris", datetime.datetime(2026, 3, 29, 1, 30)),
    ("Europe/Paris", datetime.datetime(2026, 10, 25, 0, 30)),  # 2:30 for the first time
    ("Europe/Paris", datetime.datetime(2026, 10, 25, 1, 30)),  # 2:30 for the second time
    ("America/New_York", datetime.datetime(2026, 3, 8, 6, 30)),
    ("America/New_York", datetime.datetime(2026, 3, 8, 7, 30)),
    ("America/New_York", datetime.datetime(2026, 11, 1, 5, 30)),
    ("America/New_York", datetime.datetime(2026, 11, 1, 6, 30)),
    ("Australia/Lord_Howe", datetime.datetime(2026, 4, 4, 14, 45)),  # half an hour only
    ("Australia/Lord_Howe", datetime.datetime(2026, 4, 4, 15, 15)),
    ("Australia/Lord_Howe", datetime.datetime(2026, 10, 3, 15, 45)),
    ("Africa/Nairobi", datetime.datetime(2026, 10, 25, 0, 30)),
    ("Asia/Kathmandu", datetime.datetime(2026, 10, 25, 0, 30)),
    ("UTC", datetime.datetime(2026, 10, 25, 0, 30)),
]


@pytest.mark.parametrize(("zone", "moment"), NIGHTS)
def test_the_moment_is_right_on_nights_when_clocks_change(zone, moment):
    start = moment.replace(tzinfo=datetime.UTC)
    event = create_event(
        time_zone=zone, starts_at=start, ends_at=start + datetime.timedelta(hours=2)
    )
    told, entry = read(event)
    assert entry.start.astimezone(datetime.UTC) == start
    assert entry.end.astimezone(datetime.UTC) == event.ends_at
    # Whoever reads it by the rules in the file alone, without a database of zones, agrees.
    for name, expected in (("DTSTART", start), ("DTEND", event.ends_at)):
        assert by_the_file(told, entry[name]) == expected


def by_the_file(told: icalendar.Calendar, value) -> datetime.datetime:
    """A moment in UTC, by the VTIMEZONE that stands in the file."""
    zone = value.params.get("TZID")
    if zone is None:
        return value.dt
    (rules,) = [one for one in told.walk("VTIMEZONE") if one["TZID"] == zone]
    own = rules.to_tz(icalendar.timezone.tzp, lookup_tzid=False)
    return value.dt.replace(tzinfo=own).astimezone(datetime.UTC)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Africa/Nairobi", "America/Bogota"])
def test_the_time_is_told_as_the_clock_of_the_place_shows_it(zone):
    start = datetime.datetime(2026, 7, 15, 9, 0, tzinfo=ZoneInfo(zone))
    event = create_event(
        time_zone=zone, starts_at=start, ends_at=start + datetime.timedelta(hours=2)
    )
    told, entry = read(event)
    assert entry["DTSTART"].to_ical() == b"20260715T090000"
    assert entry["DTSTART"].params["TZID"] == zone
    assert [one["TZID"] for one in told.walk("VTIMEZONE")] == [zone]


def test_whole_days_have_no_hours_and_no_zone():
    start = datetime.datetime(2026, 10, 12, 9, 0, tzinfo=ZoneInfo("Pacific/Auckland"))
    event = create_event(
        is_all_day=True,
        time_zone="Pacific/Auckland",
        starts_at=start,
        ends_at=start + datetime.timedelta(days=2),
    )
    told, entry = read(event)
    # The end of a calendar's days is the day after.
    assert (entry.start, entry.end) == (datetime.date(2026, 10, 12), datetime.date(2026, 10, 15))
    assert entry["DTSTART"].params["VALUE"] == "DATE"
    assert told.walk("VTIMEZONE") == []


def test_what_has_no_length_has_no_end():
    start = datetime.datetime(2026, 10, 12, 9, 0, tzinfo=datetime.UTC)
    _told, entry = read(create_event(starts_at=start, ends_at=start))
    assert "DTEND" not in entry
    _told, entry = read(create_event(starts_at=start, ends_at=start, is_all_day=True))
    assert entry.end == datetime.date(2026, 10, 13)


def test_several_days_across_a_change_of_the_clock():
    start = datetime.datetime(2026, 10, 24, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
    end = datetime.datetime(2026, 10, 26, 17, 0, tzinfo=ZoneInfo("Europe/Paris"))
    _told, entry = read(create_event(time_zone="Europe/Paris", starts_at=start, ends_at=end))
    assert (entry["DTSTART"].to_ical(), entry["DTEND"].to_ical()) == (
        b"20261024T090000",
        b"20261026T170000",
    )


def test_the_zones_are_written_alike_every_time():
    for zone in ("Europe/Paris", "Africa/Nairobi", "Asia/Kathmandu", "America/Lima", "UTC"):
        create_event(time_zone=zone)
    rows = calendar.for_calendars(Event.objects.all(), timezone.now())
    told = calendar.as_ical(rows, name="Events")
    names = [one["TZID"] for one in icalendar.Calendar.from_ical(told).walk("VTIMEZONE")]
    assert names == ["Africa/Nairobi", "America/Lima", "Asia/Kathmandu", "Europe/Paris"]


# -- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title"), [("fr", "Séminaire"), ("en", "Seminar"), ("es", "Seminario")]
)
def test_it_is_in_the_readers_language(language, title):
    event = create_event(title_fr="Séminaire", title_en="Seminar", title_es="Seminario")
    _told, entry = read(event, language)
    assert (str(entry["SUMMARY"]), entry["SUMMARY"].params["LANGUAGE"]) == (title, language)
    assert entry["URL"].endswith(f"/{language}/programme/events/{event.slug}/")


def test_a_text_in_another_language_says_which():
    event = create_event(
        title_fr="Forum", title_en="", title_es="", summary_fr="Un", summary_en="", place_fr="Ici"
    )
    _told, entry = read(event, "es")
    assert str(entry["SUMMARY"]) == "Forum (en francés)"
    parameters = {name: entry[name].params["LANGUAGE"] for name in ("SUMMARY", "DESCRIPTION")}
    assert parameters == {"SUMMARY": "fr", "DESCRIPTION": "fr"}
    assert entry["LOCATION"].params["LANGUAGE"] == "fr"


def test_the_place_is_followed_by_its_country():
    kenya = create_country("KE")
    _told, entry = read(create_event(place_en="Nairobi", country=kenya))
    assert str(entry["LOCATION"]) == "Nairobi, Country KE"
    _told, entry = read(create_event(country=kenya))
    assert str(entry["LOCATION"]) == "Country KE"
    _told, entry = read(create_event())
    assert "LOCATION" not in entry


def test_no_text_begins_a_line_of_its_own():
    event = create_event(summary_en="End\r\nEND:VEVENT\rBEGIN:VALARM\nX:1;a,b\\n")
    told, entry = read(event)
    assert len(told.walk("VALARM")) == 0
    assert "X" not in entry
    assert str(entry["DESCRIPTION"]).replace("\r", "\n").split() == [
        "End", "END:VEVENT", "BEGIN:VALARM", "X:1;a,b\\n",
    ]  # fmt: skip


@budget(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"])))
def test_every_text_comes_back_as_it_was(text, db):
    event = Event(pk=1, slug="x", kind="seminar", title_en=text, state_en="ready")
    event.starts_at = event.ends_at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    event.revised_at, event.revisions, event.original_language = event.starts_at, 1, "en"
    with translation.override("en"):
        told = icalendar.Calendar.from_ical(calendar.as_ical([event], name="x"))
    assert str(told.walk("VEVENT")[0]["SUMMARY"]) == text


# -- Knowing an event again -----------------------------------------------------------------------


def test_a_changed_event_is_the_same_one_and_newer():
    event = create_event()
    _told, before = read(event)
    event.slug, event.title_en, event.is_cancelled = "elsewhere", "Moved", True
    event.save()
    _told, after = read(event)
    assert before["UID"] == after["UID"] == f"event-{event.pk}@{HOST}"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert before["LAST-MODIFIED"].dt <= after["LAST-MODIFIED"].dt == after["DTSTAMP"].dt
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    event.history.all().delete()
    _told, entry = read(event)
    assert entry["SEQUENCE"] == 0


def test_the_name_of_an_event_is_the_same_in_every_language():
    event = create_event()
    assert len({str(read(event, code)[1]["UID"]) for code in ("fr", "en", "es")}) == 1


# -- Calendars to subscribe to --------------------------------------------------------------------


@pytest.fixture
def house():
    create_network()
    region, axis = create_region("R8"), create_axis(3)
    create_event(slug="both", regions=[region], axis=axis)
    create_event(slug="region", regions=[region])
    create_event(slug="axis", axis=axis)
    create_event(slug="recent", days=-300)
    create_event(slug="long-ago", days=-400)
    create_event(slug="hidden", title_en=HIDDEN, is_public=False, regions=[region], axis=axis)


@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize(
    ("address", "slugs"),
    [
        ("programme/events/events.ics", ["recent", "axis", "both", "region"]),
        ("programme/events/events.ics?region=R8", ["both", "region"]),
        ("programme/events/events.ics?axis=3", ["axis", "both"]),
        ("programme/events/events.ics?region=R8&axis=3", ["both"]),
        ("regions/R8/events.ics", ["both", "region"]),
        ("programme/3/events.ics", ["axis", "both"]),
        ("programme/events/both/event.ics", ["both"]),
    ],
)
def test_a_calendar_holds_what_it_is_of(client, house, language, address, slugs):
    found = subscribed(client, f"/{language}/{address}")
    assert sorted(entry["URL"].split("/")[-2] for entry in found) == sorted(slugs)
    assert {entry["URL"].split("/")[3] for entry in found} == {language}
    client.force_login(create_secretary())
    assert HIDDEN not in client.get(f"/{language}/{address}").content.decode()


@pytest.mark.parametrize("address", ["regions/R0/events.ics", "programme/8/events.ics"])
def test_there_is_no_calendar_of_what_does_not_exist(client, house, address):
    assert client.get(f"/en/{address}").status_code == 404


def test_a_calendar_says_its_name_and_where_it_is_read_again(client, house):
    content = client.get("/en/regions/R8/events.ics").content
    told = icalendar.Calendar.from_ical(content)
    assert str(told["X-WR-CALNAME"]) == "Example Council – R8 Region R8 (example)"
    assert str(told["SOURCE"]) == f"{settings.SITE_URL}/en/regions/R8/events.ics"
    assert told["METHOD"] == "PUBLISH"


def test_an_unchanged_calendar_is_not_sent_again(client, house):
    answer = client.get("/en/programme/events/events.ics")
    same = {"if-none-match": answer["ETag"]}
    assert client.get("/en/programme/events/events.ics", headers=same).status_code == 304


@pytest.mark.parametrize("address", ["programme/events/", "regions/R8/", "programme/3/"])
def test_pages_offer_their_calendar(client, house, address):
    calendar_of = f"{address}events.ics"
    html = client.get(f"/en/{address}").content.decode()
    assert f'href="webcal://{settings.SITE_HOST}/en/{calendar_of}"' in html


@pytest.mark.parametrize("rows", [1, 3])
def test_a_calendar_asks_as_often_for_three_rows(client, rows, django_assert_num_queries):
    for _number in range(rows):
        create_event(country=create_country("KE"), regions=[create_region("R8")])
    client.get("/en/contact/")
    with django_assert_num_queries(1):
        client.get("/en/programme/events/events.ics")
    with django_assert_num_queries(2):
        client.get("/en/regions/R8/events.ics")


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "Annulé"), ("en", "Cancelled"), ("es", "Cancelado")]
)
def test_a_cancelled_event_stays_and_says_so(client, language, word):
    create_event(slug="off", is_cancelled=True, regions=[create_region("R8")], title_en="Off")
    assert word in client.get(f"/{language}/programme/events/").content.decode()
    assert client.get(f"/{language}/programme/events/off/").context["event"].is_cancelled
    assert "Off" not in client.get("/en/regions/R8/").content.decode()
    (entry,) = subscribed(client, f"/{language}/programme/events/events.ics")
    assert entry["STATUS"] == "CANCELLED"


def test_a_page_tells_whole_days_without_hours(client):
    start = datetime.datetime(2026, 10, 12, 9, 0, tzinfo=datetime.UTC)
    create_event(slug="forum", starts_at=start, ends_at=start, is_all_day=True)
    html = client.get("/en/programme/events/forum/").content.decode()
    assert "12 October 2026</time>" in html
    assert "09:00" not in html.replace("T09:00", "") and "UTC" not in html
