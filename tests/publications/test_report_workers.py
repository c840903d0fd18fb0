"""A batch of reports made by a real worker, which is killed in the middle."""

import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from publications import tasks
from publications.models import Report, ReportArchive, ReportBatch
from publications.reports import batches
from tests import factories

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def let_time_pass():
    """As if nothing had been heard of the dead worker for long."""
    long_ago = timezone.now() - datetime.timedelta(minutes=10)
    for model in (Report, ReportBatch):
        model.objects.unfinished().update(heartbeat_at=long_ago, queued_at=long_ago)


def files() -> set[str]:
    folder = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(folder)) for path in folder.glob("reports/**/*") if path.is_file()}


def test_a_killed_worker_leaves_no_half_file_and_no_stuck_row(collected_once, worker):
    # The worker prints with the stylesheets that have been collected since it began.
    worker.kill()
    worker.start()
    factories.create_network()
    secretary = factories.create_secretary()
    before = files()
    for number in range(2):
        factories.create_membership(factories.create_organisation(name=f"Lake {number}"))
    year = timezone.localdate().year
    batch = batches.order(kind="certificate", year=year, languages=("en", "fr"), by=secretary)
    worker.wait(lambda: Report.objects.filter(state="done").exists())
    worker.kill()
    let_time_pass()
    worker.start()
    tasks.requeue_stale_reports()
    # A batch that was being worked on is put back first, and rung for a minute later.
    let_time_pass()
    tasks.requeue_stale_reports()
    worker.wait(lambda: ReportBatch.objects.filter(pk=batch.pk, state="done").exists())

    assert list(Report.objects.values_list("state", flat=True)) == ["done"] * 4
    assert [archive.reports for archive in batch.archives.all()] == [2, 2]
    kept = {*Report.objects.values_list("file", flat=True)}
    assert files() - before == kept | {*ReportArchive.objects.values_list("file", flat=True)}
    # The process of the pool has the one for the next document ready.
    [process] = worker.children
    assert len(Path(f"/proc/{process}/task/{process}/children").read_text().split()) == 1
