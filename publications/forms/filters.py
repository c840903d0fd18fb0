"""The filters of the lists of publications."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import LANGUAGES, Language, TranslationState, current_language
from programme.models import Axis
from publications.models import Publication
from publications.models.library import PublicationState
from regions.models import Country, Region


class DeskFilter(forms.Form):
    """The filters of the desk's list; whatever is wrong in the address is left out."""

    word = forms.CharField(label=_("Word in the title"), required=False, max_length=80)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *PublicationState.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Publication.Kind.choices]
    )
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("All")), *Language.choices]
    )
    translation = forms.ChoiceField(
        label=_("Translation"),
        required=False,
        choices=[("", _("All")), *TranslationState.choices],
    )

    def narrowed(self, rows: QuerySet) -> QuerySet:
        """The rows that match every filter that was understood."""
        self.is_valid()  # fills cleaned_data with the fields that were understood
        chosen = {key: value for key, value in self.cleaned_data.items() if value}
        if word := chosen.get("word"):
            rows = rows.mentioning(word)
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if region := chosen.get("region"):
            rows = rows.in_region(region)
        codes = [chosen["language"]] if "language" in chosen else LANGUAGES
        if translation := chosen.get("translation"):
            in_any = Q()
            for code in codes:
                in_any |= Q(**{f"state_{code}": translation})
            rows = rows.filter(in_any)
        elif "language" in chosen:
            rows = rows.available_in(chosen["language"])
        return rows


class LibraryForm(forms.Form):
    """The filters of the list; ``language`` asks for texts that exist in it."""

    word = forms.CharField(label=_("Word in the title"), required=False, max_length=80)
    language = forms.ChoiceField(
        label=_("Text available in"),
        required=False,
        choices=[("", _("Any language")), *Language.choices],
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Publication.Kind.choices]
    )
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )
    axis = forms.ModelChoiceField(
        Axis.objects.none(),
        label=_("Axis"),
        required=False,
        empty_label=_("All"),
        to_field_name="number",
    )
    country = forms.ModelChoiceField(
        Country.objects.none(), label=_("Country"), required=False, empty_label=_("All")
    )
    year = forms.IntegerField(label=_("Year"), required=False, min_value=1900, max_value=2200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["word"].widget.input_type = "search"
        self.fields["axis"].queryset = Axis.objects.of_current_cycle()
        self.fields["country"].queryset = (
            Country.objects.filter(publications__in=Publication.objects.announced())
            .distinct()
            .order_by(f"sort_{current_language()}")
        )

    def narrowed(self, rows: QuerySet) -> QuerySet:
        """The rows that match every filter that was understood."""
        self.is_valid()  # fills cleaned_data with the fields that were understood
        chosen = {key: value for key, value in self.cleaned_data.items() if value}
        if word := chosen.get("word"):
            rows = rows.mentioning(word)
        if language := chosen.get("language"):
            rows = rows.available_in(language)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if region := chosen.get("region"):
            rows = rows.in_region(region)
        if axis := chosen.get("axis"):
            rows = rows.on_axis(axis)
        if country := chosen.get("country"):
            rows = rows.filter(countries=country)
        if year := chosen.get("year"):
            rows = rows.filter(published_on__year=year)
        return rows
