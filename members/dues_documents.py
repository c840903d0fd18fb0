"""What an invoice and a receipt say, whoever prints them: the page, the PDF or a mail.

Nothing here renders. Amounts stay decimals, days stay days; the language is only that of labels.
"""

from django.utils import translation

from members.models import Invoice, Payment
from portal.lib import network


def invoice_data(invoice: Invoice, *, language: str) -> dict:
    """Everything a document of the invoice shows, in one language."""
    with translation.override(language):
        return {
            "language": language,
            "number": invoice.number,
            "issued_on": invoice.issued_on,
            "due_on": invoice.due_on,
            "issuer": issuer(language),
            "addressee": addressee(invoice, language),
            "period": (invoice.membership.starts_on, invoice.membership.ends_on),
            "certificate_number": invoice.membership.number,
            "category": str(invoice.category),
            "country": str(invoice.country) if invoice.country else "",
            "income_group": invoice.get_income_group_display() if invoice.income_group else "",
            "currency": invoice.currency,
            "amount": invoice.amount,
            "waived": invoice.waived,
            "paid": invoice.paid,
            "balance": invoice.balance,
            "state": invoice.state.value,
            "state_label": str(invoice.state.label),
            "waivers": [
                {"amount": waiver.amount, "day": waiver.recorded_at.date()}
                for waiver in invoice.waivers.filter(cancelled_at__isnull=True)
            ],
            "payments": [
                {
                    "amount": payment.amount,
                    "day": payment.received_on,
                    "receipt_number": payment.receipt_number,
                }
                for payment in invoice.payments.filter(cancelled_at__isnull=True)
            ],
            "cancelled_on": invoice.cancelled_at.date() if invoice.cancelled_at else None,
            "cancel_reason": invoice.cancel_reason,
        }


def receipt_data(payment: Payment, *, language: str) -> dict:
    """Everything a document of the receipt shows, in one language.

    A payment that was taken back has ``cancelled_on``: its receipt must say that it is void.
    """
    invoice = payment.invoice
    with translation.override(language):
        return {
            "language": language,
            "number": payment.receipt_number,
            "received_on": payment.received_on,
            "issuer": issuer(language),
            "addressee": addressee(invoice, language),
            "invoice_number": invoice.number,
            "period": (invoice.membership.starts_on, invoice.membership.ends_on),
            "currency": invoice.currency,
            "amount": payment.amount,
            "method": payment.get_method_display(),
            "reference": payment.reference,
            "balance": invoice.balance,
            "cancelled_on": payment.cancelled_at.date() if payment.cancelled_at else None,
            "cancel_reason": payment.cancel_reason,
        }


def issuer(language: str) -> dict:
    identity = network.current()
    return {
        "name": identity.name(language),
        "address": identity.postal_address,
        "email": identity.reply_to or identity.sender,
    }


def addressee(invoice: Invoice, language: str) -> dict:
    """The organisation as it is called in the language, or in the one its name exists in."""
    name = invoice.organisation.text("name", language)
    return {
        "name": name.value,
        "name_language": name.language,
        "country": str(invoice.country) if invoice.country else "",
        "email": invoice.organisation.email,
    }
