"""Periods of membership and statuses in an import: what may be added, and what follows from it."""

import datetime

from django.utils import timezone

from members.imports.lines import Line
from members.joining import RENEWABLE
from members.models import Membership
from members.models.organisations import GRACE_DAYS, Status
from members.transitions import TRANSITIONS, needs_reason

BOTH = ("starts_on", "ends_on")


def numbers_taken(numbers: set[str]) -> dict[str, int]:
    """Those of the numbers that are on record, each with its organisation."""
    if not numbers:
        return {}
    rows = Membership.objects.filter(number__in=numbers)
    return dict(rows.values_list("number", "organisation"))


def period_of(checker, line: Line, *, pk: int | None, group) -> dict | None:
    """The period a line adds, if it adds one; what cannot be added is refused."""
    starts_on, ends_on = (line.values.get(key) for key in BOTH)
    number = line.values.get("number", "")
    if starts_on is None or ends_on is None:
        refused = {problem[0] for problem in line.problems}
        if (starts_on or ends_on) and not refused & set(BOTH):
            line.refuse("ends_on" if starts_on else "starts_on", "period_half", "")
        elif number and not refused & set(BOTH):
            line.refuse("number", "number_alone")
        return None
    if ends_on < starts_on:
        line.refuse("ends_on", "backwards")
        return None
    for other in checker.periods.get(pk, ()):
        if other.starts_on == starts_on and other.ends_on == ends_on:
            if number and number != other.number:
                line.refuse("number", "number_other", number=other.number)
            return None
        if other.starts_on == starts_on:
            line.refuse("ends_on", "period_other_end", until=other.ends_on.isoformat())
            return None
        if other.starts_on <= ends_on and other.ends_on >= starts_on:
            dates = f"{other.starts_on.isoformat()} – {other.ends_on.isoformat()}"
            line.refuse("starts_on", "overlap", other=dates)
            return None
    found = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat(), "number": number}
    for first, last, other_line in group.periods if group else ():
        if (first, last) == (found["starts_on"], found["ends_on"]):
            return None
        if first <= found["ends_on"] and last >= found["starts_on"]:
            line.refuse("starts_on", "overlap_line", line=other_line)
            return None
    if number and (number in checker.taken or hash(number) in checker.numbers):
        line.refuse("number", "number_taken")
    return found


def as_changes(period: dict | None) -> list[list]:
    if not period:
        return []
    return [[key, "", period[key]] for key in (*BOTH, "number") if period[key]]


def covers(period: dict, day: datetime.date) -> bool:
    return period["starts_on"] <= day.isoformat() <= period["ends_on"]


def renews(status: str, period: dict) -> bool:
    """A period that covers today ends "renewal due" and "lapsed"."""
    return status in RENEWABLE and covers(period, timezone.localdate())


def implied_status(period: dict | None) -> str:
    """The status of a new organisation that says none: an applicant, unless it has a period."""
    if period is None:
        return Status.APPLICANT.value
    today = timezone.localdate()
    if period["ends_on"] >= today.isoformat():
        return Status.ACTIVE.value
    ended = datetime.date.fromisoformat(period["ends_on"])
    in_grace = ended + datetime.timedelta(days=GRACE_DAYS) >= today
    return (Status.GRACE if in_grace else Status.LAPSED).value


def check_step(line: Line, before: str, after: str):
    """Steps that the statutes want justified, or that end a membership, are decided one by one."""
    if before == after:
        return
    if after not in TRANSITIONS[Status(before)]:
        line.refuse("status", "no_such_transition", before=before, after=after)
    elif needs_reason(before, after) or after == Status.LAPSED:
        line.refuse("status", "decided_at_desk", before=before, after=after)
