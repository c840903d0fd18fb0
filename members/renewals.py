"""Renewal: reminded of in time, done in two clicks by the link of the reminder or in the area.

The rule of the network: who renews before lapsing keeps an unbroken membership, so the new period
begins on the day after the last one, be it over by then. Who has lapsed comes back: the new period
begins today, and the days between belong to nobody. A period lasts a year. It can be renewed from
60 days before its end, and once.
"""

import datetime
from typing import NamedTuple

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import dues, dues_letters, joining, notices, perms, seats, threads
from members.models import Invoice, Membership, Notice, Organisation, Renewal, User
from members.models.organisations import GRACE_DAYS, Status
from members.models.threads import Side
from portal.lib.links import absolute_url
from portal.lib.templatetags.text import plain_date
from portal.lib.translations import current_language

RENEWABLE = (Status.ACTIVE, Status.GRACE, Status.LAPSED)
WINDOW_DAYS = 60
# Days after the end of the period (negative: before it) on which a reminder is due.
REMINDERS = (-60, -30, -7, 0, 30, 60)
SALT = "members.renewal"
LINK_DAYS = 60


class Period(NamedTuple):
    starts_on: datetime.date
    ends_on: datetime.date


def a_year_from(day: datetime.date) -> datetime.date:
    """The last day of the year that begins on the day; of 29 February, 28 February."""
    try:
        return day.replace(year=day.year + 1) - datetime.timedelta(days=1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def next_period(
    organisation: Organisation, last: Membership, today: datetime.date | None = None
) -> Period:
    """The period that a renewal on the day would add."""
    today = today or timezone.localdate()
    follows = last.ends_on + datetime.timedelta(days=1)
    # Also where nobody has noted the lapse yet: a new period is never over when it begins.
    over = today > last.ends_on + datetime.timedelta(days=GRACE_DAYS)
    lapsed = organisation.status == Status.LAPSED or over
    starts_on = max(today, follows) if lapsed else follows
    return Period(starts_on, a_year_from(starts_on))


def check(organisation: Organisation, last: Membership | None, today: datetime.date | None = None):
    """Whether the organisation can renew its last period now. Raises ValidationError."""
    today = today or timezone.localdate()
    if last is None or organisation.status not in RENEWABLE:
        raise ValidationError(
            _("This membership cannot be renewed here. Write to the secretariat."),
            code="not_renewable",
        )
    opens_on = last.ends_on - datetime.timedelta(days=WINDOW_DAYS)
    if today < opens_on:
        raise ValidationError(
            _("The membership runs until %(day)s. Nothing is to be done before %(opens)s."),
            code="not_yet",
            params={"day": plain_date(last.ends_on), "opens": plain_date(opens_on)},
        )
    if organisation.status == Status.LAPSED and seat_is_gone(organisation):
        raise seat_gone(organisation)


def is_open(organisation: Organisation, today: datetime.date | None = None) -> bool:
    """Whether a renewal would be accepted now."""
    try:
        check(organisation, organisation.current_membership, today)
    except ValidationError:
        return False
    return True


def is_renewed(last: Membership) -> bool:
    """Whether another period has followed, by a renewal or recorded at the desk."""
    later = Membership.objects.filter(organisation=last.organisation_id)
    return later.filter(starts_on__gt=last.starts_on).exists()


def seat_is_gone(organisation: Organisation) -> bool:
    """Whether somebody else holds the seat that the organisation would need again."""
    category = organisation.category
    if not category.unique_per_country or organisation.country_id is None:
        return False
    return not seats.has_derogation(organisation) and seats.seat_is_taken(organisation)


def seat_gone(organisation: Organisation) -> ValidationError:
    """The message tells of a holder that everybody can see, and is silent on a discreet one."""
    if seats.holder_to_tell(organisation.country, organisation.category) is None:
        return ValidationError(
            _("This membership cannot be renewed here. Write to the secretariat."),
            code="not_renewable",
        )
    return ValidationError(
        _(
            "Since your membership lapsed, another organisation has become the national member of "
            "%(country)s. Write to the secretariat, which will look for a way with you."
        ),
        code="seat_taken",
        params={"country": organisation.country.name},
    )


def renew(
    organisation: Organisation,
    *,
    last: Membership,
    by: User,
    by_link: bool = False,
    note: str = "",
    details: dict[str, str] | None = None,
    today: datetime.date | None = None,
) -> Renewal:
    """Add the next period, invoice it, and confirm it by mail, all or nothing.

    ``last`` is the period that the person saw and renews; ``details`` are fields of the
    organisation that were corrected on the way (website, email); a note goes to the secretariat
    as a message that waits for its answer. Raises ValidationError when it was
    renewed already, and as ``check`` does. A period without a band of dues is renewed without an
    invoice, which the finance desk adds later.
    """
    today = today or timezone.localdate()
    try:
        with transaction.atomic():
            held = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
            if held.current_membership != last:
                raise already_renewed()
            check(held, last, today)
            correct(held, details or {})
            period = next_period(held, last, today)
            membership = joining.add_period(
                held, starts_on=period.starts_on, ends_on=period.ends_on, by=by
            )
            renewal = Renewal.objects.create(
                previous=last, membership=membership, person=by, by_link=by_link, note=note
            )
            if note.strip():
                pass_on(organisation, note, by=by)
            invoice = invoice_of(membership, by=by, today=today)
            forget_reminders(last)
            confirm(renewal, invoice)
    except ValidationError as error:
        if getattr(error, "code", "") == "seat_taken":
            raise seat_gone(organisation) from error
        raise
    except IntegrityError as error:
        if Renewal.objects.filter(previous=last).exists():
            raise already_renewed() from error
        raise
    organisation.status = held.status
    organisation.seat_country = held.seat_country
    return renewal


def correct(organisation: Organisation, details: dict[str, str]):
    """Save what was corrected in the form, when anything was."""
    changed = {
        name: value for name, value in details.items() if value != getattr(organisation, name)
    }
    if changed:
        for name, value in changed.items():
            setattr(organisation, name, value)
        organisation.save(minor_edit=True)


def pass_on(organisation: Organisation, note: str, *, by: User):
    """What is no longer right, as a thread at the desk."""
    threads.begin(
        organisation=organisation,
        subject=_("What has changed, told with the renewal"),
        text=note,
        by=by,
        side=Side.ORGANISATION,
        language=current_language(),
    )


def already_renewed() -> ValidationError:
    return ValidationError(
        _("This period has been renewed already. Nothing is left to do."), code="already_renewed"
    )


def invoice_of(membership: Membership, *, by: User | None, today: datetime.date) -> Invoice | None:
    try:
        return dues.issue(membership, by=by, today=today, letter=False)
    except ValidationError:
        return None


def confirm(renewal: Renewal, invoice: Invoice | None):
    """Tell everybody who answers for the dues what was renewed, by whom, and what is due."""
    organisation = renewal.membership.organisation
    people = dues_letters.payers_of([organisation])[organisation.pk]
    if renewal.person not in people:
        people = [*people, renewal.person]
    for person in people:
        language = person.language
        with translation.override(language):
            notices.write(
                "renewal_done",
                f"membership:{renewal.membership_id}",
                template="renewal_done",
                subject=_("Your membership is renewed"),
                to=person.email,
                language=language,
                context={
                    "person": person,
                    "organisation": organisation,
                    "renewal": renewal,
                    "period": renewal.membership,
                    "invoice": invoice,
                    "url": absolute_url("members:space_dues", language=language)
                    + f"?organisation={organisation.slug}",
                },
                person=person,
                organisation=organisation,
            )


# -- The link of a reminder ------------------------------------------------------------------------


class Link(NamedTuple):
    """Who may renew what by a link: bound to a person, an organisation and a period."""

    person: User
    organisation: Organisation
    last: Membership


def link_for(person: User, membership: Membership) -> str:
    """The part of an address that opens the renewal form for one person, for some weeks."""
    return signing.dumps([person.pk, membership.organisation_id, membership.pk], salt=SALT)


def open_link(token: str) -> Link | None:
    """What the link is good for; None when it is forged, too old, or its person has left."""
    try:
        age = datetime.timedelta(days=LINK_DAYS)
        person_pk, organisation_pk, membership_pk = signing.loads(token, salt=SALT, max_age=age)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    person = User.objects.active().filter(pk=person_pk).first()
    memberships = Membership.objects.select_related("organisation__country__region", "category")
    last = memberships.filter(pk=membership_pk, organisation=organisation_pk).first()
    if person is None or last is None or not perms.may_renew(person, last.organisation):
        return None
    return Link(person, last.organisation, last)


# -- Reminders -------------------------------------------------------------------------------------


def reminder_kind(days: int) -> str:
    """The kind of a notice: renewal_60 before the end, renewal_0 on its day, renewal_late_30."""
    return f"renewal_{-days}" if days <= 0 else f"renewal_late_{days}"


REMINDER_KINDS = tuple(reminder_kind(days) for days in REMINDERS)


def due_reminder(ends_on: datetime.date, today: datetime.date) -> int | None:
    """The reminder whose day has come last, in days from the end; none before the first one.

    After days without a run only the last one is due, never those that were missed.
    """
    passed = (today - ends_on).days
    return max((days for days in REMINDERS if days <= passed), default=None)


def key_of(membership: Membership) -> str:
    return f"membership:{membership.pk}"


def remind(today: datetime.date | None = None) -> int:
    """Write the reminders that are due and not yet written. Returns the number of mails."""
    today = today or timezone.localdate()
    due = list(in_need_of_reminding(today))
    people = dues_letters.payers_of([membership.organisation for membership, _days in due])
    known = set(
        Notice.objects.filter(
            kind__in=REMINDER_KINDS, key__in=[key_of(membership) for membership, _days in due]
        ).values_list("kind", "key", "email")
    )
    written = 0
    for membership, days in due:
        kind, key = reminder_kind(days), key_of(membership)
        for person in people[membership.organisation_id]:
            if (kind, key, person.email.lower()) not in known:
                written += write_reminder(membership, days, person, today)
    return written


def in_need_of_reminding(today: datetime.date):
    """The last period of each member that is about to end or in grace, and the reminder due."""
    first = today - datetime.timedelta(days=GRACE_DAYS)
    last = today - datetime.timedelta(days=REMINDERS[0])
    members = (
        Organisation.objects.active()
        .with_period_end()
        .filter(period_ends_on__range=(first, last))
        .order_by("pk")
    )
    ends = dict(members.values_list("pk", "period_ends_on"))
    periods = (
        Membership.objects.filter(organisation__in=ends)
        .select_related("organisation__category")
        .order_by("organisation", "-ends_on")
    )
    for membership in periods:
        if membership.ends_on == ends[membership.organisation_id]:
            days = due_reminder(membership.ends_on, today)
            if days is not None:
                yield membership, days


def write_reminder(membership: Membership, days: int, person: User, today: datetime.date) -> bool:
    """One mail to one person, with a link of their own. False when it was written before."""
    organisation, language = membership.organisation, person.language
    lapses_on = membership.ends_on + datetime.timedelta(days=GRACE_DAYS + 1)
    with translation.override(language):
        notice = notices.write(
            reminder_kind(days),
            key_of(membership),
            template="renewal",
            subject=_("Renew your membership"),
            to=person.email,
            language=language,
            context={
                "person": person,
                "organisation": organisation,
                "period": membership,
                "next": next_period(organisation, membership, today),
                "days_left": (membership.ends_on - today).days,
                "is_over": membership.ends_on < today,
                "lapses_on": lapses_on,
                "url": absolute_url(
                    "members:renewal", language=language, token=link_for(person, membership)
                ),
                "link_days": LINK_DAYS,
            },
            person=person,
            organisation=organisation,
        )
    return notice is not None


def forget_reminders(membership: Membership):
    """Take back the reminders that have not left yet: the period is renewed."""
    for kind in REMINDER_KINDS:
        notices.cancel(kind, key_of(membership))
