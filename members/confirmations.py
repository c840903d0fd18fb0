"""Once a year whoever acts for an organisation confirms it with one click, or says who does.

Each person is asked in one mail for all of their roles, reminded after 30 days, and shown at the
desk after 60. A role is due a year after it began or was last confirmed; roles that fall due
within the same month are asked for together.
"""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import invitations, notices, orphans
from members.models import Invitation, Mandate, Notice, Organisation, User
from members.models.mandates import (
    CONFIRMED_FOR,
    FOR_ORGANISATIONS,
    REMINDED_AFTER,
    MandateKind,
)
from portal.lib.links import absolute_url

SALT = "members.confirmation"
# The link of a mail stays good until after the desk has looked and asked again.
LINK_DAYS = 120
TOGETHER = datetime.timedelta(days=30)
KIND, REMINDER = "confirm_roles", "confirm_roles_again"


def ask(today: datetime.date) -> int:
    """Ask everybody whose year is over. Returns the number of people asked."""
    due = Mandate.objects.due_for_confirmation(today).values("person")
    asked = 0
    for person in User.objects.filter(pk__in=due).order_by("pk"):
        mandates = Mandate.objects.due_for_confirmation(today + TOGETHER).current(today)
        write(person, mandates.filter(person=person), today)
        asked += 1
    return asked


def write(person: User, mandates, today: datetime.date, *, kind: str = KIND) -> Notice | None:
    """Note that the person was asked about these roles, and mail the question once a day."""
    rows = list(mandates.select_related("organisation"))
    Mandate.objects.filter(pk__in=[row.pk for row in rows], asked_on__isnull=True).update(
        asked_on=today
    )
    with translation.override(person.language):
        return notices.write(
            kind,
            f"person:{person.pk}:{today:%Y-%m-%d}",
            template="confirm_roles",
            subject=_("Do you still act for your organisation?"),
            to=person.email,
            language=person.language,
            context={
                "person": person,
                "mandates": rows,
                "is_reminder": kind == REMINDER,
                "url": absolute_url(
                    "members:confirmation", language=person.language, token=link_for(person)
                ),
            },
            person=person,
            organisation=rows[0].organisation
            if len({r.organisation_id for r in rows}) == 1
            else None,
        )


def remind(today: datetime.date) -> int:
    """Ask once more whoever has not answered for 30 days, and has named no successor."""
    silent = (
        Mandate.objects.current(today)
        .to_confirm()
        .filter(asked_on__lte=today - REMINDED_AFTER, successors__isnull=True)
    )
    reminded = 0
    people = User.objects.filter(pk__in=silent.values("person")).order_by("pk")
    for person in people:
        mandates = silent.filter(person=person)
        first = min(mandates.values_list("asked_on", flat=True))
        if person.notices.filter(kind=REMINDER, written_at__date__gt=first).exists():
            continue
        write(person, mandates, today, kind=REMINDER)
        reminded += 1
    return reminded


class NextAsked(NamedTuple):
    """The day on which roles of an organisation are next due, past when nobody has answered, and
    how many are asked for together with the first."""

    day: datetime.date
    count: int


def next_for(organisation: Organisation, today: datetime.date) -> NextAsked | None:
    """When its people are next to confirm their roles; None when nobody is asked."""
    return next_for_each([organisation], today).get(organisation.pk)


def next_for_each(
    organisations: Iterable[Organisation], today: datetime.date
) -> dict[int, NextAsked]:
    """The same for several by their primary keys, without those in which nobody is asked."""
    mandates = Mandate.objects.current(today).to_confirm().filter(organisation__in=organisations)
    days: dict[int, list[datetime.date]] = {}
    rows = mandates.order_by().values_list("organisation", "since", "confirmed_at")
    for organisation, since, confirmed_at in rows:
        confirmed = timezone.localdate(confirmed_at) if confirmed_at else since
        days.setdefault(organisation, []).append(max(since, confirmed) + CONFIRMED_FOR)
    return {
        organisation: NextAsked(
            min(found), sum(day <= max(min(found), today) + TOGETHER for day in found)
        )
        for organisation, found in days.items()
    }


# -- The answer ------------------------------------------------------------------------------------


def link_for(person: User) -> str:
    return signing.dumps(person.pk, salt=SALT)


def open_link(token: str) -> User | None:
    """Whose link it is; None when it is forged, too old, or its person can no longer log in."""
    age = datetime.timedelta(days=LINK_DAYS)
    try:
        pk = signing.loads(token, salt=SALT, max_age=age)
    except signing.BadSignature:
        return None
    return User.objects.active().filter(pk=pk).first()


def roles_of(person: User):
    """What the person confirms: the current roles for organisations, the earliest asked first."""
    current = person.mandates.current().filter(kind__in=FOR_ORGANISATIONS)
    return current.select_related("organisation__country", "person").order_by("organisation", "pk")


def confirm(person: User, mandates: Iterable[Mandate] | None = None) -> int:
    """The person still acts in these roles (in all of them). Returns their number."""
    rows = roles_of(person)
    if mandates is not None:
        rows = rows.filter(pk__in=[mandate.pk for mandate in mandates])
    with transaction.atomic():
        return Mandate.objects.filter(pk__in=[row.pk for row in rows]).update(
            asked_on=None, confirmed_at=timezone.now()
        )


def leave(mandate: Mandate, *, successor: Invitation | None = None, by: User) -> Invitation | None:
    """The person no longer does this, and may say who will.

    Without a successor the role ends, which is refused to the last contact. With one it ends when
    the successor accepts. A new head is for the secretariat to record: it is told the name.
    Raises ValidationError as ``invitations`` does.
    """
    if successor is None:
        invitations.end_mandate(mandate, by=None, reason=_("No longer does this"))
        return None
    if mandate.kind == MandateKind.HEAD:
        tell_of_new_head(mandate, successor)
        invitations.end_mandate(mandate, by=None, reason=_("No longer does this"))
        return None
    return invitations.name_successor(mandate, successor, by=by)


def tell_of_new_head(mandate: Mandate, successor: Invitation):
    organisation = mandate.organisation
    for person in orphans.who_looks_after(organisation):
        with translation.override(person.language):
            notices.write(
                "new_head",
                f"mandate:{mandate.pk}",
                template="new_head",
                subject=_("A new head is to be recorded"),
                to=person.email,
                language=person.language,
                context={
                    "person": person,
                    "organisation": organisation,
                    "leaver": mandate.person,
                    "successor": successor,
                    "url": absolute_url(
                        "members:desk_organisation",
                        language=person.language,
                        slug=organisation.slug,
                    ),
                },
                person=person,
                organisation=organisation,
            )


# -- Asked again from the desk ---------------------------------------------------------------------


class Answer(NamedTuple):
    """What became of one row of a bulk act."""

    organisation: Organisation
    is_done: bool
    text: str


def ask_again(organisations: Iterable[Organisation]) -> list[Answer]:
    """Ask the people of each organisation once more, and answer row by row."""
    return [answered(organisation) for organisation in organisations]


def answered(organisation: Organisation) -> Answer:
    try:
        names = ask_people_of(organisation)
    except ValidationError as error:
        return Answer(organisation, False, " ".join(error.messages))
    return Answer(organisation, True, _("Asked: %(names)s.") % {"names": ", ".join(names)})


def ask_people_of(organisation: Organisation) -> list[str]:
    """Ask whoever has not answered, or without such a question all of its people.

    Raises ValidationError when there is nobody to ask, or all were asked today already.
    """
    today = timezone.localdate()
    mandates = Mandate.objects.current().for_organisation(organisation)
    mandates = mandates.filter(person__is_active=True)
    if not mandates.exists():
        raise ValidationError(_("Nobody acts for it: invite a contact instead."), code="nobody")
    rows = mandates.asked() if mandates.asked().exists() else mandates
    people = User.objects.filter(pk__in=rows.values("person")).order_by("full_name", "pk")
    asked = [
        person for person in people if write(person, rows.filter(person=person), today) is not None
    ]
    if not asked:
        raise ValidationError(_("They have already been asked today."), code="asked_today")
    return [str(person) for person in asked]
