"""Two people with the same form open: what one has saved is not overwritten by the other unseen.

The form carries a fingerprint of each field as it was shown. When what is stored has changed since,
nothing is saved: the form comes back with what was typed, takes over what the person had not
touched, and tells what somebody else has written in the meantime.
"""

import datetime
import hashlib
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from portal.lib.translations import LANGUAGES


class Change(NamedTuple):
    """What somebody else changed: the field, its language, what is stored now, and whether the
    person typed something else into the same field."""

    label: str
    language: str
    stored: str
    is_contested: bool


class VersionedForm(forms.ModelForm):
    """A form over a stored record that refuses to overwrite what it has not shown.

    A post without fingerprints is no browser's form and is not compared.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # What somebody else changed, by whom and when (None where no history tells).
        self.meanwhile: list[Change] = []
        self.last_change = None
        if self.instance.pk is None:
            del self.fields["version"]
            return
        self._stored = self.stored_values()
        self.fields["version"].initial = written(self._stored)

    def stored_values(self) -> dict[str, Any]:
        """The stored value of each field that the form shows."""
        names = self._meta.fields
        return {name: self.initial.get(name) for name in names if name in self.fields}

    def clean(self):
        cleaned = super().clean()
        if "version" in self.fields:
            self._compare(read(self.data.get(self.add_prefix("version"), "")))
        return cleaned

    def hold(self):
        """Lock the record until the transaction ends, and look once more.

        Raises ValidationError when somebody saved it a moment ago; their change is told when the
        form is sent again.
        """
        if "version" not in self.fields:
            return
        stored = type(self.instance)._base_manager.select_for_update().get(pk=self.instance.pk)
        now = model_to_dict(stored, fields=self._meta.fields)
        shown = [name for name in now if name in self._stored]
        if any(fingerprint(now[name]) != fingerprint(self._stored[name]) for name in shown):
            raise ValidationError(changed_meanwhile(), code="changed_meanwhile")

    def save(self, commit=True):
        if self.errors or not commit:
            return super().save(commit=commit)
        with transaction.atomic():
            self.hold()
            return self.store()

    def store(self) -> models.Model:
        """Write the record and its links; the transaction holds it."""
        return super().save()

    def saved(self) -> bool:
        """Save; False, with the reason in the form, when somebody else was faster."""
        try:
            self.save()
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True

    def _compare(self, shown: dict[str, str]):
        now = {name: fingerprint(value) for name, value in self._stored.items()}
        changed = [name for name in now if name in shown and shown[name] != now[name]]
        if not changed:
            return
        self.data = self.data.copy()
        for name in changed:
            mine = fingerprint(self.cleaned_data[name]) if name in self.cleaned_data else None
            is_untouched = self.fields[name].disabled or mine == shown[name]
            if is_untouched:
                self._take_over(name)
            is_contested = not is_untouched and mine != now[name]
            self.meanwhile.append(self._change(name, is_contested=is_contested))
        self.data[self.add_prefix("version")] = written(self._stored)
        if history := getattr(self.instance, "history", None):
            self.last_change = history.select_related("history_user").first()
        self.add_error(None, ValidationError(changed_meanwhile(), code="changed_meanwhile"))

    def _take_over(self, name: str):
        value, key = self._stored[name], self.add_prefix(name)
        if isinstance(value, bool):
            self.data.pop(key, None)
            if value:
                self.data[key] = "on"
        elif isinstance(value, list | tuple | models.QuerySet):
            self.data.setlist(key, [plain(one) for one in value])
        else:
            self.data[key] = plain(value)

    def _change(self, name: str, *, is_contested: bool) -> Change:
        code = name.rpartition("_")[2]
        return Change(
            label=str(self.fields[name].label),
            language=code if code in LANGUAGES else "",
            stored=self._said(name),
            is_contested=is_contested,
        )

    def _said(self, name: str) -> str:
        """The stored value in words."""
        value, field = self._stored[name], self.fields[name]
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list | tuple | models.QuerySet):
            return ", ".join(str(one) for one in value)
        if isinstance(field, forms.ModelChoiceField):
            return str(field.queryset.model._default_manager.filter(pk=value).first() or "")
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value))
        return plain(value)


def changed_meanwhile() -> str:
    return _(
        "Somebody else has saved this record while you were writing, so nothing was saved yet. "
        "What you typed is still here: look at what has changed, then save again."
    )


def plain(value) -> str:
    """A value as text, the same whether it was stored or typed."""
    if value is None or value is False:
        return ""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, list | tuple | models.QuerySet):
        return ",".join(sorted(plain(one) for one in value))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").strip()


def fingerprint(value) -> str:
    return hashlib.blake2b(plain(value).encode(), digest_size=6).hexdigest()


def written(values: dict[str, Any]) -> str:
    return " ".join(f"{name}:{fingerprint(value)}" for name, value in values.items())


def read(version: str) -> dict[str, str]:
    """Each field's fingerprint; what is not one is left out."""
    pairs = (part.partition(":") for part in version.split())
    return {name: mark for name, _colon, mark in pairs if mark}
