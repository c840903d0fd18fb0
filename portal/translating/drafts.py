"""Drafts of translations: written, handed in, sent back, taken over.

Whoever translates publishes nothing: what is written stays beside the record until somebody who
edits the text takes it over. Then it goes into the record's columns as any edit does, and the
history names the translator.
"""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from portal import texts
from portal.lib.templatetags.text import plain_date
from portal.lib.translations import Translatable, TranslationState
from portal.models import TranslationDraft, TranslationTask
from portal.models.translations import AboutText, DraftState
from portal.texts import TextKind, held, records_of
from portal.translating import letters

REASON_LENGTH = 100


def open_draft(kind: TextKind, record: Translatable, language: str) -> TranslationDraft | None:
    return TranslationDraft.objects.open().of_text(kind.code, record.pk, language).first()


def save(
    kind: TextKind,
    record: Translatable,
    language: str,
    written: Mapping[str, str],
    *,
    by: User,
    is_editor: bool = False,
) -> TranslationDraft:
    """Keep what has been written, beside the record. Nothing that readers see changes.

    An editor who puts something right in a colleague's draft does not become its translator.
    Raises ValidationError when somebody else began a draft of the same text a moment ago.
    """
    draft = open_draft(kind, record, language) or TranslationDraft(
        kind=kind.code, key=str(record.pk), language=language
    )
    draft.texts = {name: written.get(name) or "" for name in kind.fields}
    note_source(draft, record)
    draft.saved_at = timezone.now()
    if not (is_editor and draft.author_id):
        draft.author = by
        if draft.state == DraftState.WAITING:
            # What is written on waits for nobody's approval until it is handed in again.
            draft.state = DraftState.WRITING
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        raise ValidationError(
            _("Somebody else has just begun a draft of this text. Look at it first."),
            code="begun_meanwhile",
        ) from error
    return draft


def note_source(draft: TranslationDraft, record: Translatable):
    draft.source_language = record.original_language
    draft.source_texts = record.own_texts(record.original_language)
    draft.source = record.fingerprint()


@transaction.atomic
def hand_in(draft: TranslationDraft, record: Translatable):
    """Ask for approval. Raises ValidationError when a text is still missing."""
    row = locked(draft)
    if row.state not in (DraftState.WRITING, DraftState.RETURNED):
        raise ValidationError(_("This draft is waiting for approval already."), code="waiting")
    check_whole(row, record)
    row.state, row.handed_in_at, row.reason = DraftState.WAITING, timezone.now(), ""
    row.rounds += 1
    row.save()
    letters.tell_editors(row, record)
    follow(draft, row)


@transaction.atomic
def take_over(draft: TranslationDraft, *, by: User):
    """Put a draft that waits, or one's own, into the record: readers see it from now on.

    A draft made from an older original is taken in as outdated. Raises ValidationError when the
    draft does not wait, or the text has become somebody else's to edit.
    """
    row = locked(draft)
    is_own = row.author_id == by.pk and row.is_open
    if not (row.is_waiting or is_own):
        raise ValidationError(_("This draft does not wait for approval."), code="not_waiting")
    _kind, record = subject_of(row, by)
    check_whole(row, record)
    record.take_translation(row.language, row.texts, source=row.source)
    name = row.author.full_name if row.author else ""
    note = _("Translation by %(name)s") % {"name": name} if name else _("Translation")
    record._change_reason = note[:REASON_LENGTH]
    check_columns(record, row.language)
    record.save()
    row.state, row.decided_by, row.decided_at = DraftState.TAKEN, by, timezone.now()
    row.save()
    if record.translation_state(row.language) == TranslationState.READY:
        finish_tasks(row)
    if not is_own:
        letters.tell_author(row, record, kind="translation_taken")
    follow(draft, row)


@transaction.atomic
def send_back(draft: TranslationDraft, *, by: User, reason: str):
    """Give a draft back to its translator. Raises ValidationError without a reason."""
    if not reason.strip():
        raise ValidationError(_("Say what should be changed."), code="no_reason")
    row = locked(draft)
    if not row.is_waiting:
        raise ValidationError(_("This draft does not wait for approval."), code="not_waiting")
    _kind, record = subject_of(row, by)
    row.state, row.reason = DraftState.RETURNED, reason.strip()
    row.decided_by, row.decided_at = by, timezone.now()
    row.save()
    letters.tell_author(row, record, kind="translation_returned")
    follow(draft, row)


def drop(draft: TranslationDraft):
    """Throw away what was written; the record never knew of it."""
    TranslationDraft.objects.open().filter(pk=draft.pk).delete()


def subject_of(draft: TranslationDraft, user: User) -> tuple[TextKind, Translatable]:
    """What the draft translates. Raises ValidationError when the user does not edit it."""
    kind = texts.kind_with(draft.kind)
    rows = kind.approvable_by(user, draft.language) if kind else None
    record = records_of(kind, rows, [draft.key]).get(draft.key) if kind else None
    if record is None:
        raise ValidationError(_("This text is not yours to edit."), code="not_yours")
    return kind, held(record)


def check_whole(draft: TranslationDraft, record: Translatable):
    """Raises ValidationError naming the texts that the draft still lacks."""
    original, lacking = record.original_language, []
    for name in record.translated_fields:
        is_needed = name == record.translated_fields[0] or (
            record.own_text(name, original) and name not in record.may_stay
        )
        if is_needed and not draft.texts.get(name):
            lacking.append(str(record._meta.get_field(name).verbose_name))
    if lacking:
        raise ValidationError(
            _("Still to be translated: %(fields)s."),
            code="not_whole",
            params={"fields": ", ".join(lacking)},
        )


def check_columns(record: Translatable, language: str):
    """Raises ValidationError when a text does not fit its column; the rest is not looked at."""
    written = {f"{name}_{language}" for name in record.translated_fields}
    others = {field.name for field in record._meta.fields} - written
    record.clean_fields(exclude=others)


def finish_tasks(draft: TranslationDraft):
    tasks = TranslationTask.objects.open().filter(
        kind=draft.kind, key=draft.key, language=draft.language
    )
    tasks.update(done_at=timezone.now())


def locked(draft: TranslationDraft) -> TranslationDraft:
    return TranslationDraft.objects.select_for_update().get(pk=draft.pk)


def follow(draft: TranslationDraft, held: TranslationDraft):
    """Let the caller's row say what the locked one says."""
    for field in TranslationDraft._meta.concrete_fields:
        setattr(draft, field.attname, getattr(held, field.attname))


def visible_to(user: User, drafts: Iterable[TranslationDraft]) -> list[TranslationDraft]:
    """Of these drafts, those of texts that the person may edit, each with its ``record``."""
    found = of_own_texts(user, drafts)
    return sorted(found, key=lambda draft: (draft.handed_in_at or draft.saved_at, draft.pk))


def of_own_texts(user: User, rows: Iterable[AboutText]) -> list:
    """Of rows about texts, those about texts that the person may edit, each with its ``record``
    and the ``text_kind`` of it."""
    found = []
    by_place: dict[tuple[str, str], list[AboutText]] = {}
    for row in rows:
        by_place.setdefault((row.kind, row.language), []).append(row)
    for (code, language), group in by_place.items():
        kind = texts.kind_with(code)
        if kind is None:
            continue
        editable = kind.approvable_by(user, language)
        records = records_of(kind, editable, [row.key for row in group])
        for row in group:
            if row.key in records:
                row.record, row.text_kind = records[row.key], kind
                found.append(row)
    return found


def steps(draft: TranslationDraft | None, state: str) -> list[dict]:
    """The way of a translation in three steps, the same for the translator and the editor."""
    days = {}
    if draft is not None:
        days = {0: draft.begun_at, 1: draft.handed_in_at, 2: draft.decided_at}
    is_there = draft is None and state == TranslationState.READY
    behind = 3 if is_there else BEHIND[draft.state if draft else ""]
    notes = [plain_date(timezone.localdate(days[n])) if days.get(n) else "" for n in range(3)]
    if draft is not None and draft.state == DraftState.RETURNED:
        notes[0], notes[1], notes[2] = _("sent back, to be written again"), "", ""
    titles = (_("Written"), _("Handed in"), _("Taken over"))
    found = [
        {"title": title, "note": notes[n] if n < behind or n == 0 else "", "state": ""}
        for n, title in enumerate(titles)
    ]
    for number, step in enumerate(found):
        step["state"] = "done" if number < behind else "current" if number == behind else ""
    return found


# How many of the three steps are behind a draft in each state; without a draft, none.
BEHIND = {
    "": 0,
    DraftState.WRITING: 0,
    DraftState.RETURNED: 0,
    DraftState.WAITING: 2,
    DraftState.TAKEN: 3,
}
