"""Who translates which text, by when; and the mails when the day comes near or has passed."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Mandate, User
from members.models.mandates import MandateKind
from portal import texts
from portal.lib.translations import Translatable, TranslationState
from portal.models import TranslationTask
from portal.texts import TextKind
from portal.translating import drafts, letters

# The translator is reminded so long before the day, once.
SOON = datetime.timedelta(days=3)


def translators(language: str, *, by: User):
    """Whom a text can be given to: the leads of the language; and whoever gives it, to oneself."""
    leads = Mandate.objects.current().filter(kind=MandateKind.LANGUAGE_LEAD, language=language)
    people = User.objects.active()
    if not by.standing.has_desk:
        return people.filter(pk=by.pk).order_by("pk")
    return people.filter(pk__in=[*leads.values_list("person", flat=True), by.pk]).order_by(
        "full_name", "pk"
    )


@transaction.atomic
def give(
    kind: TextKind,
    record: Translatable,
    language: str,
    *,
    to: User,
    by: User,
    due_on: datetime.date | None = None,
) -> TranslationTask:
    """Have somebody translate a text, by a day if one is named; told by mail unless it is oneself.

    What somebody has, only the desk gives on. Raises ValidationError when the person may not
    translate it.
    """
    if not kind.translatable_by(to, language).filter(pk=record.pk).exists():
        raise ValidationError(
            _("%(person)s does not see this."), code="unseen", params={"person": to}
        )
    place = {"kind": kind.code, "key": str(record.pk), "language": language}
    rows = TranslationTask.objects.open().select_for_update(of=("self",))
    task = rows.filter(**place).first()
    if task is not None and task.person_id != to.pk and not by.standing.has_desk:
        raise ValidationError(
            _("%(person)s sees to it already."), code="taken", params={"person": task.person}
        )
    if task is not None and task.person_id != to.pk:
        # Whoever gets it is told as if it were new.
        task.delete()
        task = None
    task = task or TranslationTask(**place)
    is_new = task.pk is None or task.due_on != due_on
    task.person, task.given_by, task.due_on = to, by, due_on
    task.save()
    if is_new and to != by:
        letters.tell_translator(task, record, kind="translation_given")
    return task


def drop(task: TranslationTask, *, by: User):
    """Nobody sees to it any more. Raises ValidationError for a colleague's, without a desk."""
    if task.person_id != by.pk and not by.standing.has_desk:
        raise ValidationError(_("This is not yours."), code="not_yours")
    task.delete()


# -- What is due and not yet done ------------------------------------------------------------------


def remind(today: datetime.date | None = None) -> int:
    """Close what is translated, and write once before the day and once after it has passed.

    Returns the number of texts that are due or overdue.
    """
    today = today or timezone.localdate()
    found = 0
    for task in TranslationTask.objects.open().select_related("person"):
        record = subject_of(task)
        if record is None or is_done(task, record):
            TranslationTask.objects.filter(pk=task.pk).update(done_at=timezone.now())
        elif task.due_on is not None and task.due_on <= today + SOON:
            is_over = task.due_on < today
            kind = "translation_overdue" if is_over else "translation_due"
            letters.tell_translator(task, record, kind=kind)
            found += 1
    return found


def due(user: User, today: datetime.date | None = None) -> list[TranslationTask]:
    """What is due soon or overdue of the texts that the person edits, the earliest first, each
    with its ``record``."""
    until = (today or timezone.localdate()) + SOON
    rows = TranslationTask.objects.due_by(until).select_related("person")
    found = drafts.of_own_texts(user, rows)
    return sorted(found, key=lambda task: (task.due_on, task.pk))


def subject_of(task: TranslationTask) -> Translatable | None:
    """The text, as long as the person may translate it."""
    kind = texts.kind_with(task.kind)
    if kind is None:
        return None
    rows = kind.translatable_by(task.person, task.language)
    return texts.records_of(kind, rows, [task.key]).get(task.key)


def is_done(task: TranslationTask, record: Translatable) -> bool:
    """Ready and true to the present original."""
    is_ready = record.translation_state(task.language) == TranslationState.READY
    return is_ready and not record.is_behind(task.language)
