"""Sending from SQLite while the disk is full: nobody is lost, and it goes on once there is room.

What PostgreSQL does is in tests/long.
"""

import sqlite3
import threading
import time

import pytest
from django.db import OperationalError, connection, connections

from publications.models import Delivery, Issue
from publications.newsletters import ledger, restored, sending
from tests import disks
from tests.long import office as offices
from tests.sending import (
    assert_nobody_is_lost,
    let_time_pass,
    ready_issue,
    started,
    states,
    twice_in,
    wait,
    worker,
)


@pytest.fixture
def small_disk(transactional_db, settings):
    """A small disk with the database on it, and all else that the portal keeps beside it."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite on the disk of the worker; tests/long has PostgreSQL on its own")
    former = connections.databases["default"]
    with disks.small(megabytes=32) as folder:
        copy = folder / "portal.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
        offices.use({**former, "NAME": str(copy)})
        settings.VAR_DIR = folder
        # As a web server does: while somebody reads, the journal gives no room back.
        reading = sqlite3.connect(copy, isolation_level=None)
        reading.execute("PRAGMA journal_mode=WAL")
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            yield folder
        finally:
            reading.close()
            connections["default"].close()
            offices.use(former)


def full_at(number: int, folder):
    """The disk fills up while a mail is on its way: it has arrived, and its row cannot say so."""
    filled = []

    def script(step, address, place):
        if step == "dot" and place == number and not filled:
            filled.append(disks.fill(folder))

    return script


def test_the_disk_is_really_full(small_disk):
    issue = started(ready_issue({"en": 1}))
    disks.fill(small_disk)
    with pytest.raises(OperationalError, match="full"):
        Delivery.objects.filter(issue=issue).update(error="x" * 300)


def test_a_worker_waits_for_room_and_sends_each_mail_once(small_disk, served):
    issue = started(ready_issue({"en": 12, "fr": 8}))
    sink = served(full_at(5, small_disk))
    seen = []

    def make_room():
        sink.wait_for(5)
        time.sleep(1)
        seen.append(len(sink.mails))
        (small_disk / "ballast").unlink()

    helper = threading.Thread(target=make_room)
    helper.start()
    sending.deliver(issue)
    helper.join()
    # Nothing left while nothing could be written down.
    assert seen == [5]
    assert states(issue) == {"sent": 20}
    assert set(sink.readers.values()) == {1}
    assert_nobody_is_lost(issue, sink)


def test_a_worker_that_gives_up_costs_one_second_copy_at_most(small_disk, served, monkeypatch):
    """The disk stays full for longer than a worker waits, and it ends."""
    monkeypatch.setattr(ledger, "WAIT_FOR_DATABASE", 1)
    issue = started(ready_issue({"en": 20}))
    sink = served(full_at(5, small_disk))

    wait(worker(lambda: gives_up_on(issue)))
    # What it could not put back is nobody else's as long as it may still be at it.
    wait(worker(lambda: sending.deliver(issue)))
    assert len(sink.mails) == 5
    (small_disk / "ballast").unlink()
    for _ in range(3):
        let_time_pass(issue)
        wait(worker(lambda: sending.deliver(issue)))
    assert_nobody_is_lost(issue, sink)
    assert (states(issue), len(twice_in(sink))) == ({"sent": 20}, 1)
    assert not restored.is_suspected()


def gives_up_on(issue: Issue):
    with pytest.raises(OperationalError, match="disk is full"):
        sending.deliver(issue)


def test_a_count_that_cannot_be_written_leaves_the_one_before(small_disk):
    restored.write(7)
    disks.fill(small_disk)
    with pytest.raises(OSError, match="No space left"):
        restored.write(8)
    assert restored.known() == 7
    assert [path.name for path in small_disk.glob("batches-sent*")] == ["batches-sent"]
