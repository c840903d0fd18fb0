"""Texts that a machine drafts: a job over chosen texts, which touches nothing a person wrote."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from portal import texts
from portal.lib import machine
from portal.lib.jobs import JobCancelled
from portal.lib.translations import Translatable, TranslationState
from portal.models import MachineDrafting, TranslationDraft
from portal.texts import TextKind, held, records_of
from portal.translating import drafts

# So many texts are drafted at once.
MOST = 100
# So long the desk is told what was refused.
TOLD = datetime.timedelta(days=7)


@dataclass
class Refusal:
    """A text that a machine did not draft, and why."""

    kind: str
    key: str
    language: str
    why: str
    record: Translatable | None = None
    text_kind: TextKind | None = None


def ask(rows: Iterable[str], language: str, *, by: User) -> MachineDrafting:
    """Have a machine draft these texts (kind:key). Raises ValidationError when it is off."""
    if machine.provider() is None:
        raise ValidationError(_("No machine translation is set up."), code="off")
    chosen = list(dict.fromkeys(rows))[:MOST]
    if not chosen:
        raise ValidationError(_("Tick at least one row first."), code="none")
    job = MachineDrafting.objects.create(language=language, rows=chosen, asked_by=by)
    ring(job)
    return job


def ring(job: MachineDrafting):
    from portal import tasks  # noqa: PLC0415  the task calls this module

    transaction.on_commit(lambda: tasks.draft_by_machine.delay(job.pk))


def work_on(pk: int):
    """Draft the texts of a job, each in a transaction of its own; what is refused is told."""
    job = MachineDrafting.objects.filter(pk=pk).first()
    if job is None or not job.claim():
        return
    refused: list[list[str]] = []
    try:
        for number, row in enumerate(job.rows):
            job.beat(number, len(job.rows))
            try:
                draft(row, job.language, by=job.asked_by)
            except (ValidationError, machine.ProviderFailed) as error:
                refused.append([row, " ".join(getattr(error, "messages", [str(error)]))])
    except JobCancelled:
        return
    MachineDrafting.objects.filter(pk=job.pk).update(refused=refused, progress=len(job.rows))
    job.finish()


@transaction.atomic
def draft(row: str, language: str, *, by: User):
    """One machine draft. Raises ValidationError for what a person has written or is writing."""
    kind, record = subject_of(row, language, by)
    provider = machine.provider()
    if provider is None:
        raise ValidationError(_("No machine translation is set up."), code="off")
    state = record.translation_state(language)
    has_text = any(record.own_texts(language).values())
    if has_text and state != TranslationState.MACHINE:
        raise ValidationError(_("Somebody has translated this already."), code="human")
    if TranslationDraft.objects.open().of_text(kind.code, record.pk, language).exists():
        raise ValidationError(_("Somebody is translating this."), code="draft")
    original = record.original_language
    written = machine.drafted(
        record.own_texts(original),
        html=kind.html,
        source=original,
        target=language,
        by=provider,
    )
    for name, text in written.items():
        column = record._meta.get_field(f"{name}_{language}")
        setattr(record, column.name, text[: column.max_length] if column.max_length else text)
    record.mark_machine(language)
    record._change_reason = _("Machine draft")
    record.save()


def subject_of(row: str, language: str, by: User) -> tuple[TextKind, Translatable]:
    code, _colon, key = row.partition(":")
    kind = texts.kind_with(code)
    rows = kind.approvable_by(by, language) if kind else None
    found = records_of(kind, rows, [key]).get(key) if kind else None
    if found is None:
        raise ValidationError(_("This text is not yours to edit."), code="not_yours")
    return kind, held(found)


def refusals(user: User) -> list[Refusal]:
    """What was refused of the jobs of the last days, of the texts that the person edits, the
    newest job first. What somebody has translated since is no refusal any more."""
    since = timezone.now() - TOLD
    found: dict[tuple[str, str, str], Refusal] = {}
    for job in MachineDrafting.objects.filter(finished_at__gte=since).exclude(refused=[]):
        for row, why in job.refused:
            code, _colon, key = row.partition(":")
            found.setdefault((code, key, job.language), Refusal(code, key, job.language, why))
    told = drafts.of_own_texts(user, found.values())
    return [one for one in told if not one.record.is_available(one.language)]


def requeue_stale():
    """Ring again for jobs whose worker fell silent, or that the bell was never heard for."""
    now = timezone.now()
    for job in [*MachineDrafting.objects.silent(now), *MachineDrafting.objects.forgotten(now)]:
        job.requeue()
        if not job.is_finished:
            ring(job)
