"""Sending an issue: each subscriber once, in their language, whatever breaks on the way.

The rows are the queue and Celery only the bell. A recipient is a Delivery, frozen when sending
starts; a worker claims a batch of them, and marks each as attempted at the moment its mail goes
to the server. What a worker that dies had only claimed is sent by another, and so is, once, the one
mail that was under way: it may come twice, with the same Message-ID. A mail whose answer was lost
with the connection is *unknown* and never sent again by itself.
"""

import logging
import time
from collections import Counter

from django.core.exceptions import ValidationError
from django.core.mail import make_msgid
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from portal.lib import mail, network
from publications.models import Delivery, Issue, Sending
from publications.models.newsletters import IssueState
from publications.newsletters import (
    bells,
    cancelling,
    copies,
    drafting,
    ledger,
    pace,
    pausing,
    recipients,
    rendering,
)
from publications.newsletters.running import LetterRun

log = logging.getLogger(__name__)

# A task looks at the rows for less than a minute; the schedule rings again every minute.
SECONDS = 50


def start(issue: Issue) -> Issue:
    """Freeze the recipients of an issue that is ready, and ring the bell.

    Starting twice adds nobody twice. Raises ValidationError for a draft or a sent issue, and while
    all sending is paused.
    """
    if network.current().sending_paused:
        raise ValidationError(_("Sending is paused."), code="paused")
    with transaction.atomic():
        issue = Issue.objects.select_for_update().get(pk=issue.pk)
        drafting.require_ready(issue)
        issue.state, issue.sending_since = IssueState.SENDING, timezone.now()
        issue.save()
        freeze(issue)
        bells.ring(issue)
    return issue


@transaction.atomic
def freeze(issue: Issue):
    """One row for each who receives the letter now, made by the database itself.

    Who is there already stays. Their number is kept, and every later sum is held against it.
    """
    recipients.take_in_members(issue.newsletter)
    readers = recipients.of(issue.newsletter).order_by("letter_language", "pk")
    ledger.queue(issue, readers)
    frozen = Delivery.objects.filter(issue=issue).count()
    Sending.objects.update_or_create(issue=issue, defaults={"recipients": frozen})


# -- Sending ---------------------------------------------------------------------------------------


def send_due(*, seconds: float = SECONDS):
    """Go on with every issue that is being sent."""
    end = time.monotonic() + seconds
    for issue in Issue.objects.filter(state=IssueState.SENDING).order_by("sending_since"):
        if not pausing.is_held(issue):
            bells.ring_for_more(issue)
        deliver(issue, seconds=end - time.monotonic())
    pace.forget_idle()


def deliver(issue: Issue, *, seconds: float = SECONDS) -> int:
    """Send what is due, in batches, until nothing is left or the time is up.

    Sends nothing while sending is paused or once the rest is cancelled. Returns the number of
    mails sent.
    """
    ledger.look_after(issue)
    cancelling.sweep(issue)
    run = LetterRun(issue, until=time.monotonic() + seconds)
    try:
        with run.post:
            run.go()
    except mail.NotSent as error:
        # The schedule rings again in a minute; until then the server is left alone.
        log.warning("issue %s: the mail server does not answer: %s", issue.symbol, error)
        pausing.note_outage(issue, str(error))
    else:
        if run.sent:
            pausing.forget_outages(issue)
    # Its own rows, if the rest was cancelled meanwhile.
    cancelling.sweep(issue)
    finish(issue)
    return run.sent


@transaction.atomic
def finish(issue: Issue):
    """The issue is sent once none of its rows is waiting or under way."""
    current = Issue.objects.select_for_update().get(pk=issue.pk)
    unfinished = Delivery.objects.filter(issue=issue).unfinished().exists()
    if current.state == IssueState.SENDING and not unfinished:
        current.state, current.sent_at = IssueState.SENT, timezone.now()
        current.save()


def send_test(issue: Issue, *, language: str, audience: str, to: User):
    """Send one segment of an issue to a colleague; its links lead to no subscription.

    Raises ValidationError while sending is paused or the mail server does not take it.
    """
    if network.current().sending_paused:
        raise ValidationError(_("Sending is paused."), code="paused")
    letter = rendering.letter(issue, language, audience=audience).addressed(
        token="test", since=timezone.localdate()
    )
    message = mail.assemble(
        # Translators: put before the subject of a letter that is sent to oneself as a test.
        subject=_("Test: %(subject)s") % {"subject": letter.subject},
        text=letter.text,
        html=letter.html,
        to=to.email,
        language=language,
        headers={"Message-ID": make_msgid(domain=copies.sending_host())},
    )
    try:
        with mail.Post() as post:
            post.send(message)
    except (mail.Refused, mail.NotNow, mail.NotSent, mail.AnswerLost) as error:
        raise ValidationError(
            _("The mail server did not take the mail: %(error)s"),
            code="not_sent",
            params={"error": error},
        ) from error


# -- How it stands ---------------------------------------------------------------------------------


def counts(issue: Issue) -> dict[str, Counter]:
    """The deliveries of an issue by language and state; they always add up to the frozen ones."""
    found: dict[str, Counter] = {}
    rows = Delivery.objects.filter(issue=issue).order_by("language", "state")
    for row in rows.values("language", "state").annotate(number=Count("pk")):
        found.setdefault(row["language"], Counter())[row["state"]] = row["number"]
    return found


def repeated(issue: Issue) -> int:
    """How many mails were sent again because a worker died with them: they may come twice."""
    return Delivery.objects.filter(issue=issue).repeated().count()


def totals(issue: Issue) -> Counter:
    """The deliveries of an issue by state, over all languages."""
    return sum(counts(issue).values(), Counter())
