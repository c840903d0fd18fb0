from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import TranslatableForm
from portal.lib.translations import LANGUAGES
from regions.models import Country, Region


class RegionForm(TranslatableForm):
    """A region's description; its code and name are the network's and stay."""

    class Meta:
        model = Region
        fields = tuple(f"description_{code}" for code in LANGUAGES)


class CountryForm(forms.ModelForm):
    class Meta:
        model = Country
        fields = ("region",)
        error_messages = {
            "region": {
                "required": _("Every country belongs to one region. Choose its region."),
                "invalid_choice": _("There is no such region. Choose one of the nine."),
            }
        }
