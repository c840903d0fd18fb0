"""The one seat of a country: who holds it, who held it, and who is exempt from the rule.

As a general rule a country has one active organisation of a category that is unique per country
(statutes). The database keeps it; a derogation, with its reason and author, is the exception.
"""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import notices
from members.models import Category, Derogation, Membership, Organisation, StatusChange, User
from members.models.mandates import MandateKind
from members.models.organisations import GRACE_DAYS, INTERRUPTED, STANDING
from portal.lib.links import absolute_url
from regions.models import Country


def settle_seat(
    organisation: Organisation, *, minor_edit: bool = False, today: datetime.date | None = None
):
    """Fill or empty the seat as category, status and derogations have it, and save.

    The one place that writes ``seat_country``. Raises ValidationError when another
    organisation holds the seat; the database refuses it even when two ask at once.
    """
    deserved = deserves_seat(organisation, today=today)
    organisation.seat_country = organisation.country if deserved else None
    if organisation.seat_country is not None and seat_is_taken(organisation):
        raise seat_taken(organisation)
    try:
        with transaction.atomic():
            organisation.save(minor_edit=minor_edit)
    except IntegrityError as error:
        if "seat_country" not in str(error):
            raise
        raise seat_taken(organisation) from error


def check_seat(organisation: Organisation):
    """Whether the seat is free for the organisation as it stands. Raises ValidationError."""
    if deserves_seat(organisation) and seat_is_taken(organisation):
        raise seat_taken(organisation)


def seat_is_taken(organisation: Organisation) -> bool:
    others = Organisation.objects.exclude(pk=organisation.pk)
    taken = others.filter(seat_country=organisation.country, category=organisation.category)
    return taken.exists()


def deserves_seat(organisation: Organisation, *, today: datetime.date | None = None) -> bool:
    return (
        organisation.category.unique_per_country
        and organisation.country_id is not None
        and organisation.status in STANDING
        and not has_derogation(organisation, today=today)
    )


def has_derogation(organisation: Organisation, *, today: datetime.date | None = None) -> bool:
    if organisation.pk is None:
        return False
    return organisation.derogations.in_force(today).filter(country=organisation.country).exists()


def seat_taken(organisation: Organisation) -> ValidationError:
    """The message names no holder: it may be a discreet member."""
    return ValidationError(
        _(
            "%(country)s already has an active organisation of category %(category)s. "
            "Choose another category, or record a derogation."
        ),
        code="seat_taken",
        params={
            "country": organisation.country.name,
            "category": organisation.category.code,
        },
    )


def holder_to_tell(country: Country | None, category: Category) -> Organisation | None:
    """Who holds the seat that somebody applies for, when it may be said to anybody.

    None without a holder, and for a discreet one, whose existence no refusal may give away: such
    an application goes to review in silence.
    """
    if country is None or not category.unique_per_country:
        return None
    return Organisation.objects.public().filter(seat_country=country, category=category).first()


def national_of(organisation: Organisation) -> Organisation | None:
    """The national organisation that a member of another category is put in touch with."""
    if organisation.country_id is None or organisation.category.unique_per_country:
        return None
    holders = Organisation.objects.public().filter(seat_country=organisation.country)
    return holders.order_by("category__position", "pk").first()


# -- Exceptions ------------------------------------------------------------------------------------


def grant_derogation(
    organisation: Organisation, *, reason: str, by: User, until: datetime.date | None = None
) -> Derogation:
    """Record an exception to the rule of one seat per country, and leave the seat.

    Raises ValidationError without a reason, or when there is no seat to be exempt from.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("A derogation needs its reason.")}, code="no_reason")
    if organisation.country is None or not organisation.category.unique_per_country:
        raise ValidationError(
            _("Only an organisation of a category with one seat per country needs a derogation."),
            code="no_seat",
        )
    with transaction.atomic():
        derogation = Derogation.objects.create(
            organisation=organisation,
            country=organisation.country,
            reason=reason,
            granted_by=by,
            until=until,
        )
        settle_seat(organisation)
    return derogation


def settle_ended_derogations(today: datetime.date | None = None) -> int:
    """Give their seat to members whose derogation has run out.

    When somebody else holds the seat by then, the secretariat is told, once for each derogation,
    and the member stays active without it. Returns how many were settled or told.
    """
    settled = 0
    for organisation in Organisation.objects.without_their_seat(today).select_related(
        "category", "country"
    ):
        try:
            settle_seat(organisation, today=today)
            settled += 1
        except ValidationError:
            settled += bool(tell_secretariat(organisation))
    return settled


def tell_secretariat(organisation: Organisation) -> int:
    """Write to the secretariat that two members claim one seat. Returns how many mails are new."""
    last = organisation.derogations.order_by("-granted_on", "-pk").first()
    written = 0
    for person in User.objects.acting_as(MandateKind.SECRETARIAT):
        with translation.override(person.language):
            subject = _("Two members claim the seat of %(country)s") % {
                "country": organisation.country.name
            }
        notice = notices.write(
            "seat_claimed",
            f"organisation:{organisation.pk}:derogation:{last.pk if last else 0}",
            template="seat_claimed",
            subject=subject,
            to=person.email,
            language=person.language,
            person=person,
            organisation=organisation,
            context={
                "organisation": organisation,
                "until": last.until if last else None,
                "url": absolute_url(
                    "members:desk_organisation",
                    language=person.language,
                    slug=organisation.slug,
                ),
            },
        )
        written += notice is not None
    return written


# -- The past --------------------------------------------------------------------------------------


class Tenure(NamedTuple):
    """An organisation in the seat of a category from a day to a day, both included; None: it
    still sits."""

    organisation: Organisation
    category: Category
    first: datetime.date
    last: datetime.date | None


class Record(NamedTuple):
    """What is on record of one organisation, as far as it decides about seats."""

    periods: list[Membership]
    changes: list[StatusChange]
    derogations: list[Derogation]

    @classmethod
    def of(cls, organisation: Organisation) -> "Record":
        return cls(
            sorted(organisation.memberships.all(), key=lambda period: period.starts_on),
            sorted(organisation.status_changes.all(), key=lambda c: (c.changed_at, c.pk)),
            list(organisation.derogations.all()),
        )

    def seat_on(self, country: Country, day: datetime.date) -> Category | None:
        """The rule of ``Organisation.objects.seat_on``, for one organisation in hand: in which
        category it held the seat of the country."""
        begun = [period for period in self.periods if period.starts_on <= day]
        if not begun or begun[-1].country_id != country.pk:
            return None
        period = begun[-1]
        if not period.category.unique_per_country or day > grace_ends(period):
            return None
        if any(d.country_id == country.pk and in_force(d, day) for d in self.derogations):
            return None
        before = [c for c in self.changes if timezone.localdate(c.changed_at) <= day]
        return None if before and before[-1].after in INTERRUPTED else period.category

    def turning_points(self) -> list[datetime.date]:
        """The days on which anything that decides about the seat changes, in order."""
        one = datetime.timedelta(days=1)
        days = {timezone.localdate(change.changed_at) for change in self.changes}
        for period in self.periods:
            days |= {period.starts_on, grace_ends(period) + one}
        for derogation in self.derogations:
            days.add(derogation.granted_on)
            if derogation.until:
                days.add(derogation.until + one)
        return sorted(days)


def grace_ends(period: Membership) -> datetime.date:
    return period.ends_on + datetime.timedelta(days=GRACE_DAYS)


def in_force(derogation: Derogation, day: datetime.date) -> bool:
    return derogation.granted_on <= day and (derogation.until is None or derogation.until >= day)


def history(country: Country, *, today: datetime.date | None = None) -> list[Tenure]:
    """Who has held the seat of the country, the latest first; what is to come is left out."""
    today = today or timezone.localdate()
    found = (
        Organisation.objects.filter(
            memberships__country=country, memberships__category__unique_per_country=True
        )
        .distinct()
        .prefetch_related("memberships__category", "status_changes", "derogations")
    )
    tenures = [tenure for organisation in found for tenure in tenures_of(organisation, country)]
    begun = [tenure for tenure in tenures if tenure.first <= today]
    current = [t._replace(last=None) if t.last and t.last >= today else t for t in begun]
    return sorted(current, key=lambda tenure: tenure.first, reverse=True)


def tenures_of(organisation: Organisation, country: Country) -> Iterable[Tenure]:
    record = Record.of(organisation)
    first, category = None, None
    for day in record.turning_points():
        held = record.seat_on(country, day)
        if held == category:
            continue
        if category is not None:
            yield Tenure(organisation, category, first, day - datetime.timedelta(days=1))
        first, category = day, held
    if category is not None:
        yield Tenure(organisation, category, first, None)
