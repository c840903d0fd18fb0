"""The archives of a batch: its reports zipped, one file for each language, never half a file."""

import shutil
import tempfile
import zipfile
from typing import BinaryIO

from django.conf import settings
from django.core.files import File

from portal.lib.jobs import JobState
from publications.models import Report, ReportArchive, ReportBatch
from publications.models.report_batches import archive_path
from publications.reports import making

CHUNK = 256 * 1024
# Progress is told once for so many reports.
BEAT = 10
# One date for all, so that the same reports give the same bytes.
STAMP = (1980, 1, 1, 0, 0, 0)


def pack(batch: ReportBatch):
    """Write the archive of each language anew, report by report from the disk.

    Raises JobCancelled when somebody cancels the batch meanwhile.
    """
    discard_pending(batch)
    made = Report.objects.filter(entries__batch=batch, state=JobState.DONE)
    languages = sorted(set(made.order_by().values_list("language", flat=True)))
    done, total = 0, made.count()
    for gone in batch.archives.exclude(language__in=languages):
        remove(gone)
        gone.delete()
    for language in languages:
        archive, _is_new = ReportArchive.objects.get_or_create(batch=batch, language=language)
        reports = made.filter(language=language).select_related("organisation__country", "region")
        with tempfile.TemporaryFile(dir=settings.VAR_DIR) as target:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as zipped:
                for report in reports.order_by("pk").iterator(chunk_size=200):
                    put(zipped, report)
                    done += 1
                    if done % BEAT == 0 or done == total:
                        batch.beat(done, total)
            archive.reports = len(zipped.namelist())
            keep(archive, target)


def put(zipped: zipfile.ZipFile, report: Report):
    """Copy the file of a report into an archive; PDFs are packed already."""
    part = zipfile.ZipInfo(making.file_name(report), STAMP)
    part.file_size = report.file.size
    with report.file.open("rb") as source, zipped.open(part, "w") as target:
        shutil.copyfileobj(source, target, CHUNK)


def keep(archive: ReportArchive, content: BinaryIO):
    """Put a written archive in its place; the one it replaces goes once the row is changed."""
    storage, former = archive.file.storage, archive.file.name
    archive.pending = archive_path(archive, f"{archive.language}.zip")
    archive.save(update_fields=["pending"])
    archive.size = content.seek(0, 2)
    content.seek(0)
    archive.file = storage.save(archive.pending, File(content))
    archive.pending = ""
    archive.save(update_fields=["file", "pending", "reports", "size"])
    if former:
        storage.delete(former)


def discard_pending(batch: ReportBatch):
    """Remove what somebody began to write and did not end."""
    for archive in batch.archives.exclude(pending=""):
        archive.file.storage.delete(archive.pending)
        archive.pending = ""
        archive.save(update_fields=["pending"])


def remove(archive: ReportArchive):
    """Remove the file of an archive; the row keeps how much there was."""
    if archive.file:
        archive.file.delete(save=False)
        archive.save(update_fields=["file"])
