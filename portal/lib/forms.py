"""What forms share: dates, and records in three languages with one group of fields each."""

import datetime
import time
from typing import NamedTuple

from django import forms
from django.core import signing
from django.forms import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.prose import ProseFormField
from portal.lib.translations import LANGUAGES, TranslationState
from portal.lib.versions import VersionedForm


class DateInput(forms.DateInput):
    """A date as every browser sends it, whatever the language of the page."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


# Nobody fills in a form faster; a page left open for longer is shown once more.
QUICKEST = datetime.timedelta(seconds=2)
LONGEST = datetime.timedelta(days=1)


def stamp(*, every: int = 0) -> str:
    """The signed moment at which a form was shown.

    A page that is kept for many readers says the beginning of its hour, or of as many seconds as
    ``every``: it must stay the same as long as nothing on it changes.
    """
    if not every:
        return signing.TimestampSigner(salt="portal.form").sign("shown")
    begun = int(time.time()) // every * every
    return signing.Signer(salt="portal.form").sign(f"shown:{signing.b62_encode(begun)}")


class GuardedForm(forms.Form):
    """A form of a public page that programs fill in too, guarded without puzzles.

    ``homepage`` is a trap: people do not see it. ``shown_at`` is the signed moment at which the
    page was made: a form that comes back at once, very late, or without it is shown again.
    """

    homepage = forms.CharField(
        label=gettext_lazy("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    shown_at = forms.CharField(required=False, initial=stamp, widget=forms.HiddenInput)

    @property
    def is_trapped(self) -> bool:
        """Whether a program filled it in; it is told nothing."""
        return bool(self.cleaned_data.get("homepage"))

    def clean(self):
        cleaned = super().clean()
        signer = signing.TimestampSigner(salt="portal.form")
        given = cleaned.get("shown_at", "")
        try:
            signer.unsign(given, max_age=LONGEST)
        except signing.BadSignature:
            self._show_again(_("This page was open for a long time. Send the form once more."))
            return cleaned
        try:
            signer.unsign(given, max_age=QUICKEST)
        except signing.SignatureExpired:
            return cleaned
        raise forms.ValidationError(
            _("That was very quick. Look at it once more, then send it."), code="too_quick"
        )

    def _show_again(self, message: str):
        self.data = self.data.copy()
        self.data[self.add_prefix("shown_at")] = stamp()
        self.add_error(None, forms.ValidationError(message, code="too_late"))


class LanguageFields(NamedTuple):
    """The fields of one language: its code, whether it is the original, its state."""

    code: str
    is_original: bool
    state: str
    state_label: str
    fields: list[BoundField]


class TranslatableForm(VersionedForm):
    """Edits a translatable record in all three languages at once.

    A translation that is edited here counts as true to the original as it now stands. A change
    of the original makes the other translations outdated, unless the edit is called minor.
    """

    minor_edit = forms.BooleanField(
        label=gettext_lazy("Minor edit"),
        help_text=gettext_lazy("The meaning stays the same, so the translations stay valid."),
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            for name in self._fields_of(code):
                # The name of the language stands above the group, not in each label.
                field = self.fields[name]
                plain = self._meta.model._meta.get_field(name.removesuffix(f"_{code}"))
                field.label = capfirst(plain.verbose_name)
                field.widget.attrs["lang"] = code
                if isinstance(field.widget, forms.Textarea):
                    field.widget.attrs.setdefault("rows", 6)
        if self.instance.pk is None:
            del self.fields["minor_edit"]

    def language_groups(self) -> list[LanguageFields]:
        """The fields of each language, in the fixed order."""
        original = self.instance.original_language
        return [
            LanguageFields(
                code=code,
                is_original=code == original,
                state=self.instance.translation_state(code),
                state_label=TranslationState(self.instance.translation_state(code)).label,
                fields=[self[name] for name in self._fields_of(code)],
            )
            for code in LANGUAGES
        ]

    def other_fields(self) -> list[BoundField]:
        """What belongs to no language, in the order of the form."""
        translated = {name for code in LANGUAGES for name in self._fields_of(code)}
        return [field for field in self.visible_fields() if field.name not in translated]

    def clean(self):
        self._leave_untouched_prose()
        cleaned = super().clean()
        original = cleaned.get("original_language") or self.instance.original_language
        obligatory = self._meta.model.translated_fields[0]
        for code in LANGUAGES:
            name = f"{obligatory}_{code}"
            if name not in self.fields or cleaned.get(name):
                continue
            if code == original:
                self.add_error(name, _("The original language needs this text."))
            elif any(cleaned.get(other) for other in self._fields_of(code)):
                self.add_error(name, _("A translation needs this text too."))
        return cleaned

    def _leave_untouched_prose(self):
        """A text that nobody touched stays to the letter, so that its translations stay valid."""
        for name, field in self.fields.items():
            if isinstance(field, ProseFormField) and name in self.cleaned_data:
                stored = self.initial.get(name)
                if not field.has_changed(stored, self.data.get(self.add_prefix(name))):
                    self.cleaned_data[name] = stored or ""

    def _post_clean(self):
        super()._post_clean()
        for code in LANGUAGES:
            edited = any(name in self.changed_data for name in self._fields_of(code))
            if edited and code != self.instance.original_language:
                self.instance.mark_translated(code)

    @property
    def is_minor_edit(self) -> bool:
        return bool(self.cleaned_data.get("minor_edit"))

    def store(self):
        self.instance.save(minor_edit=self.is_minor_edit)
        self._save_m2m()
        return self.instance

    def _fields_of(self, code: str) -> list[str]:
        names = (f"{name}_{code}" for name in self._meta.model.translated_fields)
        return [name for name in names if name in self.fields]
