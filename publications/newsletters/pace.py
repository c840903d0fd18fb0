"""How fast letters leave: so many a second in all, and so many to one domain.

All workers share one row for each limit: the moment from which the next mail may leave. Who takes
a batch moves it on by as many mails as leave within the next seconds, and lets them go one by one.
"""

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from publications.models import Pace

# So far ahead mails are let go, in seconds; what comes later is left to whoever comes then.
HORIZON = 10
ALL = ""
# A row so far ahead was written by a clock that has been set back since.
LOST = datetime.timedelta(minutes=5)


@dataclass(frozen=True)
class Limits:
    """Mails a second, in all and to one domain; zero is no limit."""

    overall: float
    domain: float

    @classmethod
    def current(cls) -> "Limits":
        return cls(settings.NEWSLETTER_RATE, settings.NEWSLETTER_DOMAIN_RATE)

    @property
    def are_set(self) -> bool:
        return bool(self.overall or self.domain)

    def batch(self, largest: int) -> int:
        """How many mails are worth claiming at once."""
        if not self.overall:
            return largest
        return max(1, min(largest, math.ceil(self.overall * HORIZON)))


def busy_domains() -> list[str]:
    """Those that get no more mails within the horizon."""
    if not Limits.current().domain:
        return []
    ahead = datetime.timedelta(seconds=HORIZON)
    rows = Pace.objects.exclude(domain=ALL).filter(
        free_at__gt=Now() + ahead, free_at__lt=Now() + LOST
    )
    return list(rows.values_list("domain", flat=True))


def reserve(domains: list[str], *, within: float = HORIZON) -> list[float | None]:
    """When each mail to these domains may leave, in seconds from now; None is not so soon."""
    limits = Limits.current()
    if not limits.are_set:
        return [0.0] * len(domains)
    intervals = {ALL: interval(limits.overall)} if limits.overall else {}
    if limits.domain:
        intervals |= {domain: interval(limits.domain) for domain in domains}
    with transaction.atomic():
        rows, now = locked(intervals)
        moments = []
        for domain in domains:
            own = [rows[name] for name in (ALL, domain) if name in rows]
            moment = max(row.free_at for row in own)
            if (moment - now).total_seconds() > within:
                moments.append(None)
                continue
            moments.append((moment - now).total_seconds())
            for row in own:
                row.free_at += intervals[row.domain]
        Pace.objects.bulk_update(rows.values(), ["free_at"])
    return moments


def locked(names: Iterable[str]) -> tuple[dict[str, Pace], datetime.datetime]:
    """The rows of some limits, none of them in the past, and the clock of the database."""
    ordered = sorted(names)
    Pace.objects.bulk_create((Pace(domain=name) for name in ordered), ignore_conflicts=True)
    found = Pace.objects.select_for_update().filter(domain__in=ordered).order_by("domain")
    rows = {row.domain: row for row in found.annotate(now=Now())}
    now = next(iter(rows.values())).now
    for row in rows.values():
        if not now <= row.free_at < now + LOST:
            row.free_at = now
    return rows, now


def interval(rate: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=1 / rate)


def forget_idle():
    """Domains that nobody waits for need no row."""
    Pace.objects.filter(free_at__lt=Now() - LOST).delete()
