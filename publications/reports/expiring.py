"""Files of reports that have been kept long enough, and how they come back.

Archives of batches go after ``REPORT_ARCHIVE_DAYS``, single reports after ``REPORT_FILE_DAYS``.
Certificates stay: they are shown to others as long as a membership is of interest. The rows and
the figures stay, and the file is made from them again when somebody asks for it.
"""

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.lib.jobs import JobState
from publications.models import Report, ReportBatch
from publications.reports import archives, making

# So many files are removed in one run; the others the next day.
MOST = 1000


def expire(now: datetime.datetime | None = None) -> int:
    """Remove the files that have had their time. Returns how many.

    The file goes before the row says so: whatever happens between, it is found the next time.
    """
    now = now or timezone.now()
    count = 0
    for batch in ReportBatch.objects.outdated(now)[:MOST]:
        for archive in batch.archives.all():
            archives.remove(archive)
            count += 1
        ReportBatch.objects.filter(pk=batch.pk).update(expired_at=now)
    for report in Report.objects.outdated(now)[:MOST]:
        report.file.delete(save=False)
        Report.objects.filter(pk=report.pk).update(file="", expired_at=now)
        count += 1
    return count


def restore_later(report: Report) -> Report:
    """Have the expired file of a report made again from its figures, unless it is there.

    Returns the report that is being made: another one, when somebody has asked for the same with
    the figures of today.
    """
    expired = Report.objects.filter(pk=report.pk, state=JobState.DONE, file="")
    now = timezone.now()
    try:
        with transaction.atomic():
            if expired.update(state=JobState.QUEUED, queued_at=now, expired_at=now, attempts=0):
                making.ring(report)
    except IntegrityError:
        return report.unfinished_twin() or report
    report.refresh_from_db()
    return report
