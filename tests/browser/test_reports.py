"""Reports from the order to the file in hand: in bulk at the desk, and one by a member."""

import io
import zipfile

import pytest
from django.utils import timezone

from members.models import Notice
from publications.models import Report, ReportBatch
from publications.reports import making
from tests.browser.axe import assert_accessible
from tests.browser.house import furnish
from tests.browser.test_journeys import log_in

pytestmark = pytest.mark.django_db(transaction=True)

YEAR = timezone.localdate().year


@pytest.mark.parametrize(("width", "language"), [(1280, "fr"), (390, "es")])
def test_the_secretariat_orders_reports_in_bulk_and_fetches_them(visit, width, language):
    house = furnish()
    page = visit("/fr/account/login/", width=width)
    log_in(page, house["secretary"])
    page.goto(f"/{language}/secretariat/reports/")
    page.locator("main a[href$='/reports/bulk/']").click()
    page.select_option("select[name=kind]", "certificate")
    page.fill("input[name=year]", str(YEAR))
    page.check("input[name=languages][value=fr]")
    page.check("input[name=languages][value=en]")
    assert_accessible(page)
    page.locator("main form.form button").click()
    page.wait_for_url("**/secretariat/reports/bulk/*/")

    batch = ReportBatch.objects.get()
    assert batch.state == "done"
    assert_accessible(page)
    page.reload()
    with page.expect_download() as fetched:
        page.locator("main a[href$='/en.zip']").click()
    with open(fetched.value.path(), "rb") as file:
        zipped = zipfile.ZipFile(io.BytesIO(file.read()))
    assert zipped.namelist() == [f"certificate-council-{YEAR}-en.pdf"]
    assert zipped.read(zipped.namelist()[0]).startswith(b"%PDF-")
    assert Notice.objects.get(kind="report_ready").email == house["secretary"].email


def test_an_order_under_way_is_followed_without_scripts_and_cancelled(visit):
    house = furnish()
    batch = ReportBatch.objects.create(kind="certificate", year=YEAR, languages="fr")
    batch.entries.create(organisation=house["organisation"], language="fr")
    page = visit("/fr/account/login/")
    log_in(page, house["secretary"])
    page.goto(f"/fr/secretariat/reports/bulk/{batch.pk}/")
    assert_accessible(page)
    page.locator("main a[href='?follow=1']").click()
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "5"
    page.locator("main form[action$='/cancel'] button").click()
    batch.refresh_from_db()
    assert batch.state == "cancelled"
    assert page.locator("main form[action$='/retry']").count() == 1


def test_a_member_whose_file_expired_has_it_made_again(visit):
    house = furnish()
    report = house["organisation"].reports.get()
    report.file.delete()
    page = visit("/fr/account/login/", width=390)
    log_in(page, house["contact"])
    page.goto("/fr/space/documents/")
    assert_accessible(page)
    page.locator("main form[action$='/restore'] button").click()
    page.wait_for_url("**/space/documents/")
    file = page.request.get(f"/fr/space/documents/{report.pk}/file")
    assert file.body().startswith(b"%PDF-")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_a_member_asks_for_its_year_reads_it_and_takes_it_home(visit, width, scheme):
    house = furnish()
    page = visit("/fr/account/login/", width=width, color_scheme=scheme)
    log_in(page, house["contact"])
    page.goto("/en/space/documents/")
    page.select_option("select[name=kind]", "member")
    page.select_option("select[name=language]", "es")
    page.locator("main form.form button").click()
    page.wait_for_url("**/en/space/documents/")
    report = Report.objects.get(kind="member")
    assert report.state == "done", report.error
    page.reload()
    link = page.locator(f"main a[href='{report.get_absolute_url()}']")
    assert page.request.get(link.get_attribute("href")).body().startswith(b"%PDF-")
    page.locator(f"main a[href$='/documents/{report.pk}/']").click()
    assert page.locator(".report").get_attribute("lang") == "es"
    assert "Afiliación y cuota" in page.locator(".report").inner_text()
    assert_accessible(page)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
@pytest.mark.parametrize("kind", ["region", "programme", "directory"])
def test_each_report_is_read_as_a_page(visit, kind, width, scheme):
    house = furnish()
    region = house["organisation"].region if kind == "region" else None
    report = making.request(kind=kind, subject=region, language="fr", year=YEAR)
    if report.state != "done":
        making.make(report)
    page = visit("/fr/account/login/", width=width, color_scheme=scheme)
    log_in(page, house["secretary"])
    page.goto(f"/fr/space/documents/{report.pk}/")
    assert page.locator(".report h2").count() > 1
    assert_accessible(page)
