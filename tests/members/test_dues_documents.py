"""Everything a PDF of an invoice or of a receipt needs, and nothing that must be looked up."""

from decimal import Decimal

import pytest

from members import dues, dues_documents
from tests.factories import create_invoice, create_network, create_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice():
    create_network()
    organisation = create_organisation(name="Lake council")
    return create_invoice(organisation, income_group="low")


def test_an_invoice_in_the_language_asked_for(invoice):
    dues.waive(invoice, amount=Decimal("30.00"), reason="Flood", by=None)
    payment = dues.record_payment(invoice, amount=Decimal("20.00"), currency="EUR")
    data = dues_documents.invoice_data(invoice, language="es")
    assert data["addressee"]["name"] == "Lake council (ejemplo)"
    assert data["country"] == "País KE"
    assert data["issuer"]["name"] == "Consejo ejemplo"
    assert (data["amount"], data["waived"], data["paid"], data["balance"]) == (
        Decimal("100.00"),
        Decimal("30.00"),
        Decimal("20.00"),
        Decimal("50.00"),
    )
    assert [row["receipt_number"] for row in data["payments"]] == [payment.receipt_number]
    assert data["state"] == "partly_paid"
    # Why somebody was let off is between them and the secretariat.
    assert "Flood" not in str(data)


def test_a_receipt_says_when_it_is_void(invoice):
    payment = dues.record_payment(
        invoice, amount=Decimal("20.00"), currency="EUR", reference="Bank 7"
    )
    data = dues_documents.receipt_data(payment, language="fr")
    assert (data["invoice_number"], data["amount"], data["balance"], data["reference"]) == (
        invoice.number,
        Decimal("20.00"),
        Decimal("80.00"),
        "Bank 7",
    )
    assert data["cancelled_on"] is None
    dues.take_back(payment, reason="Bounced", by=None)
    void = dues_documents.receipt_data(payment, language="fr")
    assert (void["cancelled_on"] is not None, void["cancel_reason"]) == (True, "Bounced")
