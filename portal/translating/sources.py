"""The original that a translation was made from, when it is no longer the present one.

The last draft that was taken over keeps it; for older translations it is looked for in the
history by its fingerprint. Otherwise it is unknown, and nobody guesses.
"""

from collections.abc import Iterable

from portal.lib.sentences import changed_words
from portal.lib.translations import PARTIAL, Translatable, fingerprint_of
from portal.models import TranslationDraft
from portal.texts import TextKind

Texts = dict[str, str]
# So many versions of a page of records are looked through, the latest first.
MOST_VERSIONS = 500


def of_translations(
    kind: TextKind, records: Iterable[Translatable], language: str
) -> dict[str, Texts | None]:
    """For each record's key, the original its translation was made from; None when unknown.

    One query for the drafts, and one for the history when something is still missing.
    """
    found: dict[str, Texts | None] = {}
    wanted: dict[str, str] = {}
    for record in records:
        key, source = str(record.pk), getattr(record, f"source_{language}")
        found[key] = None
        if source == record.fingerprint():
            found[key] = record.own_texts(record.original_language)
        elif source and source != PARTIAL:
            wanted[key] = source
    if wanted:
        found |= in_drafts(kind, wanted, language)
    missing = {key: source for key, source in wanted.items() if found[key] is None}
    if missing:
        found |= in_history(kind, missing)
    return found


def of_translation(kind: TextKind, record: Translatable, language: str) -> Texts | None:
    return of_translations(kind, [record], language)[str(record.pk)]


def in_drafts(kind: TextKind, wanted: dict[str, str], language: str) -> dict[str, Texts]:
    drafts = TranslationDraft.objects.taken().filter(
        kind=kind.code, language=language, key__in=wanted, source__in=set(wanted.values())
    )
    rows = drafts.values_list("key", "source", "source_texts")
    return {key: texts for key, source, texts in rows if wanted[key] == source}


def in_history(kind: TextKind, wanted: dict[str, str]) -> dict[str, Texts]:
    if not hasattr(kind.model, "history"):
        return {}
    versions = kind.model.history.filter(pk__isnull=False, id__in=list(wanted))
    found: dict[str, Texts] = {}
    for version in versions.order_by("-history_date", "-history_id")[:MOST_VERSIONS]:
        key = str(version.id)
        if key in found:
            continue
        texts = {
            name: getattr(version, f"{name}_{version.original_language}") or ""
            for name in kind.fields
        }
        if fingerprint_of(texts.values()) == wanted[key]:
            found[key] = texts
    return found


def words_to_translate(
    kind: TextKind, record: Translatable, before: Texts | None
) -> tuple[int, int | None]:
    """The words of the original, and of them those in sentences that are new since ``before``;
    None when that is unknown."""
    original = record.original_language
    total = kind.words(record, original)
    if before is None:
        return total, None
    return total, sum(
        changed_words(
            before.get(name, ""), record.own_text(name, original), is_html=name in kind.html
        )
        for name in kind.fields
    )
