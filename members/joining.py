"""How an organisation comes to be a member, keeps its seat, and ceases to be one."""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Derogation, Membership, Organisation, StatusChange, User
from members.models.organisations import STANDING, Status
from portal.lib import changes

GRACE_DAYS = 90

TRANSITIONS = {
    Status.APPLICANT: {Status.ACTIVE, Status.WITHDRAWN},
    Status.ACTIVE: {Status.GRACE, Status.SUSPENDED, Status.WITHDRAWN, Status.EXCLUDED},
    Status.GRACE: {
        Status.ACTIVE,
        Status.LAPSED,
        Status.SUSPENDED,
        Status.WITHDRAWN,
        Status.EXCLUDED,
    },
    Status.LAPSED: {Status.ACTIVE, Status.WITHDRAWN, Status.EXCLUDED},
    Status.SUSPENDED: {Status.ACTIVE, Status.WITHDRAWN, Status.EXCLUDED},
    Status.WITHDRAWN: {Status.ACTIVE},
    Status.EXCLUDED: {Status.ACTIVE},
}


def change_status(
    organisation: Organisation, to: str, *, by: User | None, reason: str = ""
) -> StatusChange:
    """Move an organisation to another status, keep who, when and why, and settle its seat.

    Raises ValidationError when the statutes know no such step, or when the seat of its
    country is taken.
    """
    if to not in TRANSITIONS[Status(organisation.status)]:
        raise ValidationError(
            _("An organisation that is “%(before)s” cannot become “%(after)s”."),
            code="no_such_transition",
            params={
                "before": organisation.get_status_display(),
                "after": Status(to).label,
            },
        )
    with transaction.atomic():
        change = StatusChange.objects.create(
            organisation=organisation,
            before=organisation.status,
            after=to,
            reason=reason,
            changed_by=by,
        )
        organisation.status = to
        settle_seat(organisation)
    return change


def settle_seat(organisation: Organisation):
    """Fill or empty the seat as category, status and derogations have it, and save.

    The one place that writes ``seat_country``. Raises ValidationError when another
    organisation holds the seat; the database refuses it even when two ask at once.
    """
    seat = organisation.country if deserves_seat(organisation) else None
    organisation.seat_country = seat
    if seat is not None:
        holder = Organisation.objects.filter(seat_country=seat).exclude(pk=organisation.pk).first()
        if holder is not None:
            raise seat_taken(organisation)
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        if "seat_country" not in str(error):
            raise
        raise seat_taken(organisation) from error


def deserves_seat(organisation: Organisation) -> bool:
    return (
        organisation.category.unique_per_country
        and organisation.country_id is not None
        and organisation.status in STANDING
        and not has_derogation(organisation)
    )


def has_derogation(organisation: Organisation) -> bool:
    today = timezone.localdate()
    return any(
        derogation.until is None or derogation.until >= today
        for derogation in organisation.derogations.all()
    )


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


def grant_derogation(
    organisation: Organisation, *, reason: str, by: User, until: datetime.date | None = None
) -> Derogation:
    """Record an exception to the rule of one seat per country."""
    return Derogation.objects.create(
        organisation=organisation,
        country=organisation.country,
        reason=reason,
        granted_by=by,
        until=until,
    )


def next_number(year: int) -> str:
    """The next certificate number of a year: M/2026/014."""
    prefix = f"M/{year}/"
    last = (
        Membership.objects.filter(number__startswith=prefix)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return f"{prefix}{int(last.rsplit('/', 1)[1]) + 1 if last else 1:03d}"


def add_period(
    organisation: Organisation,
    *,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: User | None = None,
) -> Membership:
    """Add a period of membership. Raises ValidationError when it overlaps another one."""
    if organisation.memberships.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise ValidationError(
            _("This period overlaps another one of the same organisation."), code="overlap"
        )
    with transaction.atomic():
        membership = Membership.objects.create(
            organisation=organisation,
            category=organisation.category,
            number=next_number(starts_on.year),
            starts_on=starts_on,
            ends_on=ends_on,
            recorded_by=by,
        )
        changes.announce(organisation)
    return membership


def refresh_statuses(today: datetime.date | None = None) -> int:
    """Let memberships that have run out enter grace, and after grace lapse.

    Asks what is due and not yet done, so it may run late or twice. Returns the number of
    organisations changed.
    """
    today = today or timezone.localdate()
    changed = 0
    for organisation in Organisation.objects.active().select_related("category", "country"):
        last = organisation.current_membership
        if last is None or last.ends_on >= today:
            continue
        if organisation.status == Status.ACTIVE:
            change_status(organisation, Status.GRACE, by=None, reason=_("The period has ended."))
            changed += 1
        if last.ends_on + datetime.timedelta(days=GRACE_DAYS) < today:
            change_status(
                organisation, Status.LAPSED, by=None, reason=_("The period of grace has ended.")
            )
            changed += 1
    return changed
