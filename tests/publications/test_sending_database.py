"""Sending when the database goes, or comes back older than it was."""

import psycopg2
import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection

from portal import identity
from portal.lib import network
from publications.models import Delivery, Issue, SendingMark
from publications.models.deliveries import DeliveryState
from publications.models.newsletters import IssueState
from publications.newsletters import ledger, restored, running, sending
from tests.conftest import database_address
from tests.sending import (
    assert_nobody_is_lost,
    ready_issue,
    started,
    states,
)

# -- The database goes -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_database_that_hangs_up_in_the_middle_costs_nobody_a_mail(served):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is no server that could hang up")
    issue = started(ready_issue({"en": 8}))
    connection.ensure_connection()
    victim = connection.connection.info.backend_pid

    def script(step, address, number):
        if step == "dot" and number == 4:
            with psycopg2.connect(database_address()) as other, other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [victim])

    sink = served(script)
    sending.deliver(issue)
    assert states(issue) == {"sent": 8}
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db(transaction=True)
def test_what_was_claimed_when_the_database_went_is_sent_once_it_is_back(served, monkeypatch):
    """Its worker knows that it was not come to, though the database has been started anew."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is no server that could hang up")
    monkeypatch.setattr(running, "LOOK_EVERY", 0)
    issue = started(ready_issue({"en": 8}))
    connection.ensure_connection()
    victim = connection.connection.info.backend_pid

    def script(step, address, number):
        if step == "dot" and number == 4:
            # The end of the fourth mail and the beginning of the next are not written down yet.
            with psycopg2.connect(database_address()) as other, other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [victim])

    sink = served(script)
    with pytest.raises(OperationalError):
        sending.deliver(issue)
    assert states(issue) == {"sent": 4, "queued": 4}
    sending.deliver(issue)
    assert states(issue) == {"sent": 8}
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db(transaction=True)
def test_what_the_database_forgot_is_written_before_rows_are_put_back(served):
    """A crash of the server takes the last marks with it, those of mails that have left too."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is no server that could hang up")
    issue = started(ready_issue({"en": 2}))
    batch = ledger.claim(issue)
    first, _second = batch.rows
    batch.begin(first)
    batch.over(first, DeliveryState.SENT)
    batch.settle()
    Delivery.objects.filter(pk=first.pk).update(
        state=DeliveryState.CLAIMED, attempted_at=None, attempts=0, sent_at=None
    )
    with psycopg2.connect(database_address()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    batch.close()
    assert states(issue) == {"sent": 1, "queued": 1}


# -- A restored backup -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_older_database_sends_nothing_before_somebody_has_looked(served):
    issue = started(ready_issue({"en": 2}))
    SendingMark.objects.update(number=0)
    sink = served()
    sending.deliver(issue, seconds=0)
    assert not restored.is_suspected()
    # What was sent since the backup is not in it: the rows wait again, and the number is lower.
    SendingMark.objects.update(number=0)
    restored.write(7)
    sending.deliver(issue)
    assert (states(issue), sink.mails) == ({"queued": 2}, [])
    assert network.current().sending_paused
    other = ready_issue_again(issue)
    with pytest.raises(ValidationError, match="paused"):
        sending.start(other)
    identity.pause_sending(paused=False)
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)


def ready_issue_again(issue: Issue) -> Issue:
    """The issue as the backup may have it: ready, and about to be sent."""
    found = Issue.objects.get(pk=issue.pk)
    found.state = IssueState.READY
    return found


@pytest.mark.django_db(transaction=True)
def test_the_same_backup_restored_twice_is_noticed_twice():
    ready_issue({"en": 1})
    for _ in range(2):
        SendingMark.objects.all().delete()
        restored.write(restored.known() or 3)
        assert restored.is_suspected()
        identity.pause_sending(paused=False)
        assert not restored.is_suspected()


@pytest.mark.django_db
def test_without_the_file_nothing_is_suspected():
    SendingMark.advance(beyond=12)
    assert not restored.is_suspected()
    restored.path().write_text("no number")
    assert not restored.is_suspected()
    assert restored.known() == SendingMark.objects.get().number
