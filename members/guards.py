"""What the database itself refuses about memberships, in each database's own way.

Put in place after every migration and only where it is missing: SQLite drops the triggers of a
table whenever a migration rebuilds it. PostgreSQL needs no extension for it, and so no right to
make one: a range of one number stands for the organisation.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, transaction

from members.models.memberships import overlapping

TABLE = "members_membership"
GUARD = "membership_periods_never_overlap"
# PostgreSQL meets this one first when two periods begin on the same day.
SAME_DAY = "membership_begins_once_a_day"

_CLASH = f"""SELECT 1 FROM {TABLE} AS other WHERE other.organisation_id = new.organisation_id
    AND other.starts_on <= new.ends_on AND other.ends_on >= new.starts_on"""
SQLITE = (
    f"""CREATE TRIGGER IF NOT EXISTS {GUARD}_added BEFORE INSERT ON {TABLE}
        WHEN EXISTS ({_CLASH})
        BEGIN SELECT RAISE(ABORT, '{GUARD}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {GUARD}_changed
        BEFORE UPDATE OF organisation_id, starts_on, ends_on ON {TABLE}
        WHEN EXISTS ({_CLASH} AND other.id <> old.id)
        BEGIN SELECT RAISE(ABORT, '{GUARD}'); END""",
)
POSTGRESQL = (
    f"""ALTER TABLE {TABLE} ADD CONSTRAINT {GUARD} EXCLUDE USING gist (
        int8range(organisation_id, organisation_id, '[]') WITH &&,
        daterange(starts_on, ends_on, '[]') WITH &&)""",
)


class GuardRefused(Exception):
    """The rows that are there already break the rule that was to be put in."""


def ensure(*, using: str = DEFAULT_DB_ALIAS, **_):
    """A receiver of post_migrate for members. Raises GuardRefused, naming the rows."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names() or in_place(using=using):
        return
    with connection.cursor() as cursor:
        if clashes := clashing_periods(cursor):
            raise GuardRefused(
                "Periods of membership of one organisation overlap; correct them under Records "
                f"and migrate again: {', '.join(f'{one} and {other}' for one, other in clashes)}"
            )
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)


def in_place(*, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether the guard stands in the database as it is now."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass",
                [GUARD, TABLE],
            )
            return cursor.fetchone() is not None
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
            " AND name IN (%s, %s)",
            [TABLE, f"{GUARD}_added", f"{GUARD}_changed"],
        )
        return cursor.fetchone()[0] == len(SQLITE)


def clashing_periods(cursor) -> list[tuple[str, str]]:
    """The numbers of periods of one organisation that overlap, the first ten pairs."""
    cursor.execute(
        f"""SELECT one.number, other.number FROM {TABLE} AS one JOIN {TABLE} AS other
            ON other.organisation_id = one.organisation_id AND other.id > one.id
            AND other.starts_on <= one.ends_on AND other.ends_on >= one.starts_on
            ORDER BY one.id LIMIT 10"""
    )
    return cursor.fetchall()


@contextmanager
def told() -> Iterator[None]:
    """What the database refuses about periods, as the ValidationError that ``clean`` raises."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if GUARD not in str(error) and SAME_DAY not in str(error):
            raise
        raise overlapping() from error
