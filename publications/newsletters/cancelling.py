"""Cancelling the rest of an issue that is being sent, for good.

What waits is left out, and what is under way ends as it would have. A worker may put back later
what it had claimed; so what is cancelled is looked at again until nothing of it waits.
"""

import logging

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from members.models import User
from publications.models import Issue, Sending
from publications.models.deliveries import DeliveryState
from publications.models.newsletters import IssueState

log = logging.getLogger(__name__)

REASON = "the rest of the sending was cancelled"


def cancel(issue: Issue, *, by: User | None = None):
    """Let nobody else receive an issue. Raises ValidationError unless it is being sent."""
    with transaction.atomic():
        current = Issue.objects.select_for_update().get(pk=issue.pk)
        if current.state != IssueState.SENDING:
            raise ValidationError(
                _("Issue %(symbol)s is not being sent."),
                code="not_sending",
                params={"symbol": issue.symbol},
            )
        cancelled = Sending.objects.filter(issue=issue, cancelled_at__isnull=True).update(
            cancelled_at=Now(),
            cancelled_by=by,
            paused_at=None,
            pause_reason="",
            pause_error="",
            paused_by=None,
        )
        if not cancelled:
            raise ValidationError(_("The rest is cancelled already."), code="cancelled")
        number = let_go(current.deliveries, REASON)
    log.info(
        "issue %s: the rest, %d mails, is cancelled by %s", issue.symbol, number, by or "the shell"
    )


def sweep(issue: Issue):
    """Leave out what was put back after the rest of an issue was cancelled."""
    if is_cancelled(issue):
        let_go(issue.deliveries, REASON)


def is_cancelled(issue: Issue) -> bool:
    return Sending.objects.filter(issue=issue, cancelled_at__isnull=False).exists()


def let_go(rows: QuerySet, reason: str) -> int:
    """Send no more of what waits. Of a mail that a worker died with nobody knows whether it left.

    Returns how many mails that were.
    """
    waiting = rows.filter(state__in=(DeliveryState.QUEUED, DeliveryState.DEFERRED))
    values = {"error": reason, "next_attempt_at": None}
    unknown = waiting.repeated().update(state=DeliveryState.UNKNOWN, **values)
    return unknown + waiting.update(state=DeliveryState.SKIPPED, **values)
