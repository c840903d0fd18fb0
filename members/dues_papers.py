"""Invoices and receipts as tagged PDFs for archives, laid out while their reader waits: one page.

What they say is read from the books each time, so that a copy fetched today says what has been
paid, cancelled or taken back since. The layout is kept for an hour under all that it says, and how.
"""

import datetime
import hashlib
import json

from django.conf import settings
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder

from members.dues_documents import invoice_data, receipt_data
from members.models import Invoice, Payment
from portal.lib import network, pdf

# What these papers are drawn by beside what all printed documents share.
OWN = ("templates/members/*_print.html", "members/dues_papers.py")


def invoice_pdf(invoice: Invoice, *, language: str) -> bytes:
    data = invoice_data(invoice, language=language)
    return printed("members/invoice_print.html", data, dated=invoice.issued_on)


def receipt_pdf(payment: Payment, *, language: str) -> bytes:
    data = receipt_data(payment, language=language)
    return printed("members/receipt_print.html", data, dated=payment.received_on)


def printed(template: str, data: dict, *, dated: datetime.date) -> bytes:
    identity = network.current()
    looks = pdf.look(*OWN)
    said = json.dumps([template, data, identity.told, looks], cls=DjangoJSONEncoder, sort_keys=True)
    key = f"dues-pdf:{hashlib.sha256(said.encode()).hexdigest()}"
    content = cache.get(key)
    if content is None:
        content = pdf.render(
            template, context(data), language=data["language"], dated=dated, archived=True
        )
        cache.set(key, content, timeout=3600)
    return content


def context(data: dict) -> dict:
    """What the templates are given."""
    return {
        "data": data,
        "symbol": data["number"],
        "site": settings.SITE_HOST,
        "network": network.current(),
    }
