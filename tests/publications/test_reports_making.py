"""Making one report: once for the same contents, whole or not at all, and never for ever."""

import datetime
import errno
import io

import pikepdf
import pytest
from django.core.files.storage import InMemoryStorage
from django.utils import timezone, translation

from members.models import Membership
from portal.lib import pdf, revision
from portal.lib.jobs import JobState
from portal.models import NetworkIdentity
from publications.models import Report
from publications.models.reports import report_path
from publications.reports import kinds, making, showing
from tests import factories

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """What reports of other tests left is not found among those of this one."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def organisation():
    factories.create_network()
    organisation = factories.create_organisation()
    factories.create_membership(organisation)
    return organisation


def ask(organisation, **values) -> Report:
    about = {"kind": "certificate", "language": "es", "year": YEAR} | values
    return making.request(subject=organisation, **about)


def made(organisation, **values) -> Report:
    report = ask(organisation, **values)
    assert making.make(report) is True
    return report


def content(report: Report) -> bytes:
    with report.file.open("rb") as file:
        return file.read()


def stored(report: Report, suffix: str = ".pdf") -> list[str]:
    """The names of all files there are of it, whichever attempt wrote them."""
    storage, folder = report.file.storage, f"reports/{report.queued_at:%Y}"
    if not storage.exists(folder):
        return []
    start, end = f"{report.pk}-", making.file_name(report, suffix=suffix)
    names = storage.listdir(folder)[1]
    return [name for name in names if name.startswith(start) and name.endswith(end)]


# -- The same contents are made once --------------------------------------------------------------


@pytest.mark.slow
def test_what_would_look_the_same_is_not_made_again(organisation):
    first = made(organisation)
    assert ask(organisation) == first
    assert ask(organisation, language="en") != first
    Membership.objects.update(ends_on=datetime.date(YEAR, 11, 30))
    changed = ask(organisation)
    assert changed != first
    assert making.make(changed) is True
    assert ask(organisation) == changed
    # Back as it was: the code of the first has been replaced, so its file does not show it.
    Membership.objects.update(ends_on=datetime.date(YEAR, 12, 31))
    again = made(organisation)
    assert again not in (first, changed)
    assert ask(organisation) == again
    NetworkIdentity.objects.update(name_es="Otro consejo (ejemplo)")
    revision.move()
    assert ask(organisation) not in (first, changed, again)


@pytest.mark.slow
def test_the_frozen_data_give_the_same_bytes_on_another_day(organisation):
    report = made(organisation)
    report.data["as_of"] = "2020-02-03"
    Report.objects.filter(pk=report.pk).update(
        data=report.data, state=JobState.QUEUED, expired_at=timezone.now()
    )
    report.refresh_from_db()
    assert making.make(report) is True
    assert report.data["as_of"] == "2020-02-03"
    again = making.render_data(kind=report.kind, data=report.data, language=report.language)
    assert again == content(report)
    with pikepdf.open(io.BytesIO(again)) as document:
        assert str(document.docinfo["/CreationDate"]) == "D:20200203"
    # The day is no reason either to make it again: it says since when its figures hold.
    assert (
        showing.digest_of(report.kind, report.data | {"as_of": "2031-02-03"}, "es") == report.digest
    )


def test_a_file_that_went_is_made_again(organisation):
    report = ask(organisation)
    data = making.frozen_data(report)
    digest = showing.digest_of(report.kind, data, "es")
    Report.objects.filter(pk=report.pk).update(state=JobState.DONE, digest=digest)
    assert ask(organisation) != report


# -- Whole or not at all --------------------------------------------------------------------------


@pytest.mark.slow
def test_what_a_killed_worker_left_goes_with_the_next_attempt(organisation):
    report = ask(organisation)
    assert report.claim()
    half = report_path(report, making.file_name(report))
    report.file.storage.save(half, io.BytesIO(b"%PDF-1.7 half"))
    Report.objects.filter(pk=report.pk).update(state=JobState.QUEUED)
    assert making.make(report) is True
    assert stored(report) == [report.file.name.rpartition("/")[2]]
    assert report.file.name != half


KINDS = [
    ("certificate", "organisation", ".pdf"),
    ("member", "organisation", ".pdf"),
    ("region", "region", ".pdf"),
    ("programme", None, ".pdf"),
    ("directory", "region", ".pdf"),
    ("directory", None, ".zip"),
]


@pytest.fixture
def subjects(organisation):
    for number in range(1, 8):
        factories.create_axis(number)
    return {"organisation": organisation, "region": organisation.region, None: None}


@pytest.mark.parametrize(("kind", "about", "suffix"), KINDS)
def test_of_every_kind_the_second_request_joins_the_first(subjects, kind, about, suffix):
    reader = factories.create_person()
    first = ask(subjects[about], kind=kind)
    assert ask(subjects[about], kind=kind, by=reader) == first
    assert first.claim()
    assert ask(subjects[about], kind=kind) == first
    assert ask(subjects[about], kind=kind, language="fr") != first
    assert Report.objects.filter(kind=kind, language="es").get().requested_by == reader


@pytest.mark.parametrize(("kind", "about", "suffix"), KINDS)
def test_what_is_given_up_leaves_no_file_of_any_kind(subjects, kind, about, suffix):
    report = ask(subjects[about], kind=kind)
    long_ago = timezone.now() - datetime.timedelta(minutes=6)
    states = []
    for _ in range(3):
        assert report.claim()
        half = report_path(report, making.file_name(report, suffix=suffix))
        report.file.storage.save(half, io.BytesIO(b"half"))
        Report.objects.filter(pk=report.pk).update(heartbeat_at=long_ago)
        making.requeue_stale()
        report.refresh_from_db()
        states.append(report.state)
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert (report.file.name, stored(report, suffix)) == ("", [])


@pytest.mark.slow
def test_who_was_overtaken_leaves_the_file_of_the_other(organisation):
    late = ask(organisation)
    assert late.claim()
    Report.objects.filter(pk=late.pk).update(state=JobState.QUEUED)
    assert making.make(Report.objects.get(pk=late.pk)) is True
    with pytest.raises(making.JobCancelled):
        late.beat(1, 4)
    late.file.storage.delete(report_path(late, making.file_name(late)))
    assert len(stored(late)) == 1


def test_nobody_guesses_where_a_file_lies(organisation, settings):
    report = ask(organisation)
    path = report_path(report, "a.pdf")
    settings.SECRET_KEY = "another" * 10
    assert report_path(report, "a.pdf") != path


# -- Never for ever -------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_runs_away_is_stopped_and_says_so(organisation, settings):
    settings.REPORT_MEGABYTES = -200  # less than it begins with
    report = ask(organisation)
    assert making.make(report) is False
    assert (report.state, stored(report)) == (JobState.FAILED, [])
    with translation.override("fr"):
        told = "La production demandait plus de -200 Mo de mémoire\u00a0; elle a été arrêtée."
        assert report.why == told


class FullStorage(InMemoryStorage):
    def _save(self, name, content):
        raise OSError(errno.ENOSPC, "No space left on device", "/secret/place")


@pytest.mark.slow
def test_what_fails_within_is_told_without_its_insides(organisation, monkeypatch, caplog):
    monkeypatch.setattr(Report._meta.get_field("file"), "storage", FullStorage())
    report = ask(organisation)
    assert making.make(report) is False
    assert report.state == JobState.FAILED
    with translation.override("fr"):
        assert report.why.startswith("Le portail lui-même a échoué.")
        assert f"n\u00b0\u00a0{report.pk}" in report.why and "secret" not in report.why
    assert "No space left on device" in caplog.text


def test_limits_are_those_of_the_kind(settings, monkeypatch):
    settings.REPORT_SECONDS, settings.REPORT_MEGABYTES = 7, 70
    assert making.limits("certificate") == pdf.Limits(7, 70)
    monkeypatch.setattr(kinds.KINDS["region"], "TIMES_THE_LIMITS", 3, raising=False)
    assert making.limits("region") == pdf.Limits(21, 210)


# -- Another storage ------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_report_needs_no_disk(organisation, client, settings, monkeypatch):
    monkeypatch.setattr(Report._meta.get_field("file"), "storage", InMemoryStorage())
    settings.X_ACCEL_PREFIX = "/portal-files/"
    report = made(organisation)
    client.force_login(factories.create_contact(organisation))
    answer = client.get(report.get_absolute_url())
    assert b"".join(answer.streaming_content) == content(report)
    answer.close()
    assert "X-Accel-Redirect" not in answer.headers
