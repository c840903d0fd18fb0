"""Servers that a long test may stop, starve and start again. Never the shared ones."""

import pytest

from tests import servers


@pytest.fixture
def private_redis():
    """A Redis server of the test's own: `url`, `stop(kill=True)`, `start()`."""
    with servers.Redis() as server:
        yield server


@pytest.fixture
def private_postgresql():
    """DATABASE_URL of a PostgreSQL server of the test's own."""
    with servers.private_postgresql() as address:
        yield address
