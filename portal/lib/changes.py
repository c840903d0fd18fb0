"""What must follow a change: the search index, and the pages that are kept for the public.

Every change of a public record is announced by one explicit call; what the roof registered
is carried out once the change is committed, and never when it is rolled back.

The search has to know which records changed. Kept pages only have to know that something did,
and must miss nothing: a relation added in the shell, rows written in bulk, a table that nobody
thought of. So they listen to the statements themselves, and to all tables but those left out.
"""

import logging
import re
from collections.abc import Callable, Iterable
from functools import cache

from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from portal.lib import prepared

logger = logging.getLogger(__name__)

Receiver = Callable[[list[models.Model]], None]
_receivers: list[Receiver] = []
_listeners: list[Callable[[], object]] = []
_left_out: list[Callable[[], Iterable[str]]] = []


def register(receiver: Receiver):
    """Have the receiver called with each list of changed records after their commit."""
    if receiver not in _receivers:
        _receivers.append(receiver)


def announce(*records: models.Model):
    """Tell, after the commit, that these records were changed or deleted.

    A deleted record is announced with its primary key still set.
    """
    changed = [record for record in records if record.pk is not None]
    if changed:
        transaction.on_commit(lambda: _carry_out(changed))


def announce_all(records: Iterable[models.Model]):
    announce(*records)


def _carry_out(changed: list[models.Model]):
    for receiver in _receivers:
        receiver(changed)


class Announced(models.Model):
    """An abstract record whose saves and deletions are announced."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        announce(self)

    def delete(self, *args, **kwargs):
        pk = self.pk
        result = super().delete(*args, **kwargs)
        self.pk = pk
        announce(self)
        return result


# -- Any write at all ------------------------------------------------------------------------------

_TARGET = re.compile(
    r"""\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+
    (?:ONLY\s+)?(?:"?\w+"?\.)?"?(\w+)""",
    re.IGNORECASE | re.VERBOSE,
)
_HARMLESS = re.compile(
    r"""\s*(?:SELECT|\(\s*SELECT|VALUES|BEGIN|START|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA|SET|
    SHOW|EXPLAIN|ANALYZE|VACUUM|LOCK|DECLARE|FETCH|CLOSE|LISTEN|NOTIFY|DISCARD|RESET|
    PREPARE|DEALLOCATE)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_EXECUTION = re.compile(r"\s*EXECUTE\s+(\w+)", re.IGNORECASE)
_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)


def listen(listener: Callable[[], object]):
    """Have the listener called after each commit that wrote to a table that is not left out."""
    if listener not in _listeners:
        _listeners.append(listener)
    connection_created.connect(_watch, dispatch_uid="portal.lib.changes")


def leave_out(tables: Callable[[], Iterable[str]]):
    """Tables of which no public page shows anything; a new table is seen until it is named.

    They are asked for once all models are there.
    """
    _left_out.append(tables)
    _unseen.cache_clear()


@cache
def _unseen() -> frozenset[str]:
    return frozenset(name for tables in _left_out for name in tables())


def _watch(connection: BaseDatabaseWrapper, **_):
    if _execute not in connection.execute_wrappers:
        connection.execute_wrappers.append(_execute)


def _execute(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    if is_seen_write(sql):
        _after_commit(context["connection"])
    return result


def is_seen_write(sql: str) -> bool:
    """Whether the statement writes where a public page may look; in doubt it does."""
    sql = str(sql)
    if sql.startswith("SELECT"):
        return False
    if target := _TARGET.match(sql):
        return target[1] not in _unseen()
    if execution := _EXECUTION.match(sql):
        return _is_seen_write_of(execution[1])
    if _HARMLESS.match(sql):
        return False
    if sql.lstrip()[:4].upper() == "WITH":
        return bool(_WRITES.search(sql))
    return True


@cache
def _is_seen_write_of(name: str) -> bool:
    try:
        return is_seen_write(prepared.statement(name))
    except KeyError:
        return True


def _after_commit(connection: BaseDatabaseWrapper):
    if connection.get_autocommit() and not connection.in_atomic_block:
        _tell()
    elif not any(function is _tell for _savepoints, function, _robust in connection.run_on_commit):
        # Once a transaction, however many rows. It belongs to no savepoint: where one is rolled
        # back, a later write of the same transaction must still be told.
        connection.run_on_commit.append((set(), _tell, True))


def _tell():
    """What was committed stands; that a listener failed is for the log."""
    for listener in _listeners:
        try:
            listener()
        except Exception:
            logger.exception("public pages were not told of a change")
