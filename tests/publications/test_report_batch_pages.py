"""Reports in bulk at the desk: who may order and see what, the page, the files, the acts."""

import importlib
import io
import zipfile

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.utils import timezone

from portal.lib.jobs import JobState
from publications.models import Report, ReportBatch
from publications.models.report_reasons import PORTAL_FAILED
from publications.reports import batches, lots
from tests import factories

pytestmark = pytest.mark.django_db

YEAR = timezone.localdate().year
PAGES = "/en/secretariat/reports/bulk/"


@pytest.fixture
def region():
    factories.create_network()
    return factories.create_region()


def member(name: str = "Lake", **values):
    organisation = factories.create_organisation(name=name, **values)
    factories.create_membership(organisation)
    return organisation


def finished(**values) -> ReportBatch:
    """A batch whose reports are made, without the second that a real PDF takes."""
    batch = batches.order(kind="certificate", year=YEAR, languages=("en",), **values)
    lots.work_on(batch)
    for report in Report.objects.unfinished():
        report.claim()
        report.file.save("report.pdf", ContentFile(b"%PDF-1.7"), save=True)
        report.finish()
    lots.work_on(batch)
    batch.refresh_from_db()
    return batch


def fetched(client, batch: ReportBatch) -> bytes:
    response = client.get(f"{PAGES}{batch.pk}/en.zip")
    assert response.streaming
    return b"".join(response.streaming_content)  # which closes the file


def typed(**values) -> dict:
    return {"kind": "certificate", "year": YEAR, "languages": ["en"]} | values


def test_the_secretariat_orders_for_everybody(client, region):
    member()
    secretary = factories.create_secretary()
    client.force_login(secretary)
    response = client.post(PAGES, typed())
    batch = ReportBatch.objects.get()
    assert response.url == batch.get_absolute_url()
    assert (batch.region, list(batch.readers.all())) == (None, [secretary])
    page = client.get(f"{PAGES}{batch.pk}/").content.decode()
    assert "You can leave this page; we will write to you when they are ready." in page
    assert "http-equiv" not in page
    assert '<meta http-equiv="refresh" content="5">' in (
        client.get(f"{PAGES}{batch.pk}/?follow=1").content.decode()
    )


def test_a_batch_says_in_the_language_of_the_page_why_it_failed(client, region):
    lake, forest = member(), member("Forest")
    batch = batches.order(kind="certificate", year=YEAR, languages=("fr",))
    forest.memberships.all().delete()
    lots.work_on(batch)
    report = Report.objects.get(organisation=lake)
    report.fail(reason=PORTAL_FAILED)
    batch.fail(reason=PORTAL_FAILED)
    client.force_login(factories.create_secretary(language="fr"))
    page = client.get(f"/es/secretariat/reports/bulk/{batch.pk}/").content.decode()
    for told in (
        f"{forest.name_es} no tiene afiliación en {YEAR}; no hay nada que certificar.",
        f"se trata del informe {report.pk}: el registro explica la causa.",
        f"se trata del lote {batch.pk}: el registro explica la causa.",
    ):
        assert page.count(told) == 1


def test_reasons_that_were_kept_in_words_are_told_in_each_language(region):
    forest = member("Forest")
    batch = batches.order(kind="certificate", year=YEAR, languages=("fr",))
    batch.entries.update(refusal="Plus rien")
    migration = importlib.import_module("publications.migrations.0029_report_reasons")
    migration.keep_reasons(apps, None)
    assert batch.entries.get().why_not == (
        f"{forest.name_en} has no membership in {YEAR}, so there is nothing to certify."
    )


def test_an_executive_orders_for_the_own_region_alone(client, region):
    other = factories.create_region("R2")
    member()
    member("Far", country=factories.create_country("FR", region=other))
    client.force_login(factories.create_executive(region))
    for wanted in ({}, {"region": other.pk}):
        response = client.post(PAGES, typed(**wanted))
        assert response.context["form"].errors["region"]
    assert not ReportBatch.objects.exists()
    client.post(PAGES, typed(region=region.pk))
    assert [entry.organisation.name_en for entry in ReportBatch.objects.get().entries.all()] == [
        "Lake (example)"
    ]


@pytest.mark.parametrize("who", ["lead", "contact", "other executive", "former executive"])
def test_nobody_else_sees_a_batch_or_its_files(client, region, who):
    organisation = member()
    batch = finished(region=region)
    person = {
        "lead": factories.create_language_lead,
        "contact": lambda: factories.create_contact(organisation),
        "other executive": lambda: factories.create_executive(factories.create_region("R2")),
        "former executive": lambda: factories.create_executive(region),
    }[who]()
    client.force_login(person)
    if who == "former executive":
        assert fetched(client, batch).startswith(b"PK")
        person.mandates.all().delete()
    assert [
        client.get(f"{PAGES}{batch.pk}/").status_code,
        client.get(f"{PAGES}{batch.pk}/en.zip").status_code,
        client.post(f"{PAGES}{batch.pk}/cancel").status_code,
        client.post(f"{PAGES}{batch.pk}/retry").status_code,
        client.post(f"{PAGES}{batch.pk}/again").status_code,
    ] == [404] * 5


def test_an_executive_sees_no_batch_for_everybody(client, region):
    member()
    everybody, own = finished(), finished(region=region)
    client.force_login(factories.create_executive(region))
    assert client.get(f"{PAGES}{everybody.pk}/").status_code == 404
    assert list(client.get(PAGES).context["page"].object_list) == [own]


def test_the_archive_is_sent_in_parts_under_its_name(client, region):
    member()
    batch = finished(region=region)
    client.force_login(factories.create_secretary())
    response = client.get(f"{PAGES}{batch.pk}/en.zip")
    assert response["Content-Disposition"] == (
        f'attachment; filename="certificate-{YEAR}-r8-en.zip"'
    )
    content = b"".join(response.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        assert [zipped.read(name) for name in zipped.namelist()] == [b"%PDF-1.7"]
    assert client.get(f"{PAGES}{batch.pk}/fr.zip").status_code == 404
    archive = batch.archives.get()
    archive.file.storage.delete(archive.file.name)
    assert client.get(f"{PAGES}{batch.pk}/en.zip").status_code == 404


def test_the_page_tells_what_failed_and_makes_it_again(client, region):
    organisation = member()
    batch = finished()
    Report.objects.update(state=JobState.FAILED, error="The disk was full.")
    client.force_login(factories.create_secretary())
    page = client.get(f"{PAGES}{batch.pk}/").content.decode()
    assert "The disk was full." in page
    assert "0 of 1 report ready" in page
    client.post(f"{PAGES}{batch.pk}/retry")
    batch.refresh_from_db()
    assert (batch.state, batch.entries.get().report) == (JobState.QUEUED, None)
    client.post(f"{PAGES}{batch.pk}/cancel")
    batch.refresh_from_db()
    assert batch.state == JobState.CANCELLED
    assert organisation.reports.count() == 1


def test_an_expired_batch_says_so_and_comes_back(client, region):
    member()
    batch = finished()
    ReportBatch.objects.update(expired_at=timezone.now())
    client.force_login(factories.create_secretary())
    assert "Make the files again" in client.get(f"{PAGES}{batch.pk}/").content.decode()
    client.post(f"{PAGES}{batch.pk}/again")
    batch.refresh_from_db()
    assert (batch.state, batch.expired_at) == (JobState.QUEUED, None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"year": YEAR + 1}, "year"),
        ({"kind": "programme"}, "kind"),
        ({"kind": "member", "quarter": 2}, "quarter"),
        ({"languages": ["de"]}, "languages"),
        ({"kind": "directory", "year": YEAR, "quarter": 2}, "quarter"),
        ({"kind": "directory", "year": YEAR - 1}, "year"),
    ],
)
def test_what_cannot_be_ordered_is_refused_by_name(client, region, values, field):
    client.force_login(factories.create_secretary())
    assert list(client.post(PAGES, typed(**values)).context["form"].errors) == [field]


@pytest.mark.parametrize("kind", ["region", "directory"])
def test_what_is_on_regions_is_about_all_categories(client, region, kind):
    client.force_login(factories.create_secretary())
    category = factories.create_category("A").pk
    answer = client.post(PAGES, typed(kind=kind, year=YEAR, category=category))
    assert list(answer.context["form"].errors) == ["category"]


def test_the_directories_of_the_regions_are_ordered(client, region):
    client.force_login(factories.create_secretary())
    answer = client.post(PAGES, typed(kind="directory", year=YEAR), follow=True)
    assert f"Directories of members, {YEAR}" in answer.content.decode()
    assert [entry.region for entry in ReportBatch.objects.get().entries.all()] == [region]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_as_often_for_three_rows(client, region, rows, django_assert_num_queries):
    for number in range(rows):
        member(f"Lake {number}")
        batch = finished(region=region)
    client.force_login(factories.create_secretary())
    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get(PAGES).context["page"].object_list) == rows
    with django_assert_num_queries(BATCH_QUERIES):
        assert len(client.get(f"{PAGES}{batch.pk}/").context["page"].object_list) == rows


LIST_QUERIES = 7
BATCH_QUERIES = 8
