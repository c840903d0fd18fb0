"""What exists in which language, and what a reader is shown when it does not.

A translatable record has an original language, any of the three, and for each language a
state and the fingerprint of the original text it was translated from. Nothing else decides
whether a translation exists: the descriptor ``record.title`` falls back silently and must
not be asked.
"""

import hashlib
from functools import reduce
from operator import or_
from typing import ClassVar, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modeltranslation.manager import MultilingualManager, MultilingualQuerySet

from portal.lib.changes import Announced
from portal.lib.text import accent_blind

LANGUAGES = ("fr", "en", "es")


def current_language() -> str:
    """The active interface language, as one of the three codes (English outside a request)."""
    code = (get_language() or "en").split("-", 1)[0]
    return code if code in LANGUAGES else "en"


class Language(models.TextChoices):
    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")


class TranslationState(models.TextChoices):
    MISSING = "missing", _("missing")
    IN_PROGRESS = "in_progress", _("being translated")
    READY = "ready", _("available")
    OUTDATED = "outdated", _("to be revised")
    MACHINE = "machine", _("machine draft")


READABLE = (TranslationState.READY, TranslationState.OUTDATED, TranslationState.MACHINE)


class Text(NamedTuple):
    """A text and the language it is really in."""

    value: str
    language: str


class TranslatableQuerySet(MultilingualQuerySet):
    def available_in(self, language: str):
        """Records a reader of the language can read; filtering never falls back."""
        return self.filter(**{f"state_{language}__in": READABLE})

    def missing_in(self, language: str):
        return self.filter(**{f"state_{language}": TranslationState.MISSING})

    def outdated_in(self, language: str):
        return self.filter(**{f"state_{language}": TranslationState.OUTDATED})

    def holding(self, words: str, *, plain: tuple[str, ...] = (), fields: tuple[str, ...] = ()):
        """Rows where each word stands in one of the columns, whatever accents and capitals.

        ``fields`` are looked at in all three languages: a search never falls back.
        """
        columns = [*plain, *(f"{name}_{code}" for name in fields for code in LANGUAGES)]
        found = self
        for word in words.split():
            pattern = accent_blind(word)
            found = found.filter(reduce(or_, (Q(**{f"{c}__regex": pattern}) for c in columns)))
        return found


class TranslatableManager(MultilingualManager.from_queryset(TranslatableQuerySet)):
    """The manager of records whose querysets need no more than the languages."""


def state_field() -> models.CharField:
    return models.CharField(
        max_length=12, choices=TranslationState, default=TranslationState.MISSING, editable=True
    )


class Translatable(Announced):
    """An abstract record in French, English and Spanish.

    ``translated_fields`` names the prose fields registered with modeltranslation, the
    obligatory one first. The original language is the only one required.
    """

    translated_fields: ClassVar[tuple[str, ...]] = ()

    original_language = models.CharField(
        _("original language"), max_length=2, choices=Language, default=Language.FRENCH
    )
    state_fr = state_field()
    state_en = state_field()
    state_es = state_field()
    source_fr = models.CharField(max_length=64, blank=True, editable=False)
    source_en = models.CharField(max_length=64, blank=True, editable=False)
    source_es = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, minor_edit: bool = False, **kwargs):
        """Save, and bring the states of the languages up to date.

        A translation whose original changed since becomes outdated, unless the edit is
        minor, which keeps every translation valid.
        """
        self._normalise_blanks()
        self._refresh_states(minor_edit=minor_edit)
        if (update_fields := kwargs.get("update_fields")) is not None:
            states = {f"{name}_{code}" for name in ("state", "source") for code in LANGUAGES}
            kwargs["update_fields"] = {*update_fields, *states}
        super().save(*args, **kwargs)

    def settle_texts(self):
        """What saving does to blanks and states, for a verb that writes many records in bulk."""
        self._normalise_blanks()
        self._refresh_states(minor_edit=False)

    def text(self, field: str, language: str | None = None) -> Text:
        """The field's text for a reader of the language, and the language it is in.

        Falls back to the original language, then French, English, Spanish; an empty text
        is returned in the reader's own language.
        """
        wanted = language or current_language()
        for code in dict.fromkeys((wanted, self.original_language, *LANGUAGES)):
            value = self.own_text(field, code)
            if value and self._shows(code):
                return Text(value, code)
        return Text("", wanted)

    def own_text(self, field: str, language: str) -> str:
        """The field's own text in one language, without any fallback."""
        return getattr(self, f"{field}_{language}") or ""

    def languages(self) -> list[tuple[str, str]]:
        """Each of the three languages with its state, in the fixed order."""
        return [(code, self.translation_state(code)) for code in LANGUAGES]

    def translation_state(self, language: str) -> str:
        return getattr(self, f"state_{language}")

    def is_available(self, language: str) -> bool:
        return self.translation_state(language) in READABLE

    def readable_languages(self) -> list[str]:
        """The languages in which the record exists, in the fixed order."""
        return [
            code for code in LANGUAGES if code == self.original_language or self.is_available(code)
        ]

    def fingerprint(self) -> str:
        """The fingerprint of the original text, over all translated fields."""
        texts = (self.own_text(name, self.original_language) for name in self.translated_fields)
        return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()

    def _shows(self, code: str) -> bool:
        state = self.translation_state(code)
        return code == self.original_language or state != TranslationState.MISSING

    def _has_text(self, code: str) -> bool:
        return bool(self.own_text(self.translated_fields[0], code))

    def _normalise_blanks(self):
        # Nothing and an empty text are the same thing, and unique columns need to see that.
        for name in self.translated_fields:
            for code in LANGUAGES:
                if getattr(self, f"{name}_{code}") == "":
                    setattr(self, f"{name}_{code}", None)

    def _refresh_states(self, *, minor_edit: bool):
        current = self.fingerprint()
        previous = getattr(self, f"source_{self.original_language}")
        for code in LANGUAGES:
            state, source = f"state_{code}", f"source_{code}"
            if code == self.original_language:
                setattr(self, state, TranslationState.READY)
                setattr(self, source, current)
            elif not self._has_text(code):
                if getattr(self, state) != TranslationState.IN_PROGRESS:
                    setattr(self, state, TranslationState.MISSING)
                setattr(self, source, "")
            elif getattr(self, state) == TranslationState.MISSING:
                setattr(self, state, TranslationState.READY)
                setattr(self, source, current)
            elif not getattr(self, source) or (minor_edit and getattr(self, source) == previous):
                setattr(self, source, current)
            elif (
                getattr(self, state) == TranslationState.READY and getattr(self, source) != current
            ):
                setattr(self, state, TranslationState.OUTDATED)

    def mark_translated(self, language: str):
        """Declare the translation true to the original as it stands now; save afterwards."""
        setattr(self, f"state_{language}", TranslationState.READY)
        setattr(self, f"source_{language}", self.fingerprint())
