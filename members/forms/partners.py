"""Records that are not members: edited and found at the desk."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import partners
from members.forms.facets import KIND_OF, facet_field
from members.models import Facet, Organisation, Partner, User
from members.models.facets import FacetKind
from members.models.partners import PartnerKind
from portal.lib.forms import DateInput
from portal.lib.versions import VersionedForm
from regions.models import Country, Region


class SlugsField(forms.CharField):
    """Organisations by the last part of the addresses of their pages, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value):
        return list(dict.fromkeys((super().clean(value) or "").replace(",", " ").split()))


class PartnerForm(VersionedForm):
    themes = facet_field(FacetKind.THEME, gettext_lazy("Themes"))
    populations = facet_field(FacetKind.POPULATION, gettext_lazy("Populations"))
    working_languages = facet_field(FacetKind.LANGUAGE, gettext_lazy("Working languages"))
    related = SlugsField(
        label=gettext_lazy("Related organisations"),
        required=False,
        help_text=gettext_lazy(
            "The last part of the addresses of their pages, such as lake-council, one a line."
        ),
    )

    field_order = (
        *("kind", "name", "is_person", "institution", "role", "consent_source", "consent_on"),
        *("expertise", "themes", "populations", "working_languages", "language"),
        *("email", "phone", "website", "address", "country", "regions", "related", "notes"),
    )

    class Meta:
        model = Partner
        fields = (
            *("kind", "name", "is_person", "institution", "role", "consent_source", "consent_on"),
            *("expertise", "language", "email", "phone", "website", "address", "country"),
            *("regions", "notes"),
        )
        widgets = {
            "consent_on": DateInput(),
            "regions": forms.CheckboxSelectMultiple,
            "expertise": forms.Textarea(attrs={"rows": 3}),
            "address": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["country"].queryset = Country.objects.in_order()
        self.hidden_links: list[Organisation] = []
        if self.instance.pk:
            self._show_links()
        if not user.standing.is_secretariat:
            self._keep_within_regions()

    def _show_links(self):
        chosen = list(self.instance.facets.all())
        for name, kind in KIND_OF.items():
            self.fields[name].initial = [one.pk for one in chosen if one.kind == kind]
        linked = self.instance.organisations.all()
        visible = set(Organisation.objects.visible_to(self.user).values_list("pk", flat=True))
        shown = [one for one in linked if one.pk in visible]
        # What the person may not see is neither shown nor lost.
        self.hidden_links = [one for one in linked if one.pk not in visible]
        self.fields["related"].initial = "\n".join(sorted(one.slug for one in shown))

    def _keep_within_regions(self):
        own = [region.pk for region in self.user.standing.regions]
        self.fields["country"].queryset = Country.objects.filter(region__in=own).in_order()
        if self.instance.pk is None or not self.instance.country_id:
            linked = self.instance.regions.all() if self.instance.pk else []
            elsewhere = [region.pk for region in linked if region.pk not in own]
            self.fields["regions"].queryset = Region.objects.filter(pk__in=[*own, *elsewhere])

    def clean_related(self) -> list[Organisation]:
        slugs = self.cleaned_data["related"]
        visible = Organisation.objects.visible_to(self.user).filter(slug__in=slugs)
        found = {one.slug: one for one in visible}
        if unknown := [slug for slug in slugs if slug not in found]:
            raise forms.ValidationError(
                _("There is no such organisation: %(slugs)s.") % {"slugs": ", ".join(unknown)}
            )
        return list(found.values())

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == PartnerKind.ACADEMIC:
            cleaned["is_person"] = True
        is_person = cleaned.get("is_person")
        for name in ("consent_source", "consent_on"):
            if is_person and not cleaned.get(name) and name not in self.errors:
                self.add_error(
                    name, _("Of a person, write down when and how they agreed to be on record.")
                )
        is_own = self.user.standing.is_secretariat
        country, regions = cleaned.get("country"), set(cleaned.get("regions") or ())
        if not is_own and not country and not regions & set(self.user.standing.regions):
            self.add_error("country", _("Choose a country or a region of yours."))
        return cleaned

    def store(self) -> Partner:
        values = self.cleaned_data
        partners.record(
            self.instance,
            by=self.user,
            regions=values["regions"],
            facets=[one for name in KIND_OF for one in values[name]],
            organisations=[*values["related"], *self.hidden_links],
        )
        return self.instance


class PartnerFilter(forms.Form):
    """The filters of the list; whatever is wrong in the address is ignored."""

    q = forms.CharField(label=gettext_lazy("Words in the record"), required=False, max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=gettext_lazy("Region"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    theme = forms.ModelChoiceField(
        Facet.objects.of_kind(FacetKind.THEME),
        label=gettext_lazy("Theme"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    language = forms.ModelChoiceField(
        Facet.objects.of_kind(FacetKind.LANGUAGE),
        label=gettext_lazy("Working language"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All")), *PartnerKind.choices]
        if not user.standing.is_secretariat:
            own = [region.pk for region in user.standing.regions]
            self.fields["region"].queryset = Region.objects.filter(pk__in=own)

    def apply(self, found):
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "q" in chosen:
            found = found.mentioning(chosen["q"])
        if "kind" in chosen:
            found = found.of_kind(chosen["kind"])
        if "region" in chosen:
            found = found.in_region(chosen["region"])
        for name in ("theme", "language"):
            if name in chosen:
                found = found.having(chosen[name])
        return found
