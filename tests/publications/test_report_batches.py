"""Reports in bulk: asked for by lots, joined, cancelled, completed, packed, expired, restored."""

import datetime
import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from members import merging
from members.models import Notice
from portal.lib.jobs import JobState
from publications.models import Report, ReportBatch, ReportBatchEntry
from publications.reports import archives, batches, expiring, lots, making, showing
from tests import factories

pytestmark = pytest.mark.django_db

YEAR = timezone.localdate().year


@pytest.fixture
def network():
    factories.create_network()
    return factories.create_region()


def member(name: str, *, year: int = YEAR, **values):
    organisation = factories.create_organisation(name=name, slug=name.lower(), **values)
    factories.create_membership(organisation, year=year)
    return organisation


def order(kind: str = "certificate", **values) -> ReportBatch:
    return batches.order(kind=kind, **{"year": YEAR, "languages": ("en",)} | values)


def ready(report: Report, content: bytes = b"%PDF-1.7") -> Report:
    """The report as a worker leaves it, without the second that a real PDF takes."""
    assert report.claim()
    report.data = making.frozen_data(report)
    report.digest = showing.digest_of(report.kind, report.data, report.language)
    report.file.save(making.file_name(report), ContentFile(content), save=False)
    report.save(update_fields=["file", "data", "digest"])
    report.finish()
    return report


def made(batch: ReportBatch) -> ReportBatch:
    """The batch with every report made and its archives packed."""
    is_at_work = True
    while is_at_work:
        for report in Report.objects.unfinished():
            ready(report)
        is_at_work = lots.work_on(batch)
    batch.refresh_from_db()
    return batch


def packed(batch: ReportBatch, language: str = "en") -> list[str]:
    with batch.archives.get(language=language).file.open("rb") as file:
        return sorted(zipfile.ZipFile(io.BytesIO(file.read())).namelist())


def told() -> list[tuple[str, str]]:
    return sorted(Notice.objects.filter(kind="report_ready").values_list("email", "subject"))


# -- Ordering --------------------------------------------------------------------------------------


def test_a_batch_is_on_those_who_were_members_that_year(network):
    elsewhere = factories.create_country("FR", region=factories.create_region("R2"))
    one, two = member("Lake", category="A"), member("Forest")
    three = member("Far", country=elsewhere)
    member("Later", year=YEAR + 1)
    lapsed = member("Gone", status="lapsed")

    def subjects(**values) -> set:
        batch = order(**values)
        batch.cancel()
        return {entry.subject for entry in batch.entries.select_related("organisation", "region")}

    assert subjects() == {one, two, three, lapsed}
    assert subjects(kind="member") == {one, two, three}
    assert subjects(region=network) == {one, two, lapsed}
    assert subjects(category=one.category) == {one}
    assert subjects(kind="region") == {network, three.country.region}
    assert subjects(kind="region", region=network) == {network}
    assert subjects(kind="directory") == {network, three.country.region}
    with pytest.raises(ValidationError, match="There is nobody to report on"):
        order(year=YEAR - 3)
    assert not ReportBatch.objects.filter(year=YEAR - 3).exists()


def test_each_report_is_in_the_own_language_or_in_all_that_are_asked_for(network):
    member("Lake", original_language="es")
    own = order(languages=())
    assert [entry.language for entry in own.entries.all()] == ["es"]
    both = order(languages=("es", "fr"))
    assert both.languages == "fr,es"
    assert sorted(entry.language for entry in both.entries.all()) == ["es", "fr"]


def test_the_directories_of_all_regions_come_as_one_archive_a_language(network):
    member("Lake", country=factories.create_country("FR", region=factories.create_region("R2")))
    batch = made(order("directory", languages=("es", "en"), quarter=2))
    assert (batch.quarter, [archive.language for archive in batch.archives.all()]) == (
        None,
        ["en", "es"],
    )
    assert packed(batch, "es") == [f"directory-{code}-{YEAR}-es.pdf" for code in ("r2", "r8")]


def test_a_second_order_joins_the_first_while_that_is_under_way(network):
    member("Lake")
    one, two = factories.create_secretary(), factories.create_secretary()
    batch = order(by=one)
    assert order(by=two) == batch
    assert set(batch.readers.all()) == {one, two}
    assert ReportBatchEntry.objects.count() == 1
    assert order(region=network) != batch
    made(batch)
    assert order(by=two) != batch
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportBatch.objects.create(kind="certificate", year=YEAR, languages="en")


# -- Lots ------------------------------------------------------------------------------------------


def test_reports_are_asked_for_lot_by_lot(network, monkeypatch):
    monkeypatch.setattr(lots, "LOT", 2)
    for name in ("Lake", "Forest", "River"):
        member(name)
    batch = order()
    assert lots.work_on(batch) is True
    assert Report.objects.count() == 2
    # Nothing to do while the lot is being made.
    assert lots.work_on(batch) is False
    first, second = Report.objects.order_by("pk")
    ready(first)
    assert lots.work_on(batch) is False
    ready(second)
    assert lots.work_on(batch) is True
    assert Report.objects.count() == 3
    assert made(batch).state == JobState.DONE
    assert batch.entries.made().count() == 3
    assert len(packed(batch)) == 3


@pytest.mark.parametrize("is_last", [True, False])
def test_whoever_makes_the_last_report_of_a_lot_rings(
    network, django_capture_on_commit_callbacks, is_last
):
    member("Lake")
    member("Forest")
    batch = order()
    lots.work_on(batch)
    first, second = Report.objects.order_by("pk")
    ready(first)
    if is_last:
        ready(second)
    with django_capture_on_commit_callbacks(execute=True) as rung:
        lots.ring_after(first)
    batch.refresh_from_db()
    assert bool(rung) is is_last
    assert batch.state == (JobState.DONE if is_last else JobState.QUEUED)


def test_what_is_being_made_or_still_true_is_joined(network):
    lake, forest = member("Lake"), member("Forest")
    wanted = {"kind": "certificate", "language": "en", "year": YEAR}
    under_way = making.request(subject=lake, **wanted)
    there = ready(making.request(subject=forest, **wanted))
    batch = order()
    lots.work_on(batch)
    assert {entry.report for entry in batch.entries.all()} == {under_way, there}
    assert not batch.entries.filter(is_own=True).exists()
    batch.cancel()
    # Its figures have changed since: another one is made.
    forest.name_en = "Forest and field"
    forest.save()
    again = order()
    lots.work_on(again)
    entry = again.entries.get(organisation=forest)
    assert (entry.report == there, entry.is_own) == (False, True)


def test_what_cannot_be_reported_is_said_and_stops_nothing(network):
    lake, forest = member("Lake"), member("Forest")
    batch = order()
    forest.memberships.all().delete()
    made(batch)
    entry = batch.entries.get(organisation=forest)
    assert entry.why_not == (
        f"Forest (example) has no membership in {YEAR}, so there is nothing to certify."
    )
    with translation.override("es"):
        assert entry.why_not == (
            f"Forest (ejemplo) no tiene afiliación en {YEAR}; no hay nada que certificar."
        )
    assert packed(batch) == [f"certificate-lake-{YEAR}-en.pdf"]
    assert (batch.state, batch.entries.not_made().count()) == (JobState.DONE, 1)
    assert lake.reports.count() == 1


# -- Cancelling and completing ---------------------------------------------------------------------


def test_cancelling_stops_what_nobody_else_waits_for(network):
    lake, forest, river, field = (member(name) for name in ("Lake", "Forest", "River", "Field"))
    wanted = {"kind": "certificate", "language": "en", "year": YEAR}
    before = making.request(subject=lake, **wanted)
    batch = order()
    lots.work_on(batch)
    # Somebody asks for one of them by themselves, and another batch for a second.
    contact = factories.create_contact(forest)
    assert making.request(subject=forest, by=contact, **wanted).requested_by == contact
    other = order(category=river.category, region=network)
    other.entries.exclude(organisation=river).delete()
    lots.work_on(other)

    assert batches.cancel(batch) is True
    assert batches.cancel(batch) is False

    states = {report.organisation: report.state for report in Report.objects.all()}
    assert states == {
        lake: JobState.QUEUED,
        forest: JobState.QUEUED,
        river: JobState.QUEUED,
        field: JobState.CANCELLED,
    }
    before.refresh_from_db()
    assert before.state == JobState.QUEUED
    assert lots.work_on(batch) is False


def test_a_batch_cancelled_while_it_is_packed_leaves_no_file(network, monkeypatch):
    member("Lake")
    batch = order()
    lots.work_on(batch)
    ready(Report.objects.get())
    put = archives.put

    def put_and_cancel(zipped, report):
        put(zipped, report)
        batches.cancel(ReportBatch.objects.get(pk=batch.pk))

    monkeypatch.setattr(archives, "put", put_and_cancel)
    assert lots.work_on(batch) is False
    batch.refresh_from_db()
    assert batch.state == JobState.CANCELLED
    assert [archive.file.name for archive in batch.archives.all()] == [""]
    assert told() == []


def test_only_what_failed_is_made_again(network):
    lake, forest = member("Lake"), member("Forest")
    secretary = factories.create_secretary()
    batch = order(by=secretary)
    lots.work_on(batch)
    good, bad = Report.objects.get(organisation=lake), Report.objects.get(organisation=forest)
    ready(good)
    bad.claim()
    bad.fail("The disk was full.")
    made(batch)
    assert batch.entries.get(organisation=forest).why_not == "The disk was full."
    assert packed(batch) == [f"certificate-lake-{YEAR}-en.pdf"]
    first_file = batch.archives.get().file.name

    batches.retry(batch)
    made(batch)

    assert Report.objects.filter(organisation=lake).get() == good
    assert Report.objects.filter(organisation=forest).count() == 2
    assert len(packed(batch)) == 2
    archive = batch.archives.get()
    assert (archive.reports, archive.pending) == (2, "")
    assert not archive.file.storage.exists(first_file)
    assert told() == [(secretary.email, "Your reports are ready")] * 2
    with pytest.raises(ValidationError, match="No report is missing"):
        batches.retry(batch)


def test_a_batch_under_way_is_not_completed(network):
    member("Lake")
    batch = order()
    with pytest.raises(ValidationError, match="The same reports are being made already"):
        batches.retry(batch)
    made(batch)
    batch.entries.update(report=None, refusal="Nothing")
    order()
    with pytest.raises(ValidationError, match="The same reports are being made already"):
        batches.retry(batch)


# -- Mail ------------------------------------------------------------------------------------------


def test_whoever_ordered_is_written_to_while_they_run_it(network):
    member("Lake")
    secretary = factories.create_secretary(language="es")
    executive = factories.create_executive(network)
    former = factories.create_executive(network)
    batch = order(region=network, by=secretary)
    for person in (executive, former):
        order(region=network, by=person)
    former.mandates.all().delete()
    made(batch)
    assert [email for email, _subject in told()] == sorted([secretary.email, executive.email])
    mail = Notice.objects.get(email=executive.email)
    assert f"/en/secretariat/reports/bulk/{batch.pk}/" in mail.text
    assert "1 of 1 report ready" in mail.text


# -- Workers that die ------------------------------------------------------------------------------


def long_ago() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(minutes=6)


def test_a_batch_whose_worker_died_goes_on_without_half_a_file(
    network, django_capture_on_commit_callbacks
):
    member("Lake")
    batch = order()
    lots.work_on(batch)
    ready(Report.objects.get())
    # It died while it wrote the archive, which lies there unfinished.
    batch.claim()
    archive = batch.archives.create(language="en", pending="reports/x/half.zip")
    archive.file.storage.save(archive.pending, ContentFile(b"PK"))
    ReportBatch.objects.filter(pk=batch.pk).update(heartbeat_at=long_ago())

    lots.ring_for_waiting()
    ReportBatch.objects.filter(pk=batch.pk).update(heartbeat_at=long_ago())
    with django_capture_on_commit_callbacks(execute=True):
        assert lots.ring_for_waiting() == 1

    batch.refresh_from_db()
    assert (batch.state, batch.stops) == (JobState.DONE, 1)
    assert not archive.file.storage.exists("reports/x/half.zip")
    assert packed(batch) == [f"certificate-lake-{YEAR}-en.pdf"]


def test_a_batch_that_keeps_stopping_is_given_up(network):
    member("Lake")
    batch = order()
    for _attempt in range(3):
        batch.claim()
        ReportBatch.objects.filter(pk=batch.pk).update(heartbeat_at=long_ago())
        lots.ring_for_waiting()
        batch.refresh_from_db()
    assert (batch.state, batch.why) == (
        JobState.FAILED,
        "The work stopped three times without finishing.",
    )


def test_a_batch_is_taken_up_many_times_and_not_given_up(network, monkeypatch):
    monkeypatch.setattr(lots, "LOT", 1)
    for name in ("Lake", "Forest", "River", "Field", "Hill"):
        member(name)
    batch = made(order())
    assert (batch.state, batch.stops, batch.attempts) == (JobState.DONE, 0, 6)


# -- Expiry ----------------------------------------------------------------------------------------


def test_archives_expire_and_are_packed_again(network, settings):
    settings.REPORT_ARCHIVE_DAYS, settings.REPORT_FILE_DAYS = 10, 0
    member("Lake")
    batch = made(order())
    storage, name = batch.archives.get().file.storage, batch.archives.get().file.name
    in_time = batch.finished_at + datetime.timedelta(days=9)
    assert expiring.expire(in_time) == 0
    later = batch.finished_at + datetime.timedelta(days=11)
    assert (expiring.expire(later), expiring.expire(later)) == (1, 0)
    batch.refresh_from_db()
    assert (batch.expired_at, batch.archives.get().file.name) == (later, "")
    assert not storage.exists(name)
    with pytest.raises(ValidationError, match="No report is missing"):
        batches.retry(batch)

    batches.make_again(batch)
    made(batch)
    assert (batch.expired_at, len(packed(batch))) == (None, 1)
    with pytest.raises(ValidationError, match="The files are still there"):
        batches.make_again(batch)


@pytest.mark.slow
def test_a_single_file_expires_and_is_made_from_the_figures_of_then(network, settings):
    settings.REPORT_FILE_DAYS = 10
    lake = member("Lake")
    certificate = ready(making.request(kind="certificate", subject=lake, language="en", year=YEAR))
    report = ready(making.request(kind="member", subject=lake, language="en", year=YEAR))
    assert expiring.expire(report.finished_at + datetime.timedelta(days=11)) == 1
    certificate.refresh_from_db()
    report.refresh_from_db()
    assert (certificate.is_expired, report.is_expired) == (False, True)

    figures = report.data
    lake.name_en = "Another name"
    lake.save()
    restored = expiring.restore_later(report)
    assert making.make(restored) is True
    restored.refresh_from_db()
    assert (restored.pk, restored.data, restored.expired_at) == (report.pk, figures, None)
    with restored.file.open("rb") as file:
        assert file.read(5) == b"%PDF-"
    # Nothing is made twice: the file is there.
    assert expiring.restore_later(restored).state == JobState.DONE


def test_zero_keeps_single_files(network, settings):
    settings.REPORT_FILE_DAYS = 0
    report = ready(making.request(kind="member", subject=member("Lake"), language="en", year=YEAR))
    assert expiring.expire(report.finished_at + datetime.timedelta(days=9999)) == 0


# -- Merging ---------------------------------------------------------------------------------------


def test_entries_follow_an_organisation_that_is_merged(network):
    kept, removed = member("Lake"), member("Pond")
    batch = order()
    merging.merge_organisations(kept, removed, choices={}, by=factories.create_secretary())
    assert [entry.organisation for entry in batch.entries.all()] == [kept]
