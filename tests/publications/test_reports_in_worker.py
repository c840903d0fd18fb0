"""Reports in a real worker that is killed in the middle, or whose report runs away."""

import datetime
import os
import signal
from pathlib import Path

import pytest
from django.utils import timezone

from portal.lib.jobs import JobState
from publications.models import Report
from publications.reports import making
from tests import factories

pytestmark = pytest.mark.services
YEAR = timezone.localdate().year


@pytest.fixture
def organisation(collected_once):
    """One whose report has many pages, and keeps the worker for some seconds."""
    factories.create_network()
    organisation = factories.create_organisation()
    factories.create_membership(organisation)
    for _ in range(150):
        factories.create_activity(organisations=[organisation])
    return organisation


def ask(organisation) -> Report:
    return making.request(kind="member", subject=organisation, language="fr", year=YEAR)


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0


def renders(worker, report: Report) -> list[int]:
    """The processes that lay out the report: grandchildren of the worker that are at work, and do
    not only wait for the next one."""
    if state(report) != JobState.RUNNING:
        return []
    found = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    return [pid for pid in found if parent(parent(pid)) == worker.pid and is_at_work(pid)]


def files(report: Report) -> list[str]:
    storage, folder = report.file.storage, f"reports/{report.queued_at:%Y}"
    if not storage.exists(folder):
        return []
    return [name for name in storage.listdir(folder)[1] if name.endswith(making.file_name(report))]


def state(report: Report) -> str:
    report.refresh_from_db()
    return report.state


def test_a_worker_killed_in_the_middle_leaves_no_half_file_and_no_stuck_row(worker, organisation):
    report = ask(organisation)
    (render,) = worker.wait(lambda: renders(worker, report))
    os.kill(parent(render), signal.SIGKILL)
    # It goes with the process that waited for it.
    worker.wait(lambda: parent(parent(render)) != worker.pid and not alive(render))
    assert files(report) == []
    long_ago = timezone.now() - datetime.timedelta(minutes=6)
    Report.objects.filter(pk=report.pk).update(heartbeat_at=long_ago)
    making.requeue_stale()
    worker.wait(lambda: state(report) == JobState.DONE, seconds=120)
    assert files(report) == [report.file.name.rpartition("/")[2]]


def test_a_report_cancelled_in_the_middle_is_stopped(worker, organisation):
    report = ask(organisation)
    (render,) = worker.wait(lambda: renders(worker, report))
    assert report.cancel()
    worker.wait(lambda: not alive(render))
    assert (state(report), files(report)) == (JobState.CANCELLED, [])


def alive(pid: int) -> bool:
    return status(pid) not in {"", "Z"}


def is_at_work(pid: int) -> bool:
    return status(pid) == "R"


def status(pid: int) -> str:
    """The letter of the kernel for what the process does; empty without one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return ""
