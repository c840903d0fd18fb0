"""From an application to the certificate, with the mails and the people on the way."""

import datetime
from io import BytesIO

import pytest
from django.core import mail
from django.utils import timezone
from pypdf import PdfReader

from members import notices
from members.models import Application, Invitation, Organisation
from publications.models import Report
from tests import factories
from tests.browser.axe import assert_accessible
from tests.browser.test_journeys import log_in
from tests.documents import a_pdf

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Fédération du lac (exemple)"


def link_in(message, part: str) -> str:
    return next(word for word in message.body.split() if part in word)


def letter_to(address: str, part: str):
    """The last mail to the address whose text holds an address with this part."""
    found = [m for m in mail.outbox if m.to == [address] and part in m.body]
    return found[-1]


def go_on(page):
    page.locator("main button[value=continue]").click()


def test_from_an_application_to_the_certificate(visit):
    factories.create_network()
    country = factories.create_country("KE")
    category = factories.create_category("C", benefits_fr="Une page dans le répertoire")
    question = category.questions.create(text_fr="Depuis quand ?", kind="short")
    executive = factories.create_executive(factories.create_region("R8"), language="fr")
    secretary = factories.create_secretary(language="fr")

    # Somebody applies, without an account.
    page = visit("/fr/apply/")
    page.locator("main a[href$='/apply/new/C/']").click()
    page.select_option("select[name=country]", country.code)
    page.fill("input[name=email]", "applicant@example.org")
    page.wait_for_timeout(4000)  # a form sent at once would be a program's
    page.locator("main form .button").first.click()
    page.wait_for_url("**/apply/draft/organisation/")
    page.fill("input[name=name]", NAME)
    page.fill("textarea[name=description]", "Elle réunit les associations du lac.")
    go_on(page)
    for position, name in enumerate(("head", "contact")):
        page.fill(f"input[name=person{position}-full_name]", f"{name.title()} Exemple")
        page.fill(f"input[name=person{position}-email]", f"{name}@example.org")
    go_on(page)
    page.fill(f"input[name=question{question.pk}]", "1987")
    document = {
        "name": "statuts.pdf",
        "mimeType": "application/pdf",
        "buffer": a_pdf(title="Statuts"),
    }
    page.set_input_files("input[name=file]", document)
    go_on(page)
    page.check("input[name=agrees]")
    page.locator("main button[value=send]").click()
    application = Application.objects.get()
    assert (application.state, application.documents.count()) == ("submitted", 1)

    # The executive follows the link of the mail, and advises after the log-in.
    adviser = visit("/fr/account/login/")
    log_in(adviser, executive)
    adviser.goto(link_in(letter_to(executive.email, "/advice/"), "/advice/"))
    assert adviser.url.endswith(f"/secretariat/applications/{application.pk}/advice/")
    adviser.check("input[name=opinion][value=favourable]")
    adviser.fill("textarea[name=text]", "Nous les connaissons depuis dix ans.")
    adviser.locator("main form[method=post] .button").click()
    assert "Nous les connaissons" in adviser.locator("main").inner_text()
    assert_accessible(adviser)

    # The secretariat accepts.
    desk = visit("/fr/account/login/")
    log_in(desk, secretary)
    desk.goto(f"/fr/secretariat/applications/{application.pk}/")
    desk.locator("main a[href$='/accept/']").click()
    desk.locator("main form[method=post] .button").click()
    desk.wait_for_url(f"**/secretariat/applications/{application.pk}/")
    organisation = Organisation.objects.get()
    assert (organisation.status, organisation.name_fr) == ("active", NAME)
    assert desk.locator("main form[action$='/take-back/']").count() == 1
    assert_accessible(desk)

    # Ten minutes later the mails leave; the contact accepts the invitation.
    assert not [m for m in mail.outbox if m.to == ["contact@example.org"]]
    assert notices.send_due(timezone.now() + datetime.timedelta(minutes=11)) == 3
    contact = visit(link_in(letter_to("contact@example.org", "/invitations/"), "/invitations/"))
    contact.locator("main a.button, main form button").first.click()
    contact.fill("input[name=full_name]", "Contact Exemple")
    contact.fill("input[name=password1]", "a long enough password")
    contact.press("input[name=password1]", "Enter")
    contact.wait_for_url("**/space/**")
    assert Invitation.objects.get(kind="contact").accepted_at is not None

    # And fetches the certificate that was made meanwhile.
    contact.goto("/fr/space/documents/")
    report = Report.objects.get(kind="certificate")
    file = contact.locator(f"main a[href*='/space/documents/{report.pk}/file']").first
    response = contact.request.get(file.get_attribute("href"))
    pages = [page.extract_text() for page in PdfReader(BytesIO(response.body())).pages]
    # The last words of a name are not parted.
    text = " ".join("".join(pages).split())
    assert NAME in text
    assert organisation.memberships.get().number in text
