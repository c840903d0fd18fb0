"""The texts that wait for a translation, as one file for a translator's tool."""

from collections.abc import Iterable

from django.db.models import QuerySet

from members.models import User
from portal import texts
from portal.lib.exchange.texts import FIELD_LIMIT, Batch, Field, Record
from portal.lib.translations import LANGUAGES, Translatable, TranslationState
from portal.texts import TextKind
from regions.models import Region

# What a translator is asked for first: everything that is not ready.
OPEN = (
    TranslationState.MISSING,
    TranslationState.IN_PROGRESS,
    TranslationState.OUTDATED,
    TranslationState.MACHINE,
)


def rows(
    kind: TextKind,
    *,
    by: User,
    source: str,
    target: str,
    states: Iterable[str] = OPEN,
    region: Region | None = None,
) -> QuerySet:
    """The rows of a kind that the person may translate out of one language into another."""
    found = kind.translatable_by(by, target).filter(
        **{"original_language": source, f"state_{target}__in": list(states)}
    )
    return kind.in_region(found, region) if region else found


def batch(
    *,
    by: User,
    source: str,
    target: str,
    kinds: Iterable[TextKind],
    states: Iterable[str] = OPEN,
    region: Region | None = None,
) -> Batch:
    """What is to be translated, with what there is of the translation already."""
    records, left = [], FIELD_LIMIT
    for kind in kinds:
        found = rows(kind, by=by, source=source, target=target, states=states, region=region)
        for record in kind.whole(found.order_by("pk"))[:left]:
            exported = record_of(kind, record, target)
            if exported.fields and left >= len(exported.fields):
                records.append(exported)
                left -= len(exported.fields)
    return Batch(source, target, tuple(records))


def record_of(kind: TextKind, record: Translatable, target: str) -> Record:
    source = record.original_language
    label = f"{kind.label}: {record.own_text(kind.title_field, source)}"
    fields = tuple(
        field_of(kind, record, name, target)
        for name in kind.fields
        if record.own_text(name, source)
    )
    return Record(kind.code, str(record.pk), record.fingerprint(), fields, label)


def field_of(kind: TextKind, record: Translatable, name: str, target: str) -> Field:
    translation = record.own_text(name, target)
    state = record.translation_state(target) if translation else TranslationState.MISSING
    return Field(
        name,
        record.own_text(name, record.original_language),
        translation,
        TranslationState.IN_PROGRESS
        if translation and state == TranslationState.MISSING
        else state,
        name in kind.html,
    )


def counts(*, by: User, target: str, kinds: Iterable[TextKind] | None = None) -> dict[str, int]:
    """How many texts wait for the language, by the language they are written in."""
    found = dict.fromkeys((code for code in LANGUAGES if code != target), 0)
    for kind in kinds or texts.kinds():
        for source in found:
            found[source] += rows(kind, by=by, source=source, target=target).count()
    return found
