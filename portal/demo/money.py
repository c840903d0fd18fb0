"""Example dues of this year: invoiced, and mostly paid; some in part, some waived, some overdue."""

import datetime
from decimal import Decimal

from django.utils import timezone

from members import dues
from members.models import Invoice, Membership, User
from members.models.dues import PaymentMethod
from portal.demo.people import OWN_ORGANISATION
from portal.demo.texts import chance, read

# Who answers slowest gives the page something to show.
FATES = ("paid",) * 20 + ("part",) * 4 + ("waived", "waived in part") + ("open",) * 4


def create_dues(by: User) -> int:
    """Invoice this year's periods of the examples that have none, and say how many."""
    today = timezone.localdate()
    slugs = [row["slug"] for row in read("organisations")["organisations"]]
    prices = dues.PriceList.current()
    periods = dues.to_invoice(today.year).filter(organisation__slug__in=slugs)
    rows = sorted(
        (issue_day(period, today), period.pk, period)
        for period in periods
        if prices.price(period.category_id, period.country, period.starts_on)
    )
    for day, _pk, period in rows:
        invoice = dues.issue(period, by=by, prices=prices, today=day, letter=False)
        settle(invoice, by, today)
    return len(rows)


def fate_of(slug: str) -> str:
    """The same each time; the organisation one can log in for has paid a part."""
    return "part" if slug == OWN_ORGANISATION else chance("dues", slug).choice(FATES)


def issue_day(period: Membership, today: datetime.date) -> datetime.date:
    """Soon after the period began; half of those who still owe something had it a month ago."""
    pick = chance("invoice", period.organisation.slug)
    late = fate_of(period.organisation.slug) in ("part", "open") and pick.random() < 0.5
    if late or period.organisation.slug == OWN_ORGANISATION:
        return max(today - datetime.timedelta(days=30), period.starts_on)
    return min(period.starts_on + datetime.timedelta(days=9), today)


def settle(invoice: Invoice, by: User, today: datetime.date):
    """Record what became of an invoice."""
    pick = chance("payment", invoice.organisation.slug)
    fate = fate_of(invoice.organisation.slug)
    half = (invoice.amount / 2).quantize(Decimal("1.00"))
    day = min(invoice.issued_on + datetime.timedelta(days=pick.randint(3, 70)), today)
    if fate in ("paid", "part"):
        dues.record_payment(
            invoice,
            amount=invoice.amount if fate == "paid" else half,
            currency=invoice.currency,
            received_on=day,
            method=pick.choice((PaymentMethod.TRANSFER, PaymentMethod.TRANSFER, "cheque")),
            reference=f"EX-{invoice.number[-4:]}",
            by=by,
            letter=False,
        )
    elif fate == "waived":
        dues.waive(invoice, reason="Exemple : inondations de l’année.", by=by)
    elif fate == "waived in part":
        dues.waive(invoice, amount=half, reason="Example: first year as a member.", by=by)
