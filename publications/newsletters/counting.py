"""Figures of readers for the desk. No address is in them."""

from typing import NamedTuple

from django.db.models import Count

from portal.lib.translations import LANGUAGES
from publications.models import Newsletter, Subscriber, Subscription, Suppression
from publications.models.subscribers import Audience, SuppressionReason
from publications.newsletters import choices, recipients


class Row(NamedTuple):
    """A letter with its readers per language, of either audience, and in all."""

    newsletter: Newsletter
    public: list[tuple[str, int]]
    members: list[tuple[str, int]]
    total: int


def rows(newsletters) -> list[Row]:
    letters = list(newsletters.select_related("region"))
    counted = recipients.counts(letters)
    return [
        Row(
            letter,
            [(code, counted[letter.pk][code, Audience.PUBLIC.value]) for code in LANGUAGES],
            [(code, counted[letter.pk][code, Audience.MEMBERS.value]) for code in LANGUAGES],
            sum(counted[letter.pk].values()),
        )
        for letter in letters
    ]


def axes() -> list[tuple]:
    """Each axis of the current cycle with its followers per language."""
    follows = Subscription.objects.confirmed().filter(
        axis__isnull=False, subscriber__in=Subscriber.objects.reachable()
    )
    grouped = follows.order_by().values_list("axis", "subscriber__language")
    counted = {
        (axis, language): number for axis, language, number in grouped.annotate(number=Count("pk"))
    }
    return [
        (axis, [(code, counted.get((axis.pk, code), 0)) for code in LANGUAGES])
        for axis in choices.axes()
    ]


def suppressions() -> list[tuple[str, int]]:
    """The addresses written to no more, by the reason."""
    grouped = Suppression.objects.in_force().order_by().values_list("reason")
    counted = dict(grouped.annotate(number=Count("pk")))
    return [(reason.label, counted.get(reason.value, 0)) for reason in SuppressionReason]
