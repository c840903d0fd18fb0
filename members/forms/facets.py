"""The choice of themes, populations and working languages, in the forms that have one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members import facets
from members.models import Facet
from members.models.facets import FacetKind
from portal.lib.forms import TranslatableForm

KIND_OF = {
    "themes": FacetKind.THEME,
    "populations": FacetKind.POPULATION,
    "working_languages": FacetKind.LANGUAGE,
}


def facet_field(kind: str, label, help_text="") -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        Facet.objects.of_kind(kind),
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class FacetedForm(TranslatableForm):
    """A form on an organisation that also chooses by which words it is found.

    Whoever does not save through ``save`` calls ``choose_facets`` once the record is stored.
    """

    themes = facet_field(
        FacetKind.THEME, _("Themes"), _("What the organisation works on. It is found by these.")
    )
    populations = facet_field(FacetKind.POPULATION, _("Populations"), _("With whom, for whom."))
    working_languages = facet_field(
        FacetKind.LANGUAGE, _("Working languages"), _("In which languages one can write to it.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in KIND_OF:
                self.fields[name].initial = [one.pk for one in self._stored[name]]

    def stored_values(self):
        chosen = list(self.instance.facets.all())
        facets = {
            name: [one for one in chosen if one.kind == kind] for name, kind in KIND_OF.items()
        }
        return super().stored_values() | facets

    def choose_facets(self):
        chosen = [one for name in KIND_OF for one in self.cleaned_data[name]]
        facets.choose(self.instance, chosen)

    def _save_m2m(self):
        super()._save_m2m()
        self.choose_facets()
