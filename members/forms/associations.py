"""Forms on an umbrella's own members."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Affiliation, Association, Headcount, Organisation
from portal.lib.forms import DateInput
from regions.models import Country


class AssociationForm(forms.ModelForm):
    """An association and its place on the list; the verb ``associations.record`` writes both."""

    since = forms.IntegerField(
        label=_("Member since (year)"), required=False, min_value=1500, max_value=2100
    )
    source = forms.CharField(label=_("Source"), required=False, max_length=200)
    is_public = forms.BooleanField(
        label=_("The association has agreed to be named on our public page"), required=False
    )

    class Meta:
        model = Association
        fields = ("name", "acronym", "country", "kind", "website")

    def __init__(self, *args, affiliation: Affiliation, **kwargs):
        association = affiliation.association if affiliation.pk else Association()
        terms = {name: getattr(affiliation, name) for name in ("since", "source", "is_public")}
        super().__init__(*args, instance=association, initial=terms, **kwargs)
        self.fields["country"].queryset = Country.objects.in_order()
        umbrella: Organisation = affiliation.umbrella
        if umbrella.country_id:
            self.fields["country"].required = True
            self.initial.setdefault("country", None)
            self.initial["country"] = self.initial["country"] or umbrella.country_id

    def details(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def terms(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("since", "source", "is_public")}


class HeadcountForm(forms.ModelForm):
    class Meta:
        model = Headcount
        fields = ("figure", "source", "as_of")
        widgets = {"as_of": DateInput()}

    def _post_clean(self):
        """What is recorded is the verb's to judge: a figure of the same day is replaced."""


class RollForm(forms.Form):
    file = forms.FileField(label=_("List (CSV, XLSX or ODS)"))
    takes_off = forms.BooleanField(
        label=_("Take off our list what the file does not name"), required=False
    )
