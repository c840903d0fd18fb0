"""Letters while a server goes: Redis, PostgreSQL, the disk. Each ends by itself."""

import time

import psycopg2
import pytest

from publications.models import Issue
from publications.models.deliveries import DeliveryState
from publications.models.newsletters import IssueState
from publications.newsletters import sending
from tests import disks, servers
from tests.bench import letters
from tests.long import office as offices
from tests.long.test_letters_killed import issue_for
from tests.sending import assert_nobody_is_lost, states
from tests.sink import Sink

READERS, RATE = 1_500, 20
START = "from publications.newsletters import sending; from publications.models import Issue; "


# -- Redis -----------------------------------------------------------------------------------------


def test_redis_killed_and_gone_for_a_minute_stops_no_letter(office, private_redis):
    """Longer than a task looks at the rows: at the end nobody has been rung for a while."""
    issue = issue_for(READERS)
    with Sink(keep=False) as sink:
        found = office(sink, rate=RATE)
        sink.wait_for(READERS // 15)
        private_redis.stop(kill=True)
        time.sleep(60)
        # A task goes on without Redis for as long as it would have.
        assert len(sink.mails) > READERS // 3
        assert len(sink.mails) < READERS
        private_redis.start()
        found.wait_for_end(issue)
    assert states(issue) == {DeliveryState.SENT: READERS}
    assert_nobody_is_lost(issue, sink)


def test_an_emptied_redis_stops_no_letter(office, private_redis):
    issue = issue_for(600)
    with Sink(keep=False) as sink:
        found = office(sink, rate=RATE)
        for moment in (50, 150, 250):
            sink.wait_for(moment)
            private_redis.flush()
        found.wait_for_end(issue)
    assert states(issue) == {DeliveryState.SENT: 600}
    assert_nobody_is_lost(issue, sink)


def test_a_letter_that_is_started_without_redis_leaves_once_it_is_back(office, private_redis):
    issue = issue_for(0)
    Issue.objects.filter(pk=issue.pk).update(state=IssueState.READY, sending_since=None)
    issue.refresh_from_db()
    letters.new_readers(issue.newsletter, 50)
    with Sink(keep=False) as sink:
        found = office(sink)
        private_redis.stop(kill=True)
        found.shell(f"{START} sending.start(Issue.objects.get(pk={issue.pk}))", seconds=90)
        issue.refresh_from_db()
        assert (issue.state, states(issue)) == (IssueState.SENDING, {DeliveryState.QUEUED: 50})
        private_redis.start()
        found.wait_for_end(issue)
    assert_nobody_is_lost(issue, sink)


# -- PostgreSQL ------------------------------------------------------------------------------------


def test_postgresql_stopped_at_once_and_gone_for_half_a_minute(office, letters_server):
    issue = issue_for(READERS)
    with Sink(keep=False) as sink:
        found = office(sink, rate=RATE)
        sink.wait_for(READERS // 10)
        letters_server.stop()
        time.sleep(2)
        came = len(sink.mails)
        time.sleep(28)
        # Nothing leaves that cannot be written down before.
        assert len(sink.mails) == came
        letters_server.start()
        offices.reconnect()
        found.wait_for_end(issue)
    assert_nobody_is_lost(issue, sink)
    # The workers lived on, and knew what had become of each mail.
    assert states(issue) == {DeliveryState.SENT: READERS}


# -- The disk --------------------------------------------------------------------------------------


@pytest.fixture
def small_disk():
    with disks.small(megabytes=120) as folder:
        yield folder


@pytest.fixture
def database_on_small_disk(letters_server, small_disk, django_db_blocker):
    """The address of a database whose tables are on the small disk; the journal is not."""
    servers.give_to_owner(small_disk)
    offices.execute(letters_server, f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    with (
        django_db_blocker.unblock(),
        offices.fresh_copy(letters_server, "letters_small", options="TABLESPACE small") as address,
    ):
        yield address
    offices.execute(letters_server, "DROP DATABASE letters_small WITH (FORCE)")
    offices.execute(letters_server, "DROP TABLESPACE small")


def test_a_full_disk_stops_the_letter_until_there_is_room(
    database_on_small_disk, small_disk, private_redis
):
    issue = issue_for(READERS)
    with (
        Sink(keep=False) as sink,
        offices.Office(database_on_small_disk, private_redis, sink, rate=RATE * 2) as found,
    ):
        found.open()
        sink.wait_for(READERS // 10)
        ballast = disks.fill(small_disk)
        found.wait(lambda: stands_still(sink), seconds=60)
        assert len(sink.mails) < READERS
        time.sleep(15)
        ballast.unlink()
        found.wait_for_end(issue)
    assert_nobody_is_lost(issue, sink)
    assert set(states(issue)) <= {DeliveryState.SENT, DeliveryState.UNKNOWN}


@pytest.fixture(scope="module")
def server_on_small_disk(django_db_blocker):
    """A server all of which is on a small disk, its journal too, and that disk."""
    with disks.small(megabytes=300) as disk, django_db_blocker.unblock():
        servers.give_to_owner(disk)
        with servers.PostgreSQL(durable=True, disk=disk) as server:
            offices.prepare(server)
            yield server, disk


# Workers wait five minutes for the database. Of one that has given it up, what it had taken would
# be unknown: the server that starts then cannot tell which of these mails left.
@pytest.mark.parametrize("seconds", [15, 150])
def test_a_disk_full_of_the_journal_too_stops_the_server_and_not_the_letter(
    server_on_small_disk, private_redis, django_db_blocker, seconds
):
    """PostgreSQL gives up when its journal finds no room; somebody makes room and starts it."""
    server, disk = server_on_small_disk
    readers = 900
    with (
        django_db_blocker.unblock(),
        offices.fresh_copy(server, f"letters_{seconds}") as address,
        Sink(keep=False) as sink,
    ):
        issue = issue_for(readers)
        with offices.Office(address, private_redis, sink, rate=RATE * 2) as found:
            found.open()
            sink.wait_for(readers // 10)
            ballast = disks.fill(disk)
            let_the_journal_grow(server)
            found.wait(lambda: not server.is_running, seconds=60)
            assert "PANIC:  could not write to file" in server.log
            time.sleep(2)
            came = len(sink.mails)
            time.sleep(seconds)
            # Nothing leaves that cannot be written down before.
            assert len(sink.mails) == came < readers
            ballast.unlink()
            server.start()
            offices.reconnect()
            found.wait_for_end(issue)
        assert_nobody_is_lost(issue, sink)
        found_states = states(issue)
        assert found_states == {DeliveryState.SENT: readers}
        assert not sending.repeated(issue)
        print(f"journal full for {seconds} s: {found_states}, {len(sink.mails)} mails came")


def let_the_journal_grow(server: servers.PostgreSQL):
    """By more than one of its files and without a table, until it finds no room."""
    statement = "SELECT pg_logical_emit_message(false, 'test', repeat('x', 2000000))"
    with pytest.raises(psycopg2.OperationalError):
        offices.execute(server, statement)


def stands_still(sink: Sink) -> bool:
    before = len(sink.mails)
    time.sleep(3)
    return len(sink.mails) == before
