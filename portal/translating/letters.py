"""The mails of the translation desk, each written once, in the language of the person."""

import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from members import notices
from members.models import Mandate, User
from members.models.mandates import MandateKind
from members.preferences import Topic
from portal import texts
from portal.lib.links import absolute_url
from portal.lib.translations import Translatable
from portal.models import TranslationDraft, TranslationTask

TOPIC = Topic(
    "translations",
    translation.gettext_lazy("Texts to translate or to approve"),
    (
        "translation_given",
        "translation_due",
        "translation_overdue",
        "translation_waiting",
        "translation_returned",
        "translation_taken",
    ),
    is_for=lambda person: bool(
        person.standing.languages or person.standing.has_desk or person.standing.is_locked
    ),
)


def tell_editors(draft: TranslationDraft, record: Translatable):
    """A translation waits: the executives of its regions are told, or the secretariat."""
    for person in editors_of(draft, record):
        write("translation_waiting", f"draft:{draft.pk}:{draft.rounds}", person, draft, record)


def tell_author(draft: TranslationDraft, record: Translatable, *, kind: str):
    """Of a text that the translator may still read: it may have become discreet since."""
    person = draft.author
    if person is None or not person.is_active:
        return
    if texts.kind_of(record).seen_by(person).filter(pk=record.pk).exists():
        write(kind, f"draft:{draft.pk}:{draft.rounds}", person, draft, record)


def tell_translator(task: TranslationTask, record: Translatable, *, kind: str):
    due = f"{task.due_on:%Y-%m-%d}" if task.due_on else ""
    if task.person.is_active:
        write(kind, f"task:{task.pk}:{due}", task.person, task, record)


def editors_of(draft: TranslationDraft, record: Translatable) -> list[User]:
    """The executives who may take it over; the secretariat where there are none."""
    kind = texts.kind_of(record)
    mandates = Mandate.objects.current().select_related("person")
    executives = mandates.filter(
        kind=MandateKind.EXECUTIVE, region__in=kind.regions_of(record), person__is_active=True
    )
    able = {
        mandate.person_id: mandate.person
        for mandate in executives
        if kind.approvable_by(mandate.person, draft.language).filter(pk=record.pk).exists()
    }
    if not able:
        staff = mandates.filter(kind=MandateKind.SECRETARIAT, person__is_active=True)
        able = {mandate.person_id: mandate.person for mandate in staff}
    return [person for pk, person in sorted(able.items()) if pk != draft.author_id]


def write(
    kind: str,
    key: str,
    person: User,
    about: TranslationDraft | TranslationTask,
    record: Translatable,
):
    with translation.override(person.language):
        title = record.text(record.translated_fields[0], person.language).value
        # Translators: into which language a text is translated.
        target = {"fr": _("into French"), "en": _("into English"), "es": _("into Spanish")}
        subjects = {
            "translation_given": _("To translate: %(title)s"),
            "translation_due": _("Due soon: %(title)s"),
            "translation_overdue": _("Overdue: %(title)s"),
            "translation_waiting": _("A translation to approve: %(title)s"),
            "translation_returned": _("Your translation comes back: %(title)s"),
            "translation_taken": _("Your translation is out: %(title)s"),
        }
        notices.write(
            kind,
            key,
            template="translation",
            subject=subjects[kind] % {"title": title},
            to=person.email,
            language=person.language,
            context={
                "person": person,
                "act": kind.removeprefix("translation_"),
                "about": about,
                "title": title,
                "target": target[about.language],
                "due_on": due_on(about),
                "url": address(person, about),
            },
            person=person,
        )


def due_on(about: TranslationDraft | TranslationTask) -> datetime.date | None:
    return about.due_on if isinstance(about, TranslationTask) else None


def address(person: User, about: TranslationDraft | TranslationTask) -> str:
    """The page of the text where the person works: at the desk, or in the members' area."""
    is_lead = about.language in person.standing.languages
    name = "portal:translation" if is_lead else "portal:desk_translation"
    return absolute_url(
        name,
        language=person.language,
        kind=about.kind,
        key=about.key,
        text_language=about.language,
    )
