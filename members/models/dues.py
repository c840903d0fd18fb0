"""Dues: what a category costs, what was invoiced, paid and waived. Amounts are decimals.

No figure is added up by the database, which may count in binary fractions: ``paid`` and ``balance``
are settled by ``members.dues`` in decimals, and each constraint compares stored amounts alone.
"""

import datetime
from decimal import Decimal

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.categories import Category
from members.models.memberships import Membership
from members.models.organisations import Organisation
from members.models.people import User
from regions.models import Country, IncomeGroup, Region

NOTHING = Decimal("0.00")


def amount_field(label, **options) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)


def currency_field() -> models.CharField:
    return models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as EUR."))],
        help_text=_("Three capital letters, such as EUR."),
    )


class DuesBandQuerySet(models.QuerySet):
    def in_force(self, year: int) -> dict[tuple[int, str], "DuesBand"]:
        """The band of each (category, income group) for periods that begin in the year."""
        rows = self.filter(from_year__lte=year).order_by("from_year")
        return {(band.category_id, band.group): band for band in rows}


class DuesBand(models.Model):
    """What a category costs a year in one income group, from a year on.

    A band without a group holds for every country that has none of its own, and for
    organisations without a country. An amount of zero means that nothing is asked.
    """

    category = models.ForeignKey(
        Category, models.CASCADE, related_name="dues_bands", verbose_name=_("category")
    )
    group = models.CharField(
        _("income group"),
        max_length=14,
        choices=IncomeGroup,
        blank=True,
        help_text=_("Empty: for every country, and for organisations without a country."),
    )
    from_year = models.PositiveSmallIntegerField(
        _("from year"), help_text=_("For periods that begin in this year or later.")
    )
    amount = amount_field(_("amount"), help_text=_("Zero: nothing is asked."))
    currency = currency_field()

    objects = DuesBandQuerySet.as_manager()

    class Meta:
        ordering = ("category", "-from_year", "amount")
        verbose_name = _("band of dues")
        verbose_name_plural = _("bands of dues")
        constraints = (
            models.UniqueConstraint(
                fields=("category", "group", "from_year"), name="dues_band_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="dues_band_is_not_negative",
                violation_error_message=_("An amount cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="dues_band_has_a_currency"
            ),
        )

    def __str__(self):
        return f"{self.category.code} {self.group} {self.from_year}: {self.amount} {self.currency}"


class InvoiceState(models.TextChoices):
    OPEN = "open", pgettext_lazy("invoice", "open")
    PARTLY_PAID = "partly_paid", pgettext_lazy("invoice", "partly paid")
    OVERDUE = "overdue", pgettext_lazy("invoice", "overdue")
    PAID = "paid", pgettext_lazy("invoice", "paid")
    WAIVED = "waived", pgettext_lazy("invoice", "waived")
    CANCELLED = "cancelled", pgettext_lazy("invoice", "cancelled")


class InvoiceQuerySet(models.QuerySet):
    def standing(self):
        """All but the cancelled."""
        return self.filter(cancelled_at__isnull=True)

    def unpaid(self):
        return self.standing().filter(balance__gt=0)

    def overdue(self, day: datetime.date | None = None):
        return self.unpaid().filter(due_on__lt=day or timezone.localdate())

    def in_state(self, state: str, day: datetime.date | None = None):
        """The same rule as ``Invoice.state_on``, for many."""
        day = day or timezone.localdate()
        standing = self.standing()
        return {
            InvoiceState.CANCELLED: self.filter(cancelled_at__isnull=False),
            InvoiceState.PAID: standing.filter(balance=0, paid__gt=0),
            InvoiceState.WAIVED: standing.filter(balance=0, paid=0),
            InvoiceState.OVERDUE: self.overdue(day),
            InvoiceState.PARTLY_PAID: self.unpaid().filter(
                due_on__gte=day, balance__lt=F("amount")
            ),
            InvoiceState.OPEN: self.unpaid().filter(due_on__gte=day, balance=F("amount")),
        }[InvoiceState(state)]

    def in_region(self, region: Region):
        return self.filter(
            Q(organisation__country__region=region)
            | Q(organisation__country__isnull=True, organisation__regions=region)
        ).distinct()

    def visible_to(self, user: User):
        """All to the secretariat and its finance desk, one region's to its executive."""
        if user.standing.keeps_accounts:
            return self
        own = Organisation.objects.run_by(user).order_by()
        return self.filter(organisation__in=own.values("pk"))


class Invoice(models.Model):
    """The dues of one period of membership. Never deleted nor changed: cancelled, and made anew."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="invoices", verbose_name=_("organisation")
    )
    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="invoices", verbose_name=_("membership period")
    )
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    country = models.ForeignKey(
        Country, models.PROTECT, null=True, blank=True, verbose_name=_("country")
    )
    income_group = models.CharField(
        _("income group"), max_length=14, choices=IncomeGroup, blank=True
    )
    amount = amount_field(_("amount"))
    currency = currency_field()
    paid = amount_field(_("paid"), default=NOTHING, editable=False)
    balance = amount_field(_("remaining"), editable=False)
    issued_on = models.DateField(_("issued on"), default=timezone.localdate)
    due_on = models.DateField(_("due on"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("issued by"),
    )
    marked_overdue_on = models.DateField(
        _("reminded as overdue on"), null=True, blank=True, editable=False
    )
    cancelled_at = models.DateTimeField(_("cancelled on"), null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    cancel_reason = models.TextField(_("reason"), blank=True, editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ("-issued_on", "-pk")
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(balance__gte=0, balance__lte=F("amount")),
                name="invoice_balance_is_within_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("amount")),
                name="invoice_is_not_overpaid",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="invoice_has_a_currency"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")), name="invoice_is_due_once_issued"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancel_reason=""),
                name="invoice_is_cancelled_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=("membership",),
                condition=Q(cancelled_at__isnull=True),
                name="invoice_once_a_period",
            ),
        )
        indexes = (models.Index(fields=("due_on", "balance"), name="invoice_by_due_day"),)

    def __str__(self):
        return self.number

    @property
    def waived(self) -> Decimal:
        return self.amount - self.paid - self.balance

    @property
    def is_standing(self) -> bool:
        return self.cancelled_at is None

    @property
    def is_unpaid(self) -> bool:
        return self.is_standing and self.balance > 0

    @property
    def state(self) -> InvoiceState:
        return self.state_on(timezone.localdate())

    def state_on(self, day: datetime.date) -> InvoiceState:
        if self.cancelled_at is not None:
            return InvoiceState.CANCELLED
        if self.balance == 0:
            return InvoiceState.PAID if self.paid else InvoiceState.WAIVED
        if self.due_on < day:
            return InvoiceState.OVERDUE
        return InvoiceState.PARTLY_PAID if self.balance < self.amount else InvoiceState.OPEN


class Entry(models.Model):
    """What lowers the balance of an invoice. Never deleted: taken back with a reason."""

    amount = amount_field(_("amount"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded on"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled on"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    cancel_reason = models.TextField(_("reason"), blank=True)

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="%(class)s_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancel_reason=""),
                name="%(class)s_is_cancelled_with_a_reason",
            ),
        )

    @property
    def is_standing(self) -> bool:
        return self.cancelled_at is None


class PaymentMethod(models.TextChoices):
    TRANSFER = "transfer", _("bank transfer")
    CHEQUE = "cheque", _("cheque")
    CASH = "cash", _("cash")
    ONLINE = "online", _("online")
    OTHER = "other", _("other")


class Payment(Entry):
    """Money received for an invoice, in its currency; each has a receipt."""

    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="payments", verbose_name=_("invoice")
    )
    receipt_number = models.CharField(_("receipt"), max_length=20, unique=True, editable=False)
    received_on = models.DateField(_("received on"), default=timezone.localdate)
    method = models.CharField(
        _("method"), max_length=10, choices=PaymentMethod, default=PaymentMethod.TRANSFER
    )
    reference = models.CharField(
        _("reference"),
        max_length=100,
        blank=True,
        help_text=_("As it stands in the bank statement."),
    )

    class Meta(Entry.Meta):
        ordering = ("received_on", "pk")
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = (
            *Entry.Meta.constraints,
            # A payment provider may tell the same payment twice.
            models.UniqueConstraint(
                fields=("reference",),
                condition=Q(method=PaymentMethod.ONLINE),
                name="payment_online_once",
            ),
        )

    def __str__(self):
        return self.receipt_number


class Waiver(Entry):
    """Dues that are not asked for, all or a part, with the reason and its author."""

    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="waivers", verbose_name=_("invoice")
    )
    reason = models.TextField(_("reason"))

    class Meta(Entry.Meta):
        ordering = ("recorded_at", "pk")
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        )

    def __str__(self):
        return f"{self.invoice_id}: {self.amount}"


class Renewal(models.Model):
    """Who renewed which period into which one, and what they told. A period is renewed once."""

    previous = models.OneToOneField(
        Membership,
        models.CASCADE,
        related_name="renewal",
        verbose_name=_("period that was renewed"),
    )
    membership = models.OneToOneField(
        Membership, models.CASCADE, related_name="renewed_by", verbose_name=_("new period")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("confirmed by")
    )
    renewed_at = models.DateTimeField(_("renewed on"), default=timezone.now)
    by_link = models.BooleanField(_("by the link of a reminder"), default=False)
    note = models.TextField(_("note to the secretariat"), blank=True)

    class Meta:
        ordering = ("-renewed_at", "-pk")
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")

    def __str__(self):
        return str(self.membership)
