"""Sending when workers die, sleep or have another clock: nobody is lost, nobody waits for ever."""

import datetime
import time

import pytest
from django.utils import timezone

from publications.models import Delivery
from publications.models.deliveries import DeliveryState
from publications.newsletters import ledger, sending
from publications.tasks import send_due_issues
from tests.sending import (
    assert_nobody_is_lost,
    dies_with,
    go_on,
    kill,
    let_time_pass,
    on,
    ready_issue,
    started,
    states,
    twice_in,
    wait,
    worker,
)
from tests.sink import HANG_UP

HOUR = datetime.timedelta(hours=1)


@pytest.mark.django_db
def test_the_mail_under_way_when_its_worker_died_leaves_once_more_with_the_same_id(served):
    issue = started(ready_issue({"en": 3}))
    sink = served()
    dies_with(ledger.claim(issue))
    assert len(sink.mails) == 1
    let_time_pass(issue)
    ledger.look_after(issue)
    row = issue.deliveries.get(state="deferred")
    assert (row.attempts, "twice" in row.error) == (1, True)
    # Not at once, in case its worker only seems to be silent.
    assert datetime.timedelta(minutes=4) < row.next_attempt_at - timezone.now()
    go_on(issue, rounds=1)
    assert states(issue) == {"sent": 3}
    assert twice_in(sink) == {row.subscriber.email}
    row.refresh_from_db()
    assert (row.attempts, row.error, sending.repeated(issue)) == (2, "", 1)
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_a_mail_with_which_a_second_worker_dies_is_unknown(served):
    issue = started(ready_issue({"en": 1}))
    for state in ("deferred", "unknown"):
        let_time_pass(issue)
        batch = ledger.claim(issue)
        assert batch.begin(batch.rows[0])
        let_time_pass(issue)
        ledger.look_after(issue)
        assert states(issue) == {state: 1}
    row = issue.deliveries.get()
    assert (row.attempts, "two workers" in row.error) == (2, True)
    sink = served()
    go_on(issue, rounds=2)
    assert sink.mails == []
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "left"), [("sent", "sent"), ("unknown", "unknown"), ("failed", "failed")]
)
def test_a_worker_that_slept_with_a_mail_under_way_may_still_say_what_became_of_it(state, left):
    """Then it is not sent again."""
    issue = started(ready_issue({"en": 2}))
    batch = ledger.claim(issue)
    assert batch.begin(batch.rows[0])
    let_time_pass(issue)
    ledger.look_after(issue)
    assert states(issue) == {"deferred": 1, "queued": 1}
    batch.over(batch.rows[0], state)
    assert not batch.begin(batch.rows[1])
    batch.close()
    assert states(issue) == {left: 1, "queued": 1}
    assert sending.repeated(issue) == 0


@pytest.mark.django_db
def test_a_worker_that_slept_even_longer_changes_nothing_of_what_another_has_taken():
    issue = started(ready_issue({"en": 1}))
    slept = ledger.claim(issue)
    assert slept.begin(slept.rows[0])
    let_time_pass(issue)
    ledger.look_after(issue)
    let_time_pass(issue)
    other = ledger.claim(issue)
    for write in (lambda: None, lambda: other.begin(other.rows[0])):
        write()
        slept.over(slept.rows[0], DeliveryState.FAILED, error="550 late")
        slept.close()
        assert states(issue) == {"claimed": 1}
    other.over(other.rows[0], DeliveryState.SENT)
    other.close()
    slept.over(slept.rows[0], DeliveryState.FAILED, error="550 late")
    slept.close()
    assert (states(issue), sending.repeated(issue)) == ({"sent": 1}, 1)


@pytest.mark.django_db
def test_what_a_mail_server_defers_stays_marked_when_it_may_have_come_before():
    issue = started(ready_issue({"en": 1}))
    batch = ledger.claim(issue)
    assert batch.begin(batch.rows[0])
    let_time_pass(issue)
    ledger.look_after(issue)
    let_time_pass(issue)
    batch = ledger.claim(issue)
    assert batch.begin(batch.rows[0])
    batch.defer(batch.rows[0], "451 later")
    batch.settle()
    # As when the database was gone, and what is known is written again.
    batch.defer(batch.rows[0], "451 later")
    batch.close()
    assert (states(issue), sending.repeated(issue)) == ({"deferred": 1}, 1)


@pytest.mark.django_db
def test_a_lost_answer_is_written_down_before_the_worker_can_die(served):
    issue = started(ready_issue({"en": 2}))
    first, second = issue.deliveries.order_by("pk")
    sink = served(on("dot", HANG_UP, first.subscriber.email))
    dies_with(ledger.claim(issue))
    first.refresh_from_db()
    assert first.state == DeliveryState.UNKNOWN
    go_on(issue)
    assert (twice_in(sink), sink.readers[second.subscriber.email]) == (set(), 1)
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_what_was_taken_before_the_database_went_down_with_its_worker_is_unknown():
    """The last marks may not have reached the disk: whether the mail has left, nobody knows."""
    issue = started(ready_issue({"en": 3}))
    batch = ledger.claim(issue)
    assert batch.begin(batch.rows[0])
    Delivery.objects.filter(pk__in=[row.pk for row in batch.rows[:2]]).update(
        claim="another0" + "0" * 8
    )
    let_time_pass(issue)
    ledger.look_after(issue)
    assert states(issue) == {"unknown": 2, "queued": 1}
    assert sending.repeated(issue) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_moves_by_an_hour_keeps_nobody_waiting(served, hours):
    issue = started(ready_issue({"en": 4}))
    sink = served()
    batch = ledger.claim(issue, number=3)
    assert batch.begin(batch.rows[0])
    batch.defer(batch.rows[0], "451 later")
    assert batch.begin(batch.rows[1])
    # The worker dies here, and the clock is set: all its moments are an hour off.
    batch.settle()
    for delivery in issue.deliveries.all():
        for field in ("claimed_at", "attempted_at", "next_attempt_at"):
            if moment := getattr(delivery, field):
                setattr(delivery, field, moment + hours * HOUR)
        delivery.save()
    Delivery.objects.filter(state="deferred").update(next_attempt_at=timezone.now() + 3 * HOUR)
    sending.deliver(issue)
    assert states(issue) == {"sent": 3, "deferred": 1}
    let_time_pass(issue)
    sending.deliver(issue)
    assert states(issue) == {"sent": 4}
    assert_nobody_is_lost(issue, sink)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_workers_that_are_killed_lose_nobody_and_each_repeats_one_mail_at_most(served):
    issue = started(ready_issue({"en": 40, "es": 20}))
    sink = served(lambda step, address, number: time.sleep(0.01) if step == "dot" else None)
    kills = 4
    for place in range(1, kills + 1):
        pids = [worker(lambda: sending.deliver(issue)) for _ in range(2)]
        sink.wait_for(min(place * 12, 60))
        kill(pids[0])
        kill(pids[1])
        let_time_pass(issue)
    wait(worker(lambda: go_on(issue, rounds=2)))
    assert_nobody_is_lost(issue, sink)
    assert (states(issue), len(sink.readers)) == ({"sent": 60}, 60)
    # Of each worker at most the one mail whose answer was lost.
    assert len(sink.mails) - 60 <= sending.repeated(issue) <= 2 * kills


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_four_workers_and_two_schedules_send_each_mail_once(served, monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 5)
    issue = started(ready_issue({"en": 60}))
    sink = served()
    workers = [worker(lambda: sending.deliver(issue)) for _ in range(4)]
    schedules = [worker(send_due_issues) for _ in range(2)]
    wait(*workers, *schedules)
    assert states(issue) == {"sent": 60}
    assert_nobody_is_lost(issue, sink)
