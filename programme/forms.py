"""What a regional executive fills in about emerging issues."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import User
from portal.lib.forms import TranslatableForm
from portal.lib.translations import LANGUAGES, current_language
from programme.models import EmergingIssue, Ending
from regions.models import Country
from regions.perms import regions_run_by


class EmergingIssueForm(TranslatableForm):
    """Flag an issue, or correct it: one language is enough. ``user`` is who flags it."""

    class Meta:
        model = EmergingIssue
        fields = (
            "original_language",
            "region",
            *(f"{name}_{code}" for code in LANGUAGES for name in ("title", "why")),
            "challenge",
            "urgency",
            "countries",
            "source",
            "source_url",
        )
        widgets = {
            "countries": forms.SelectMultiple(attrs={"size": 8}),
            **{f"why_{code}": forms.Textarea(attrs={"rows": 4}) for code in LANGUAGES},
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        own = regions_run_by(user)
        self.fields["region"].queryset = own
        self.fields["countries"].queryset = Country.objects.filter(region__in=own).in_order()
        if self.instance.pk is None:
            self.initial.setdefault("original_language", current_language())
            if len(own) == 1:
                self.initial.setdefault("region", own[0])

    def clean(self):
        cleaned = super().clean()
        region, countries = cleaned.get("region"), cleaned.get("countries")
        if region and countries and any(country.region_id != region.pk for country in countries):
            self.add_error("countries", _("Choose countries of this region only."))
        original = cleaned.get("original_language")
        if original and f"why_{original}" in self.fields and not cleaned.get(f"why_{original}"):
            self.add_error(f"why_{original}", _("The original language needs this text."))
        return cleaned

    def store(self):
        if self.instance.pk is None:
            self.instance.flagged_by = self.user
        return super().store()


class CloseForm(TranslatableForm):
    """Why an issue is closed, and what became of it."""

    ending = forms.ChoiceField(label=gettext_lazy("Why it is closed"), choices=Ending.choices)

    class Meta:
        model = EmergingIssue
        fields = tuple(f"outcome_{code}" for code in LANGUAGES)
        widgets = {f"outcome_{code}": forms.Textarea(attrs={"rows": 4}) for code in LANGUAGES}

    def clean(self):
        cleaned = super().clean()
        original = f"outcome_{self.instance.original_language}"
        if not cleaned.get(original) and cleaned.get("ending") != Ending.MISTAKE:
            self.add_error(original, _("Say in a sentence what became of it."))
        return cleaned
