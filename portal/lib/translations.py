"""What exists in which language, and what a reader is shown when it does not.

A translatable record has an original language, any of the three, and for each language a
state and the fingerprint of the original text it was translated from. Nothing else decides
whether a translation exists: the descriptor ``record.title`` falls back silently and must
not be asked.

What follows from what:

- A translation is **missing** without its obligatory text (the first field), whatever else is
  written. It is **in progress** while a person says so, and while it lacks a text that the
  original has: a title without its body is no translation of the whole.
- It is **ready** when it is whole and true to the original; **outdated** when the original changed
  since, unless the edit is minor. A minor edit validates no translation that lacks a text. An
  original that is put back as it was makes the translations of it ready again.
- A **machine draft** stays one until a person revises it, whatever happens to the original.
- Another original language changes no text: translations that were true to the old original stay
  true when the new original was true to it too, and are outdated otherwise.

Readers are shown what is ready, outdated or a machine's draft, each with its mark. What is in
progress is not shown: they get the original, marked as such. A name (``stands_alone``) is the
exception, since it is whole in itself: it is shown as soon as it is written.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache, reduce
from operator import or_
from typing import ClassVar, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modeltranslation.manager import (
    MultilingualManager,
    MultilingualQuerySet,
    multilingual_queryset_factory,
)

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
# In the place of a fingerprint: the translation lacks a text that the original has, and counts as
# in progress until it is whole. One that a person called in progress has a fingerprint or none.
PARTIAL = "partial"


class Text(NamedTuple):
    """A text, the language it is really in, and whether it is a machine's unrevised draft."""

    value: str
    language: str
    is_machine: bool = False


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

    def _patch_queryset(self, rows):
        # The library would make a class for every set of rows: half of the time that making one
        # takes, and a cycle of some kilobytes that waits for the garbage collector.
        rows.__class__ = multilingual(rows.__class__)
        return rows


@cache
def multilingual(rows: type[models.QuerySet]) -> type[MultilingualQuerySet]:
    return multilingual_queryset_factory(rows, instantiate=False)


def state_field() -> models.CharField:
    return models.CharField(
        max_length=12, choices=TranslationState, default=TranslationState.MISSING, editable=True
    )


class Translatable(Announced):
    """An abstract record in French, English and Spanish.

    ``translated_fields`` names the prose fields registered with modeltranslation, the
    obligatory one first. The original language is the only one required. ``stands_alone`` are
    those shown to readers before the rest of the translation is there, ``may_stay`` those that a
    translation may leave as they are in the original, such as the name of a town.
    """

    translated_fields: ClassVar[tuple[str, ...]] = ()
    stands_alone: ClassVar[tuple[str, ...]] = ()
    may_stay: ClassVar[tuple[str, ...]] = ()

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
        minor, which keeps every translation valid and is written into the history.
        """
        self._normalise_blanks()
        if minor_edit and self._original_was_edited():
            self._note_minor_edit()
        self._refresh_states(minor_edit=minor_edit, before=self._stored_original())
        self.follow_texts()
        if (update_fields := kwargs.get("update_fields")) is not None:
            states = {f"{name}_{code}" for name in ("state", "source") for code in LANGUAGES}
            kwargs["update_fields"] = {*update_fields, *states}
        super().save(*args, **kwargs)

    def settle_texts(self):
        """What saving does to blanks and states, for a verb that writes many records in bulk."""
        self._normalise_blanks()
        self._refresh_states(minor_edit=False, before=None)
        self.follow_texts()

    def follow_texts(self):
        """Bring up to date what the record keeps beside its texts, such as keys to sort by.

        Called whenever texts and states are settled; nothing here.
        """

    def text(self, field: str, language: str | None = None) -> Text:
        """The field's text for a reader of the language, and the language it is in.

        Falls back to the original language, then French, English, Spanish; an empty text
        is returned in the reader's own language.
        """
        wanted = language or current_language()
        for code in dict.fromkeys((wanted, self.original_language, *LANGUAGES)):
            value = self.own_text(field, code)
            if value and self._shows(field, code):
                is_machine = self.translation_state(code) == TranslationState.MACHINE
                return Text(value, code, is_machine and code != self.original_language)
        return Text("", wanted)

    def own_text(self, field: str, language: str) -> str:
        """The field's own text in one language, without any fallback."""
        return getattr(self, f"{field}_{language}") or ""

    def own_texts(self, language: str) -> dict[str, str]:
        """All texts of one language by field, in the order of the fields."""
        return {name: self.own_text(name, language) for name in self.translated_fields}

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

    def is_whole(self, language: str) -> bool:
        """Whether the language has every text that it needs, the obligatory one at least."""
        return self._has_text(language) and not self.lacking(language)

    def lacking(self, language: str) -> list[str]:
        """The fields that the original has and the language has not, and needs."""
        original = self.original_language
        return [
            name
            for name in self.translated_fields
            if name not in self.may_stay
            and self.own_text(name, original)
            and not self.own_text(name, language)
        ]

    def fingerprint(self) -> str:
        """The fingerprint of the original text, over all translated fields."""
        return fingerprint_of(self.own_texts(self.original_language).values())

    def is_behind(self, language: str) -> bool:
        """Whether the text of the language was made from another original than the present one."""
        source = getattr(self, f"source_{language}")
        return bool(source) and source not in (PARTIAL, self.fingerprint())

    def mark_translated(self, language: str):
        """Declare the translation true to the original as it stands now; save afterwards."""
        setattr(self, f"state_{language}", TranslationState.READY)
        setattr(self, f"source_{language}", self.fingerprint())

    def mark_in_progress(self, language: str):
        """Say that somebody is writing the translation: readers wait for it; save afterwards."""
        setattr(self, f"state_{language}", TranslationState.IN_PROGRESS)
        if getattr(self, f"source_{language}") == PARTIAL:
            setattr(self, f"source_{language}", "")

    def mark_machine(self, language: str):
        """Declare the text of the language a machine's, which nobody has revised."""
        setattr(self, f"state_{language}", TranslationState.MACHINE)
        setattr(self, f"source_{language}", self.fingerprint())

    def take_translation(self, language: str, texts: Mapping[str, str], *, source: str):
        """Write a translation that was made from the original of this fingerprint; save afterwards.

        It is outdated when the original has changed since, never silently ready.
        """
        for name in self.translated_fields:
            if name in texts:
                setattr(self, f"{name}_{language}", texts[name])
        if source == self.fingerprint():
            self.mark_translated(language)
        else:
            setattr(self, f"state_{language}", TranslationState.OUTDATED)
            setattr(self, f"source_{language}", source)

    def _shows(self, field: str, code: str) -> bool:
        if code == self.original_language or self.is_available(code):
            return True
        return field in self.stands_alone

    def _has_text(self, code: str) -> bool:
        return bool(self.own_text(self.translated_fields[0], code))

    def _normalise_blanks(self):
        # Nothing and an empty text are the same thing, and unique columns need to see that.
        for name in self.translated_fields:
            for code in LANGUAGES:
                if getattr(self, f"{name}_{code}") == "":
                    setattr(self, f"{name}_{code}", None)

    def _original_was_edited(self) -> bool:
        source = getattr(self, f"source_{self.original_language}")
        return bool(self.pk and source) and source != self.fingerprint()

    def _note_minor_edit(self):
        note = str(_("Minor edit: the translations stay valid."))
        reason = getattr(self, "_change_reason", None)
        self._change_reason = f"{reason} {note}"[:100] if reason else note

    def _stored_original(self) -> "Translatable | None":
        """The stored record when its original language is another one; asked only if need be."""
        if not self._original_was_edited():
            return None
        stored = type(self)._base_manager.filter(pk=self.pk).first()
        if stored is None or stored.original_language == self.original_language:
            return None
        return stored

    def _refresh_states(self, *, minor_edit: bool, before: "Translatable | None"):
        current = self.fingerprint()
        if before is not None:
            self._follow_another_original(before, current, minor_edit=minor_edit)
        previous = getattr(self, f"source_{self.original_language}")
        for code in LANGUAGES:
            if code == self.original_language:
                self._settle(code, TranslationState.READY, current)
            elif not self._has_text(code):
                self._settle_without_text(code)
            else:
                self._settle_with_text(code, current, previous, minor_edit=minor_edit)

    def _settle(self, code: str, state: str, source: str):
        setattr(self, f"state_{code}", state)
        setattr(self, f"source_{code}", source)

    def _settle_without_text(self, code: str):
        is_said = self.translation_state(code) == TranslationState.IN_PROGRESS
        if is_said and getattr(self, f"source_{code}") != PARTIAL:
            self._settle(code, TranslationState.IN_PROGRESS, "")
        else:
            self._settle(code, TranslationState.MISSING, "")

    def _settle_with_text(self, code: str, current: str, previous: str, *, minor_edit: bool):
        state, source = self.translation_state(code), getattr(self, f"source_{code}")
        whole = self.is_whole(code)
        is_new = state == TranslationState.MISSING
        was_partial = state == TranslationState.IN_PROGRESS and source == PARTIAL
        is_true = state == TranslationState.READY and source in ("", current)
        if is_new or was_partial or is_true:
            self._settle_whole_or_partial(code, current)
        elif state == TranslationState.READY:
            stays_valid = minor_edit and source == previous and whole
            kept = TranslationState.READY, current
            self._settle(code, *(kept if stays_valid else (TranslationState.OUTDATED, source)))
        elif state == TranslationState.OUTDATED and source == current != previous and whole:
            self._settle(code, TranslationState.READY, current)
        elif state == TranslationState.MACHINE and not source:
            self._settle(code, state, current)

    def _settle_whole_or_partial(self, code: str, current: str):
        if self.is_whole(code):
            self._settle(code, TranslationState.READY, current)
        else:
            self._settle(code, TranslationState.IN_PROGRESS, PARTIAL)

    def _follow_another_original(self, before: "Translatable", current: str, *, minor_edit: bool):
        """Carry what was true to the old original over to the new one, if that was true to it."""
        new, old = self.original_language, before.original_language
        standard = getattr(before, f"source_{old}")
        was_true = {
            code
            for code in LANGUAGES
            if before.translation_state(code) == TranslationState.READY
            and getattr(before, f"source_{code}") == standard
        }
        is_same_text = before.own_texts(new) == self.own_texts(new)
        if new not in was_true or not (is_same_text or minor_edit):
            return
        for code in was_true - {new}:
            if self.translation_state(code) == TranslationState.READY:
                setattr(self, f"source_{code}", current)


def fingerprint_of(texts: Iterable[str]) -> str:
    """The fingerprint of the texts of an original, in the order of their fields."""
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()
