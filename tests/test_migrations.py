"""The migrations make the tables that the models describe.

The other tests run on tables made straight from the models, which takes a second instead of a
minute; that both are the same is what this one proves, on the database that the suite runs on.
"""

import os
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

from tests.environment import OWN_NAME
from tests.worker import database_address

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

APPS = ("portal_", "regions_", "members_", "programme_", "publications_")
ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def migrated(folder):
    """A connection to a database that nothing but the migrations has made."""
    if connection.vendor == "sqlite":
        name = str(folder / "migrated.sqlite3")
        address = f"sqlite:///{name}"
    else:
        name = f"migrated_portal_{OWN_NAME}"
        address = database_address().rpartition("/")[0] + f"/{name}"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    try:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": address},
            check=True,
        )
        other = connections[DEFAULT_DB_ALIAS].copy()
        other.settings_dict["NAME"] = name
        with closing(other):
            yield other
    finally:
        if connection.vendor != "sqlite":
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def described(database) -> dict[str, dict]:
    """The tables with their columns, constraints, indexes and triggers, whatever their order.

    The names of constraints and indexes are left out: Django derives some from the time of making.
    """
    tables = {}
    look = database.introspection
    with database.cursor() as cursor:
        for table in look.table_names(cursor):
            columns = {
                column.name: tuple(column)[1:]
                for column in look.get_table_description(cursor, table)
            }
            rules = sorted(
                repr(sorted(rule.items(), key=repr))
                for rule in look.get_constraints(cursor, table).values()
            )
            tables[table] = {"columns": columns, "rules": rules}
    return tables


def triggers(database) -> set[str]:
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall()}


def test_migrations_and_models_make_the_same_tables(tmp_path):
    with migrated(tmp_path) as other:
        made_by_migrations = described(other)
        assert triggers(other) == triggers(connection)
    made_by_models = described(connection)
    assert made_by_migrations.keys() - made_by_models.keys() == {"django_migrations"}
    # Only what is ours: the keys of tables that join two models of Django's are wider by migration.
    own = [table for table in made_by_models if table.startswith(APPS)]
    assert len(own) > 100
    for table in own:
        assert made_by_migrations[table] == made_by_models[table], table
