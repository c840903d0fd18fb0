"""Associations that stand on two lists: proposed by their keys, decided by a person."""

from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Affiliation, Association, AssociationKey, Likeness, Organisation, User
from members.models.associations import LikenessDecision

MOST = 500  # pairs that are put before somebody at once


class Proposal(NamedTuple):
    """Two records that are probably one association, and what they have in common."""

    one: Affiliation
    other: Affiliation
    reasons: tuple[str, ...]


def proposals(user: User) -> list[Proposal]:
    """The undecided pairs between lists the user runs, those with most in common first.

    Two records are alike when they share a name, an acronym or a site, stand on different
    lists, and are not known to be in different countries.
    """
    mine = Affiliation.objects.of_members().filter(umbrella__in=Organisation.objects.run_by(user))
    keys = AssociationKey.objects.filter(association__affiliations__in=mine)
    shared = (
        keys.order_by()
        .values("key")
        .annotate(n=Count("association", distinct=True))
        .filter(n__gt=1)
    )
    holders: dict[str, list[int]] = {}
    rows = keys.filter(key__in=shared.values("key")).values_list("key", "association").distinct()
    for key, association in rows:
        holders.setdefault(key, []).append(association)
    entries: dict[int, Affiliation] = {}
    for entry in mine.filter(
        association__in={pk for pks in holders.values() for pk in pks}
    ).select_related("association__country", "umbrella__country"):
        entries.setdefault(entry.association_id, entry)
    decided = set(Likeness.objects.values_list("one", "other"))
    common: dict[tuple[int, int], set[str]] = {}
    for key, associations in holders.items():
        for pair in combinations(sorted(associations), 2):
            if pair not in decided and are_comparable(*(entries[pk] for pk in pair)):
                common.setdefault(pair, set()).add(key.partition(":")[0])
    found = [
        Proposal(entries[one], entries[other], tuple(sorted(reasons)))
        for (one, other), reasons in common.items()
    ]
    found.sort(key=lambda p: (-len(p.reasons), p.one.association.name, p.one.pk, p.other.pk))
    return found[:MOST]


def are_comparable(one: Affiliation, other: Affiliation) -> bool:
    return (
        one.umbrella_id != other.umbrella_id
        and counted(one.association) != counted(other.association)
        and not in_different_countries(one.association, other.association)
    )


def in_different_countries(one: Association, other: Association) -> bool:
    known = one.country_id and other.country_id
    return bool(known) and one.country_id != other.country_id


def counted(association: Association) -> int:
    return association.counted_as_id or association.pk


def decide(one: Association, other: Association, *, decision: str, by: User | None) -> Likeness:
    """Keep what somebody decided of two records, and count them accordingly.

    Raises ValidationError when they are one record, are in different countries, or when "the
    same" would join two that were decided to be different.
    """
    if one.pk == other.pk:
        raise ValidationError(_("Choose two different records."), code="one_record")
    first, second = sorted((one.pk, other.pk))
    with transaction.atomic():
        # Locked in one order, so that two who decide at once wait for each other.
        locked = {
            association.pk: association
            for association in Association.objects.select_for_update(of=("self",))
            .filter(pk__in=counted_with([first, second]))
            .order_by("pk")
        }
        if decision == LikenessDecision.SAME:
            check_same(locked[first], locked[second])
        likeness, _created = Likeness.objects.update_or_create(
            one_id=first,
            other_id=second,
            defaults={"decision": decision, "decided_by": by, "decided_at": timezone.now()},
        )
        settle(locked)
    return likeness


def check_same(one: Association, other: Association):
    if in_different_countries(one, other):
        raise ValidationError(
            _("They are in different countries. Correct the country on one list first."),
            code="other_country",
        )
    ours, theirs = counted_with([one.pk]), counted_with([other.pk])
    apart = Likeness.objects.filter(decision=LikenessDecision.DIFFERENT).filter(
        Q(one__in=ours, other__in=theirs) | Q(one__in=theirs, other__in=ours)
    )
    if apart.exclude(one=one, other=other).exists():
        raise ValidationError(
            _("Records that count with them were decided to be different. Take that back first."),
            code="contradiction",
        )


def take_back(likeness: Likeness):
    """Undo a decision: the pair is proposed again, and both count for themselves."""
    with transaction.atomic():
        concerned = counted_with([likeness.one_id, likeness.other_id])
        likeness.delete()
        settle(concerned)


def counted_with(pks: Iterable[int]) -> set[int]:
    """These records, and all that were decided to be the same, over however many steps."""
    found = set(pks)
    frontier = found
    while frontier:
        pairs = Likeness.objects.same().filter(Q(one__in=frontier) | Q(other__in=frontier))
        reached = {pk for pair in pairs.values_list("one", "other") for pk in pair}
        frontier = reached - found
        found = found | reached
    return found


def settle(pks: Iterable[int]):
    """Write anew what these records count as, from the decisions as they stand."""
    everyone = counted_with(pks)
    pairs = list(Likeness.objects.same().filter(one__in=everyone).values_list("one", "other"))
    first = {pk: pk for pk in everyone}
    for _step in everyone:
        before = dict(first)
        for one, other in pairs:
            first[one] = first[other] = min(first[one], first[other])
        if first == before:
            break
    changed = []
    for association in Association.objects.filter(pk__in=everyone):
        place = first[association.pk]
        wanted = None if place == association.pk else place
        if association.counted_as_id != wanted:
            association.counted_as_id = wanted
            changed.append(association)
    Association.objects.bulk_update(changed, ["counted_as"], batch_size=500)


def decided(user: User):
    """The decisions on lists the user runs, the latest first."""
    mine = Affiliation.objects.filter(umbrella__in=Organisation.objects.run_by(user))
    own = mine.values("association")
    return (
        Likeness.objects.filter(one__in=own, other__in=own)
        .select_related("one__country", "other__country", "decided_by")
        .order_by("-decided_at", "-pk")
    )
