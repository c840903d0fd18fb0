"""What the directory counts, kept as members come and go.

Each member is placed under all that it counts for, and the counts are those of the placements.
Both follow a change after its commit; a nightly repair makes them anew. Until they were made for
the first time they follow nothing, and what is asked for is counted from the organisations.

A discreet member counts nowhere but in how many a region has in all: it is placed apart, under
nothing by which the directory can be narrowed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db import models, transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.db.models.signals import m2m_changed, post_delete

from members.models import MemberCount, MemberPlacement, MemberWords, Organisation
from members.models.organisations import OrganisationQuerySet
from portal.lib import tallies
from portal.lib.text import fold
from portal.lib.translations import LANGUAGES
from regions.models import Country, Region

TOTAL = "total"
PLACE = "place"  # its country; without one, each region in which it is active
CATEGORY = "category"
FACET = "facet"
DISCREET = "discreet"  # discreet members by their place; all of them under no place
BATCH = 500
Numbers = Mapping[str, int]


def told(organisations: OrganisationQuerySet) -> dict[int, list[str]]:
    """What each of the members among these counts for, as facet:value."""
    members = organisations.active().order_by()
    found = list(members.values_list("pk", "country", "category", "discreet"))
    pks = members.values("pk")
    regions, facets = defaultdict(list), defaultdict(list)
    active = Organisation.regions.through.objects.filter(organisation__in=pks)
    for pk, code in active.order_by("region__code").values_list("organisation", "region__code"):
        regions[pk].append(code)
    chosen = Organisation.facets.through.objects.filter(organisation__in=pks)
    for pk, facet in chosen.order_by("facet").values_list("organisation", "facet"):
        facets[pk].append(facet)
    keys = {}
    for pk, country, category, discreet in found:
        places = [country] if country else regions[pk]
        if discreet:
            keys[pk] = [f"{DISCREET}:", *(f"{DISCREET}:{place}" for place in places)]
        else:
            keys[pk] = [
                f"{TOTAL}:",
                *(f"{PLACE}:{place}" for place in places),
                f"{CATEGORY}:{category}",
                *(f"{FACET}:{facet}" for facet in facets[pk]),
            ]
    return keys


# -- Keeping the counts ----------------------------------------------------------------------------


def is_kept() -> bool:
    """Whether everything was counted once: from then on the counts follow each change."""
    return MemberCount.objects.filter(facet=TOTAL).exists()


def follow(changed: Iterable[models.Model]):
    """A receiver of changes: place these organisations anew, and correct the counts by that."""
    settle({record.pk for record in changed if isinstance(record, Organisation)})


def settle(pks: Iterable[int]):
    pks = sorted(pks)
    if not pks or not is_kept():
        return
    for start in range(0, len(pks), BATCH):
        with transaction.atomic():
            _stale, differences = place(pks[start : start + BATCH])
            tallies.correct(MemberCount, differences)


def place(pks: list[int]) -> tuple[int, Counter[str]]:
    """Place these organisations; how many were not placed truly, and what that changes."""
    rows = Organisation.objects.filter(pk__in=pks)
    # Whoever follows another change of one of them meanwhile waits here.
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    wanted = told(rows)
    placed: defaultdict[int, dict[str, str]] = defaultdict(dict)
    kept = MemberPlacement.objects.order_by().filter(organisation__in=pks)
    for pk, key, keys in kept.values_list("organisation", "key", "keys"):
        placed[pk][key] = keys
    texts = {pk: dict.fromkeys(keys, " ".join(keys)) for pk, keys in wanted.items()}
    stale = [pk for pk in pks if placed.get(pk, {}) != texts.get(pk, {})]
    differences: Counter[str] = Counter()
    for pk in stale:
        differences.update(list(texts.get(pk, ())))
        differences.subtract(list(placed.get(pk, ())))
    kept.filter(organisation__in=stale).delete()
    MemberPlacement.objects.bulk_create(
        (
            MemberPlacement(organisation=pk, key=key, keys=keys)
            for pk in stale
            for key, keys in texts.get(pk, {}).items()
        ),
        batch_size=BATCH,
    )
    of_words = settle_words([pk for pk, keys in wanted.items() if f"{TOTAL}:" in keys], pks)
    return len(stale) + of_words, differences


def settle_words(public: list[int], pks: list[int]) -> int:
    """Keep what the public ones of these are found by; of how many that was not true."""
    columns = ("acronym", *(f"{name}_{c}" for name in ("name", "description") for c in LANGUAGES))
    rows = Organisation.objects.rewrite(False).order_by().filter(pk__in=public)
    wanted = {
        pk: fold("\n".join(text for text in texts if text))
        for pk, *texts in rows.values_list("pk", *columns)
    }
    kept = MemberWords.objects.order_by().filter(organisation__in=pks)
    before = dict(kept.values_list("organisation", "words"))
    stale = [pk for pk in pks if before.get(pk) != wanted.get(pk)]
    kept.filter(organisation__in=stale).delete()
    MemberWords.objects.bulk_create(
        MemberWords(organisation=pk, words=wanted[pk]) for pk in stale if pk in wanted
    )
    return len(stale)


def repair() -> int:
    """Make all placements and counts anew from the records, and say how many were not true."""
    mended = 0
    for records, column in (
        (Organisation.objects, "pk"),
        (MemberPlacement.objects, "organisation"),
        (MemberWords.objects, "organisation"),
    ):
        known = records.order_by(column).values_list(column, flat=True).distinct()
        last = 0
        while pks := list(known.filter(**{f"{column}__gt": last})[:BATCH]):
            with transaction.atomic():
                mended += place(pks)[0]
            last = pks[-1]
    with transaction.atomic():
        counted = MemberPlacement.objects.order_by().values_list("key").annotate(number=Count("pk"))
        mended += tallies.mend(MemberCount, dict(counted))
        # Without any member too, everything was counted.
        MemberCount.objects.get_or_create(facet=TOTAL, value="")
    return mended


def after_commit(pks: Iterable[int]):
    pks = set(pks)
    transaction.on_commit(lambda: settle(pks))


def links_changed(sender, instance, action, reverse, **_):
    # From the other side nothing is linked: the history of an organisation could not follow it.
    if action in ("post_add", "post_remove", "post_clear") and not reverse:
        after_commit((instance.pk,))


def organisation_gone(sender, instance, **_):
    after_commit((instance.pk,))


def listen():
    for name in ("regions", "facets"):
        through = Organisation._meta.get_field(name).remote_field.through
        m2m_changed.connect(links_changed, sender=through, dispatch_uid=f"counting.{name}")
    post_delete.connect(organisation_gone, sender=Organisation, dispatch_uid="counting.gone")


# -- Reading them ----------------------------------------------------------------------------------


def numbers() -> Numbers | None:
    """How many public members count for each key; None before anything was counted."""
    found = tallies.kept(MemberCount.objects.all())
    return found if f"{TOTAL}:" in found else None


class Members(NamedTuple):
    """How many members a region has: ``public`` ones, those of each country, and ``all`` of them.

    Only a whole region is large enough for its discreet members to be counted.
    """

    all: int = 0
    public: int = 0
    by_country: Mapping[str, int] = {}


def by_region() -> dict[str, Members]:
    """Region's code → its members: of its countries, or active in it without one country."""
    home = Country.objects.filter(pk=OuterRef("value")).values("region__code")
    kept = MemberCount.objects.order_by().filter(facet__in=(TOTAL, PLACE, DISCREET))
    rows = list(
        kept.annotate(region=Coalesce(Subquery(home), "value")).values_list(
            "facet", "value", "region", "number"
        )
    )
    if not any(facet == TOTAL for facet, *_rest in rows):
        homes = dict(Country.objects.order_by().values_list("code", "region__code"))
        rows = []
        for key, number in tallied(told(Organisation.objects.all())).items():
            facet, _colon, value = key.partition(":")
            rows.append((facet, value, homes.get(value, value), number))
    every: Counter[str] = Counter()
    public: Counter[str] = Counter()
    countries: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for facet, value, region, number in rows:
        if facet in (PLACE, DISCREET) and value and number > 0:
            every[region] += number
        if facet == PLACE and number > 0:
            public[region] += number
            if value != region:
                countries[region][value] = number
    return {code: Members(every[code], public[code], countries.get(code, {})) for code in every}


def of_region(region: Region) -> Members:
    return by_region().get(region.code, Members())


def tallied(keys: Mapping[int, list[str]]) -> Counter[str]:
    return Counter(key for of_one in keys.values() for key in of_one)
