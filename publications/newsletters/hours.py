"""An hour on a clock somewhere as a moment, and the hours that summer time takes or gives twice."""

import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FIRST, SECOND = "first", "second"


def both(day: datetime.date, time: datetime.time, zone: str) -> list[datetime.datetime]:
    """The two readings of an hour: before and after the clocks are changed. Mostly the same."""
    local = datetime.datetime.combine(day, time, ZoneInfo(zone))
    return [local.replace(fold=0), local.replace(fold=1)]


def comes_twice(day: datetime.date, time: datetime.time, zone: str) -> bool:
    before, after = both(day, time, zone)
    return before.utcoffset() > after.utcoffset()


def is_left_out(day: datetime.date, time: datetime.time, zone: str) -> bool:
    before, after = both(day, time, zone)
    return before.utcoffset() < after.utcoffset()


def moment(
    day: datetime.date, time: datetime.time, zone: str, *, which: str = ""
) -> datetime.datetime:
    """The moment of an hour at a place, in UTC.

    Raises ValidationError for an hour that summer time leaves out, and for one that comes twice
    unless ``which`` says the first or the second.
    """
    before, after = both(day, time, zone)
    words = {"time": f"{time:%H:%M}", "zone": zone.replace("_", " ")}
    if is_left_out(day, time, zone):
        shifted = before.astimezone(datetime.UTC).astimezone(ZoneInfo(zone))
        raise ValidationError(
            _(
                "%(time)s does not exist on that day in %(zone)s: the clocks go forward, and this "
                "hour is left out. Choose %(later)s, or an hour before."
            ),
            code="left_out",
            params=words | {"later": f"{shifted:%H:%M}"},
        )
    if comes_twice(day, time, zone) and which not in (FIRST, SECOND):
        raise ValidationError(
            _(
                "%(time)s comes twice on that day in %(zone)s: the clocks go back, and this hour "
                "is there at %(before)s and again at %(after)s. Choose which."
            ),
            code="twice",
            params=words | {"before": offset(before), "after": offset(after)},
        )
    return (after if which == SECOND else before).astimezone(datetime.UTC)


def offset(local: datetime.datetime) -> str:
    """UTC+02:00"""
    return f"UTC{local:%z}"[:6] + ":" + f"{local:%z}"[3:5]
