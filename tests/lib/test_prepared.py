"""A prepared statement is planned once for each connection, and again for a new one."""

import pytest
from django.db import DataError, connection, transaction

from portal.lib.prepared import Prepared

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans in microseconds"),
]


@pytest.fixture
def difference():
    return Prepared(
        "difference_of_two", "SELECT %(more)s - %(less)s", {"less": "bigint", "more": "bigint"}
    )


def result(statement: Prepared, **values):
    with connection.cursor() as cursor:
        statement.execute(cursor, values)
        return cursor.fetchone()[0]


def times_planned() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE name = 'difference_of_two'"
        )
        return cursor.fetchone()[0]


def test_each_value_goes_where_its_name_stands(difference):
    assert result(difference, more=7, less=2) == 5
    assert result(difference, less=10, more=7) == -3
    assert times_planned() == 1


def test_a_new_connection_is_told_again(difference):
    assert result(difference, more=7, less=2) == 5
    connection.close()
    assert times_planned() == 0
    assert result(difference, more=8, less=2) == 6
    assert times_planned() == 1


def test_what_was_said_in_a_transaction_that_failed_is_known_after_it(difference):
    connection.close()
    with pytest.raises(DataError), transaction.atomic():
        assert result(difference, more=7, less=2) == 5
        result(difference, more="nothing like a number", less=2)
    assert result(difference, more=8, less=2) == 6
