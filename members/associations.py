"""An umbrella says who its own members are: a list, or just their number."""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members import duplicates, likenesses
from members.models import Affiliation, Association, AssociationKey, Headcount, Organisation, User
from portal.lib import changes

DETAILS = ("name", "acronym", "country", "kind", "website")
TERMS = ("is_public", "since", "source")


def check_umbrella(organisation: Organisation):
    """Raises ValidationError when its category has no members of its own."""
    if not organisation.category.has_own_members:
        raise ValidationError(
            _("Organisations of this category do not list members of their own."),
            code="no_own_members",
        )


def record(affiliation: Affiliation, details: dict, terms: dict, *, by: User | None) -> Affiliation:
    """Put an association on the list of ``affiliation.umbrella``, or change what stands there.

    ``details`` are values of the association, ``terms`` of its place on the list. An association
    without a country gets its umbrella's. Raises ValidationError when the list has it already.
    """
    umbrella = affiliation.umbrella
    check_umbrella(umbrella)
    association = affiliation.association if affiliation.pk else Association()
    for name in DETAILS:
        setattr(association, name, details.get(name, getattr(association, name)))
    association.country = association.country or umbrella.country
    for name in TERMS:
        setattr(affiliation, name, terms.get(name, getattr(affiliation, name)))
    affiliation.key = list_key(association.name, association.country_id)
    affiliation.checked_on = timezone.localdate()
    affiliation.recorded_by = by
    try:
        with transaction.atomic():
            association.save()
            affiliation.association = association
            affiliation.save()
            write_keys([association])
            changes.announce(umbrella)
    except IntegrityError as error:
        if "key" not in str(error) and "once_on_a_list" not in str(error):
            raise
        raise already_listed(association) from error
    return affiliation


def already_listed(association: Association) -> ValidationError:
    return ValidationError(
        _("“%(name)s” is on your list already."),
        code="already_listed",
        params={"name": association.name},
    )


def list_key(name: str, country: str | None) -> str:
    """What makes an association one on a list: the words of its name, and its country."""
    return f"{country or ''}:{' '.join(duplicates.name_words(name))}"[:250]


def write_keys(associations: list[Association]):
    """Keep what these records are recognised by, and nothing of how they were before."""
    wanted = [
        AssociationKey(association=association, key=key[:300])
        for association in associations
        for key in sorted(
            duplicates.keys([association.name], association.acronym, association.website)
        )
    ]
    AssociationKey.objects.filter(association__in=associations).delete()
    AssociationKey.objects.bulk_create(wanted, batch_size=500)


def remove(affiliation: Affiliation):
    """Take an association off a list; its record goes when it is on no other."""
    association, umbrella = affiliation.association, affiliation.umbrella
    with transaction.atomic():
        affiliation.delete()
        if not association.affiliations.exists():
            discard([association])
        changes.announce(umbrella)


def discard(associations: list[Association]):
    """Delete records that are on no list, and count anew those that were the same as they."""
    pks = [association.pk for association in associations]
    others = likenesses.counted_with(pks) - set(pks)
    # One by one: the history of each keeps what it was.
    for association in associations:
        association.delete()
    likenesses.settle(others)


def confirm(umbrella: Organisation, *, today: datetime.date | None = None) -> int:
    """Say that the whole list is right as it stands today; how many associations are on it."""
    check_umbrella(umbrella)
    changed = umbrella.affiliations.update(checked_on=today or timezone.localdate())
    changes.announce(umbrella)
    return changed


def count(
    umbrella: Organisation, *, figure: int, source: str, as_of: datetime.date, by: User | None
) -> Headcount:
    """Record how many members an umbrella has; a figure of the same day is replaced.

    Raises ValidationError without a source, or for a day that has not come.
    """
    check_umbrella(umbrella)
    if not source.strip():
        raise ValidationError({"source": _("Say where the figure comes from.")}, code="no_source")
    if as_of > timezone.localdate():
        raise ValidationError({"as_of": _("This day has not come yet.")}, code="not_yet")
    headcount, _created = Headcount.objects.update_or_create(
        organisation=umbrella,
        as_of=as_of,
        defaults={"figure": figure, "source": source.strip(), "recorded_by": by},
    )
    changes.announce(umbrella)
    return headcount
