"""Sending an issue: each subscriber once, in their language, whatever breaks on the way."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections import Counter

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from publications.models import Delivery, Issue
from publications.models.deliveries import DeliveryState
from publications.models.newsletters import IssueState
from publications.newsletters import drafting, ledger, sending
from publications.tasks import send_due_issues
from tests import factories as make
from tests.conftest import database_address
from tests.mailbox import Mailbox
from tests.sending import let_time_pass, ready_issue, started, states
from tests.servers import free_port


def addresses() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


# -- Once, and in one's language -------------------------------------------------------------------


@pytest.mark.django_db
def test_each_reader_receives_their_language_once(django_capture_on_commit_callbacks):
    issue = ready_issue({"fr": 2, "en": 3, "es": 1})
    with django_capture_on_commit_callbacks(execute=True):
        sending.start(issue)
    issue.refresh_from_db()
    assert issue.state == IssueState.SENT
    assert issue.sent_at is not None
    assert Counter(message.extra_headers["Content-Language"] for message in mail.outbox) == {
        "fr": 2,
        "en": 3,
        "es": 1,
    }
    assert len(set(addresses())) == 6
    assert states(issue) == {"sent": 6}


@pytest.mark.django_db
def test_only_who_confirmed_and_has_not_left_receives_it():
    issue = ready_issue({"en": 1})
    letter = issue.newsletter
    make.create_subscription(newsletter=letter, confirmed_at=None)
    make.create_subscription(newsletter=letter, ended_at=timezone.now())
    make.create_subscription(newsletter=make.create_newsletter(None))
    sending.deliver(started(issue))
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_starting_and_delivering_again_sends_nothing_twice():
    issue = started(ready_issue({"en": 2}))
    with pytest.raises(ValidationError, match="has been sent"):
        sending.start(issue)
    sending.freeze(issue)
    sending.deliver(issue)
    sending.deliver(issue)
    send_due_issues()
    assert len(mail.outbox) == 2
    assert Delivery.objects.count() == 2


@pytest.mark.django_db
def test_a_draft_is_not_sent():
    issue = ready_issue({"en": 1})
    drafting.reopen(issue)
    with pytest.raises(ValidationError, match="not ready"):
        sending.start(issue)
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_who_leaves_between_freezing_and_sending_is_left_out():
    issue = started(ready_issue({"en": 2}))
    # One is erased as by hand, the other leaves.
    issue.newsletter.subscriptions.order_by("pk").last().subscriber.delete()
    leaving = issue.newsletter.subscriptions.get()
    leaving.ended_at = timezone.now()
    leaving.save()
    sending.deliver(issue)
    assert mail.outbox == []
    assert states(issue) == {"skipped": 2}
    issue.refresh_from_db()
    assert issue.state == IssueState.SENT


@pytest.mark.django_db
def test_without_readers_an_issue_is_published_all_the_same():
    issue = started(ready_issue({}))
    sending.deliver(issue)
    issue.refresh_from_db()
    assert issue.state == IssueState.SENT


# What the network is holds until the next commit.
@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_while_sending_is_paused():
    issue = ready_issue({"en": 2})
    pause = make.create_network(sending_paused=True)
    cache.clear()
    sending.deliver(started(issue))
    assert (mail.outbox, states(issue)) == ([], {"queued": 2})
    with pytest.raises(ValidationError, match="paused"):
        sending.send_test(issue, language="en", audience="public", to=issue.ready_by)
    pause.sending_paused = False
    pause.save()
    cache.clear()
    send_due_issues()
    assert states(issue) == {"sent": 2}


@pytest.mark.django_db
def test_sending_goes_in_batches_and_stops_when_its_time_is_up(monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 2)
    issue = started(ready_issue({"en": 5}))
    sending.deliver(issue, seconds=0)
    assert states(issue) == {"queued": 5}
    assert sending.deliver(issue) == 5


@pytest.mark.services
def test_a_real_worker_sends_what_the_desk_started(worker, mailbox):
    issue = ready_issue({"fr": 1, "es": 2})
    sending.start(issue)
    received = mailbox.wait_for(3, seconds=60)
    worker.wait(lambda: Issue.objects.get(pk=issue.pk).state == IssueState.SENT)
    assert Counter(message["Content-Language"] for message in received) == {"fr": 1, "es": 2}
    assert len({message["Message-ID"] for message in received}) == 3


# -- Workers that die ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_of_a_worker_that_died_all_is_sent_and_the_attempted_mail_after_a_while():
    issue = started(ready_issue({"en": 3}))
    batch = ledger.claim(issue)
    assert batch.begin(batch.rows[0])
    # The worker dies here. At first its rows are left alone.
    sending.deliver(issue)
    assert (states(issue), mail.outbox) == ({"claimed": 3}, [])
    let_time_pass(issue)
    sending.deliver(issue)
    assert states(issue) == {"sent": 2, "deferred": 1}
    assert batch.rows[0].email not in addresses()
    let_time_pass(issue)
    sending.deliver(issue)
    assert states(issue) == {"sent": 3}
    issue.refresh_from_db()
    assert issue.state == IssueState.SENT


@pytest.mark.django_db
def test_a_worker_that_wakes_up_late_finds_its_rows_taken():
    issue = started(ready_issue({"en": 1}))
    slept_over = ledger.claim(issue)
    let_time_pass(issue)
    sending.deliver(issue)
    assert not slept_over.begin(slept_over.rows[0])
    slept_over.close()
    assert states(issue) == {"sent": 1}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(mailbox, monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 5)
    issue = started(ready_issue({"fr": 15, "en": 15}))

    def work():
        try:
            sending.deliver(issue)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    sending.deliver(issue)
    received = [message["To"] for message in mailbox.messages]
    assert (len(received), len(set(received))) == (30, 30)
    assert states(issue) == {"sent": 30}


class SlowMailbox(Mailbox):
    """Takes a mail, and answers after a while."""

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.4)
        return answer


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_killed_process_repeats_one_mail_with_the_same_id_and_loses_none(settings):
    issue = started(ready_issue({"en": 6}))
    with SlowMailbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = box.host, box.port
        send = ["newsletter", "send", "--region", "R8", "--period", "2026-Q3"]
        with subprocess.Popen(
            [sys.executable, "manage.py", *send],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": database_address(), "EMAIL_URL": f"smtp://{box.host}:{box.port}"},
        ) as process:
            try:
                box.wait_for(3, seconds=60)
            finally:
                process.send_signal(signal.SIGKILL)
        for _ in range(2):
            let_time_pass(issue)
            sending.deliver(issue)
        received = [(message["To"], message["Message-ID"]) for message in box.messages]
    # The server has had the third mail without the process hearing so.
    assert (states(issue), sending.repeated(issue)) == ({"sent": 6}, 1)
    assert (len(received), len(set(received))) == (7, 6)
    assert received.count(received[2]) == 2


# -- Servers in a mood -----------------------------------------------------------------------------


class Moody:
    """An SMTP server that does with each address what it is told to."""

    def __init__(self):
        self.moods: dict[str, str] = {}
        self.received: list[str] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_MAIL(self, server, session, envelope, address, options):
        if "sender" in self.moods:
            return self.moods["sender"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        mood = self.moods.get(address, "")
        if mood == "hang up":
            server.transport.close()
            self.moods.pop(address)
        if mood[:1] in ("4", "5"):
            return mood
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        [address] = envelope.rcpt_tos
        self.received.append(address)
        if self.moods.get(address) == "lose the answer":
            server.transport.close()
        return "250 OK"


@pytest.fixture
def moody(settings):
    server = Moody()
    server.controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.controller.port
    yield server
    server.controller.stop()


@pytest.fixture
def under_way(db) -> Issue:
    return started(ready_issue({"en": 3}))


def reader(issue: Issue, place: int) -> Delivery:
    return issue.deliveries.select_related("subscriber").order_by("pk")[place]


def test_a_refused_address_fails_alone(moody, under_way):
    refused = reader(under_way, 0)
    moody.moods[refused.subscriber.email] = "550 no such person"
    sending.deliver(under_way)
    refused.refresh_from_db()
    assert (refused.state, refused.error) == (DeliveryState.FAILED, "550 no such person")
    assert states(under_way) == {"failed": 1, "sent": 2}


def test_a_passing_refusal_is_tried_again_later_and_ten_times(moody, under_way):
    later = reader(under_way, 0)
    moody.moods[later.subscriber.email] = "451 come back"
    for tried in range(1, 11):
        sending.deliver(under_way)
        # Not at once: the server has just said so.
        sending.deliver(under_way)
        later.refresh_from_db()
        assert later.attempts == tried
        if tried < 10:
            assert later.state == DeliveryState.DEFERRED
            minutes = min(2**tried, 60)
            pause = (later.next_attempt_at - later.attempted_at).total_seconds() / 60
            assert 0.75 * minutes <= pause <= 1.26 * minutes
            Delivery.objects.filter(pk=later.pk).update(next_attempt_at=timezone.now())
    assert (later.state, later.error) == (DeliveryState.FAILED, "451 come back")
    assert states(under_way) == {"failed": 1, "sent": 2}


def test_a_mail_whose_answer_was_lost_is_not_sent_again(moody, under_way):
    lost = reader(under_way, 1)
    moody.moods[lost.subscriber.email] = "lose the answer"
    sending.deliver(under_way)
    let_time_pass(under_way)
    sending.deliver(under_way)
    lost.refresh_from_db()
    assert lost.state == DeliveryState.UNKNOWN
    assert states(under_way) == {"unknown": 1, "sent": 2}
    assert len(moody.received) == 3


def test_a_connection_that_closes_between_two_mails_costs_nothing(moody, under_way):
    moody.moods[reader(under_way, 1).subscriber.email] = "hang up"
    assert sending.deliver(under_way) == 3
    assert states(under_way) == {"sent": 3}


@pytest.mark.parametrize("mood", ["530 log in first", "421 too busy"])
def test_a_server_that_refuses_us_fails_no_reader(moody, under_way, mood):
    moody.moods["sender"] = mood
    assert sending.deliver(under_way) == 0
    assert states(under_way) == {"queued": 3}
    del moody.moods["sender"]
    assert sending.deliver(under_way) == 3


def test_a_server_that_is_down_fails_no_reader(settings, under_way):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert sending.deliver(under_way) == 0
    assert states(under_way) == {"queued": 3}
    under_way.refresh_from_db()
    assert under_way.state == IssueState.SENDING


def test_an_address_no_mail_can_carry_fails_alone(moody, under_way):
    broken = reader(under_way, 0)
    broken.subscriber.email = "two@at@example.org"
    broken.subscriber.save()
    sending.deliver(under_way)
    broken.refresh_from_db()
    assert broken.state == DeliveryState.FAILED
    assert states(under_way) == {"failed": 1, "sent": 2}
