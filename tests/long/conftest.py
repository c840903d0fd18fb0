"""Servers that a long test may stop, starve and start again. Never the shared ones."""

import pytest

from tests import servers
from tests.long import office as offices
from tests.sink import Sink


@pytest.fixture
def private_redis():
    """A Redis server of the test's own: `url`, `stop(kill=True)`, `start()`."""
    with servers.Redis() as server:
        yield server


@pytest.fixture(scope="session")
def letters_server(django_db_blocker):
    """A PostgreSQL server with a database to be copied, which a test may stop and start."""
    with servers.PostgreSQL() as server, django_db_blocker.unblock():
        offices.prepare(server)
        yield server


@pytest.fixture
def letters_database(letters_server, request, django_db_blocker):
    """The address of a fresh database, which the test's own process works on as well."""
    if not letters_server.is_running:
        letters_server.start()
    name = f"letters_{abs(hash(request.node.nodeid))}"
    with django_db_blocker.unblock(), offices.fresh_copy(letters_server, name) as address:
        yield address


@pytest.fixture
def office(letters_database, private_redis):
    """A function that opens an office: its workers and schedules run until the test is over."""
    opened = []

    def open_office(sink: Sink, *, rate: float = 0, **processes) -> offices.Office:
        found = offices.Office(letters_database, private_redis, sink, rate=rate)
        opened.append(found)
        found.open(**processes)
        return found

    yield open_office
    for one in opened:
        one.__exit__()
