"""What people come to do, from their first click to the result."""

import pytest
from django.core import mail

from members import invitations
from members.models import Invitation, Organisation
from publications.models import Report, Subscriber
from tests import factories
from tests.browser.house import furnish

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery"


def log_in(page, person):
    """With the code of the app, where somebody has one."""
    page.goto("/fr/account/login/")
    page.fill("input[name=login]", person.email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    if person.second_factor_since:
        page.fill("input[name=code]", factories.current_code())
        page.press("input[name=code]", "Enter")


def test_a_reader_changes_language_and_stays_on_the_page(visit):
    furnish()
    page = visit("/fr/publications/?region=R8&sort=title")
    page.locator(".languages a[hreflang=es]").click()
    assert page.url.endswith("/es/publications/?region=R8&sort=title")
    page.locator("main article h3 a").first.click()
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.locator("main h1").count() == 1


def test_a_reader_subscribes_and_confirms(visit):
    furnish()
    page = visit("/es/", language="es")
    page.fill("input[name=email]", "lectora@example.org")
    page.select_option("select[name=letters]", "R8")
    page.locator("form[action$='/newsletters/subscribe/'] button").click()
    assert page.url.endswith("/es/newsletters/subscribe/sent/")
    (message,) = mail.outbox
    link = next(word for word in message.body.split() if "/newsletters/confirm/" in word)
    page.goto(link)
    assert Subscriber.objects.get(email="lectora@example.org").confirmed_at is None
    page.locator("main form button").first.click()
    reader = Subscriber.objects.get(email="lectora@example.org")
    assert (reader.is_confirmed, reader.language) == (True, "es")


def test_the_secretariat_logs_in_and_cannot_seat_a_second_council(visit):
    house = furnish()
    second = factories.create_organisation(slug="second", category="A", status="applicant")
    page = visit("/fr/account/login/")
    log_in(page, house["secretary"])
    page.goto("/fr/secretariat/organisations/second/status/")
    page.select_option("select[name=status]", "active")
    page.locator("textarea[name=reason]").fill("Bureau du 3 mars")
    page.locator("main form[method=post] button").last.click()
    assert "déjà" in page.locator("main").inner_text()
    second.refresh_from_db()
    assert (second.status, second.status_changes.count()) == ("applicant", 0)


def test_an_invited_colleague_takes_the_mandate_and_gets_the_certificate(visit):
    house = furnish()
    Report.objects.all().delete()
    invitation = invitations.invite(
        Invitation(
            email="colleague@example.org", kind="contact", organisation=house["organisation"]
        ),
        by=house["contact"],
    )
    page = visit(f"/fr/invitations/{invitation.token}/")
    page.locator("main a.button, main form button").first.click()
    page.fill("input[name=full_name]", "Colleague Example")
    page.fill("input[name=password1]", "a long enough password")
    page.press("input[name=password1]", "Enter")
    page.goto("/fr/space/documents/")
    page.select_option("select[name=kind]", "certificate")
    page.locator("main form.form button").first.click()
    page.wait_for_url("**/space/documents/")
    report = Report.objects.get()
    assert (report.requested_by.email, report.state) == ("colleague@example.org", "done")
    response = page.request.get(f"/fr/space/documents/{report.pk}/file")
    assert response.headers["content-type"] == "application/pdf"
    assert response.body().startswith(b"%PDF-")


def test_an_executive_sees_one_region(visit):
    house = furnish()
    executive = factories.create_executive(factories.create_region("R8"), language="fr")
    elsewhere = factories.create_organisation(
        slug="elsewhere",
        country=factories.create_country("FR", region=factories.create_region("R2")),
    )
    page = visit("/fr/account/login/")
    log_in(page, executive)
    page.goto("/fr/secretariat/organisations/")
    names = page.locator("main table").inner_text()
    assert house["organisation"].name_fr in names
    assert elsewhere.name_fr not in names
    response = page.request.get("/fr/secretariat/organisations/elsewhere/")
    assert response.status == 404
    assert Organisation.objects.count() == 2
