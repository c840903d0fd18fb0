"""The texts of a publication in its languages, and the form of one translation."""

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from members.models import User
from portal.lib import files
from portal.lib.forms import LanguageFields, TranslatableForm
from portal.lib.translations import LANGUAGES, TranslationState
from publications import filing, publishing
from publications.filing import Upload
from publications.models import Publication, PublicationFile


class TextsForm(TranslatableForm):
    """The texts, files and states of a publication, in the languages its fields name.

    An edited translation counts as ready, unless its state says otherwise; nothing is stored of a
    form in which one file is not what its name says.
    """

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.uploads: dict[str, Upload] = {}
        kept = {file.language: file for file in self._kept_files()}
        for code in self.edited_languages:
            self.fields[f"state_{code}"] = self._state_field(code)
            self.fields[f"file_{code}"] = file_field(kept.get(code))
            if code in kept:
                self.fields[f"remove_file_{code}"] = forms.BooleanField(
                    label=_("Remove this file"), required=False
                )
        self.fields["strip_files"] = strip_field(self.user, self.instance)

    def record(self) -> bool:
        """Store texts and files by the verb; False, the reason at its field, when it refuses."""
        try:
            publishing.record(self.save, files=self.uploads, removed=self.removed)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True

    def store(self) -> Publication:
        if self.instance.pk:
            publishing.keep_life(self.instance)
        return super().store()

    def stored_values(self) -> dict:
        states = {
            f"state_{code}": self.instance.translation_state(code) for code in self.edited_languages
        }
        return super().stored_values() | states

    @property
    def edited_languages(self) -> list[str]:
        return [code for code in LANGUAGES if f"title_{code}" in self.fields]

    @property
    def removed(self) -> list[str]:
        """The languages whose file goes, and is not replaced."""
        codes = [code for code in LANGUAGES if self.cleaned_data.get(f"remove_file_{code}")]
        return [code for code in codes if code not in self.uploads]

    def language_groups(self) -> list[LanguageFields]:
        groups = []
        for group in super().language_groups():
            names = ["state", "file", "remove_file"]
            if group.is_original:
                names.remove("state")
            wanted = [f"{name}_{group.code}" for name in names]
            more = [self[name] for name in wanted if name in self.fields]
            groups.append(group._replace(fields=[*group.fields, *more]))
        return groups

    def other_fields(self) -> list[forms.BoundField]:
        ours = tuple(f"{name}_{code}" for name in FIELDS_OF_A_LANGUAGE for code in LANGUAGES)
        return [field for field in super().other_fields() if field.name not in ours]

    def clean(self):
        cleaned = super().clean()
        for code in self.edited_languages:
            self._clean_state(code)
            if upload := cleaned.get(f"file_{code}"):
                self._judge(code, upload)
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        for code in self.edited_languages:
            chosen = self.cleaned_data.get(f"state_{code}")
            if code == self.instance.original_language or not chosen:
                continue
            is_new = f"state_{code}" in self.changed_data
            if chosen == TranslationState.IN_PROGRESS:
                self.instance.mark_in_progress(code)
            elif chosen == TranslationState.MACHINE:
                setattr(self.instance, f"state_{code}", chosen)
            elif chosen == TranslationState.READY and is_new:
                self.instance.mark_translated(code)
            elif not self.cleaned_data.get(f"title_{code}"):
                setattr(self.instance, f"state_{code}", TranslationState.MISSING)

    def _clean_state(self, code: str):
        """Only a text that is there can be ready or a machine's."""
        chosen, title = self.cleaned_data.get(f"state_{code}"), f"title_{code}"
        needs_text = chosen in (TranslationState.READY, TranslationState.MACHINE)
        is_new = f"state_{code}" in self.changed_data
        is_original = code == (
            self.cleaned_data.get("original_language") or self.instance.original_language
        )
        wants = needs_text and is_new and not is_original
        if wants and not self.cleaned_data.get(title) and title not in self.errors:
            self.add_error(title, gettext("There is no text yet in this state. Write it first."))

    def _judge(self, code: str, upload):
        try:
            self.uploads[code] = filing.judge(upload, strip=self._strips)
        except ValidationError as error:
            self.add_error(f"file_{code}", error)

    @property
    def _strips(self) -> bool:
        """Ticked, or an organisation was chosen just now of which the tick could not know."""
        chosen = self.cleaned_data.get("organisations") or ()
        names_discreet = any(organisation.discreet for organisation in chosen)
        is_new = names_discreet and not filing.names_discreet(self.instance)
        return bool(self.cleaned_data.get("strip_files")) or is_new

    def language_warnings(self) -> list[str]:
        """What the files that were sent say of their language, where it is another one."""
        warnings = (
            filing.language_warning(code, upload.facts) for code, upload in self.uploads.items()
        )
        return [warning for warning in warnings if warning]

    def _kept_files(self) -> list[PublicationFile]:
        return list(self.instance.files.all()) if self.instance.pk else []

    def _state_field(self, code: str) -> forms.ChoiceField:
        present = self.instance.translation_state(code)
        offered = {TranslationState.IN_PROGRESS, TranslationState.MACHINE, TranslationState.READY}
        if not self.instance.own_text("title", code):
            offered.add(TranslationState.MISSING)
        return forms.ChoiceField(
            label=_("Translation"),
            required=False,
            choices=[
                (state, state.label) for state in TranslationState if state in {present, *offered}
            ],
            initial=present,
        )


FIELDS_OF_A_LANGUAGE = ("state", "file", "remove_file")


def strip_field(user: User, publication: Publication) -> forms.BooleanField:
    """Whether names and places are taken out of the files; whoever acts for a discreet member has
    no choice."""
    is_forced = filing.must_strip(user)
    return forms.BooleanField(
        label=_("Take personal data out of the files"),
        required=False,
        initial=is_forced or filing.strips_by_default(user, publication),
        disabled=is_forced,
        help_text=_(
            "Of the files sent now: author, organisation, program and dates, names beside "
            "remarks and tracked changes, place and camera of photographs. The text itself "
            "stays as it is."
        ),
    )


def file_field(kept: PublicationFile | None) -> forms.FileField:
    """A field for the file of one language; its hint tells of the one that is there."""
    if kept is None:
        hint = _("A PDF, EPUB, ODT or DOCX document of at most 20 MB.")
    else:
        hint = _("Now: %(file)s. A new file takes its place.") % {"file": said_of(kept)}
    accepted = files.accepted(files.TEXTS)
    return forms.FileField(
        label=_("File"),
        required=False,
        help_text=hint,
        widget=forms.FileInput(attrs={"accept": accepted}),
    )


def said_of(file: PublicationFile) -> str:
    """Kind, size and pages of a file: PDF, 1.2 MB, 24 pages."""
    parts = [file.kind, filesizeformat(file.size)]
    if file.pages:
        pages = ngettext("%(count)d page", "%(count)d pages", file.pages)
        parts.append(pages % {"count": file.pages})
    if file.is_tagged:
        parts.append(gettext("tagged"))
    if file.declares_another_language:
        declared = files.language_label(file.declared_language)
        parts.append(gettext("says that it is in %(language)s") % {"language": declared})
    if file.is_stripped:
        parts.append(gettext("without personal data"))
    return ", ".join(parts)
