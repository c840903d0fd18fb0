"""Issuing certificates of membership, and the codes by which anybody checks one.

A code has nine characters by chance and one that follows from them. Characters that look alike on
paper are left out (0, O, 1, I, L), and 31 are left, a prime: so the last character gives away each
single wrong character and each two that were swapped.
"""

import secrets
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.merge_rules import Conflict
from members.models import Membership
from portal.lib.links import absolute
from publications.models import Certificate

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BY_CHANCE = 9
LENGTH = BY_CHANCE + 1


def new_code() -> str:
    body = "".join(secrets.choice(ALPHABET) for _place in range(BY_CHANCE))
    return body + check_character(body)


def check_character(body: str) -> str:
    total = sum(place * ALPHABET.index(char) for place, char in enumerate(body, start=1))
    return ALPHABET[total % len(ALPHABET)]


def read(typed: str) -> str:
    """The code that somebody typed, in small letters or with spaces and strokes or not.

    Raises ValidationError when it can be no code of ours.
    """
    code = "".join(char for char in typed.upper() if char.isalnum())
    if len(code) != LENGTH:
        raise ValidationError(
            _("A code has ten characters, such as %(example)s."),
            code="length",
            params={"example": "ABCDE-23456"},
        )
    if not set(code) <= set(ALPHABET) or check_character(code[:BY_CHANCE]) != code[-1]:
        raise ValidationError(
            _(
                "This code contains a typing error. Compare it with the certificate, character by "
                "character; 0, 1, I, L and O never stand in a code."
            ),
            code="typing_error",
        )
    return code


def written(code: str) -> str:
    """The code as it is printed, in two groups: ABCDE-23456."""
    return f"{code[:5]}-{code[5:]}"


def address(code: str) -> str:
    """Where a code is checked, in the language that the reader prefers."""
    return absolute(f"/verify/{code}/")


def find(code: str) -> Certificate | None:
    known = Certificate.objects.select_related("membership__organisation__country", "category")
    return known.filter(code=code).first()


def says(membership: Membership) -> dict:
    """What the certificate of a period has to say today."""
    organisation = membership.organisation
    return {
        "number": membership.number,
        "name": organisation.text("name", organisation.original_language).value,
        "category_id": membership.category_id,
        "starts_on": membership.starts_on,
        "ends_on": membership.ends_on,
    }


def is_true(certificate: Certificate, membership: Membership) -> bool:
    return all(getattr(certificate, name) == value for name, value in says(membership).items())


def issue(membership: Membership) -> Certificate:
    """The certificate of a period: the current one while it says what is true, else a new one."""
    with transaction.atomic():
        # Held until the end, so that papers in two languages asked for at once have one code.
        Membership.objects.select_for_update().get(pk=membership.pk)
        current = membership.certificates.current().first()
        if current is not None:
            if is_true(current, membership):
                return current
            current.replaced_at = timezone.now()
            current.save(update_fields=["replaced_at"])
        return membership.certificates.create(code=new_code(), **says(membership))


def issue_each(memberships: Iterable[Membership]):
    """The same for many periods. Those whose certificate says what is true are told together."""
    periods = list(memberships)
    current = {
        one.membership_id: one
        for one in Certificate.objects.current().filter(membership__in=periods)
    }
    for period in periods:
        known = current.get(period.pk)
        if known is None or not is_true(known, period):
            issue(period)


def settle(row: Certificate) -> Conflict | None:
    """Of two periods that become one, the certificate of the kept one stays the current one."""
    others = Certificate.objects.current().filter(membership=row.membership).exclude(pk=row.pk)
    if row.replaced_at is not None or not others.exists():
        return None
    return Conflict(values={"replaced_at": timezone.now()})
