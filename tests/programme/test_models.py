"""Cycles, axes, activities and events as rows, and the rules the database holds itself."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from programme.models import Activity, Axis, Cycle, Event
from tests.factories import (
    create_activity,
    create_axis,
    create_cycle,
    create_event,
    create_organisation,
    create_region,
)

pytestmark = pytest.mark.django_db


def refused_twice(record, message: str):
    """The form tells it in words; whatever gets past a form is stopped by the database."""
    with pytest.raises(ValidationError, match=message):
        record.full_clean()
    with pytest.raises(IntegrityError):
        record.save()


def test_a_cycle_ends_after_it_begins():
    cycle = create_cycle(2020)
    cycle.last_year = 2019
    refused_twice(cycle, "The last year must not come before the first.")


def test_an_activity_ends_after_it_begins():
    activity = create_activity()
    activity.ends_on = activity.starts_on - datetime.timedelta(days=1)
    refused_twice(activity, "The end must not come before the beginning.")


def test_an_event_ends_after_it_begins():
    event = create_event()
    event.ends_at = event.starts_at - datetime.timedelta(minutes=1)
    refused_twice(event, "The end must not come before the beginning.")


@pytest.mark.parametrize("number", [0, 8])
def test_an_axis_has_a_number_from_1_to_7(number):
    axis = create_axis(1)
    axis.number = number
    refused_twice(axis, "Ensure this value is")


def test_an_axis_stands_once_in_a_cycle():
    axis = create_axis(1)
    create_axis(1, cycle=create_cycle(2000))
    with pytest.raises(IntegrityError):
        Axis.objects.create(cycle=axis.cycle, number=1, title_fr="Encore")


@pytest.mark.parametrize("name", ["Nairobi", "Africa/nairobi ", "GMT+3:00", "../etc/passwd", "x"])
def test_an_unknown_time_zone_is_refused(name):
    event = create_event()
    event.time_zone = name
    with pytest.raises(ValidationError) as caught:
        event.full_clean()
    assert list(caught.value.message_dict) == ["time_zone"]


@pytest.mark.parametrize(
    ("month", "hour"),
    [(1, 10), (7, 11)],
)
def test_the_local_time_follows_summer_and_winter(month, hour):
    start = datetime.datetime(2026, month, 15, 9, 0, tzinfo=datetime.UTC)
    event = create_event(time_zone="Europe/Paris", starts_at=start, ends_at=start)
    assert (event.local_start.hour, event.local_end.hour) == (hour, hour)


def test_the_cycle_of_today():
    assert Cycle.current() is None
    year = timezone.localdate().year
    create_cycle(year + 1)
    assert Cycle.current() is None
    old = create_cycle(year - 9)
    assert Cycle.current() == old
    now = create_cycle(year - 1)
    assert Cycle.current() == now
    axis = create_axis(2, cycle=now)
    create_axis(2, cycle=old)
    assert list(Axis.objects.of_current_cycle()) == [axis]


def test_what_is_under_way():
    day = datetime.date(2026, 6, 15)
    dates = {
        "open": (datetime.date(2025, 1, 1), None),
        "last day": (datetime.date(2025, 1, 1), day),
        "first day": (day, None),
        "over": (datetime.date(2025, 1, 1), datetime.date(2026, 6, 14)),
        "to come": (datetime.date(2026, 6, 16), None),
    }
    made = {
        name: create_activity(starts_on=first, ends_on=last)
        for name, (first, last) in dates.items()
    }

    def names(rows):
        return {name for name, activity in made.items() if activity in rows}

    assert names(Activity.objects.under_way(day)) == {"open", "last day", "first day"}
    year = (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    assert names(Activity.objects.during(*year)) == set(made)


def test_whose_and_where_an_activity_is():
    organisation, region = create_organisation(), create_region("R2")
    activity = create_activity(organisations=[organisation], regions=[region])
    create_activity()
    assert list(Activity.objects.of_organisations([organisation])) == [activity]
    assert list(Activity.objects.in_region(region)) == [activity]


def test_an_event_is_past_when_it_has_ended():
    event = create_event(days=0)
    assert list(Event.objects.upcoming(event.ends_at)) == [event]
    later = event.ends_at + datetime.timedelta(seconds=1)
    assert list(Event.objects.upcoming(later)) == []
    assert list(Event.objects.past(later)) == [event]


def test_events_beginning_in_a_period():
    start = datetime.datetime(2026, 7, 1, 8, 0, tzinfo=datetime.UTC)
    event = create_event(starts_at=start, ends_at=start)
    july = (datetime.date(2026, 7, 1), datetime.date(2026, 7, 31))
    june = (datetime.date(2026, 6, 1), datetime.date(2026, 6, 30))
    assert list(Event.objects.beginning_between(*july)) == [event]
    assert list(Event.objects.beginning_between(*june)) == []
