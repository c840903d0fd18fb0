"""Letters whose workers are killed again and again: each reader gets it, and the issue ends."""

import os
import random
import signal
import time
from collections import Counter

from publications.models.deliveries import DeliveryState
from publications.newsletters import sending
from tests.bench import letters
from tests.long.office import Office
from tests.sending import (
    assert_nobody_is_lost,
    let_time_pass,
    ready_issue,
    started,
    states,
    twice_in,
)
from tests.sink import Sink

READERS, KILLS = 5_000, 50
# Of so many kills one takes a whole worker, which then has to be started again.
WHOLE_EVERY = 10


def issue_for(readers: int):
    issue = ready_issue({})
    letters.new_readers(issue.newsletter, readers)
    return started(issue)


def test_fifty_kills_lose_nobody_and_each_repeats_one_mail_at_most(office):
    issue = issue_for(READERS)
    with Sink(keep=False) as sink:
        found = office(sink, workers=2, schedules=1)
        killed = kill_at_random(found, issue)
        found.wait_for_end(issue)
    assert_nobody_is_lost(issue, sink)
    # Only a mail with which two workers died one after the other is given up. That is rare, since
    # what is to be repeated comes after all others.
    unknown = states(issue).get(DeliveryState.UNKNOWN, 0)
    assert READERS - len(sink.readers) <= unknown <= 1
    # Of each process that died at most the one mail whose answer was lost, with the same name.
    ids = Counter(mail.message_id for mail in sink.mails)
    assert len(ids) == len(sink.readers)
    assert max(ids.values()) <= 2
    repeated, twice = sending.repeated(issue), len(twice_in(sink))
    assert twice <= repeated <= killed
    print(f"{killed} processes killed: {repeated} mails repeated, {twice} of which came twice")


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
