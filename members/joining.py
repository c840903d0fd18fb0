"""How an organisation comes to be a member, keeps its seat, and ceases to be one."""

import datetime
import itertools

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members import guards
from members.models import Membership, OldAddress, Organisation, User
from members.models.memberships import overlapping
from members.models.organisations import GRACE_DAYS, Status
from members.numbering import next_number
from members.seats import check_seat, settle_seat
from members.transitions import change_status
from portal.lib import changes
from portal.lib.text import fold

# Pages of the desk that stand where an organisation's address would.
RESERVED = ("new", "merges")
SHORTEST_FIRST_PERIOD = 90
RENEWABLE = (Status.GRACE, Status.LAPSED)


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
    check_seat(organisation)


def free_slug(organisation: Organisation) -> str:
    """An address made of the original name that no other organisation has."""
    name = organisation.own_text("name", organisation.original_language)
    base = slugify(fold(name))[:70].strip("-") or "organisation"
    taken = {
        *Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True),
        *OldAddress.objects.filter(slug__startswith=base).values_list("slug", flat=True),
        *RESERVED,
    }
    candidates = itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
    return next(slug for slug in candidates if slug not in taken)


def first_period(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The period that a new member is offered: from the day to the end of the year.

    Whoever joins in the last months of a year is a member until the end of the next one.
    """
    end = datetime.date(day.year, 12, 31)
    if end - day < datetime.timedelta(days=SHORTEST_FIRST_PERIOD):
        end = end.replace(year=end.year + 1)
    return day, end


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
    if organisation.memberships.overlapping(starts_on, ends_on).exists():
        raise overlapping()
    with transaction.atomic():
        with guards.told():
            membership = Membership.objects.create(
                organisation=organisation,
                category=organisation.category,
                country=organisation.country,
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
