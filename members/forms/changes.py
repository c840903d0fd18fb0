"""Asking for a change of name, category or country, and deciding on it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import change_requests
from members.models import Category, ChangeRequest, Organisation, User
from members.models.change_requests import ChangedField, ChangeState
from regions.models import Country, Region


class ChangeForm(forms.Form):
    """One field; which of the three values counts is said by the first."""

    field = forms.ChoiceField(label=gettext_lazy("What should change"), choices=ChangedField)
    name = forms.CharField(
        label=gettext_lazy("New name"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For a name."),
    )
    category = forms.ModelChoiceField(
        Category.objects.all(),
        label=gettext_lazy("New category"),
        required=False,
        to_field_name="code",
        help_text=gettext_lazy("For the category."),
    )
    country = forms.ModelChoiceField(
        Country.objects.none(),
        label=gettext_lazy("New country"),
        required=False,
        help_text=gettext_lazy("For the country."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example the decision of your assembly. No document is needed."),
    )

    def __init__(self, *args, organisation: Organisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.fields["country"].queryset = Country.objects.in_order()

    def ask(self, *, by: User) -> ChangeRequest | None:
        """Ask by the verb; None, the reason at its field, when it refuses."""
        values = self.cleaned_data
        try:
            return change_requests.ask(
                self.organisation,
                field=values["field"],
                after=self.wanted(),
                reason=values["reason"],
                by=by,
            )
        except ValidationError as error:
            self.take(error)
            return None

    def wanted(self) -> str:
        values = self.cleaned_data
        if values["field"] == ChangedField.CATEGORY:
            return values["category"].code if values["category"] else ""
        if values["field"] == ChangedField.COUNTRY:
            return values["country"].pk if values["country"] else ""
        return values["name"]

    def take(self, error: ValidationError):
        chosen = self.cleaned_data["field"]
        field = chosen if chosen in ("category", "country") else "name"
        for name, errors in getattr(error, "error_dict", {None: error}).items():
            self.add_error(
                {"after": field}.get(name, name if name in self.fields else None), errors
            )


class DecisionForm(forms.Form):
    """The secretariat's word; refusing needs a reason."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It is mailed to whoever asked. A refusal needs it."),
    )


class AdviceForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Advice of the region"), widget=forms.Textarea(attrs={"rows": 3})
    )


class ChangeFilter(forms.Form):
    """The filters of the desk's list; whatever is wrong in the address is ignored."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=gettext_lazy("Region"),
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("All"),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [
            ("", _("Waiting")),
            *ChangeState.choices[1:],
            ("all", _("All")),
        ]
        if not user.standing.is_secretariat:
            own = [region.pk for region in user.standing.regions]
            self.fields["region"].queryset = Region.objects.filter(pk__in=own)

    def apply(self, rows):
        self.is_valid()
        state = self.cleaned_data.get("state") or ChangeState.WAITING
        if state != "all":
            rows = rows.filter(state=state)
        if region := self.cleaned_data.get("region"):
            rows = rows.filter(organisation__in=Organisation.objects.in_region(region).values("pk"))
        return rows


def with_words(rows) -> list[ChangeRequest]:
    """The requests, each with ``said_before`` and ``said_after``: labels in place of codes."""
    found = list(rows)
    labels = {
        ChangedField.CATEGORY: {str(one.code): str(one) for one in Category.objects.all()},
        ChangedField.COUNTRY: {},
    }
    countries = {
        code
        for row in found
        if row.field == ChangedField.COUNTRY
        for code in (row.before, row.after)
    }
    if countries:
        in_words = Country.objects.filter(pk__in=countries)
        labels[ChangedField.COUNTRY] = {one.pk: str(one) for one in in_words}
    for row in found:
        words = labels.get(row.field, {})
        row.said_before = words.get(row.before, row.before)
        row.said_after = words.get(row.after, row.after)
    return found
