"""Invoices and receipts as PDFs: what they say, to whom they are given, and that they are whole."""

from decimal import Decimal
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from members import dues, dues_documents, dues_papers
from tests import pdf_structure
from tests.factories import (
    create_contact,
    create_invoice,
    create_network,
    create_organisation,
)

pytestmark = pytest.mark.django_db
HOSTILE = "<b>Conseil</b> & ‮لسلجم‬ المجلس 🌍 " + "Sehrlangername" * 11


@pytest.fixture
def invoice():
    create_network()
    return create_invoice(create_organisation(name="Lake council"))


def text_of(content: bytes) -> str:
    """What the only page says, as a viewer reads it out, also beside a font without its glyph."""
    with pypdfium2.PdfDocument(content) as pdf:
        assert len(pdf) == 1
        return " ".join(pdf[0].get_textpage().get_text_bounded().split())


@pytest.mark.slow
def test_an_invoice_says_what_was_paid_and_what_remains(invoice):
    payment = dues.record_payment(invoice, amount=Decimal("20.00"), currency="EUR")
    content = dues_papers.invoice_pdf(invoice, language="fr")
    said = text_of(content)
    assert "Lake council (exemple)" in said
    assert f"reçu {payment.receipt_number}" in said
    assert said.count("80,00") == 1
    assert "annulée" not in said
    with pikepdf.open(BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == "fr"
        assert pdf.Root.MarkInfo.Marked


@pytest.mark.slow
def test_a_kept_invoice_is_not_given_once_papers_look_otherwise(
    invoice, another_release, kept_papers
):
    dues_papers.invoice_pdf(invoice, language="fr")
    dues_papers.invoice_pdf(invoice, language="fr")
    before = kept_papers("dues-pdf")
    assert len(before) == 1
    another_release()
    dues_papers.invoice_pdf(invoice, language="fr")
    assert len(kept_papers("dues-pdf") - before) == 1


@pytest.mark.slow
def test_a_cancelled_invoice_says_so_and_asks_for_nothing(invoice):
    dues_papers.invoice_pdf(invoice, language="en")
    dues.cancel(invoice, reason="Issued twice", by=None)
    said = text_of(dues_papers.invoice_pdf(invoice, language="en"))
    assert "This invoice was cancelled on" in said
    assert "Issued twice" in said
    assert "Please pay" not in said
    assert "To be paid 100" not in said


@pytest.mark.slow
def test_a_receipt_of_a_payment_that_was_taken_back_says_that_it_is_void(invoice):
    payment = dues.record_payment(invoice, amount=Decimal("20.00"), currency="EUR")
    assert "void" not in text_of(dues_papers.receipt_pdf(payment, language="en"))
    dues.take_back(payment, reason="Bounced", by=None)
    said = text_of(dues_papers.receipt_pdf(payment, language="en"))
    assert "This receipt is void: the payment was taken back on" in said
    assert "Bounced" in said


@pytest.mark.slow
def test_a_hostile_name_is_laid_out_as_it_is_written(invoice):
    organisation = invoice.organisation
    organisation.name_en = HOSTILE
    organisation.save()
    payment = dues.record_payment(invoice, amount=Decimal("20.00"), currency="EUR")
    assert pdf_structure.outside(dues_papers.receipt_pdf(payment, language="en")) == []
    content = dues_papers.invoice_pdf(invoice, language="en")
    assert pdf_structure.outside(content) == []
    said = text_of(content).replace(" ", "")
    assert "<b>Conseil</b>&" in said
    assert "Sehrlangername" * 11 in said


@pytest.mark.slow
def test_a_member_is_led_from_its_dues_to_its_own_papers(invoice, client):
    payment = dues.record_payment(invoice, amount=Decimal("20.00"), currency="EUR")
    client.force_login(create_contact(invoice.organisation))
    with translation.override("en"):
        pages = {
            reverse("members:space_invoice", args=(invoice.pk,)): invoice.number,
            reverse("members:space_receipt", args=(payment.pk,)): payment.receipt_number,
        }
        dues_page = client.get(reverse("members:space_dues")).content.decode()
    for page, number in pages.items():
        assert f'href="{page}"' in dues_page
        answer = client.get(page)
        assert answer["Content-Type"] == "application/pdf"
        assert number in text_of(answer.content)
        assert "public" not in answer.get("Cache-Control", "")
    client.force_login(create_contact(create_organisation(name="Elsewhere")))
    assert [client.get(page).status_code for page in pages] == [404, 404]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_an_invoice_and_a_receipt_have_a_structure_without_fault(invoice, language):
    payment = dues.record_payment(invoice, amount=Decimal("20.00"), currency="EUR")
    papers = {
        "members/invoice_print.html": (
            dues_papers.invoice_pdf(invoice, language=language),
            dues_documents.invoice_data(invoice, language=language),
        ),
        "members/receipt_print.html": (
            dues_papers.receipt_pdf(payment, language=language),
            dues_documents.receipt_data(payment, language=language),
        ),
    }
    for template, (content, data) in papers.items():
        values = {"data": data, "language": language} | dues_papers.context(data)
        with translation.override(language):
            html = render_to_string(template, values)
        assert pdf_structure.faults(content, language=language, html=html) == []
        assert pdf_structure.outside(content) == []
