"""Money recorded at the finance desk, and the renewal that an organisation confirms."""

import datetime

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Invoice, Organisation, Payment, User, Waiver
from members.models.dues import InvoiceState, PaymentMethod
from portal.lib.forms import DateInput
from regions.models import Region

UNPAID = "unpaid"


class DuesFilter(forms.Form):
    """The filters of the list of invoices; whatever is wrong in the address is ignored."""

    q = forms.CharField(label=_("Number or organisation"), required=False, max_length=100)
    year = forms.TypedChoiceField(label=_("Year of issue"), required=False, coerce=int)
    state = forms.ChoiceField(label=_("State"), required=False)
    region = forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("All"),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        years = Invoice.objects.visible_to(user).order_by().dates("issued_on", "year", "DESC")
        self.fields["year"].choices = [("", _("All")), *((day.year, day.year) for day in years)]
        self.fields["state"].choices = [
            ("", _("All")),
            (UNPAID, _("to be paid")),
            *InvoiceState.choices,
        ]
        if not user.standing.keeps_accounts:
            self.fields["region"].queryset = Region.objects.filter(
                pk__in=[region.pk for region in user.standing.regions]
            )

    def apply(self, invoices) -> QuerySet:
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "q" in chosen:
            named = Organisation.objects.named(chosen["q"]).order_by().values("pk")
            numbered = invoices.filter(number__icontains=chosen["q"]).order_by().values("pk")
            invoices = invoices.filter(pk__in=numbered) | invoices.filter(organisation__in=named)
        if "year" in chosen:
            invoices = invoices.filter(issued_on__year=chosen["year"])
        if chosen.get("state") == UNPAID:
            invoices = invoices.unpaid()
        elif "state" in chosen:
            invoices = invoices.in_state(chosen["state"])
        if "region" in chosen:
            invoices = invoices.in_region(chosen["region"])
        return invoices


class PaymentForm(forms.ModelForm):
    """Money received. The amount is in the currency of the invoice, which stands beside it."""

    class Meta:
        model = Payment
        fields = ("amount", "received_on", "method", "reference")
        widgets = {"received_on": DateInput()}

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].help_text = _("In %(currency)s. A part of it is possible.") % {
            "currency": invoice.currency
        }
        self.fields["amount"].initial = invoice.balance
        # Online payments are told by the provider, never typed.
        self.fields["method"].choices = [
            choice for choice in PaymentMethod.choices if choice[0] != PaymentMethod.ONLINE
        ]

    def _post_clean(self):
        """The verb judges; the row it makes is not this form's."""


class WaiverForm(forms.ModelForm):
    class Meta:
        model = Waiver
        fields = ("amount", "reason")
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"reason": _("It stays on record, with your name and the day.")}

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].required = False
        self.fields["amount"].help_text = _("In %(currency)s. Empty: all that remains.") % {
            "currency": invoice.currency
        }

    def _post_clean(self):
        """The verb judges; the row it makes is not this form's."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays on record, with your name and the day."),
    )


class IssueForm(forms.Form):
    """For which year the periods that begin in it are to be invoiced."""

    year = forms.IntegerField(label=_("Periods that begin in"), min_value=2000, max_value=2100)

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {"year": default_year()})
        super().__init__(*args, **kwargs)


def default_year(today: datetime.date | None = None) -> int:
    """In the last quarter it is the coming year that is invoiced."""
    today = today or timezone.localdate()
    return today.year + (today.month >= 10)


class RenewalForm(forms.ModelForm):
    """What an organisation checks before it renews: prefilled, and mostly right as it is."""

    note = forms.CharField(
        label=_("Something has changed"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Name, people, country, figures: tell the secretariat what is no longer right. "
            "Leave it empty when everything is."
        ),
    )

    class Meta:
        model = Organisation
        fields = ("website", "email")
