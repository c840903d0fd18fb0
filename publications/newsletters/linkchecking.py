"""Looks at the addresses outside that letters lead to, politely and in the background."""

import time
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.lib import outside
from publications.models import OutsideLink

# No host is asked more often than once in so many seconds.
PAUSE = 1.0
LONGEST = 1000


def is_on() -> bool:
    return settings.CHECK_OUTSIDE_LINKS


def known(urls: list[str]) -> dict[str, OutsideLink]:
    return {row.url: row for row in OutsideLink.objects.filter(url__in=urls)}


def ask_for(urls: list[str]) -> bool:
    """Have what is new, or was looked at more than a day ago, looked at soon. True if any is."""
    from publications.tasks import check_outside_links  # noqa: PLC0415  the task calls this module

    if not is_on() or not urls:
        return False
    now = timezone.now()
    OutsideLink.objects.bulk_create(
        [OutsideLink(url=url, asked_at=now) for url in urls if len(url) <= LONGEST],
        ignore_conflicts=True,
    )
    stale = OutsideLink.objects.filter(url__in=urls).stale(now)
    if not stale.update(asked_at=now):
        return False
    transaction.on_commit(check_outside_links.delay, robust=True)
    return True


def check_due(*, seconds: float = 50):
    """Look at what is asked for, one address after the other, until the time is up."""
    if not is_on():
        return
    end, last = time.monotonic() + seconds, {}
    OutsideLink.objects.forgotten(timezone.now()).delete()
    for link in OutsideLink.objects.due(timezone.now()).order_by("asked_at", "pk"):
        if time.monotonic() > end:
            break
        if take(link):
            host = urlsplit(link.url).netloc
            time.sleep(max(0.0, last.get(host, 0.0) + PAUSE - time.monotonic()))
            look(link)
            last[host] = time.monotonic()


def take(link: OutsideLink) -> bool:
    now = timezone.now()
    rows = OutsideLink.objects.due(now).filter(pk=link.pk)
    return bool(rows.update(taken_at=now))


def look(link: OutsideLink):
    answer = outside.visit(
        link.url,
        agent=f"Mozilla/5.0 (compatible; link check; +{settings.SITE_URL})",
        allowed=settings.OUTSIDE_LINKS_ALLOWED,
    )
    OutsideLink.objects.filter(pk=link.pk).update(
        outcome=str(answer.outcome),
        status=answer.status,
        detail=answer.detail,
        taken_at=None,
        checked_at=timezone.now(),
    )
