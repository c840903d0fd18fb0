"""Recording an import: all of its rows or none, written in sets, under its one number."""

import logging
import time
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import guards
from members.duplicates import Register, keys
from members.imports import staging
from members.imports.belonging import Rights
from members.imports.records import NAMES
from members.imports.writing import Writer
from members.models import ImportBatch, ImportRow, Organisation, User
from members.models.imports import ImportStep
from members.perms import may_import
from portal.lib import changes
from portal.lib.jobs import JobCancelled, JobState

logger = logging.getLogger(__name__)

LOT = 500
# SQLite has one writer: so long may it hold the others up.
LOCK_SECONDS = 5.0
# Recording a row takes about so many times as long as checking it (docs/performance.md); used
# until this database has recorded an import of some size.
COMMIT_TO_CHECK = 3.5
SOME_ROWS = 200


def confirm(batch: ImportBatch, *, by: User | None, by_worker: bool = True):
    """Have a checked import recorded. Raises ValidationError when it may or can not be."""
    if not may_confirm(batch, by=by):
        raise ValidationError(_("Only whoever asked for this import can record it."), code="rights")
    if not (batch.is_preview and batch.state == JobState.DONE and batch.step == ImportStep.CHECK):
        raise ValidationError(
            _("This import is not checked. Check it again first."), code="not_checked"
        )
    if not batch.writes:
        raise ValidationError(_("There is nothing to record."), code="nothing")
    if connection.vendor == "sqlite" and seconds_expected(batch) > LOCK_SECONDS:
        raise too_long(seconds_expected(batch))
    values = {"step": ImportStep.COMMIT, "attempts": 0, "confirmed_by": by}
    staging.put_back(batch, by_worker=by_worker, **values)


def may_confirm(batch: ImportBatch, *, by: User | None) -> bool:
    if by is None or by.standing.is_secretariat:
        return True
    return may_import(by) and batch.requested_by_id == by.pk


def seconds_expected(batch: ImportBatch) -> float:
    """How long recording will take, from what was measured on this database."""
    measured = (
        ImportBatch.objects.filter(commit_seconds__gt=0, committed_at__isnull=False)
        .order_by("-committed_at")[:5]
        .values_list("created", "updated", "commit_seconds")
    )
    rates = [(c + u) / seconds for c, u, seconds in measured if c + u >= SOME_ROWS]
    if rates:
        return batch.writes / min(rates)
    each = batch.check_seconds / max(batch.read, 1)
    return batch.writes * each * COMMIT_TO_CHECK


def too_long(seconds: float) -> ValidationError:
    return ValidationError(
        _(
            "Recording this import would keep everybody else from writing for about %(seconds)d "
            "seconds, since the portal runs on SQLite. Divide the file into smaller ones, or have "
            "the portal moved to PostgreSQL."
        ),
        code="lock_too_long",
        params={"seconds": max(round(seconds), 6)},
    )


def commit(batch: ImportBatch) -> bool:
    """Record a confirmed import. False when it was refused, cancelled, or is not this worker's.

    What is refused is told on the row; nothing of the import is written then.
    """
    if not batch.claim():
        return False
    try:
        with translation.override(batch.language), transaction.atomic():
            record(batch)
            batch.beat(batch.writes, batch.writes)
            batch.finish()
    except JobCancelled:
        return False
    except ValidationError as error:
        batch.fail(" ".join(error.messages))
        return False
    except IntegrityError:
        logger.warning("import %s met other changes", batch.number, exc_info=True)
        with translation.override(batch.language):
            batch.fail(" ".join(stale([]).messages))
        return False
    except Exception as error:
        logger.exception("import %s failed", batch.number)
        batch.fail(f"{type(error).__name__}: {error}")
        return False
    return True


def record(batch: ImportBatch):
    """Write the rows of an import. Raises ValidationError; call it within a transaction."""
    started = time.monotonic()
    by = batch.confirmed_by
    if by is not None and not may_confirm(batch, by=by):
        raise ValidationError(_("You may no longer import."), code="no_right")
    refuse_newcomers(batch)
    writer = Writer(batch=batch, by=by, rights=Rights(batch.requested_by))
    with guards.told():
        for rows in lots(batch):
            if lines := writer.write(rows):
                raise stale(lines)
            if connection.vendor == "sqlite" and time.monotonic() - started > LOCK_SECONDS:
                done = writer.count / batch.writes
                raise too_long((time.monotonic() - started) / done)
    batch.committed_at = timezone.now()
    batch.commit_seconds = time.monotonic() - started
    batch.save(update_fields=["committed_at", "commit_seconds"])
    transaction.on_commit(lambda: announce_written(batch))


def lots(batch: ImportBatch) -> Iterator[list[ImportRow]]:
    """The rows to write, in the order of the file."""
    last = 0
    while rows := list(batch.rows.written().filter(line__gt=last)[:LOT]):
        yield rows
        last = rows[-1].line


def refuse_newcomers(batch: ImportBatch):
    """Whether somebody recorded, since the check, what this import creates. Raises."""
    later = Organisation.objects.filter(pk__gt=batch.newest.get("organisation", 0))
    if not later.exists():
        return
    register = Register.of(later)
    found = []
    for rows in lots(batch):
        for row in rows:
            new = row.values.get("organisation", {})
            if row.organisation_id or row.leader or not new:
                continue
            words = keys(
                [new[name] for name in NAMES if new.get(name)],
                new.get("acronym", ""),
                new.get("website", ""),
                new.get("email", ""),
            )
            if register.matches(words, country=new.get("country", "")):
                found.append(row.line)
    if found:
        raise stale(found)


def stale(lines: list[int]) -> ValidationError:
    if not lines:
        return ValidationError(
            _("The records have changed since the check. Check the file again."), code="stale"
        )
    return ValidationError(
        _(
            "The records have changed since the check (lines %(lines)s). Nothing was recorded: "
            "check the file again."
        ),
        code="stale",
        params={"lines": some(lines)},
    )


def some(lines: list[int]) -> str:
    """The first ten lines, and that there are more."""
    return ", ".join(map(str, lines[:10])) + (" …" if len(lines) > 10 else "")


def announce_written(batch: ImportBatch):
    """Tell who follows changes what an import wrote or took back, a lot at a time."""
    traces = batch.traces.filter(model="organisation").order_by("record")
    last = 0
    while pks := list(
        traces.filter(record__gt=last).values_list("record", flat=True).distinct()[:LOT]
    ):
        changes.announce_all([Organisation(pk=pk) for pk in pks])
        last = pks[-1]
