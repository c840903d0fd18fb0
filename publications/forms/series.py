"""Series at the desk."""

from django import forms

from portal.lib.forms import TranslatableForm
from portal.lib.translations import LANGUAGES
from publications.models import Series


class SeriesForm(TranslatableForm):
    class Meta:
        model = Series
        fields = (
            *(f"{name}_{code}" for code in LANGUAGES for name in Series.translated_fields),
            "original_language",
            "slug",
            "issn",
            "owners",
            "website",
        )
        widgets = {"website": forms.URLInput(attrs={"autocomplete": "off"})}

    def clean_issn(self) -> str:
        return self.cleaned_data["issn"].strip().upper()
