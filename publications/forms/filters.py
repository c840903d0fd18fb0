"""The filters of the list of publications at the desk."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import LANGUAGES, Language, TranslationState
from publications.models import Publication
from publications.models.library import PublicationState
from regions.models import Region


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
