"""A translation file that came back: what each of its texts would change.

Nothing is believed of the file but the translations. Which records there are, what their original
says and who may translate them is asked of the portal, first for the dry run and once more, with
the rows locked, when the file is recorded.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import User
from portal import texts
from portal.lib.exchange import formats, markup
from portal.lib.exchange.markup import Code
from portal.lib.exchange.texts import Batch, Field, Record
from portal.lib.said import said
from portal.lib.text import plain, sanitise
from portal.lib.translations import Translatable, TranslationState
from portal.models import TextFile, TranslationDraft
from portal.texts import TextKind

# What no database keeps: the character nought, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BREAKS = re.compile(r"\s*[\r\n\u2028\u2029]+\s*")


class Outcome(models.TextChoices):
    NEW = "new", gettext_lazy("new")
    CHANGED = "changed", gettext_lazy("changed")
    CONFIRMED = "confirmed", gettext_lazy("confirmed")
    UNCHANGED = "unchanged", gettext_lazy("unchanged")
    EMPTY = "empty", gettext_lazy("without a translation")
    REFUSED = "refused", gettext_lazy("refused")


WRITTEN = (Outcome.NEW, Outcome.CHANGED, Outcome.CONFIRMED)


@dataclass
class CheckedField:
    """One text of the file: what becomes of it and why, with what a person should know."""

    name: str
    label: str
    outcome: str
    before: str = ""
    after: str = ""
    is_html: bool = False
    why: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass
class CheckedRecord:
    """One record of the file. ``state`` is what its translation would be in afterwards."""

    kind: TextKind | None
    label: str
    record: Translatable | None = None
    fingerprint: str = ""
    # The original as it stands in the file, by field.
    sources: dict[str, str] = field(default_factory=dict)
    is_older: bool = False
    state: str = ""
    # An editor's file goes into the record; a translator's becomes a draft that waits for one.
    is_direct: bool = False
    draft: TranslationDraft | None = None
    is_taken: bool = False
    notes: list[str] = field(default_factory=list)
    fields: list[CheckedField] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        return any(one.outcome in WRITTEN for one in self.fields)

    @property
    def state_label(self) -> str:
        return str(TranslationState(self.state).label) if self.state else ""

    def present(self, language: str) -> dict[str, str]:
        """The texts as they are: those of one's own draft, else those of the record."""
        own = self.record.own_texts(language)
        return own | {k: v for k, v in self.draft.texts.items() if k in own} if self.draft else own

    def changes(self) -> dict[str, str]:
        """The texts to write, by field."""
        return {one.name: one.after for one in self.fields if one.outcome in WRITTEN}


class Checked(list[CheckedRecord]):
    """The records of a file in its order."""

    def counts(self) -> dict[str, int]:
        found = Counter(one.outcome for record in self for one in record.fields)
        return {outcome: found.get(outcome, 0) for outcome in Outcome.values}

    @property
    def writes(self) -> int:
        return sum(one.outcome in WRITTEN for record in self for one in record.fields)


def receive(*, content: bytes, name: str, by: User) -> TextFile:
    """Keep a file for its dry run. Raises ValidationError when it cannot be read at all."""
    kind, batch = formats.read(content)
    if batch.target_language not in texts.languages_of(by):
        raise ValidationError(
            _("This file is a translation into %(language)s. You do not translate into it."),
            code="language",
            params={"language": language_name(batch.target_language)},
        )
    return TextFile.objects.create(
        name=name[-200:],
        format=kind,
        source_language=batch.source_language,
        target_language=batch.target_language,
        content=content,
        sent_by=by,
    )


def language_name(code: str) -> str:
    return {"fr": _("French"), "en": _("English"), "es": _("Spanish")}[code]


def batch_of(file: TextFile, *, is_finished: bool = False) -> Batch:
    """What the file holds. Many tools leave their marks alone: a person may say for the whole file
    that its translations are finished."""
    _kind, batch = formats.read(bytes(file.content))
    if not is_finished:
        return batch
    records = [
        record._replace(fields=tuple(finished(one) for one in record.fields))
        for record in batch.records
    ]
    return batch._replace(records=tuple(records))


def finished(given: Field) -> Field:
    return given._replace(state=TranslationState.READY) if given.target else given


def check(batch: Batch, *, by: User, locked: bool = False) -> Checked:
    """Every text of the batch against the records as they are; three queries a kind."""
    found = Checked()
    merged = merge(batch.records)
    by_kind: dict[str, list[Record]] = {}
    for record in merged:
        by_kind.setdefault(record.kind, []).append(record)
    known: dict[tuple[str, str], CheckedRecord] = {}
    for code, records in by_kind.items():
        kind = texts.kind_with(code)
        if kind is None:
            continue
        keys = [record.key for record in records]
        rows = kind.translatable_by(by, batch.target_language)
        if locked:
            numbers = [key for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
            # Locking takes plain rows: no distinct, no outer joins.
            list(kind.model.objects.filter(pk__in=numbers).order_by("pk").select_for_update())
        present = texts.records_of(kind, rows, keys)
        direct = texts.records_of(kind, kind.approvable_by(by, batch.target_language), keys)
        drafts = TranslationDraft.objects.open().select_related("author")
        waiting = {
            draft.key: draft
            for draft in drafts.filter(kind=code, language=batch.target_language, key__in=keys)
        }
        for record in records:
            own = present.get(record.key)
            checked = CheckedRecord(kind, label_of(kind, own, record), own, record.fingerprint)
            checked.is_direct = record.key in direct
            checked.draft = waiting.get(record.key)
            settle_draft(checked, by)
            known[record.kind, record.key] = checked
    for record in merged:
        checked = known.get((record.kind, record.key))
        if checked is None:
            checked = CheckedRecord(None, record.label or f"{record.kind} {record.key}")
        settle(checked, record, batch)
        found.append(checked)
    return found


def merge(records: Iterable[Record]) -> list[Record]:
    """One entry a record: a tool may divide a file, and a person may put two together.

    Of different fingerprints the one that comes second is not that of a first: the whole is then
    of an unknown original, and never counts as made from the present one.
    """
    found: dict[tuple[str, str], Record] = {}
    for record in records:
        former = found.get((record.kind, record.key))
        if former is not None:
            same = former.fingerprint == record.fingerprint
            record = former._replace(
                fields=former.fields + record.fields,
                fingerprint=record.fingerprint if same else "unknown",
            )
        found[record.kind, record.key] = record
    return list(found.values())


def label_of(kind: TextKind, own: Translatable | None, record: Record) -> str:
    if own is not None:
        return said(own.text(kind.title_field))
    return record.label or f"{kind.label} {record.key}"


def settle_draft(checked: CheckedRecord, by: User):
    """A draft that somebody else is writing stays theirs; an editor is told that there is one."""
    draft = checked.draft
    if draft is None:
        return
    if draft.author_id != by.pk:
        name = draft.author.full_name if draft.author else _("somebody")
        checked.notes.append(_("%(name)s has begun a draft of it here.") % {"name": name})
        checked.is_taken = not checked.is_direct
    if checked.is_direct:
        checked.draft = None


def settle(checked: CheckedRecord, record: Record, batch: Batch):
    """Say of each field what becomes of it, and of the record which state it would be in."""
    own, kind, target = checked.record, checked.kind, batch.target_language
    if kind is None:
        why = _("The portal has no texts of this kind.")
    elif own is None:
        why = _("This text is gone, or is not yours to translate.")
    elif own.original_language != batch.source_language:
        why = _("Its original is in %(language)s, not in the language of the file.") % {
            "language": language_name(own.original_language)
        }
    elif checked.is_taken:
        why = _("Somebody else is translating it: speak to them first.")
    else:
        why = ""
    if why:
        checked.fields = [
            CheckedField(one.name, one.name, Outcome.REFUSED, after=one.target, why=why)
            for one in record.fields
        ]
        return
    checked.sources = {one.name: one.source for one in record.fields}
    times = Counter(one.name for one in record.fields)
    checked.is_older = record.fingerprint != own.fingerprint()
    for one in record.fields:
        checked.fields.append(checked_field(checked, one, target, twice=times[one.name] > 1))
    if checked.writes:
        checked.state = state_after(checked, record, target)


def checked_field(
    checked: CheckedRecord, given: Field, target: str, *, twice: bool
) -> CheckedField:
    kind, own = checked.kind, checked.record
    known = {one.name: one for one in kind.described_fields}.get(given.name)
    if known is None:
        why = _("Texts of this kind have no such part.")
        return CheckedField(given.name, given.name, Outcome.REFUSED, after=given.target, why=why)
    found = CheckedField(
        given.name,
        known.label,
        Outcome.UNCHANGED,
        checked.present(target)[given.name],
        given.target,
        known.is_html,
    )
    if not given.target.strip():
        # What the portal has stays: a file never deletes a translation.
        found.outcome, found.after = Outcome.EMPTY, found.before
        return found
    reason = refusal(checked, given, twice=twice)
    if reason:
        found.outcome, found.why = Outcome.REFUSED, reason
        if given.gaps:
            # Between its passages stands the original, which is no translation to show.
            found.after = found.before
        return found
    found.after = cleaned(found, is_line=known.is_line)
    if len(found.after) > (limit_of(kind, given.name) or len(found.after)):
        found.outcome = Outcome.REFUSED
        found.why = _("It is longer than %(limit)d characters.") % {
            "limit": limit_of(kind, given.name)
        }
        return found
    compare(found, given, own, target, is_older=checked.is_older)
    return found


def refusal(checked: CheckedRecord, given: Field, *, twice: bool) -> str:
    """Why the text cannot be taken in, or nothing."""
    if twice:
        return _("It comes more than once in the file.")
    if given.gaps:
        return ngettext(
            "%(gaps)d of its %(passages)d passages has no translation.",
            "%(gaps)d of its %(passages)d passages have no translation.",
            given.gaps,
        ) % {"gaps": given.gaps, "passages": given.passages}
    if _UNSTORABLE.search(given.target):
        return _("It holds characters that cannot be stored.")
    if not checked.record.own_text(given.name, checked.record.original_language):
        return _("The original no longer has this part.")
    return ""


def limit_of(kind: TextKind, name: str) -> int | None:
    return kind.model._meta.get_field(name).max_length


def cleaned(found: CheckedField, *, is_line: bool) -> str:
    """The text as it would be stored; whatever is taken out is told."""
    if found.is_html:
        safe = sanitise(found.after)
        if safe != found.after and safe != found.before:
            found.notes.append(_("Mark-up that texts may not hold was taken out."))
        return safe
    if is_line:
        return _BREAKS.sub(" ", found.after).strip()
    return found.after


def compare(found: CheckedField, given: Field, own: Translatable, target: str, *, is_older: bool):
    """New, changed, confirmed or the same, with what differs from the original’s build."""
    if not is_older and own.own_text(given.name, own.original_language) != given.source:
        found.notes.append(_("The original was altered in the file; the portal keeps its own."))
    if found.is_html and codes(found.after) != codes(given.source):
        found.notes.append(_("Its mark-up differs from the original’s."))
    if not found.before:
        found.outcome = Outcome.NEW
    elif found.after != found.before:
        found.outcome = Outcome.CHANGED
        if found.is_html and plain(found.after) == plain(found.before):
            found.notes.append(_("Only the mark-up changes."))
    elif (
        not is_older
        and given.state == TranslationState.READY
        and own.translation_state(target) in (TranslationState.OUTDATED, TranslationState.MACHINE)
    ):
        found.outcome = Outcome.CONFIRMED


def codes(html: str) -> Counter[str]:
    found = (piece for pieces in markup.passages(html) for piece in pieces)
    return Counter(piece.raw.strip() for piece in found if isinstance(piece, Code))


def state_after(checked: CheckedRecord, record: Record, target: str) -> str:
    """The state of the translation once the texts are written: the least that is true of them."""
    own, changes = checked.record, checked.changes()
    after = checked.present(target) | changes
    if not after[checked.kind.title_field]:
        return TranslationState.MISSING
    if checked.is_older:
        return TranslationState.OUTDATED
    whole = all(after[name] for name, text in own.own_texts(own.original_language).items() if text)
    states = {one.state for one in record.fields if one.name in changes}
    # Half of a text that was to be revised does not make the whole true to the original.
    left = [one for one in checked.fields if one.name not in changes and one.before]
    was = own.translation_state(target)
    if not whole or TranslationState.IN_PROGRESS in states:
        return TranslationState.IN_PROGRESS
    if TranslationState.MACHINE in states:
        return TranslationState.MACHINE
    if was in (TranslationState.OUTDATED, TranslationState.MACHINE) and any(
        not is_confirmed(record, one.name) for one in left
    ):
        return was
    return (
        TranslationState.OUTDATED if TranslationState.OUTDATED in states else TranslationState.READY
    )


def is_confirmed(record: Record, name: str) -> bool:
    """Whether the file says of an unchanged field that it is done."""
    return any(
        one.name == name and one.target and one.state == TranslationState.READY
        for one in record.fields
    )
