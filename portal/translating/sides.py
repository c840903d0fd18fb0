"""The two sides of a text: what is translated, with what is new in it, and the terms in it."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.forms import BoundField

from portal.lib import sentences
from portal.lib.sentences import Piece
from portal.lib.text import accent_blind
from portal.lib.translations import LANGUAGES, Translatable, current_language
from portal.models import Term, TranslationDraft
from portal.texts import TextField, TextKind, count_words
from portal.translating import glossary, sources
from portal.translating.forms import TranslationForm
from portal.translating.glossary import Suggestion

HISTORY = 8


@dataclass
class Side:
    """One field: its original, what changed in it, its target and its terms."""

    field: TextField
    original: str
    target: BoundField
    words: int
    changes: list[list[Piece]] = field(default_factory=list)
    terms: list[Suggestion] = field(default_factory=list)

    @property
    def has_changed(self) -> bool:
        return bool(self.changes)


def compared(
    kind: TextKind,
    record: Translatable,
    language: str,
    form: TranslationForm,
    draft: TranslationDraft | None,
) -> dict:
    """Each field with its original and its target; and whether what is new is known."""
    original = record.original_language
    before = before_of(kind, record, language, draft)
    is_behind = before is not None and before != record.own_texts(original)
    terms = list(Term.objects.all())
    found = []
    for described in kind.described_fields:
        source = record.own_text(described.name, original)
        target = form[described.name]
        if not source and not target.value():
            continue
        side = Side(described, source, target, count_words(source, is_html=described.is_html))
        earlier = (before or {}).get(described.name, "")
        if is_behind and earlier != source:
            side.changes = sentences.compared(earlier, source, is_html=described.is_html)
        side.terms = glossary.suggestions(
            terms,
            source=source,
            source_language=original,
            target=str(target.value() or ""),
            target_language=language,
            is_html=described.is_html,
        )
        found.append(side)
    total, new = sources.words_to_translate(kind, record, before)
    return {
        "sides": found,
        "words": total,
        "new_words": new if is_behind else None,
        "is_behind": is_behind,
        "is_unknown": before is None and record.is_behind(language),
    }


def before_of(
    kind: TextKind, record: Translatable, language: str, draft: TranslationDraft | None
) -> dict[str, str] | None:
    """The original that the text in hand was made from: that of the draft, or of the record."""
    if draft is not None and draft.source != record.fingerprint():
        return draft.source_texts
    return sources.of_translation(kind, record, language)


def history_of(record: Translatable) -> list:
    """The last versions of the record: when, by whom, and why."""
    manager = getattr(record, "history", None)
    return list(manager.select_related("history_user")[:HISTORY]) if manager is not None else []


def terms_with(words: str):
    """The terms that hold all the words, in any language; in the order of the reader's."""
    found = Term.objects.in_order(current_language())
    for word in words.split()[:5]:
        pattern = accent_blind(word[:60])
        columns = [f"{name}_{code}" for name in ("word", "variants") for code in LANGUAGES]
        any_column = Q()
        for column in columns:
            any_column |= Q(**{f"{column}__regex": pattern})
        found = found.filter(any_column)
    return found
