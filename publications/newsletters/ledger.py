"""The rows of deliveries as a worker takes them, and what it writes down about each mail.

The order is what counts: a row is marked as attempted *before* its mail leaves, and settled after
the answer. Whatever breaks in between, no mail leaves twice without a trace.

A worker that dies leaves at most one row that was attempted and has no answer. Its mail leaves
once more, with the same Message-ID, and the row keeps when that was decided (``repeated_at``):
rather two copies that are recognised than none. It is *unknown* only after a second death. Where
the answer itself was lost, with a worker that lives to say so, the row is *unknown* at once and
never sent again by itself.

Taking a batch is written through to the disk, what happens within it is not waited for: the marks
outlive the worker at once, and the database server a moment later. So a row that was taken before
the server last started, and whose worker is gone, may have been sent without its mark, and one with
a mark may have been answered: sending them again would repeat up to a whole batch, so they are
*unknown*.
"""

import datetime
import hashlib
import logging
import random
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Lower, Now, StrIndex, Substr

from portal.lib.prepared import Prepared
from publications.models import AxisDigest, Issue, Subscriber
from publications.models.deliveries import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MAX_ATTEMPTS,
    RESPITE,
    DeliveryState,
    Posted,
)

log = logging.getLogger(__name__)

# So many mails may at most be unknown when the power of the whole machine fails.
BATCH = 100
# How long a worker that knows what became of a mail waits for a database that has gone, to write
# it down; in seconds. What is not written down is as lost as with a worker that died. A worker that
# has given up waits once more to put back what it had not come to: both within the time limit of
# its task.
WAIT_FOR_DATABASE = 300
GONE = (OperationalError, InterfaceError)

# One statement and one commit a mail: the one before is over, the next begins. A mail whose answer
# came after all, when its row had already been given up, is what the answer says; and so it is when
# the row waits to be sent again, then it is not.
STEP = """
UPDATE {table} SET
    state = CASE WHEN id = %(over)s THEN %(state)s ELSE state END,
    error = CASE WHEN id = %(over)s THEN %(error)s ELSE error END,
    sent_at = CASE WHEN id = %(over)s AND %(state)s = 'sent' THEN {now} ELSE sent_at END,
    repeated_at = CASE WHEN id = %(over)s AND {awaited} THEN NULL ELSE repeated_at END,
    next_attempt_at = CASE WHEN id = %(over)s THEN {later} ELSE next_attempt_at END,
    attempted_at = CASE WHEN id = %(next)s THEN {now} ELSE attempted_at END,
    attempts = CASE WHEN id = %(next)s THEN attempts + 1 ELSE attempts END
{unhurried}
WHERE id IN (%(over)s, %(next)s) AND claim = %(claim)s AND (
    (id = %(over)s AND (state IN ('claimed', 'unknown') OR {awaited}))
    OR (id = %(next)s AND state = 'claimed' AND attempted_at IS NULL)
)
RETURNING id
"""
# Given back by ``look_after``, and not taken by anybody since; only there has a row no claimed_at.
AWAITED = "(state = 'deferred' AND claimed_at IS NULL)"
DIALECTS = {
    "postgresql": {
        "now": "statement_timestamp()",
        "later": "statement_timestamp() + CAST(%(pause)s AS float) * interval '1 second'",
        # For this one commit the disk is not waited for.
        "unhurried": "FROM (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried",
    },
    "sqlite": {
        "now": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')",
        "later": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', %(pause)s || ' seconds')",
        "unhurried": "",
    },
}
NOBODY = 0
# What PostgreSQL is told of a step, with its types.
VALUES = {
    "over": "bigint",
    "state": "text",
    "error": "text",
    "pause": "float",
    "next": "bigint",
    "claim": "text",
}


class Row(NamedTuple):
    """A claimed delivery, with what its mail needs."""

    pk: int
    claim: str
    language: str
    audience: str
    subscriber: int | None
    email: str
    token: str
    attempts: int


class Outcome(NamedTuple):
    """What became of a mail; ``pause`` is in seconds, until it is tried again."""

    row: Row
    state: str
    error: str = ""
    pause: float | None = None


# What goes out by mail, once to each of its subscribers.
Told = Issue | AxisDigest


# -- Freezing --------------------------------------------------------------------------------------


def queue(told: Told, readers: QuerySet[Subscriber]):
    """One row for each reader, made by the database itself; who is there already stays.

    The readers have ``letter_language`` and ``audience``.
    """
    domain = Lower(Substr("email", StrIndex("email", Value("@")) + 1))
    chosen = readers.annotate(domain_of=domain).values_list(
        Value(told.pk),
        "pk",
        "letter_language",
        "audience",
        "domain_of",
        Value(DeliveryState.QUEUED.value, CharField()),
        Value("", CharField()),
        Value("", CharField()),
        Value(0),
    )
    select, values = chosen.query.sql_with_params()
    quote = connection.ops.quote_name
    columns = (told.deliveries.field.column, "subscriber_id", "language", "audience", "domain")
    columns += ("state", "claim", "error", "attempts")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(table_of(told))} ({', '.join(map(quote, columns))}) "
            f"{select} ON CONFLICT DO NOTHING",
            values,
        )


def table_of(told: Told) -> str:
    return told.deliveries.model._meta.db_table


# -- Taking rows -----------------------------------------------------------------------------------


class Batch:
    """The rows that a worker has taken, and what it knows of them.

    Each mail: ``begin`` before its final dot, ``over`` after the answer. In the end ``close``.
    """

    def __init__(self, rows: list[Row], model: type[Posted]):
        self.rows, self.model = rows, model
        self.claim = rows[0].claim
        # What is over and not written down yet: it will be, as the next mail begins.
        self._pending: Outcome | None = None
        # All that is over, in case the database forgets what it was told last.
        self._known: list[Outcome] = []

    def begin(self, row: Row) -> bool:
        """Mark a row as attempted. True when its mail may leave.

        It may not when the row was taken from a worker that has slept long, or when the database
        was gone meanwhile: then all that is over is written down as soon as it is back, and the
        next mail waits for another claim.
        """
        pending, self._pending = self._pending, None
        try:
            return row.pk in self._step(over=pending, begin=row)
        except GONE as error:
            self._write_again(error)
            self.withdraw(row)
            return False

    def over(self, row: Row, state: str, *, error: str = "", pause: float | None = None):
        """What became of a mail. It is written down with the next one, or by ``settle``."""
        self.settle()
        self._pending = Outcome(row, state, error[:300], pause)
        self._known.append(self._pending)

    def settle(self):
        """Write down the last mail."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        try:
            self._step(over=pending)
        except GONE as error:
            self._write_again(error)

    def _step(self, *, over: Outcome | None, begin: Row | None = None) -> set[int]:
        return step(self.model._meta.db_table, self.claim, over=over, begin=begin)

    def defer(self, row: Row, error: str):
        """Try again later, each time after twice as long; in the end the mail has failed."""
        attempts = row.attempts + 1
        if attempts >= MAX_ATTEMPTS:
            self.over(row, DeliveryState.FAILED, error=error)
        else:
            pause = pause_after(attempts).total_seconds()
            self.over(row, DeliveryState.DEFERRED, error=error, pause=pause)

    def leave_out(self, row: Row):
        """The reader has left since, or may not be written to any more, or is gone altogether."""
        if Subscriber.objects.filter(pk=row.subscriber, suppressed_at__isnull=False).exists():
            self.over(row, DeliveryState.SUPPRESSED, error="on the list of suppressed addresses")
        else:
            self.over(row, DeliveryState.SKIPPED, error="left before it was sent")

    def withdraw(self, row: Row):
        """The mail never left: the row is as if it had not been attempted."""
        rows = self.model.objects.filter(
            pk=row.pk,
            state=DeliveryState.CLAIMED,
            claim=self.claim,
            attempted_at__isnull=False,
        )
        values = {"state": DeliveryState.QUEUED, "attempted_at": None, "attempts": row.attempts}
        self._surely(lambda: rows.update(**values))

    def close(self):
        """Write down the last mail, and put back what was not come to."""
        self.settle()
        rows = self.model.objects.filter(
            pk__in=[row.pk for row in self.rows],
            state=DeliveryState.CLAIMED,
            claim=self.claim,
            attempted_at__isnull=True,
        )
        try:
            self._surely(lambda: rows.update(state=DeliveryState.QUEUED, claimed_at=None))
        except DatabaseError as error:
            if connection.in_atomic_block:
                raise
            # Others find them after a silence.
            log.warning("claimed letters could not be put back: %s", error)

    def _surely(self, write: Callable[[], object]):
        """Write also when the database has gone, but not before all that is known: of a mail
        whose mark it has forgotten the row would look as if it had never been attempted."""
        try:
            write()
        except GONE as error:
            self._write_again(error)
            patiently(write)

    def _write_again(self, error: Exception):
        """The database has gone, and may come back without what it was told last."""
        if connection.in_atomic_block:
            raise error
        log.warning("the database is gone while letters are sent: %s", error)
        for outcome in self._known:
            patiently(lambda outcome=outcome: self._step(over=outcome))


def claim(told: Told, *, number: int | None = None, but: Iterable[str] = ()) -> Batch | None:
    """Take so many waiting rows for this worker, and for it alone; none to the domains in ``but``.

    On PostgreSQL rows that another worker is taking are skipped; on SQLite the transaction is
    immediate, so that there is one writer at a time. None when nothing waits.
    """
    number = number or BATCH
    drawn = life() + secrets.token_hex(4)
    rows = told.deliveries.all()
    but = list(but)
    if but:
        rows = rows.exclude(domain__in=but)
    taken: list[int] = []
    with on_the_disk(), transaction.atomic():
        for waiting in (
            rows.queued().order_by("pk"),
            rows.due_again().order_by("next_attempt_at", "pk"),
        ):
            if connection.features.has_select_for_update_skip_locked:
                waiting = waiting.select_for_update(skip_locked=True)
            if len(taken) < number:
                taken += waiting.values_list("pk", flat=True)[: number - len(taken)]
        rows.filter(pk__in=taken).update(
            state=DeliveryState.CLAIMED,
            claim=drawn,
            claimed_at=Now(),
            attempted_at=None,
            next_attempt_at=None,
        )
    if not taken:
        return None
    columns = ("pk", "claim", "language", "audience", "subscriber")
    columns += ("subscriber__email", "subscriber__token", "attempts")
    found = told.deliveries.filter(pk__in=taken).order_by("pk").values_list(*columns)
    return Batch([Row(*row) for row in found], rows.model)


def life() -> str:
    """What is another word after each start of the database server (of the machine, on SQLite)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_postmaster_start_time()")
            started = str(cursor.fetchone()[0])
    else:
        boot = Path("/proc/sys/kernel/random/boot_id")
        started = boot.read_text() if boot.exists() else ""
    return hashlib.sha256(started.encode()).hexdigest()[:8]


@contextmanager
def on_the_disk():
    """What is committed meanwhile is on the disk, as PostgreSQL does anyway."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=NORMAL")


# -- Writing down ----------------------------------------------------------------------------------


def step(table: str, claim: str, *, over: Outcome | None, begin: Row | None) -> set[int]:
    """One mail is over and the next begins. Returns the keys of those of which this holds."""
    values = {
        "over": over.row.pk if over else NOBODY,
        "state": over.state if over else "",
        "error": over.error if over else "",
        "pause": over.pause if over else None,
        "next": begin.pk if begin else NOBODY,
        "claim": claim,
    }
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            prepared(table).execute(cursor, values)
        else:
            cursor.execute(statement(connection.vendor, table), values)
        return {pk for (pk,) in cursor.fetchall()}


@lru_cache
def statement(vendor: str, table: str) -> str:
    return STEP.format(table=table, awaited=AWAITED, **DIALECTS[vendor])


@lru_cache
def prepared(table: str) -> Prepared:
    return Prepared(f"step_of_{table}", statement("postgresql", table), VALUES)


def patiently(write):
    """Write what is known once the database is there. Raises its error after five minutes."""
    end = time.monotonic() + WAIT_FOR_DATABASE
    while True:
        try:
            return write()
        except GONE:
            if connection.in_atomic_block or time.monotonic() > end:
                raise
            connection.close()
            time.sleep(0.5)


def pause_after(attempts: int) -> datetime.timedelta:
    """A quarter more or less by lot, so that what was refused at once does not come at once."""
    pause = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return pause * random.uniform(0.75, 1.25)


def look_after(told: Told):
    """Deal with the rows of workers that died: send what was not attempted, and once more, after
    a respite, what was."""
    rows, own = told.deliveries.all(), life()
    forgotten, unanswered = rows.forgotten(), rows.unanswered()
    forgotten.filter(claim__startswith=own).update(state=DeliveryState.QUEUED, claimed_at=None)
    # A worker that lives, and only seems silent because a clock was set, answers in between.
    unanswered.filter(claim__startswith=own, repeated_at__isnull=True).update(
        state=DeliveryState.DEFERRED,
        claimed_at=None,
        next_attempt_at=Now() + RESPITE,
        repeated_at=Now(),
        error="its worker died while it was under way: it may come twice",
    )
    unanswered.filter(claim__startswith=own).update(
        state=DeliveryState.UNKNOWN, error="two workers died while it was under way"
    )
    # Not those of this life that have fallen silent since the first of these statements.
    (forgotten | unanswered).exclude(claim__startswith=own).update(
        state=DeliveryState.UNKNOWN, error="the worker and the database went down together"
    )
