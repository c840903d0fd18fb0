"""When an issue of a letter is due, by its rhythm, its day, its hour and its time zone.

A letter is due on its day after the end of its month or quarter, for that month or quarter. It
tells of all days since the last issue, up to the day before it is due.
"""

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.lib.sections import Span
from publications.models import Issue, Newsletter
from publications.models.periods import Period, Rhythm


def months_of(newsletter: Newsletter) -> int:
    return Rhythm(newsletter.rhythm).months


def due_day(newsletter: Newsletter, period: Period) -> datetime.date:
    """The day on which the issue of a period is due: within the month after it."""
    return period.next.first_day.replace(day=newsletter.due_day)


def due_at(newsletter: Newsletter, period: Period) -> datetime.datetime:
    return moment(due_day(newsletter, period), newsletter.due_hour, newsletter.time_zone)


def last_day(newsletter: Newsletter, period: Period) -> datetime.date:
    """The last day that the issue of a period tells of: the one before it is due."""
    return due_day(newsletter, period) - datetime.timedelta(days=1)


def moment(day: datetime.date, hour: int, zone: str) -> datetime.datetime:
    """The hour of a day at a place, as a moment in UTC.

    An hour that summer time leaves out is the one after it; of an hour that comes twice it is
    the first.
    """
    local = datetime.datetime.combine(day, datetime.time(hour), ZoneInfo(zone))
    return local.astimezone(datetime.UTC)


def latest_due(newsletter: Newsletter, now: datetime.datetime | None = None) -> Period:
    """The period whose issue fell due last."""
    now = now or timezone.now()
    today = now.astimezone(ZoneInfo(newsletter.time_zone)).date()
    period = Period.of(today, months_of(newsletter)).previous
    return period if due_at(newsletter, period) <= now else period.previous


def next_due(newsletter: Newsletter, issues: Iterable[Issue], now: datetime.datetime) -> Period:
    """The period that none of the issues tells of yet: what fell due last, or what comes next."""
    told = max((issue.covers_until for issue in issues), default=None)
    period = latest_due(newsletter, now)
    while told is not None and told >= last_day(newsletter, period):
        period = period.next
    return period


def is_late(newsletter: Newsletter, issues: Iterable[Issue], now: datetime.datetime) -> bool:
    """Whether what fell due last has waited longer than the letter allows, and has not left.

    ``issues`` are its latest. A letter that never had one begins when there is something to tell.
    """
    issues = list(issues)
    period = latest_due(newsletter, now)
    last = last_day(newsletter, period)
    has_left = any(one.covers_until >= last and not one.is_editable for one in issues)
    patience = datetime.timedelta(days=newsletter.late_after)
    return bool(issues) and not has_left and now >= due_at(newsletter, period) + patience


def span(newsletter: Newsletter, period: Period) -> Span:
    """The days that the issue of a period tells of: all since the issue before it.

    The first issue of a letter tells of what happened since it would have been due before.
    """
    last = last_day(newsletter, period)
    before = newsletter.issues.filter(covers_until__lt=last).order_by("-covers_until").first()
    if before is None:
        return Span(due_day(newsletter, period.previous), last)
    return Span(before.covers_until + datetime.timedelta(days=1), last)
