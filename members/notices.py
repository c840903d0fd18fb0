"""Mails the portal writes by itself: written once, sent once, and their delivery kept."""

import datetime

from django.db import transaction
from django.utils import timezone

from members import preferences, tasks
from members.models import Notice, Organisation, User
from members.models.notices import NoticeState
from portal.lib import mail, network
from portal.lib.mail import AnswerLost, NotNow, NotSent, Post, Refused

# The pause before the next attempt doubles from a minute to at most six hours.
LONGEST_PAUSE = datetime.timedelta(hours=6)


def write(
    kind: str,
    key: str,
    *,
    template: str,
    subject: str,
    to: str,
    language: str,
    context: dict | None = None,
    person: User | None = None,
    organisation: Organisation | None = None,
    leaves_at: datetime.datetime | None = None,
    headers: dict[str, str] | None = None,
) -> Notice | None:
    """Write a mail from ``mail/<template>.txt`` in one language, to leave now or later.

    Returns None when the same thing was already written to the address, whatever became of it,
    and when the person does not want this kind of mail. One that may wait for the person's daily
    or weekly summary is held back for it. Call it inside ``translation.override(language)`` when
    the subject is translated.
    """
    if not preferences.wants(person, kind):
        return None
    summary = preferences.held_until(person, kind) if leaves_at is None else None
    links = preferences.addresses(person, kind, language)
    text = mail.render_text(
        f"mail/{template}.txt",
        {"network": network.current(), "subject": subject, **links, **(context or {})},
        language=language,
    )
    notice, is_new = Notice.objects.get_or_create(
        kind=kind,
        key=key,
        email=to.lower(),
        defaults={
            "language": language,
            "subject": mail.one_line(subject)[:200],
            "text": text,
            "person": person,
            "organisation": organisation,
            "leaves_at": preferences.beginning_of(summary)
            if summary
            else leaves_at or timezone.now(),
            "state": NoticeState.HELD if summary else NoticeState.WAITING,
            "headers": preferences.headers(links) | (headers or {}),
        },
    )
    if not is_new:
        return None
    if leaves_at is None and summary is None:
        transaction.on_commit(tasks.send_notices.delay)
    return notice


def send_due(now: datetime.datetime | None = None) -> int:
    """Send what is due and not yet sent. Returns the number of mails that left.

    Each row is claimed before its mail is handed over, so that two workers never send the same.
    Nothing leaves while the network has paused sending.
    """
    now = now or timezone.now()
    Notice.objects.forgotten(now).update(state=NoticeState.UNCERTAIN)
    waiting = list(Notice.objects.due(now).order_by("leaves_at", "pk")[:500])
    if not waiting or network.current().sending_paused:
        return 0
    sent = 0
    try:
        with Post() as post:
            for notice in waiting:
                if claim(notice):
                    sent += hand_over(notice, post)
    except NotSent as error:
        # The server does not answer at all: every one waits, and says why.
        for notice in waiting:
            put_off(notice, str(error))
    return sent


def claim(notice: Notice) -> bool:
    return bool(
        Notice.objects.filter(pk=notice.pk, state=NoticeState.WAITING).update(
            state=NoticeState.LEAVING, claimed_at=timezone.now()
        )
    )


def hand_over(notice: Notice, post: Post) -> bool:
    """Send a claimed notice and write down what became of it. True when it left."""
    message = mail.assemble(
        subject=notice.subject,
        text=notice.text,
        html=None,
        to=notice.email,
        language=notice.language,
        headers={"Auto-Submitted": "auto-generated", **notice.headers},
    )
    try:
        post.send(message)
    except Refused as error:
        settle(notice, NoticeState.REFUSED, error=str(error))
    except AnswerLost as error:
        settle(notice, NoticeState.UNCERTAIN, error=str(error))
    except (NotNow, NotSent) as error:
        put_off(notice, str(error))
    else:
        settle(notice, NoticeState.SENT, sent_at=timezone.now(), error="")
        return True
    return False


def settle(notice: Notice, state: str, **values):
    if "error" in values:
        values["error"] = values["error"][:250]
    Notice.objects.filter(pk=notice.pk).update(state=state, attempts=notice.attempts + 1, **values)


def put_off(notice: Notice, error: str):
    """Try again later, and less and less often. A row that has been settled stays settled."""
    pause = min(datetime.timedelta(minutes=2**notice.attempts), LONGEST_PAUSE)
    rows = Notice.objects.filter(pk=notice.pk, state__in=(NoticeState.WAITING, NoticeState.LEAVING))
    rows.update(
        state=NoticeState.WAITING,
        attempts=notice.attempts + 1,
        leaves_at=timezone.now() + pause,
        error=error[:250],
    )


def send_again(notice: Notice):
    """Let a mail that did not arrive leave once more, for example after a corrected address."""
    Notice.objects.filter(pk=notice.pk).exclude(state=NoticeState.LEAVING).update(
        state=NoticeState.WAITING, leaves_at=timezone.now(), attempts=0, error=""
    )
    transaction.on_commit(tasks.send_notices.delay)


def cancel(kind: str, key: str) -> int:
    """Take back what has not left yet. Returns the number of mails that will not leave."""
    unsent = (NoticeState.WAITING, NoticeState.HELD)
    waiting = Notice.objects.filter(kind=kind, key=key, state__in=unsent)
    return waiting.update(state=NoticeState.CANCELLED)
