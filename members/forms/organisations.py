"""Forms on organisations, for their own people and for the desk."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members import joining, transitions
from members.forms.facets import FacetedForm
from members.models import Category, Derogation, Membership, Organisation, User
from members.models.organisations import Status
from portal.lib.forms import DateInput
from portal.lib.translations import LANGUAGES
from regions.models import Country, Region

DUE_DAYS = 60
TEXTS = [f"{name}_{code}" for code in LANGUAGES for name in ("name", "description")]


class OwnOrganisationForm(FacetedForm):
    """What an organisation says of itself. Its name is the secretariat's to change.

    A name that a language still lacks may be given, since no translation exists without it.
    """

    class Meta:
        model = Organisation
        fields = (*TEXTS, "website", "email")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"name_{code}"].disabled = bool(self.instance.own_text("name", code))
        self.say_who_sees()

    def say_who_sees(self):
        """Beside each field, who will read what is written into it."""
        audience = _("Seen by everybody.")
        if self.instance.discreet:
            audience = _("Seen by your own people, your regional executive and the secretariat.")
        for name, field in self.fields.items():
            if name not in ("version", "minor_edit"):
                field.help_text = f"{field.help_text} {audience}".strip()


# What is not changed without a reason: it stays beside the change in the history.
SENSITIVE = {"category", "country", "discreet", *(f"name_{code}" for code in LANGUAGES)}


class OrganisationForm(FacetedForm):
    """The whole record, at the desk. Countries and regions are those the editor runs."""

    reason = forms.CharField(
        label=_("Reason of the change"),
        max_length=100,
        required=False,
        help_text=_("Asked for when name, category, country or discretion change."),
    )

    class Meta:
        model = Organisation
        fields = (
            *TEXTS,
            "original_language",
            "acronym",
            "category",
            "country",
            "regions",
            "website",
            "email",
            "founded",
            "discreet",
        )
        widgets = {"regions": forms.CheckboxSelectMultiple}

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].queryset = Country.objects.in_order()
        if self.instance.pk is None:
            del self.fields["reason"]
        if user.standing.is_secretariat:
            return
        regions = user.standing.regions
        self.fields["country"].queryset = Country.objects.filter(region__in=regions).in_order()
        self.fields["regions"].queryset = Region.objects.filter(pk__in=[r.pk for r in regions])
        if self.instance.pk:
            # Decisions on memberships, and what moves a record elsewhere, are the secretariat's.
            for name in ("category", "country", "regions"):
                self.fields[name].disabled = True
            self.fields["regions"].queryset = Region.objects.all()

    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        try:
            joining.check(self.instance)
        except ValidationError as error:
            self.add_error(None, error)

    def clean(self):
        cleaned = super().clean()
        country, regions = cleaned.get("country"), cleaned.get("regions")
        if country is None and not regions and "country" not in self.errors:
            self.add_error("regions", _("Choose a country, or at least one region of activity."))
        if self.instance.pk and SENSITIVE & set(self.changed_data) and not cleaned.get("reason"):
            self.add_error("reason", _("Say why this is changed."))
        return cleaned

    def record(self) -> Organisation:
        """Save through the verb, which settles the seat. Raises ValidationError."""
        with transaction.atomic():
            self.hold()
            self.instance._change_reason = self.cleaned_data.get("reason") or None
            joining.record(
                self.instance,
                regions=self.cleaned_data["regions"],
                minor_edit=self.is_minor_edit,
            )
            self.choose_facets()
        return self.instance


class StatusForm(forms.Form):
    status = forms.ChoiceField(label=_("New status"))
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history of the organisation."),
    )

    def __init__(self, *args, organisation: Organisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = transitions.next_steps(organisation)


class DerogationForm(forms.ModelForm):
    class Meta:
        model = Derogation
        fields = ("reason", "until")
        widgets = {"reason": forms.Textarea(attrs={"rows": 4}), "until": DateInput()}
        help_texts = {"until": _("Leave empty for a derogation without an end.")}


class PeriodForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ("starts_on", "ends_on")
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}


class OrganisationFilter(forms.Form):
    """The filters of the secretariat’s list; whatever is wrong in the address is ignored."""

    q = forms.CharField(label=_("Words in the name"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("Status"), required=False)
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("All"),
    )
    region = forms.ModelChoiceField(
        label=_("Region"),
        queryset=Region.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("All"),
    )
    need = forms.ChoiceField(label=_("Needs attention"), required=False)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = [("", _("All")), *Status.choices]
        self.fields["need"].choices = [
            ("", _("All")),
            ("ending", _("Period ends within 60 days")),
            ("contacts", _("Fewer than two contacts")),
        ]
        if not user.standing.is_secretariat:
            self.fields["region"].queryset = Region.objects.filter(
                pk__in=[region.pk for region in user.standing.regions]
            )

    def apply(self, organisations):
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "q" in chosen:
            organisations = organisations.named(chosen["q"])
        if "status" in chosen:
            organisations = organisations.filter(status=chosen["status"])
        if "category" in chosen:
            organisations = organisations.filter(category=chosen["category"])
        if "region" in chosen:
            organisations = organisations.in_region(chosen["region"])
        if chosen.get("need") == "ending":
            organisations = organisations.ending_by(
                timezone.localdate() + datetime.timedelta(days=DUE_DAYS)
            )
        if chosen.get("need") == "contacts":
            organisations = organisations.with_few_contacts()
        return organisations
