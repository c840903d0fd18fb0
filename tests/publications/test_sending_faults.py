"""Sending when something breaks: after each fault the sum holds, and nobody waits for ever."""

import datetime
import threading
import time

import psycopg2
import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.utils import timezone

from members.models import Notice
from portal import identity
from portal.lib import network
from publications.models import Bounce, Delivery, Issue, Pace, Sending, SendingMark, Subscriber
from publications.models.deliveries import DeliveryState, PauseReason
from publications.models.newsletters import IssueState
from publications.newsletters import ledger, pace, pausing, restored, running, sending
from publications.tasks import send_due_issues
from tests.conftest import database_address
from tests.sending import (
    assert_nobody_is_lost,
    kill,
    let_time_pass,
    ready_issue,
    send_to,
    started,
    states,
    twice_in,
    wait,
    worker,
)
from tests.servers import free_port
from tests.sink import HANG_UP

HOUR = datetime.timedelta(hours=1)


def go_on(issue: Issue, *, rounds: int = 5):
    """The schedule rings until the issue is over, and time passes in between."""
    for _ in range(rounds):
        sending.deliver(issue)
        let_time_pass(issue)
    sending.deliver(issue)


def dies_with(batch: ledger.Batch):
    """A worker hands over the first mail of a batch, and dies before it can write more."""
    issue = Issue.objects.get(state=IssueState.SENDING)
    run = running.LetterRun(issue, until=time.monotonic() + 10)
    with run.post:
        run.attempt(batch.rows[0], batch)


def on(step: str, answer: str, *addresses: str, times: int = 1):
    """The answer at a step, so often for each of some addresses, or for every one."""
    given: dict[str, int] = {}

    def script(asked, address, number):
        if asked == step and (not addresses or address in addresses):
            given[address] = given.get(address, 0) + 1
            if given[address] <= times:
                return answer
        return None

    return script


# -- Servers in a mood -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("extensions", [("PIPELINING",), ()], ids=["in one go", "step by step"])
@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("rcpt", "451 4.7.1 greylisted"),
        ("dot", "451 4.3.0 try again"),
        ("data", HANG_UP),
        ("rcpt", "421 closing"),
    ],
)
def test_a_server_that_makes_everybody_wait_gets_all_in_the_end(served, step, answer, extensions):
    issue = started(ready_issue({"en": 4, "fr": 3}))
    accepted = set()
    moody = on(step, answer)

    def script(asked, address, number):
        given = moody(asked, address, number)
        if asked == "dot" and given is None:
            accepted.add(address)
        return given

    sink = served(script, extensions=extensions)
    go_on(issue, rounds=9)
    assert states(issue) == {"sent": 7}
    assert len(accepted) == 7
    assert Sending.objects.get(issue=issue).failures == 0
    if answer[:3] != "451" or step == "rcpt":
        assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_every_third_address_is_refused_and_the_others_get_theirs(served):
    issue = started(ready_issue({"en": 9}))
    refused = set(issue.deliveries.values_list("subscriber__email", flat=True).order_by("pk")[::3])
    sink = served(on("rcpt", "550 5.1.1 nobody", *refused))
    go_on(issue, rounds=1)
    assert states(issue) == {"failed": 3, "sent": 6}
    assert not refused & set(sink.readers)
    # They count among the addresses that cannot be reached.
    found = Bounce.objects.values_list("subscriber__email", "kind", "status", "delivery__state")
    assert set(found) == {(address, "hard", "5.1.1", "failed") for address in refused}
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_a_connection_lost_after_the_final_dot_leaves_an_unknown_that_is_never_resent(served):
    issue = started(ready_issue({"en": 6}))
    lost = list(issue.deliveries.values_list("subscriber__email", flat=True).order_by("pk")[1:5:2])
    sink = served(on("dot", HANG_UP, *lost))
    go_on(issue)
    assert states(issue) == {"sent": 4, "unknown": 2}
    assert sink.readers.keys() >= set(lost)
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_a_connection_lost_before_the_final_dot_sends_nobody_two(served):
    issue = started(ready_issue({"en": 6}))
    lost = list(issue.deliveries.values_list("subscriber__email", flat=True).order_by("pk")[1:5:2])
    sink = served(on("content", HANG_UP, *lost))
    go_on(issue)
    # A short mail fits into the network's buffers, and the portal cannot know how far it came.
    found = states(issue)
    assert found["sent"] + found.get("unknown", 0) == 6
    assert found["sent"] >= 4
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [HANG_UP, "421 a hundred is enough"])
def test_a_server_that_closes_after_some_mails_costs_nothing(served, answer):
    issue = started(ready_issue({"en": 11}))
    sink = served(lambda step, address, number: answer if number > 3 else None)
    sending.deliver(issue)
    assert states(issue) == {"sent": 11}
    assert sink.connections >= 4
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_a_slow_server_is_left_when_the_minute_is_over(served):
    issue = started(ready_issue({"en": 5}))
    sink = served(lambda step, address, number: time.sleep(0.2) if step == "dot" else None)
    sending.deliver(issue, seconds=0.3)
    found = states(issue)
    assert found["queued"] == 5 - found["sent"] > 0
    assert_nobody_is_lost(issue, sink, over=False)
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)


# -- The server is away ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("mood", ["away", "530 log in first", "421 too busy"])
def test_an_outage_pauses_the_issue_and_its_editor_is_told_once(served, settings, mood):
    issue = started(ready_issue({"en": 3}))
    sink = served(lambda step, address, number: mood if step == "mail" else None)
    if mood == "away":
        settings.EMAIL_PORT = free_port()
    for _ in range(pausing.OUTAGES - 1):
        sending.deliver(issue)
    assert not Sending.objects.get(issue=issue).is_paused
    for _ in range(3):
        sending.deliver(issue)
    found = Sending.objects.get(issue=issue)
    assert found.pause_reason == PauseReason.OUTAGE
    assert states(issue) == {"queued": 3}
    told = Notice.objects.filter(kind=pausing.TOLD)
    assert [notice.email for notice in told] == [issue.ready_by.email]
    assert found.pause_error.split()[0] in told.get().text
    # The server is there again, and nothing leaves before somebody says so.
    sink.script = lambda step, address, number: None
    send_to(sink, settings)
    sending.deliver(issue)
    assert states(issue) == {"queued": 3}
    pausing.resume(issue, by=issue.ready_by)
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)
    assert told.count() == 1


@pytest.mark.django_db
def test_a_short_outage_is_forgotten_with_the_first_mail(served, settings):
    issue = started(ready_issue({"en": 1}))
    sink = served()
    settings.EMAIL_PORT = free_port()
    sending.deliver(issue)
    assert Sending.objects.get(issue=issue).failures == 1
    send_to(sink, settings)
    sending.deliver(issue)
    assert Sending.objects.get(issue=issue).failures == 0
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_a_letter_that_is_refused_as_such_is_not_tried_on_everybody(served, monkeypatch):
    monkeypatch.setattr(pausing, "REFUSED_IN_A_ROW", 4)
    issue = started(ready_issue({"en": 9}))
    sink = served(lambda step, address, number: "554 5.7.1 spam" if step == "dot" else None)
    sending.deliver(issue)
    sending.deliver(issue)
    assert states(issue) == {"failed": 4, "queued": 5}
    assert Sending.objects.get(issue=issue).pause_reason == PauseReason.REFUSED
    assert Notice.objects.filter(kind=pausing.TOLD).count() == 1
    assert len(sink.mails) == 4


# -- Pausing by hand -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_pause_in_the_middle_stops_after_the_mail_that_is_under_way(served, monkeypatch):
    monkeypatch.setattr(running, "LOOK_EVERY", -1)
    issue = started(ready_issue({"en": 6}))

    def script(step, address, number):
        if step == "dot" and number == 3:
            pausing.pause(issue)
            connection.close()

    sink = served(script)
    sending.deliver(issue)
    assert states(issue) == {"sent": 3, "queued": 3}
    assert Notice.objects.filter(kind=pausing.TOLD).count() == 0
    assert not pausing.pause(issue)
    pausing.resume(issue)
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_only_what_is_being_sent_can_go_on():
    issue = ready_issue({"en": 1})
    with pytest.raises(ValidationError, match="not being sent"):
        pausing.resume(issue)


# -- Readers who go --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_is_suppressed_or_erased_meanwhile_stays_in_the_sum(served):
    issue = started(ready_issue({"en": 3}))
    first, second, _third = Subscriber.objects.order_by("pk")
    first.suppressed_at = timezone.now()
    first.save()
    second.delete()
    sink = served()
    sending.deliver(issue)
    assert states(issue) == {"suppressed": 1, "skipped": 1, "sent": 1}
    assert_nobody_is_lost(issue, sink)


# -- Workers that die, sleep, or have another clock ------------------------------------------------


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


# -- Pace ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_limits_all_may_leave_at_once():
    assert pace.reserve(["a.example", "b.example"]) == [0.0, 0.0]
    assert Pace.objects.count() == 0


@pytest.mark.django_db
def test_all_workers_together_keep_the_pace(settings):
    settings.NEWSLETTER_RATE = 2
    first = pace.reserve(["a.example"] * 3, within=10)
    assert first == [0.0, 0.5, 1.0]
    [second] = pace.reserve(["b.example"], within=10)
    assert 0.5 < second <= 1.5
    assert pace.reserve(["b.example"] * 40, within=3).count(None) >= 34


@pytest.mark.django_db
def test_each_domain_has_a_pace_of_its_own(settings):
    settings.NEWSLETTER_DOMAIN_RATE = 1
    moments = pace.reserve(["a.example", "b.example", "a.example", "a.example"], within=1.5)
    assert moments == [0.0, 0.0, 1.0, None]
    Pace.objects.filter(domain="b.example").update(
        free_at=timezone.now() + datetime.timedelta(seconds=60)
    )
    assert pace.busy_domains() == ["b.example"]


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_was_set_does_not_stop_the_pace(settings, hours):
    settings.NEWSLETTER_RATE = 10
    pace.reserve(["a.example"])
    Pace.objects.update(free_at=timezone.now() + hours * HOUR)
    assert pace.reserve(["a.example"]) == [0.0]


@pytest.mark.django_db
def test_a_domain_that_is_full_keeps_no_other_waiting(served, settings):
    settings.NEWSLETTER_DOMAIN_RATE = 1
    issue = ready_issue({"en": 4})
    Subscriber.objects.filter(pk=Subscriber.objects.last().pk).update(email="x@other.example")
    started(issue)
    sink = served()
    Pace.objects.create(
        domain="example.org", free_at=timezone.now() + datetime.timedelta(seconds=100)
    )
    sending.deliver(issue, seconds=0.5)
    assert list(sink.readers) == ["x@other.example"]
    assert states(issue) == {"queued": 3, "sent": 1}
    Pace.objects.all().delete()
    settings.NEWSLETTER_DOMAIN_RATE = 0
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)


@pytest.mark.django_db
def test_a_limit_lets_mails_go_one_by_one(served, settings):
    settings.NEWSLETTER_RATE = 2
    issue = started(ready_issue({"en": 30}))
    sink = served()
    sending.deliver(issue, seconds=0.7)
    # At most those of the moments 0 and 0.5.
    assert 1 <= states(issue)["sent"] <= 2
    assert_nobody_is_lost(issue, sink, over=False)


# -- The whole -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_all_sending_paused_in_the_middle_stops_it_at_once(served, monkeypatch):
    monkeypatch.setattr(running, "LOOK_EVERY", -1)
    issue = started(ready_issue({"en": 5}))

    def script(step, address, number):
        if step == "dot" and len(sink.mails) == 2:
            thread = threading.Thread(target=stop)
            thread.start()
            thread.join()

    def stop():
        identity.pause_sending(paused=True)
        connection.close()

    sink = served(script)
    sending.deliver(issue)
    assert states(issue) == {"sent": 2, "queued": 3}
    identity.pause_sending(paused=False)
    cache.clear()
    sending.deliver(issue)
    assert_nobody_is_lost(issue, sink)
