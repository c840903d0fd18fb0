"""How many readers a translation would reach: who asks for the text, and who subscribes.

A text's readers in a language are the counted reads by readers of that language, wherever a
counter is registered, and the confirmed subscribers in that language of the newsletters it
concerns: the world's, and those of its regions.
"""

from collections.abc import Callable, Collection, Mapping

from django.db.models import Count

from portal.lib.translations import Translatable
from portal.texts import TextKind
from publications.models import Subscriber, Subscription

# kind, keys, language → reads by key; a key without reads may be left out.
Counter = Callable[[str, Collection[str], str], Mapping[str, int]]
_counters: list[Counter] = []


def register(counter: Counter):
    """Have the counter's reads counted in; called in ``ready``."""
    if counter not in _counters:
        _counters.append(counter)


def readers_reached(
    kind: TextKind, records: Collection[Translatable], language: str
) -> dict[str, int]:
    """For each record's key, the readers of the language. Records come with their regions."""
    regions = {
        str(record.pk): {region.pk for region in kind.regions_of(record)} for record in records
    }
    return by_regions(kind, regions, language)


def by_regions(
    kind: TextKind,
    regions: Mapping[str, Collection[int]],
    language: str,
    subscribers: Mapping[int | None, int] | None = None,
) -> dict[str, int]:
    """The same for keys with the regions they concern: two queries, or one when the subscribers
    are known."""
    if subscribers is None:
        subscribers = subscribers_by_letter(language)
    found = {key: subscribed(kind, concerned, subscribers) for key, concerned in regions.items()}
    for counter in _counters:
        for key, reads in counter(kind.code, list(found), language).items():
            found[key] += reads
    return found


def subscribers_by_letter(language: str) -> dict[int | None, int]:
    """The confirmed subscribers in a language, by the region of the letter; None is the world."""
    rows = (
        Subscription.objects.confirmed()
        .filter(
            newsletter__isnull=False,
            subscriber__language=language,
            subscriber__in=Subscriber.objects.reachable(),
        )
        .order_by()
    )
    counted = rows.values_list("newsletter__region").annotate(Count("pk"))
    return dict(counted)


def subscribed(
    kind: TextKind, regions: Collection[int], subscribers: Mapping[int | None, int]
) -> int:
    if kind.is_letter:
        return subscribers.get(next(iter(regions), None), 0)
    return subscribers.get(None, 0) + sum(subscribers.get(region, 0) for region in regions)
