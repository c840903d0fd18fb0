"""How an organisation comes to be a member, keeps its seat, and ceases to be one."""

import datetime
import itertools

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members.models import Derogation, Membership, Organisation, StatusChange, User
from members.models.organisations import STANDING, Status
from portal.lib import changes
from portal.lib.text import fold

GRACE_DAYS = 90
RENEWABLE = (Status.GRACE, Status.LAPSED)

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
    country is taken; the record in hand is then as it was before.
    """
    before, seat = organisation.status, organisation.seat_country
    try:
        with transaction.atomic():
            # Locked and read again: somebody else may have decided in the meantime.
            locked = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
            if to not in TRANSITIONS[Status(locked.status)]:
                raise no_such_step(locked, to)
            change = StatusChange.objects.create(
                organisation=organisation,
                before=locked.status,
                after=to,
                reason=reason,
                changed_by=by,
            )
            organisation.status = to
            settle_seat(organisation)
    except ValidationError:
        organisation.status, organisation.seat_country = before, seat
        raise
    return change


def next_steps(organisation: Organisation) -> list[tuple[str, str]]:
    """The statuses an organisation can take from where it stands, as choices of a form."""
    possible = TRANSITIONS[Status(organisation.status)]
    return [(status.value, status.label) for status in Status if status in possible]


def no_such_step(organisation: Organisation, to: str) -> ValidationError:
    return ValidationError(
        _("An organisation that is “%(before)s” cannot become “%(after)s”."),
        code="no_such_transition",
        params={"before": organisation.get_status_display(), "after": Status(to).label},
    )


def record(organisation: Organisation, *, regions=None, minor_edit: bool = False):
    """Save an organisation with its regions of activity, and settle its seat, or do nothing.

    Raises ValidationError as ``check`` does.
    """
    check(organisation)
    if not organisation.slug:
        organisation.slug = free_slug(organisation)
    with transaction.atomic():
        settle_seat(organisation, minor_edit=minor_edit)
        if regions is not None:
            organisation.regions.set(regions)


def check(organisation: Organisation):
    """Whether the rules of its category allow the organisation as it stands.

    Raises ValidationError when a country is missing, or its seat is taken.
    """
    if organisation.category.needs_country and organisation.country_id is None:
        raise ValidationError(
            {"country": _("An organisation of this category belongs to a country. Choose it.")}
        )
    if deserves_seat(organisation) and seat_is_taken(organisation):
        raise seat_taken(organisation)


def free_slug(organisation: Organisation) -> str:
    """An address made of the original name that no other organisation has."""
    name = organisation.own_text("name", organisation.original_language)
    base = slugify(fold(name))[:70].strip("-") or "organisation"
    taken = set(
        Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True)
    ) | {"new"}
    candidates = itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
    return next(slug for slug in candidates if slug not in taken)


def settle_seat(organisation: Organisation, *, minor_edit: bool = False):
    """Fill or empty the seat as category, status and derogations have it, and save.

    The one place that writes ``seat_country``. Raises ValidationError when another
    organisation holds the seat; the database refuses it even when two ask at once.
    """
    organisation.seat_country = organisation.country if deserves_seat(organisation) else None
    if organisation.seat_country is not None and seat_is_taken(organisation):
        raise seat_taken(organisation)
    try:
        with transaction.atomic():
            organisation.save(minor_edit=minor_edit)
    except IntegrityError as error:
        if "seat_country" not in str(error):
            raise
        raise seat_taken(organisation) from error


def seat_is_taken(organisation: Organisation) -> bool:
    others = Organisation.objects.exclude(pk=organisation.pk)
    return others.filter(seat_country=organisation.country).exists()


def deserves_seat(organisation: Organisation) -> bool:
    return (
        organisation.category.unique_per_country
        and organisation.country_id is not None
        and organisation.status in STANDING
        and not has_derogation(organisation)
    )


def has_derogation(organisation: Organisation) -> bool:
    if organisation.pk is None:
        return False
    not_over = Q(until__isnull=True) | Q(until__gte=timezone.localdate())
    return organisation.derogations.filter(not_over, country=organisation.country).exists()


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


def next_number(year: int) -> str:
    """The next certificate number of a year: M/2026/014."""
    prefix = f"M/{year}/"
    last = (
        Membership.objects.filter(number__startswith=prefix)
        .order_by(Length("number").desc(), "-number")  # the thousandth comes after the 999th
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
    """Add a period of membership; one that covers today ends "renewal due" and "lapsed".

    Raises ValidationError when it ends before it begins, overlaps another one, or would
    bring back an organisation whose seat somebody else holds by now.
    """
    if ends_on < starts_on:
        raise ValidationError(
            {"ends_on": _("The end must not come before the beginning.")}, code="backwards"
        )
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
        if organisation.status in RENEWABLE and starts_on <= timezone.localdate() <= ends_on:
            change_status(
                organisation, Status.ACTIVE, by=by, reason=_("The membership is renewed.")
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
