"""Stopping an issue on its way out, by hand or because the mail server takes nothing."""

import logging

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from members import notices
from members.models import User
from portal.lib import network
from portal.lib.links import absolute_url
from publications.models import Issue, Sending
from publications.models.deliveries import PauseReason
from publications.models.newsletters import IssueState
from publications.newsletters import bells, holding

log = logging.getLogger(__name__)

# After so many minutes in a row in which the server took no mail at all the issue is paused: a
# password that was changed is not found out by trying.
OUTAGES = 5
# After so many readers in a row to whom the server refused the letter, and not the address.
REFUSED_IN_A_ROW = 20
TOLD = "letter_paused"


def pause(
    issue: Issue,
    reason: str = PauseReason.BY_HAND,
    *,
    by: User | None = None,
    error: str = "",
) -> bool:
    """Let no more mail of an issue leave. False when it was paused already.

    Workers stop within a second; the mail that is under way still arrives. Unless somebody did
    it by hand, the editors are told.
    """
    with transaction.atomic():
        paused = Sending.objects.filter(issue=issue, paused_at__isnull=True).update(
            paused_at=Now(), pause_reason=reason, paused_by=by, pause_error=error[:300]
        )
        if paused and reason != PauseReason.BY_HAND:
            tell(Sending.objects.select_related("issue__newsletter__region").get(issue=issue))
    return bool(paused)


def resume(issue: Issue, *, by: User | None = None):
    """Go on where it stopped. Raises ValidationError when the issue is not being sent."""
    if issue.state != IssueState.SENDING:
        raise ValidationError(
            _("Issue %(symbol)s is not being sent."),
            code="not_sending",
            params={"symbol": issue.symbol},
        )
    with transaction.atomic():
        Sending.objects.filter(issue=issue).update(
            paused_at=None, pause_reason="", pause_error="", paused_by=None, failures=0
        )
        bells.ring(issue)
    log.info("issue %s: sending is resumed by %s", issue.symbol, by or "the shell")


def is_held(issue: Issue) -> bool:
    """Whether nothing of the issue may leave now, or ever again."""
    if network.current().sending_paused:
        return True
    return Sending.objects.held().filter(issue=issue).exists()


# -- The mail server -------------------------------------------------------------------------------


def note_outage(issue: Issue, error: str):
    """The server was out of reach, or refused the portal, once more."""
    Sending.objects.filter(issue=issue).update(failures=F("failures") + 1)
    if Sending.objects.filter(issue=issue, failures__gte=OUTAGES).exists():
        pause(issue, PauseReason.OUTAGE, error=error)


def forget_outages(issue: Issue):
    Sending.objects.filter(issue=issue, failures__gt=0).update(failures=0)


def tell(sending: Sending):
    """Write to the editors. The mail waits in its own ledger until the server takes it."""
    issue = sending.issue
    for person in responsible(issue):
        language = person.language
        with translation.override(language):
            notices.write(
                TOLD,
                f"issue:{issue.pk}:{sending.paused_at:%Y-%m-%dT%H:%M:%S}",
                template="letter_paused",
                subject=_("The sending of letter %(symbol)s is paused") % {"symbol": issue.symbol},
                to=person.email,
                language=language,
                context={
                    "person": person,
                    "issue": issue,
                    "reason": sending.get_pause_reason_display(),
                    "error": sending.pause_error,
                    "url": absolute_url(
                        "publications:newsletter_issue_desk",
                        language=language,
                        symbol=issue.dashed_symbol,
                    ),
                },
                person=person,
            )


def responsible(issue: Issue) -> list[User]:
    """Who declared the issue ready, while they edit it; else all who do."""
    people = list(holding.editors(issue))
    return [person for person in people if person.pk == issue.ready_by_id] or people
