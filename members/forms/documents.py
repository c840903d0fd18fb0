"""Putting a document into the members' area."""

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import documents
from members.documents import Upload
from members.models import Document, Organisation, User
from members.models.documents import ALL_LANGUAGES, Audience
from portal.lib.files import accepted
from portal.lib.forms import DateInput, TranslatableForm
from portal.lib.translations import LANGUAGES, Language
from regions.models import Region

# What each audience has to name.
NAMED = (Audience.CATEGORY, Audience.REGION, Audience.ORGANISATION)


class DocumentForm(TranslatableForm):
    """The record with its files. A regional executive writes to the own region alone."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("Organisation"),
        to_field_name="slug",
        required=False,
        widget=forms.TextInput,
        help_text=gettext_lazy("The last part of the address of its page, such as lake-council."),
    )

    class Meta:
        model = Document
        fields = (
            *(f"title_{code}" for code in LANGUAGES),
            "original_language",
            "audience",
            "category",
            "region",
            "organisation",
            "until",
        )
        widgets = {"until": DateInput()}

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.uploads: dict[str, Upload] = {}
        self.fields["organisation"].queryset = Organisation.objects.run_by(user)
        if self.instance.organisation_id:
            self.initial["organisation"] = self.instance.organisation.slug
        if not user.standing.is_secretariat:
            self._keep_within_regions()
        kept = {row.language: row for row in self._kept()}
        for code in ("", *LANGUAGES):
            self.fields[f"file_{code or ALL_LANGUAGES}"] = file_field(code, kept.get(code))
            if code in kept and len(kept) > 1:
                self.fields[f"remove_{code or ALL_LANGUAGES}"] = forms.BooleanField(
                    label=_("Remove: %(file)s") % {"file": label_of(code)}, required=False
                )

    def _keep_within_regions(self):
        own = [region.pk for region in self.user.standing.regions]
        self.fields["region"].queryset = Region.objects.filter(pk__in=own)
        self.fields["audience"].choices = [
            (audience.value, audience.label)
            for audience in (Audience.REGION, Audience.ORGANISATION)
        ]
        del self.fields["category"]
        if len(own) == 1:
            self.fields["region"].initial = own[0]

    def clean(self):
        cleaned = super().clean()
        for named in NAMED:
            if named == cleaned.get("audience"):
                if not cleaned.get(named) and named not in self.errors:
                    self.add_error(named, _("Say for whom the document is."))
            else:
                # What another audience would ask for does not count.
                cleaned[named] = None
        for code in ("", *LANGUAGES):
            name = f"file_{code or ALL_LANGUAGES}"
            if upload := cleaned.get(name):
                try:
                    self.uploads[code] = documents.judge(upload)
                except ValidationError as error:
                    self.add_error(name, error)
        if not self.uploads and not self.errors and not set(self._kept_codes()) - self.removed:
            self.add_error(f"file_{ALL_LANGUAGES}", _("Add at least one file."))
        return cleaned

    @property
    def removed(self) -> set[str]:
        """The languages whose file goes, and is not replaced."""
        ticked = {
            code
            for code in ("", *LANGUAGES)
            if self.cleaned_data.get(f"remove_{code or ALL_LANGUAGES}")
        }
        return ticked - set(self.uploads)

    def store(self) -> Document:
        """Save through the verb. Raises ValidationError."""
        documents.put(
            self.instance,
            by=self.user,
            uploads=self.uploads,
            removed=self.removed,
            minor_edit=self.is_minor_edit,
        )
        return self.instance

    def _kept(self):
        return self.instance.files.all() if self.instance.pk else []

    def _kept_codes(self) -> list[str]:
        return [row.language for row in self._kept()]


def file_field(code: str, kept) -> forms.FileField:
    hint = _("A PDF, ODT or DOCX document of at most 20 MB.")
    if kept is not None:
        now = f"{kept.kind}, {filesizeformat(kept.size)}"
        hint = _("Now: %(file)s. A new file takes its place.") % {"file": now}
    return forms.FileField(
        label=label_of(code),
        required=False,
        help_text=hint,
        widget=forms.FileInput(attrs={"accept": accepted(documents.ACCEPTED)}),
    )


def label_of(code: str) -> str:
    if not code:
        return _("File for all languages")
    return _("File in %(language)s") % {"language": Language(code).label}
