"""What a period of membership costs, its invoice, and the money received or waived.

No payment is taken online. A payment provider, the day there is one, calls ``record_payment`` with
``method=PaymentMethod.ONLINE`` and its own transaction number as ``reference``: the same
transaction told twice is recorded once. Nothing else needs to know of it.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from members import dues_letters
from members.models import (
    Acceptance,
    Category,
    DuesBand,
    Invoice,
    Membership,
    Payment,
    User,
    Waiver,
)
from members.models.dues import PaymentMethod
from members.numbering import INVOICES, RECEIPTS, next_document_number
from regions.models import Country, CountryIncome, IncomeGroup, income_on

# An invoice is to be paid within so many days.
PAYMENT_DAYS = 60
# So many invoices are issued by one act: it is done while somebody waits for the answer.
AT_ONCE = 300
CENT = Decimal("0.01")


class Price(NamedTuple):
    """What is asked for a year, and the income group that decided it (empty without a country)."""

    amount: Decimal
    currency: str
    group: str


@dataclass(frozen=True)
class PriceList:
    """Bands and incomes, read once for as many prices as one likes."""

    bands: list[DuesBand]
    incomes: dict[str, list[tuple[int, str]]]

    @classmethod
    def current(cls) -> "PriceList":
        bands = DuesBand.objects.order_by("-from_year")
        return cls(list(bands), CountryIncome.objects.by_country())

    def group_of(self, country: Country | None, day: datetime.date) -> str:
        if country is None:
            return ""
        codes = (country.code, country.sovereign_id or "")
        return income_on(day, *(self.incomes.get(code, []) for code in codes))

    def price(self, category_id: int, country: Country | None, day: datetime.date) -> Price | None:
        """What a period that begins on the day costs, or None where no band says it.

        The band of the country's income group comes first, then the one for every country.
        """
        group = self.group_of(country, day)
        for wanted in dict.fromkeys((group, "")):
            for band in self.bands:  # the latest first
                if (band.category_id, band.group) == (category_id, wanted) and (
                    band.from_year <= day.year
                ):
                    return Price(band.amount, band.currency, group)
        return None


def costs_of(category: Category, day: datetime.date) -> list[tuple[str, Price]]:
    """What a category costs, by income group: its label (empty: everywhere) and the price."""
    latest: dict[str, DuesBand] = {}
    for band in category.dues_bands.filter(from_year__lte=day.year).order_by("from_year"):
        latest[band.group] = band
    labels = {"": "", **dict(IncomeGroup.choices)}
    return [
        (str(label), Price(latest[group].amount, latest[group].currency, group))
        for group, label in labels.items()
        if group in latest
    ]


def price_of(category: Category, country: Country | None, day: datetime.date) -> Price | None:
    """What a period that begins on the day costs an organisation of the category."""
    return PriceList.current().price(category.pk, country, day)


def money(amount: Decimal, currency: str) -> str:
    """The amount as the current language writes it, with its currency."""
    figure = number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{figure}\u00a0{currency}"


def issue(
    membership: Membership,
    *,
    by: User | None,
    prices: PriceList | None = None,
    today: datetime.date | None = None,
    letter: bool = True,
) -> Invoice:
    """Invoice a period of membership, and mail it to who answers for the dues unless told not to.

    Raises ValidationError when the period has its invoice, when no band says what it costs, or
    when nothing is asked for it.
    """
    organisation = membership.organisation
    if membership.invoices.standing().exists():
        raise already_issued()
    prices = prices or PriceList.current()
    country = membership.country or organisation.country
    price = prices.price(membership.category_id, country, membership.starts_on)
    if price is None:
        raise ValidationError(
            _("No band of dues says what category %(category)s costs here in %(year)s."),
            code="no_band",
            params={
                "category": membership.category.code,
                "year": str(membership.starts_on.year),
            },
        )
    if price.amount == 0:
        raise ValidationError(_("Nothing is asked for this period."), code="nothing_due")
    today = today or timezone.localdate()
    try:
        with transaction.atomic():
            invoice = Invoice.objects.create(
                number=next_document_number(INVOICES, today.year),
                organisation=organisation,
                membership=membership,
                category=membership.category,
                country=country,
                income_group=price.group,
                amount=price.amount,
                currency=price.currency,
                balance=price.amount,
                issued_on=today,
                due_on=today + datetime.timedelta(days=PAYMENT_DAYS),
                issued_by=by,
            )
            if letter:
                dues_letters.write_invoice(invoice)
    except IntegrityError as error:
        # Somebody else has just done it; the number was given back with the transaction.
        if not membership.invoices.standing().exists():
            raise
        raise already_issued() from error
    return invoice


def already_issued() -> ValidationError:
    return ValidationError(_("This period has its invoice already."), code="already_issued")


class Answer(NamedTuple):
    """What became of one period: its invoice, or why there is none."""

    membership: Membership
    invoice: Invoice | None
    refusal: str = ""


def to_invoice(year: int) -> QuerySet:
    """The periods that begin in a year, of members in good standing, without an invoice."""
    return (
        Membership.objects.filter(
            starts_on__year=year, organisation__status__in=("active", "grace")
        )
        .exclude(invoices__in=Invoice.objects.standing())
        .select_related("organisation__country", "category")
        .order_by("starts_on", "pk")
    )


def issue_year(year: int, *, by: User | None) -> list[Answer]:
    """Invoice the periods of a year that have none, some hundreds, and say what became of each."""
    prices = PriceList.current()
    answers = []
    for membership in to_invoice(year)[:AT_ONCE]:
        try:
            answers.append(Answer(membership, issue(membership, by=by, prices=prices)))
        except ValidationError as error:
            answers.append(Answer(membership, None, " ".join(error.messages)))
    return answers


def invoice_accepted(today: datetime.date | None = None) -> int:
    """Invoice the first period of who was accepted, once the acceptance can no longer be undone.

    One that costs nothing, or that no band prices, is left to the finance desk; so is one whose
    invoice was cancelled. Returns the number of invoices.
    """
    final = Acceptance.objects.standing().filter(final_at__lte=timezone.now())
    waiting = Membership.objects.filter(
        pk__in=final.values("membership"), invoices__isnull=True
    ).select_related("organisation__country", "category")
    prices, issued = PriceList.current(), 0
    for membership in waiting.order_by("pk"):
        try:
            issue(membership, by=None, prices=prices, today=today)
        except ValidationError:
            continue
        issued += 1
    return issued


def locked(invoice: Invoice) -> Invoice:
    return Invoice.objects.select_for_update(of=("self",)).get(pk=invoice.pk)


def settle(invoice: Invoice):
    """Bring what was paid and what remains up to date, in decimals. Call it on a locked row."""
    paid = sum((row.amount for row in standing(invoice.payments)), Decimal("0.00"))
    waived = sum((row.amount for row in standing(invoice.waivers)), Decimal("0.00"))
    invoice.paid = paid
    invoice.balance = invoice.amount - paid - waived
    invoice.save(update_fields=["paid", "balance"])


def standing(entries) -> Iterable[Payment | Waiver]:
    return entries.filter(cancelled_at__isnull=True)


def record_payment(
    invoice: Invoice,
    *,
    amount: Decimal,
    currency: str,
    received_on: datetime.date | None = None,
    method: str = PaymentMethod.TRANSFER,
    reference: str = "",
    by: User | None = None,
    letter: bool = True,
) -> Payment:
    """Record money received for an invoice, whole or in part, and give it its receipt.

    The receipt is mailed to who answers for the dues unless told not to.

    Raises ValidationError for another currency, for more than what remains (credit is not
    kept: what is too much goes to another invoice or back), for a day to come, and for a
    cancelled invoice. An online payment told twice is recorded once.
    """
    received_on = received_on or timezone.localdate()
    with transaction.atomic():
        held = locked(invoice)
        if method == PaymentMethod.ONLINE:
            if not reference:
                raise of("reference", "no_reference", _("An online payment needs its reference."))
            told = Payment.objects.filter(method=method, reference=reference).first()
            if told is not None and (told.invoice_id, told.amount) == (held.pk, amount):
                return told
            if told is not None:
                said = _("This reference belongs to another payment.")
                raise of("reference", "reference_taken", said)
        check_entry(held, amount)
        if currency != held.currency:
            said = _("The invoice is in %(currency)s. Record what arrived in it.")
            raise of("amount", "other_currency", said % {"currency": held.currency})
        if received_on > timezone.localdate():
            raise of("received_on", "in_the_future", _("This day has not come yet."))
        payment = Payment.objects.create(
            invoice=held,
            amount=amount,
            received_on=received_on,
            method=method,
            reference=reference,
            receipt_number=next_document_number(RECEIPTS, timezone.localdate().year),
            recorded_by=by,
        )
        settle(held)
        if letter:
            dues_letters.write_receipt(payment)
    take_over(invoice, held)
    return payment


def of(field: str, code: str, message: str) -> ValidationError:
    """A refusal that belongs to one field of a form."""
    return ValidationError({field: ValidationError(message, code=code)})


def check_entry(invoice: Invoice, amount: Decimal):
    """Whether an amount can lower the balance of an invoice. Raises ValidationError."""
    if not isinstance(amount, Decimal):
        raise TypeError("amounts are decimals")
    if not invoice.is_standing:
        raise ValidationError(_("This invoice is cancelled."), code="cancelled")
    if amount <= 0 or amount != amount.quantize(CENT):
        said = _("Give an amount above zero, with two decimals at most.")
        raise of("amount", "not_positive", said)
    if amount > invoice.balance:
        said = _(
            "Only %(balance)s remain of this invoice. Record what is too much on another "
            "invoice of the organisation, or send it back."
        )
        rest = money(invoice.balance, invoice.currency)
        raise of("amount", "too_much", said % {"balance": rest})


def waive(
    invoice: Invoice, *, reason: str, by: User | None, amount: Decimal | None = None
) -> Waiver:
    """Ask for less, or for nothing of what remains. The reason and its author are kept.

    Raises ValidationError without a reason, for more than what remains, and for a cancelled
    or settled invoice.
    """
    if not reason.strip():
        raise of("reason", "no_reason", _("A waiver needs its reason."))
    with transaction.atomic():
        held = locked(invoice)
        if held.is_standing and held.balance == 0:
            raise ValidationError(_("Nothing remains of this invoice."), code="settled")
        amount = held.balance if amount is None else amount
        check_entry(held, amount)
        waiver = Waiver.objects.create(invoice=held, amount=amount, reason=reason, recorded_by=by)
        settle(held)
    take_over(invoice, held)
    return waiver


def take_back(entry: Payment | Waiver, *, reason: str, by: User | None):
    """Undo a payment (bounced, recorded twice) or a waiver: it stays on record with the reason.

    Raises ValidationError without a reason, or when it was taken back before.
    """
    if not reason.strip():
        raise of("reason", "no_reason", _("Say why."))
    with transaction.atomic():
        invoice = locked(entry.invoice)
        held = type(entry).objects.get(pk=entry.pk)
        if not held.is_standing:
            raise ValidationError(_("This was taken back already."), code="cancelled")
        cancelled(held, reason, by)
        settle(invoice)
    take_over(entry, held)
    take_over(entry.invoice, invoice)


def cancel(invoice: Invoice, *, reason: str, by: User | None):
    """Cancel an invoice, whose number stays taken; the period can then be invoiced anew.

    Raises ValidationError without a reason, when it is cancelled, or when money has been
    received for it, which must be taken back first.
    """
    if not reason.strip():
        raise of("reason", "no_reason", _("Say why."))
    with transaction.atomic():
        held = locked(invoice)
        if not held.is_standing:
            raise ValidationError(_("This invoice is cancelled."), code="cancelled")
        if standing(held.payments).exists():
            raise ValidationError(
                _("Money was received for this invoice. Take back its payments first."),
                code="has_payments",
            )
        cancelled(held, reason, by)
    take_over(invoice, held)


def cancelled(row: Invoice | Payment | Waiver, reason: str, by: User | None):
    row.cancelled_at, row.cancelled_by, row.cancel_reason = timezone.now(), by, reason
    row.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])


def take_over(record: Model, stored: Model):
    """Let the record in the caller's hand show what is stored."""
    for field in stored._meta.concrete_fields:
        setattr(record, field.attname, getattr(stored, field.attname))


class Total(NamedTuple):
    """What was invoiced, received, waived and remains in one currency."""

    currency: str
    invoiced: Decimal
    paid: Decimal
    waived: Decimal
    remaining: Decimal


def totals(invoices) -> list[Total]:
    """The totals of standing invoices, one for each currency: currencies are never added up."""
    rows = invoices.standing().order_by().values_list("currency", "amount", "paid", "balance")
    return added_up(rows.iterator())


def added_up(rows: Iterable[tuple[str, Decimal, Decimal, Decimal]]) -> list[Total]:
    """The totals of rows of currency, amount, what was paid and what remains."""
    sums: dict[str, list[Decimal]] = {}
    for currency, amount, paid, balance in rows:
        held = sums.setdefault(currency, [Decimal("0.00")] * 4)
        for index, figure in enumerate((amount, paid, amount - paid - balance, balance)):
            held[index] += figure
    return [Total(currency, *figures) for currency, figures in sorted(sums.items())]


def mark_overdue(today: datetime.date | None = None) -> int:
    """Remind once of each invoice whose day has passed, and note the day. Returns how many.

    One that falls due again, since a payment was taken back, is not marked twice.
    """
    today = today or timezone.localdate()
    marked = 0
    overdue = Invoice.objects.overdue(today).filter(marked_overdue_on__isnull=True)
    for invoice in overdue.select_related("organisation"):
        dues_letters.write_overdue(invoice)
        invoice.marked_overdue_on = today
        invoice.save(update_fields=["marked_overdue_on"])
        marked += 1
    return marked
