"""The dry run: a file becomes rows to look at. Nothing else is written."""

import datetime
import logging
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.imports import reading
from members.imports.checking import Checker
from members.imports.reading import Layout, Row
from members.models import ImportBatch, ImportRow, Organisation, User
from members.models.imports import ImportStep, Outcome
from members.perms import may_import
from portal.lib.jobs import JobCancelled, JobState
from portal.lib.translations import current_language

logger = logging.getLogger(__name__)

LOT = 500


def request(*, file: File, name: str, by: User | None, by_worker: bool = True) -> ImportBatch:
    """Keep a file and have it checked, by the worker unless the caller does it at once.

    Raises ValidationError when it cannot be read at all.
    """
    reading.layout_of(file)
    file.seek(0)
    with transaction.atomic():
        batch = ImportBatch.objects.number_next(
            file_name=name[-200:], language=current_language(), requested_by=by
        )
        batch.file.save(name, file, save=True)
    if by_worker:
        ring(batch)
    return batch


def again(batch: ImportBatch, *, by: User | None):
    """Check the file anew, since the records have changed. Raises ValidationError once recorded."""
    if not batch.file or batch.committed_at is not None:
        raise ValidationError(_("This import can no longer be checked."), code="no_file")
    values = {"step": ImportStep.CHECK, "attempts": 0, "requested_by": by, "checked_at": None}
    put_back(batch, **values)


def put_back(batch: ImportBatch, *, by_worker: bool = True, **values):
    """Put the job of a finished import into the queue with other work."""
    changed = ImportBatch.objects.filter(
        pk=batch.pk, state__in=(JobState.DONE, JobState.FAILED, JobState.CANCELLED)
    ).update(
        state=JobState.QUEUED,
        queued_at=timezone.now(),
        finished_at=None,
        progress=0,
        total=0,
        error="",
        **values,
    )
    if not changed:
        raise ValidationError(
            _("This import is being worked on. Wait until that is over."), code="busy"
        )
    batch.refresh_from_db()
    if by_worker:
        ring(batch)


def ring(batch: ImportBatch):
    """Tell the worker, once the row is committed, that an import waits."""
    from members.tasks import work_on_import  # noqa: PLC0415  tasks call this module

    transaction.on_commit(lambda: work_on_import.delay(batch.pk))


def check(batch: ImportBatch) -> bool:
    """Check the file of a waiting import. False when somebody else has it, or it was cancelled.

    A worker that died left rows behind: they are made anew from the beginning.
    """
    if not batch.claim():
        return False
    try:
        with translation.override(batch.language):
            stage(batch)
    except JobCancelled:
        batch.rows.all().delete()
        return False
    except ValidationError as error:
        batch.fail(" ".join(error.messages))
        return False
    except Exception as error:
        logger.exception("import %s failed", batch.number)
        batch.fail(f"{type(error).__name__}: {error}")
        return False
    batch.finish()
    return True


def stage(batch: ImportBatch):
    """Fill the rows of an import from its file. Raises JobCancelled and ValidationError."""
    started = time.monotonic()
    if batch.requested_by and not may_import(batch.requested_by):
        raise ValidationError(_("You may no longer import."), code="no_right")
    batch.rows.all().delete()
    batch.newest = {"organisation": Organisation.objects.aggregate(top=Max("pk"))["top"] or 0}
    with batch.file.open("rb") as stored:
        file = stored.file
        layout = reading.layout_of(file)
        total = reading.about(file, layout)
        counts = fill(batch, file, layout, total)
    for outcome in Outcome.values:
        setattr(batch, outcome, counts[outcome])
    batch.layout = layout.as_json()
    batch.check_seconds = time.monotonic() - started
    batch.checked_at = timezone.now()
    batch.save(
        update_fields=[*Outcome.values, "layout", "newest", "check_seconds", "checked_at"],
    )


def fill(batch: ImportBatch, file: BinaryIO, layout: Layout, total: int) -> dict[str, int]:
    counts = dict.fromkeys(Outcome.values, 0)
    checker = Checker(batch=batch, layout=layout, user=batch.requested_by)
    read = 0
    for lot in in_lots(reading.data_rows(file, layout)):
        rows = checker.check(lot)
        ImportRow.objects.bulk_create(rows)
        for row in rows:
            counts[row.outcome] += 1
        read += len(lot)
        batch.beat(read, max(total, read))
    batch.beat(read, read)
    return counts


def in_lots(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while lot := list(islice(rows, LOT)):
        yield lot


def requeue_stale(now: datetime.datetime | None = None) -> int:
    """Ring again for imports whose worker fell silent or whose bell got lost."""
    now = now or timezone.now()
    count = 0
    for batch in ImportBatch.objects.silent(now):
        batch.requeue()
        if batch.state == JobState.QUEUED:
            ring(batch)
            count += 1
    for batch in ImportBatch.objects.forgotten(now):
        ImportBatch.objects.filter(pk=batch.pk).update(queued_at=now)
        ring(batch)
        count += 1
    return count


def forget(today: datetime.date) -> int:
    """Delete the files and rows that nobody needs any more. Returns the number of imports."""
    count = 0
    for batch in ImportBatch.objects.outdated(today).exclude(file=""):
        batch.rows.all().delete()
        batch.traces.all().delete()
        batch.file.delete(save=True)
        count += 1
    return count
