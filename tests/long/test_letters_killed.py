"""Letters whose workers are killed again and again: each reader gets one, and the issue ends."""

import os
import random
import signal
import time
from collections import Counter

from publications.models import Delivery
from publications.models.deliveries import DeliveryState
from tests.bench import letters
from tests.long.office import Office
from tests.sending import assert_nobody_is_lost, let_time_pass, ready_issue, started, states
from tests.sink import Sink

READERS, KILLS = 5_000, 50
# Of so many kills one takes a whole worker, which then has to be started again.
WHOLE_EVERY = 10


def issue_for(readers: int):
    issue = ready_issue({})
    letters.new_readers(issue.newsletter, readers)
    return started(issue)


def test_fifty_kills_lose_nobody_and_send_nobody_two(office):
    issue = issue_for(READERS)
    with Sink(keep=False) as sink:
        found = office(sink, workers=2, schedules=1)
        killed = kill_at_random(found, issue)
        found.wait_for_end(issue)
    assert_nobody_is_lost(issue, sink)
    ids = Counter(mail.message_id for mail in sink.mails)
    assert set(ids.values()) == {1}
    # Of each process that died at most the one mail whose answer was lost.
    unknown = states(issue).get(DeliveryState.UNKNOWN, 0)
    assert unknown <= killed
    rows = Delivery.objects.filter(issue=issue)
    lost = rows.exclude(subscriber__email__in=sink.readers.keys())
    assert {state for (state,) in lost.values_list("state")} <= {DeliveryState.UNKNOWN}
    print(f"{killed} processes killed: {unknown} unknown, {lost.count()} of which never arrived")


def kill_at_random(office: Office, issue) -> int:
    """Kill processes at moments spread by lot over the mails. Returns how many have died."""
    chance, killed = random.Random(KILLS), 0
    moments = sorted(chance.sample(range(1, READERS - 200), KILLS))
    for place, moment in enumerate(moments, start=1):
        office.wait(
            lambda moment=moment: wait_a_while(office, issue, moment),
            seconds=120,
        )
        worker = chance.choice(office.workers)
        if place % WHOLE_EVERY:
            victims = worker.children
            if victims:
                os.kill(chance.choice(victims), signal.SIGKILL)
                killed += 1
        else:
            killed += len(worker.children)
            worker.kill()
            worker.start(seconds=240)
    return killed


def wait_a_while(office: Office, issue, moment: int) -> bool:
    """Whether so many mails have come. What dead workers had taken is given to the living."""
    for _ in range(20):
        if len(office.sink.mails) >= moment:
            return True
        time.sleep(0.05)
    let_time_pass(issue)
    return False


def test_four_processes_and_two_schedules_send_each_mail_once(office):
    issue = issue_for(1_000)
    with Sink(keep=False) as sink:
        office(sink, workers=2, schedules=2).wait_for_end(issue, every=3_600)
        assert states(issue) == {DeliveryState.SENT: 1_000}
        assert_nobody_is_lost(issue, sink)
