"""Example events and activities, dated from the day the demonstration is made."""

import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from members.models import Organisation
from portal.demo.texts import originally, read, texts
from programme.models import Activity, Axis, Event
from regions.models import Country, Region


def create_events() -> int:
    """Make the events that are missing, and say how many there were."""
    existing = set(Event.objects.values_list("slug", flat=True))
    axes = {axis.number: axis for axis in Axis.objects.of_current_cycle()}
    regions = {region.code: region for region in Region.objects.all()}
    countries = Country.objects.in_bulk()
    rows = [row for row in read("events")["events"] if row["slug"] not in existing]
    for row in rows:
        starts_at = beginning(row)
        event = Event.objects.create(
            slug=row["slug"],
            kind=row["kind"],
            country=countries.get(row.get("country")),
            axis=axes.get(row["axis"]),
            time_zone=row["time_zone"],
            starts_at=starts_at,
            ends_at=starts_at + datetime.timedelta(hours=row["hours"]),
            is_public=row.get("public", True),
            is_all_day=row.get("all_day", False),
            is_cancelled=row.get("cancelled", False),
            website=f"https://{row['slug']}.example.org/" if row["kind"] == "conference" else "",
            original_language=originally(row),
            **texts(row, "title", "summary", "place"),
        )
        event.regions.set(regions[code] for code in row["regions"])
        came = row.get("organisations", ())
        event.organisations.set(Organisation.objects.filter(slug__in=came))
    return len(rows)


def beginning(row: dict) -> datetime.datetime:
    """The hour at the place, that many days from today; never on a Saturday or Sunday."""
    day = timezone.localdate() + datetime.timedelta(days=row["days"])
    day -= datetime.timedelta(days=max(day.weekday() - 4, 0))
    return datetime.datetime.combine(day, datetime.time(row["at"]), ZoneInfo(row["time_zone"]))


def create_activities() -> int:
    """Make the activities that are missing, and say how many there were."""
    existing = set(Activity.objects.values_list("slug", flat=True))
    axes = {axis.number: axis for axis in Axis.objects.of_current_cycle()}
    regions = {region.code: region for region in Region.objects.all()}
    rows = [
        row
        for row in read("activities")["activities"]
        if row["slug"] not in existing and row["axis"] in axes
    ]
    today = timezone.localdate()
    for row in rows:
        until = row.get("until")
        activity = Activity.objects.create(
            slug=row["slug"],
            axis=axes[row["axis"]],
            level=row["level"],
            starts_on=today + datetime.timedelta(days=row["from"]),
            ends_on=None if until is None else today + datetime.timedelta(days=until),
            original_language=originally(row),
            **texts(row, "title", "summary"),
        )
        activity.regions.set(regions[code] for code in row["regions"])
        activity.organisations.set(Organisation.objects.filter(slug__in=row["organisations"]))
    return len(rows)
