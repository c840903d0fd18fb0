"""Sending to mail servers in a mood, or away: the sum holds, and nobody waits for ever."""

import math
import time

import pytest

from members.models import Notice
from publications.models import Bounce, Sending
from publications.models.deliveries import PauseReason
from publications.newsletters import ledger, pausing, running, sending
from tests.sending import (
    assert_nobody_is_lost,
    go_on,
    on,
    ready_issue,
    send_to,
    started,
    states,
)
from tests.servers import free_port
from tests.sink import HANG_UP

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
@pytest.mark.parametrize("step", ["rcpt", "dot"])
def test_each_refusal_counts_as_an_attempt_at_whatever_step_it_comes(served, step):
    issue = started(ready_issue({"en": 1}))
    served(on(step, "451 4.7.1 greylisted", times=9))
    sending.deliver(issue)
    row = issue.deliveries.get()
    assert (row.state, row.attempts, row.error) == ("deferred", 1, "451 4.7.1 greylisted")
    assert row.attempted_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [None, "550 5.1.1 nobody", "451 4.7.1 greylisted"])
def test_of_a_mail_that_another_worker_has_taken_over_nothing_leaves_or_is_told(served, answer):
    issue = started(ready_issue({"en": 1}))
    sink = served(lambda step, address, number: answer if step == "rcpt" else None)
    batch = ledger.claim(issue)
    issue.deliveries.update(claim="of another")
    run = running.LetterRun(issue, until=math.inf)
    with run.post:
        run.send(batch)
    assert sink.mails == []
    row = issue.deliveries.get()
    assert (row.state, row.claim, row.attempts, row.error) == ("claimed", "of another", 0, "")
    assert not Bounce.objects.exists()


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
