"""Sending an issue: each subscriber once, in their language, whatever breaks on the way.

The rows are the queue and Celery only the bell. A recipient is a Delivery, frozen when sending
starts; a worker claims a batch of them, and marks each as attempted at the moment its mail goes
to the server. A worker that dies leaves at most one attempted row: it becomes *unknown* and is
never sent again, since its mail may have left; what was only claimed is sent by another worker.
"""

import logging
import time
from collections import Counter
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, make_msgid
from django.db import connection, transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from portal.lib import mail, network
from portal.lib.links import absolute_url
from publications.models import Delivery, Issue
from publications.models.newsletters import DeliveryState, IssueState
from publications.newsletters import choices, drafting, recipients, rendering

log = logging.getLogger(__name__)

BATCH = 100
MAX_ATTEMPTS = 3
# A task looks at the rows for less than a minute; the schedule rings again every minute.
SECONDS = 50


def start(issue: Issue) -> Issue:
    """Freeze the recipients of an issue that is ready, and ring the bell.

    Starting twice adds nobody twice. Raises ValidationError for a draft or a sent issue.
    """
    from publications.tasks import send_issue  # noqa: PLC0415  the task calls this module

    with transaction.atomic():
        issue = Issue.objects.select_for_update().get(pk=issue.pk)
        drafting.require_editable(issue)
        if issue.state != IssueState.READY:
            raise ValidationError(
                _("Issue %(symbol)s is not ready to be sent."),
                code="not_ready",
                params={"symbol": issue.symbol},
            )
        issue.state, issue.sending_since = IssueState.SENDING, timezone.now()
        issue.save()
        freeze(issue)
        # Robust: where no bell can be rung, the schedule finds the rows within a minute.
        transaction.on_commit(lambda: send_issue.delay(issue.pk), robust=True)
    return issue


def freeze(issue: Issue):
    """One row for each who receives the letter now; who is there already stays."""
    recipients.take_in_members(issue.newsletter)
    readers = recipients.of(issue.newsletter).order_by("letter_language", "pk")
    rows = readers.values_list("pk", "letter_language", "audience")
    Delivery.objects.bulk_create(
        (
            Delivery(issue=issue, subscriber_id=pk, language=language, audience=audience)
            for pk, language, audience in rows.iterator(chunk_size=1000)
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


def send_due(*, seconds: float = SECONDS):
    """Go on with every issue that is being sent."""
    end = time.monotonic() + seconds
    for issue in Issue.objects.filter(state=IssueState.SENDING).order_by("sending_since"):
        deliver(issue, seconds=end - time.monotonic())


def deliver(issue: Issue, *, seconds: float = SECONDS) -> int:
    """Send what is queued, in batches, until nothing is left or the time is up.

    Does nothing while sending is paused. Returns the number of mails sent.
    """
    end = time.monotonic() + seconds
    look_after(issue)
    letters, sent = {}, 0
    while time.monotonic() < end and not network.current().sending_paused:
        batch = claim(issue)
        if not batch:
            break
        try:
            sent += send_batch(issue, batch, letters=letters, end=end)
        except mail.NotSent as error:
            # The schedule rings again in a minute; until then the server is left alone.
            log.warning("issue %s: the mail server does not answer: %s", issue.symbol, error)
            break
        finally:
            release(batch)
    finish(issue)
    return sent


def claim(issue: Issue) -> list[Delivery]:
    """Take up to a hundred waiting rows for this worker, and for it alone.

    On PostgreSQL rows that another worker is taking are skipped; on SQLite the transaction is
    immediate, so that there is one writer at a time.
    """
    now = timezone.now()
    with transaction.atomic():
        waiting = Delivery.objects.due(now).filter(issue=issue)
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        taken = list(waiting.order_by("language", "pk").values_list("pk", flat=True)[:BATCH])
        Delivery.objects.filter(pk__in=taken, state=DeliveryState.QUEUED).update(
            state=DeliveryState.CLAIMED, claimed_at=now, attempted_at=None
        )
    claimed = Delivery.objects.filter(pk__in=taken, state=DeliveryState.CLAIMED, claimed_at=now)
    return list(claimed.select_related("subscriber").order_by("language", "pk"))


def send_batch(issue: Issue, batch: list[Delivery], *, letters: dict, end: float) -> int:
    """Send the mails of a claimed batch over one connection. Returns how many were sent.

    Raises mail.NotSent when the server cannot be reached a second time in a row.
    """
    sent = 0
    staying = recipients.staying(issue.newsletter, [one.subscriber_id for one in batch])
    with mail.Post() as post:
        for delivery in batch:
            if time.monotonic() > end or network.current().sending_paused:
                break
            if delivery.subscriber_id not in staying:
                settle(delivery, DeliveryState.SKIPPED, error="left before it was sent")
                continue
            segment = (delivery.language, delivery.audience)
            if segment not in letters:
                letters[segment] = rendering.letter(
                    issue, delivery.language, audience=delivery.audience
                )
            message = message_for(issue, delivery, letters[segment])
            sent += attempt(delivery, message, post=post)
    return sent


def attempt(delivery: Delivery, message: EmailMessage, *, post: mail.Post) -> bool:
    """Hand over one mail, and record its fate before the next one. True when it was sent."""
    if not begin(delivery):
        return False
    try:
        try:
            post.send(message)
        except mail.NotSent:
            # The server closed the connection between two mails, as many do after a hundred.
            post.send(message)
    except mail.NotSent:
        withdraw(delivery)
        raise
    except mail.Refused as error:
        settle(delivery, DeliveryState.FAILED, error=str(error))
    except mail.NotNow as error:
        gives_up = delivery.attempts + 1 >= MAX_ATTEMPTS
        state = DeliveryState.FAILED if gives_up else DeliveryState.QUEUED
        settle(delivery, state, error=str(error))
    except mail.AnswerLost as error:
        settle(delivery, DeliveryState.UNKNOWN, error=str(error))
    else:
        settle(delivery, DeliveryState.SENT, sent_at=timezone.now(), error="")
        return True
    return False


def held(delivery: Delivery):
    """The row, if this worker's claim on it still stands."""
    return Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.CLAIMED, claimed_at=delivery.claimed_at
    )


def begin(delivery: Delivery) -> bool:
    """Mark a claimed row as attempted. False when it was taken from a worker that slept long."""
    return bool(
        held(delivery)
        .filter(attempted_at__isnull=True)
        .update(attempted_at=timezone.now(), attempts=F("attempts") + 1)
    )


def settle(delivery: Delivery, state: str, **values):
    held(delivery).update(state=state, **values)


def withdraw(delivery: Delivery):
    """The mail never left: the row is as if it had not been attempted."""
    held(delivery).update(state=DeliveryState.QUEUED, attempted_at=None, attempts=F("attempts") - 1)


def release(batch: list[Delivery]):
    """Put back what this worker claimed and did not come to."""
    Delivery.objects.filter(
        pk__in=[delivery.pk for delivery in batch],
        state=DeliveryState.CLAIMED,
        claimed_at=batch[0].claimed_at,
        attempted_at__isnull=True,
    ).update(state=DeliveryState.QUEUED, claimed_at=None)


def look_after(issue: Issue):
    """Deal with the rows of workers that died: send what was not attempted, never the rest."""
    now = timezone.now()
    rows = Delivery.objects.filter(issue=issue)
    rows.forgotten(now).update(state=DeliveryState.QUEUED, claimed_at=None)
    rows.unanswered(now).update(
        state=DeliveryState.UNKNOWN, error="the answer of the mail server was lost"
    )


@transaction.atomic
def finish(issue: Issue):
    """The issue is sent once none of its rows is waiting or under way."""
    current = Issue.objects.select_for_update().get(pk=issue.pk)
    unfinished = Delivery.objects.filter(issue=issue).unfinished().exists()
    if current.state == IssueState.SENDING and not unfinished:
        current.state, current.sent_at = IssueState.SENT, timezone.now()
        current.save()


def message_for(issue: Issue, delivery: Delivery, letter: rendering.Letter) -> EmailMessage:
    """The mail of one reader. Its Message-ID comes from the row, so that a copy is recognised."""
    reader = delivery.subscriber
    own = letter.addressed(token=reader.token)
    host = sending_host()
    return mail.assemble(
        subject=own.subject,
        text=own.text,
        html=own.html,
        to=reader.email,
        language=delivery.language,
        headers={
            "Message-ID": f"<{issue.dashed_symbol}.{delivery.pk}@{host}>".lower(),
            **list_headers(issue, delivery.language, delivery.audience, token=reader.token),
        },
    )


def list_headers(issue: Issue, language: str, audience: str, *, token: str) -> dict[str, str]:
    """What mail programs and providers are told: which list it is, and how to leave it.

    The address to leave at takes a bare POST (RFC 8058). Providers count complaints by the
    Feedback-ID: issue, segment, letter, sender.
    """
    host, code = sending_host(), issue.newsletter.code.lower()
    unsubscribe = absolute_url(
        "publications:unsubscribe_from",
        language=language,
        token=token,
        code=choices.code_of(issue.newsletter),
    )
    return {
        "List-Id": f"<{code}.newsletters.{host}>",
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": f"{issue.dashed_symbol}:{language}-{audience}:{code}:{host}".lower(),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }


def sending_host() -> str:
    return urlsplit(settings.SITE_URL).hostname


def send_test(issue: Issue, *, language: str, audience: str, to: User):
    """Send one segment of an issue to a colleague; its links lead to no subscription.

    Raises ValidationError while sending is paused or the mail server does not take it.
    """
    if network.current().sending_paused:
        raise ValidationError(_("Sending is paused."), code="paused")
    letter = rendering.letter(issue, language, audience=audience).addressed(token="test")
    message = mail.assemble(
        # Translators: put before the subject of a letter that is sent to oneself as a test.
        subject=_("Test: %(subject)s") % {"subject": letter.subject},
        text=letter.text,
        html=letter.html,
        to=to.email,
        language=language,
        headers={"Message-ID": make_msgid(domain=sending_host())},
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


def counts(issue: Issue) -> dict[str, Counter]:
    """The deliveries of an issue by language and state; they always add up to the frozen ones."""
    found: dict[str, Counter] = {}
    rows = Delivery.objects.filter(issue=issue).order_by("language", "state")
    for row in rows.values("language", "state").annotate(number=Count("pk")):
        found.setdefault(row["language"], Counter())[row["state"]] = row["number"]
    return found


def totals(issue: Issue) -> Counter:
    """The deliveries of an issue by state, over all languages."""
    return sum(counts(issue).values(), Counter())
