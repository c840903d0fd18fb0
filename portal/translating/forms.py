"""The forms of the translation desk."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import User
from portal import texts
from portal.lib.forms import DateInput
from portal.lib.prose import ProseFormField, ProseWidget
from portal.lib.translations import LANGUAGES, Language, Translatable, TranslationState
from portal.lib.versions import Change, changed_meanwhile, fingerprint, read, written
from portal.models import Term, TranslationDraft
from portal.texts import TextField, TextKind
from portal.translating import queue
from portal.translating.queue import Wanted
from regions.models import Region


class QueueFilter(forms.Form):
    """The filters of the queue; whatever is wrong in the address is left out."""

    language = forms.ChoiceField(label=gettext_lazy("Into"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=gettext_lazy("Region"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    whose = forms.ChoiceField(label=gettext_lazy("Seen to by"), required=False)

    def __init__(self, *args, user: User, languages: tuple[str, ...], **kwargs):
        super().__init__(*args, **kwargs)
        self.languages = languages
        self.fields["language"].choices = [
            (code, Language(code).label) for code in LANGUAGES if code in languages
        ]
        kinds = [(kind.code, kind.name) for kind in texts.kinds()]
        self.fields["kind"].choices = [("", _("All")), *kinds]
        states = [(state.value, state.label) for state in queue.WAITING]
        self.fields["state"].choices = [
            ("", _("All that waits")),
            *states,
            (TranslationState.READY.value, TranslationState.READY.label),
            (queue.ALL, _("All texts")),
        ]
        self.fields["whose"].choices = [
            ("", _("Anybody")),
            (queue.MINE, _("Me")),
            (queue.DUE, _("Due soon or overdue")),
        ]

    def wanted(self) -> Wanted:
        self.is_valid()
        chosen = self.cleaned_data
        return Wanted(
            language=chosen.get("language") or self.languages[0],
            kind=chosen.get("kind", ""),
            region=chosen.get("region"),
            state=chosen.get("state", ""),
            whose=chosen.get("whose", ""),
        )


class TranslationForm(forms.Form):
    """The texts of one record in one language, beside the record.

    What somebody else has saved in the meantime is not overwritten unseen, and an original that
    has changed while one was writing is told of before anything is kept.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    source = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args,
        kind: TextKind,
        record: Translatable,
        language: str,
        draft: TranslationDraft | None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.kind, self.record, self.language = kind, record, language
        self.stored = dict(draft.texts) if draft else record.own_texts(language)
        self.meanwhile: list[Change] = []
        for field in kind.described_fields:
            self.fields[field.name] = self._field(field)
            self.fields[field.name].initial = self.stored.get(field.name, "")
        self.fields["version"].initial = written(self._versions())
        self.fields["source"].initial = record.fingerprint()

    @property
    def written_texts(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in self.kind.fields}

    def clean(self):
        cleaned = super().clean()
        self._compare()
        shown = cleaned.get("source")
        if shown and shown != self.record.fingerprint():
            self.data = self.data.copy()
            self.data[self.add_prefix("source")] = self.record.fingerprint()
            raise ValidationError(
                _(
                    "The original has changed while you were writing, so nothing was saved yet. "
                    "What you typed is still here: look at the original, then save again."
                ),
                code="source_changed",
            )
        return cleaned

    def renew(self, stored: dict[str, str]):
        """Say that these texts are what is stored now."""
        self.stored = stored
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = written(self._versions())

    def _field(self, field: TextField) -> forms.Field:
        column = self.kind.model._meta.get_field(f"{field.name}_{self.language}")
        attrs = {"lang": self.language}
        if field.is_html:
            return ProseFormField(
                label=field.label, required=False, widget=ProseWidget(attrs), strip=True
            )
        if field.is_line:
            return forms.CharField(
                label=field.label,
                required=False,
                max_length=column.max_length,
                widget=forms.TextInput(attrs),
            )
        return forms.CharField(
            label=field.label, required=False, widget=forms.Textarea(attrs | {"rows": 6})
        )

    def _versions(self) -> dict[str, str]:
        return {name: self.stored.get(name) or "" for name in self.kind.fields}

    def _compare(self):
        shown = read(self.data.get(self.add_prefix("version"), ""))
        now = {name: fingerprint(value) for name, value in self._versions().items()}
        mine = {name: fingerprint(self.cleaned_data.get(name)) for name in now}
        changed = [
            name
            for name in now
            if name in shown and shown[name] != now[name] and mine[name] != now[name]
        ]
        if not changed:
            return
        self.data = self.data.copy()
        for name in changed:
            is_contested = mine[name] != shown[name]
            if not is_contested:
                self.data[self.add_prefix(name)] = self.stored.get(name) or ""
            self.meanwhile.append(
                Change(
                    str(self.fields[name].label),
                    self.language,
                    self.stored.get(name) or "",
                    is_contested,
                )
            )
        self.data[self.add_prefix("version")] = written(self._versions())
        self.add_error(None, ValidationError(changed_meanwhile(), code="changed_meanwhile"))


class GivingForm(forms.Form):
    """Who translates, and by when."""

    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Translator"))
    due_on = forms.DateField(label=gettext_lazy("Due on"), required=False, widget=DateInput())

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people
        if len(people) == 1:
            # A lead takes a text for oneself, and only says by when.
            self.fields["to"].initial, self.fields["to"].empty_label = people[0], None


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What should be changed"), widget=forms.Textarea(attrs={"rows": 3})
    )


class TermForm(forms.ModelForm):
    class Meta:
        model = Term
        fields = (
            *(f"word_{code}" for code in LANGUAGES),
            *(f"variants_{code}" for code in LANGUAGES),
            "field",
            "stays",
            "note",
        )
        widgets = {f"variants_{code}": forms.Textarea(attrs={"rows": 2}) for code in LANGUAGES}
        widgets |= {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            for name in ("word", "variants"):
                self.fields[f"{name}_{code}"].widget.attrs["lang"] = code
            self.fields[f"variants_{code}"].help_text = _("One a line.")
