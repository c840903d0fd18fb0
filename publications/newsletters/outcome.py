"""How fast a letter leaves, and what became of the mails of those that have left."""

import datetime
import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone

from publications.models import Delivery, Issue
from publications.models.deliveries import DeliveryState

# The rate is that of so long, so that it follows what the mail server does now.
RECENT = datetime.timedelta(minutes=2)


class Going(NamedTuple):
    """The mails that left in a minute, and the minutes that the others need at this rate; None
    where nothing has left lately."""

    rate: int
    minutes_left: int | None


def going(issue: Issue, *, now: datetime.datetime | None = None) -> Going:
    now = now or timezone.now()
    rows = Delivery.objects.filter(issue=issue)
    since = max(now - RECENT, issue.sending_since)
    recent = rows.filter(sent_at__gt=since).count()
    per_second = recent / max((now - since).total_seconds(), 1)
    if not recent:
        return Going(0, None)
    left = rows.unfinished().count()
    return Going(round(per_second * 60), math.ceil(left / per_second / 60))


def rows(issues: QuerySet[Issue]) -> Iterator[list]:
    """A line for each letter, language and audience: its recipients, how many are in which state,
    how many of all were sent again after a worker died, and the day on which the rest of the letter
    was cancelled. The region is that of the letter, the world's has none."""
    states = DeliveryState.values
    head = ["issue", "region", "sent_on", "language", "audience", "recipients", *states]
    yield [*head, "repeated", "rest_cancelled_on"]
    counted: dict[tuple, Counter] = {}
    repeated: Counter[tuple] = Counter()
    found = Delivery.objects.filter(issue__in=issues.order_by().values("pk")).order_by()
    for issue, language, audience, state, number, again in found.values_list(
        "issue", "language", "audience", "state"
    ).annotate(number=Count("pk"), again=Count("repeated_at")):
        repeated[issue, language, audience] += again
        counted.setdefault((issue, language, audience), Counter())[state] = number
    known = issues.select_related("newsletter__region", "sending").in_bulk(
        {key[0] for key in counted}
    )
    newest = sorted(counted, key=lambda key: (-known[key[0]].sending_since.timestamp(), *key))
    for key in newest:
        issue, numbers = known[key[0]], counted[key]
        region = issue.region.code if issue.region else ""
        day = day_of(issue.sending_since)
        counts = [numbers[state] for state in states]
        cancelled = day_of(issue.sending.cancelled_at) if issue.is_cancelled else ""
        facts = [issue.symbol, region, day, *key[1:], numbers.total(), *counts]
        yield [*facts, repeated[key], cancelled]


def day_of(moment: datetime.datetime) -> str:
    return timezone.localdate(moment).isoformat()
