"""Events: the list, one event in its local time, and the file for calendars."""

import datetime

import icalendar
import pytest

from tests.factories import create_country, create_event, create_region, create_secretary

pytestmark = pytest.mark.django_db
PAGE = "/en/programme/events/"
NOON = datetime.datetime(2026, 10, 12, 9, 0, tzinfo=datetime.UTC)


def forum(**values):
    """A forum at noon in Nairobi, three hours long."""
    defaults = {
        "slug": "forum",
        "kind": "forum",
        "title_fr": "Forum",
        "title_en": "Forum",
        "title_es": "Foro",
        "place_fr": "Nairobi",
        "time_zone": "Africa/Nairobi",
        "starts_at": NOON,
        "ends_at": NOON + datetime.timedelta(hours=3),
        "country": create_country("KE"),
    }
    return create_event(**defaults | values)


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_upcoming_and_past(client, language):
    later, soon, past = (create_event(days=days) for days in (20, 10, -10))
    create_event(is_public=False)
    answer = client.get(f"/{language}/programme/events/")
    assert list(answer.context["upcoming"]) == [soon, later]
    assert list(answer.context["page"]) == [past]
    assert not answer.cookies


def test_one_region(client):
    event = create_event(regions=[create_region("R8")])
    create_event(regions=[create_region("R2")])
    assert list(client.get(f"{PAGE}?region=R8").context["upcoming"]) == [event]


def test_an_unknown_region_is_told(client):
    create_event(), create_event(days=-3)
    answer = client.get(f"{PAGE}?region=R99&page=7")
    assert len(answer.context["upcoming"]) == len(answer.context["page"]) == 1
    assert "There is no such region" in answer.content.decode()
    assert "There is no such region" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("language", "day"),
    [("fr", "12 octobre 2026"), ("en", "12 October 2026"), ("es", "12 de octubre de 2026")],
)
def test_an_event_is_told_in_the_time_of_its_place(client, language, day):
    forum()
    shown = client.get(f"/{language}/programme/events/forum/").content.decode()
    assert f'<time datetime="2026-10-12T12:00:00+0300">{day}, 12:00</time>' in shown
    assert "Africa/Nairobi" in shown
    assert "Nairobi" in shown


def test_an_event_is_on_the_day_of_its_place_in_lists_too(client):
    late = datetime.datetime(2026, 10, 12, 22, 30, tzinfo=datetime.UTC)
    forum(time_zone="Pacific/Auckland", starts_at=late, ends_at=late)
    shown = client.get(PAGE).content.decode()
    assert '<time datetime="2026-10-13T11:30:00+1300">13 October 2026</time>' in shown


def test_a_closed_event_is_like_an_unknown_one_even_for_the_secretariat(client):
    forum(is_public=False)
    for _ in range(2):
        assert client.get(f"{PAGE}forum/").status_code == 404
        assert client.get(f"{PAGE}forum/event.ics").status_code == 404
        client.force_login(create_secretary())


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (datetime.datetime(2026, 1, 15, 9, 0, tzinfo=datetime.UTC), "2026-01-15T10:00:00+0100"),
        (datetime.datetime(2026, 7, 15, 9, 0, tzinfo=datetime.UTC), "2026-07-15T11:00:00+0200"),
    ],
)
def test_summer_and_winter(client, day, written):
    forum(time_zone="Europe/Paris", starts_at=day, ends_at=day + datetime.timedelta(hours=1))
    shown = client.get(f"{PAGE}forum/").content.decode()
    assert f'<time datetime="{written}">' in shown
    assert f", {written[11:16]}</time>" in shown


def test_the_calendar_file(client):
    event = forum(title_en="Budget; care, and more")
    answer = client.get(f"{PAGE}forum/event.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="forum.ics"'
    (told,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert told["UID"] == f"event-{event.pk}@localhost"
    assert (told.start, told.end) == (event.starts_at, event.ends_at)
    assert told["SUMMARY"] == "Budget; care, and more"
    assert told["LOCATION"] == "Nairobi, Country KE"
    assert told["URL"] == "http://localhost:8000/en/programme/events/forum/"


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    create_event(regions=[create_region("R8")], country=create_country("KE"))
    create_event(days=-5, regions=[create_region("R8")])
    client.get(PAGE)
    for _ in range(2):
        with django_assert_num_queries(7):
            assert client.get(PAGE).status_code == 200
        for days in (3, 4, -3, -4):
            create_event(days=days, regions=[create_region("R1"), create_region("R2")])


def test_twenty_past_events_a_page(client):
    for day in range(1, 22):
        create_event(days=-day)
    assert len(client.get(PAGE).context["page"]) == 20
    assert len(client.get(f"{PAGE}?page=2").context["page"]) == 1
