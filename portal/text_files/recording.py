"""Recording a translation file as one: all that its preview showed, or nothing."""

import datetime
import hashlib
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from portal.lib.exchange.texts import Batch
from portal.lib.translations import TranslationState
from portal.models import TextFile
from portal.text_files.checking import Checked, CheckedRecord, Outcome, batch_of, check
from portal.translating import drafts

# Of so many refusals the reasons are kept.
MOST_TOLD = 200


def signature(checked: Checked) -> str:
    """What a preview promised, so that recording does that or nothing."""
    promised = [
        (
            record.kind.code if record.kind else "",
            record.label,
            record.state,
            record.is_direct,
            [(one.name, str(one.outcome), one.before, one.after) for one in record.fields],
        )
        for record in checked
    ]
    return hashlib.sha256(repr(promised).encode(errors="surrogatepass")).hexdigest()


def record(file: TextFile, *, by: User, promised: str, is_finished: bool = False) -> Checked:
    """Write everything that the preview showed, as one. Raises ValidationError, with nothing
    written, when the file was recorded already or a text has changed since the preview."""
    with transaction.atomic():
        held = TextFile.objects.select_for_update().get(pk=file.pk)
        if held.is_recorded:
            raise ValidationError(_("This file has been recorded already."), code="recorded")
        batch = batch_of(held, is_finished=is_finished)
        checked = check(batch, by=by, locked=True)
        if signature(checked) != promised:
            raise ValidationError(
                _("Some of these texts have changed since this preview. Look at it once more."),
                code="stale",
            )
        for one in checked:
            if one.writes:
                write(one, batch, by=by)
        held.recorded_at, held.recorded_by = timezone.now(), by
        held.told, held.content = told(checked), b""
        held.save()
    return checked


def write(checked: CheckedRecord, batch: Batch, *, by: User):
    if checked.is_direct:
        put_in(checked, batch.target_language)
    else:
        keep_as_draft(checked, batch, by=by)


def put_in(checked: CheckedRecord, language: str):
    """Into the record, as an editor's own edit; readers see what is ready or outdated."""
    own = checked.record
    if checked.state == TranslationState.READY or checked.is_older:
        own.take_translation(language, checked.changes(), source=checked.fingerprint)
    else:
        for name, text in checked.changes().items():
            setattr(own, f"{name}_{language}", text)
        if checked.state == TranslationState.MACHINE:
            own.mark_machine(language)
        elif checked.state == TranslationState.IN_PROGRESS:
            own.mark_in_progress(language)
    own._change_reason = _("From a translation file")
    own.save()


def keep_as_draft(checked: CheckedRecord, batch: Batch, *, by: User):
    """Beside the record, made from the original that the file was made from; what is whole and
    finished is handed in for approval."""
    language, own = batch.target_language, checked.record
    written = checked.present(language) | checked.changes()
    draft = drafts.save(checked.kind, own, language, written, by=by)
    if checked.is_older:
        draft.source = checked.fingerprint
        draft.source_texts = checked.sources
        draft.save(update_fields=["source", "source_texts"])
    if checked.state in (TranslationState.READY, TranslationState.OUTDATED):
        with suppress(ValidationError):  # half a text stays a draft that is being written
            drafts.hand_in(draft, own)


def told(checked: Checked) -> dict:
    """What stays on record of a file: numbers by outcome, and what was refused and why."""
    refused = [
        {"label": record.label, "field": one.label, "why": one.why}
        for record in checked
        for one in record.fields
        if one.outcome == Outcome.REFUSED
    ]
    return {"counts": checked.counts(), "refused": refused[:MOST_TOLD]}


def forget(*, today: datetime.date | None = None) -> int:
    """Delete the files that nobody recorded."""
    return TextFile.objects.forgotten(today or timezone.localdate()).delete()[0]
