"""Records that are probably the same: pairs for somebody to look at and to decide."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from members.duplicates import ACRONYM, DOMAIN, NAME, Register, keys
from members.models import Distinct, Organisation, User
from portal.lib.text import fold
from portal.lib.translations import LANGUAGES

# So many pairs are shown; the next ones come up when these are decided.
SHOWN = 25


class Pair(NamedTuple):
    """Two records, the older first, and what they have in common, in words."""

    kept: Organisation | User
    removed: Organisation | User
    reasons: list[str]


def reason_in_words(kind: str) -> str:
    return {
        NAME: _("the same name"),
        ACRONYM: _("the same acronym"),
        DOMAIN: _("the same website or mail domain"),
    }[kind]


def organisations_alike(user: User, *, limit: int = SHOWN) -> list[Pair]:
    """Pairs of organisations that the user runs and that are probably one.

    Three queries, whatever the number of organisations. Pairs somebody has looked at and left
    apart are left out.
    """
    own = Organisation.objects.run_by(user)
    register = Register.of(own)
    apart = set(Distinct.objects.values_list("one_id", "other_id"))
    columns = (*(f"name_{code}" for code in LANGUAGES), "acronym", "website", "email")
    found: list[tuple[int, int, set[str]]] = []
    rows = own.order_by("pk").values_list("pk", "country_id", *columns)
    for pk, country, *names, acronym, website, email in rows.iterator(chunk_size=2000):
        own_keys = keys(names, acronym, website, email)
        for match in register.matches(own_keys, country=country or ""):
            if match.pk > pk and (pk, match.pk) not in apart:
                found.append((pk, match.pk, match.reasons))
    # A name in common tells more than a host that two branches share.
    found.sort(key=lambda pair: (NAME not in pair[2], -len(pair[2]), pair[0], pair[1]))
    return paired(own.select_related("country"), found[:limit])


def paired(records, found: list[tuple[int, int, set[str]]]) -> list[Pair]:
    by_pk = records.in_bulk([pk for first, second, _reasons in found for pk in (first, second)])
    return [
        Pair(by_pk[first], by_pk[second], [reason_in_words(one) for one in sorted(reasons)])
        for first, second, reasons in found
    ]


def people_alike(*, limit: int = SHOWN) -> list[Pair]:
    """Pairs of accounts under the same name, whatever accents and order of its words."""
    groups: dict[str, list[int]] = defaultdict(list)
    people = User.objects.exclude(full_name="").order_by("pk")
    for pk, full_name in people.values_list("pk", "full_name").iterator(chunk_size=2000):
        groups[" ".join(sorted(fold(full_name).split()))].append(pk)
    found = [
        (pks[0], other, {NAME}) for pks in groups.values() if len(pks) > 1 for other in pks[1:]
    ]
    return paired(User.objects.all(), found[:limit])


def keep_apart(one: Organisation, other: Organisation, *, by: User) -> Distinct:
    """Write down that two organisations that look alike are two. Twice is once."""
    first, second = sorted((one, other), key=lambda record: record.pk)
    return Distinct.objects.get_or_create(one=first, other=second, defaults={"decided_by": by})[0]


def are_apart(one: Organisation, other: Organisation) -> bool:
    either = Q(one=one, other=other) | Q(one=other, other=one)
    return Distinct.objects.filter(either).exists()
