"""The work on a batch of reports: asked for lot by lot, packed when the last has come to an end.

A batch holds no worker while its reports are made: whoever makes the last one of a lot rings for
it, and so does the schedule.
"""

import datetime
import logging

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.lib.jobs import JobCancelled
from publications.models import Report, ReportBatch, ReportBatchEntry
from publications.models.report_reasons import PORTAL_FAILED
from publications.reports import archives, comparing, expiring, making, telling

logger = logging.getLogger(__name__)

# So many reports of a batch are on the queue at once: whoever asks for one of their own meanwhile
# waits for a lot at most.
LOT = 40
# So many are compared at once with what is there: the figures of many are gathered together.
COMPARED = 200


def ring(batch: ReportBatch):
    """Tell the worker, once the rows are committed, that there is work on a batch."""
    from publications.tasks import work_on_batch  # noqa: PLC0415  tasks call this module

    transaction.on_commit(lambda: work_on_batch.delay(batch.pk))


def ring_after(report: Report):
    """Ring for the batches that waited for this report last."""
    for batch in ReportBatch.objects.with_work().filter(entries__report=report):
        ring(batch)


def work_on(batch: ReportBatch) -> bool:
    """Ask for the next lot, or pack what is ready. False when there is nothing to do now.

    What goes wrong is told on the row.
    """
    if not ReportBatch.objects.with_work().filter(pk=batch.pk).exists() or not batch.claim():
        return False
    try:
        if not ask_for_lot(batch):
            archives.pack(batch)
            finish(batch)
            return True
    except JobCancelled:
        archives.discard_pending(batch)
        return False
    except Exception:
        logger.exception("batch of reports %s failed", batch.pk)
        archives.discard_pending(batch)
        batch.fail(reason=PORTAL_FAILED)
        return False
    batch.put_back()
    # Its last report may have been ready before it was put back.
    if ReportBatch.objects.with_work().filter(pk=batch.pk).exists():
        ring(batch)
    return True


def ask_for_lot(batch: ReportBatch) -> bool:
    """Ask for the next reports of a batch; False when there are no more.

    Those that are there already keep nobody waiting: the next follow at once."""
    entries = batch.entries.select_related("organisation", "region", "report", "batch")
    while next_ones := list(entries.to_ask_for()[:COMPARED]):
        if ask_for(batch, next_ones):
            return True
    return False


def ask_for(batch: ReportBatch, entries: list[ReportBatchEntry]) -> bool:
    """Have the reports of entries, a lot of new ones at most. Whether there is any to wait for."""
    batch.beat(0, len(entries))
    if expired := [entry for entry in entries if entry.report is not None]:
        for entry in expired[:LOT]:
            entry.report = expiring.restore_later(entry.report)
            entry.save(update_fields=["report"])
        return True
    missing = join_what_is_there(entries)
    for number, entry in enumerate(missing[:LOT]):
        batch.beat(number, len(missing))
        entry.report, entry.is_own = making.place(wanted_by(entry)), True
        entry.save(update_fields=["report", "is_own"])
    return any(entry.report and not entry.report.is_finished for entry in entries)


def join_what_is_there(entries: list[ReportBatchEntry]) -> list[ReportBatchEntry]:
    """Give entries the reports that are being made, or there with the same figures, or why there
    is nothing to report. Returns those for which there is none yet."""
    found = comparing.found_for_each([wanted_by(entry) for entry in entries])
    there, missing = [], []
    for entry, one in zip(entries, found, strict=True):
        if one is None:
            missing.append(entry)
            continue
        there.append(entry)
        if isinstance(one, ValidationError):
            entry.refusal = one.code
        else:
            entry.report = one
    ReportBatchEntry.objects.bulk_update(there, ["report", "refusal"])
    return missing


def wanted_by(entry: ReportBatchEntry) -> Report:
    batch = entry.batch
    return Report(
        kind=batch.kind,
        organisation=entry.organisation,
        region=entry.region,
        language=entry.language,
        year=batch.year,
        quarter=batch.quarter,
    )


def finish(batch: ReportBatch):
    """Say that a batch is ready, on its row and to who ordered it."""
    with transaction.atomic():
        batch.beat(batch.counts["made"], batch.counts["all"])
        batch.finish()
        telling.batch_is_ready(batch)


def ring_for_waiting(now: datetime.datetime | None = None) -> int:
    """Ring again for batches whose worker fell silent or whose bell got lost."""
    now = now or timezone.now()
    for batch in ReportBatch.objects.silent(now):
        batch.requeue()
    waiting = list(ReportBatch.objects.with_work().unheard(now))
    for batch in waiting:
        ring(batch)
    return len(waiting)
