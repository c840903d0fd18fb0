"""Translations: what waits for approval, what is due, what a machine refused.

A text of any kind may be meant, so these are only counted; the translation desk has the rows."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from portal.translating import giving, machine, queue
from portal.work import Tally, Weight

TALLIES = (
    Tally(
        code="translation_drafts",
        weight=Weight.ANSWER,
        name=gettext_lazy("Translations to approve"),
        count=lambda user: len(queue.waiting_for_approval(user)),
        page=lambda: reverse("portal:desk_translations"),
    ),
    Tally(
        code="translations_due",
        weight=Weight.FOLLOW,
        name=gettext_lazy("Translations due or overdue"),
        count=lambda user: len(giving.due(user)),
        page=lambda: reverse("portal:desk_translations"),
    ),
    Tally(
        code="machine_refusals",
        weight=Weight.FOLLOW,
        name=gettext_lazy("Texts that the machine did not translate"),
        count=lambda user: len(machine.refusals(user)),
        page=lambda: reverse("portal:desk_translations"),
    ),
)
