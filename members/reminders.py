"""What an organisation should see to, derived from its data: nothing here is stored."""

import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members import renewals
from members.dues import money
from members.models import Organisation
from members.models.mandates import MandateKind
from members.models.organisations import Status
from portal.lib.templatetags.text import plain_date
from portal.lib.translations import TranslationState


class Reminder(NamedTuple):
    """One thing to do: what, why, the named page where it is done, the words of its button."""

    title: str
    text: str
    page: str
    action: str


def to_do(
    organisation: Organisation, *, period, people, invitations, today: datetime.date
) -> list[Reminder]:
    """The reminders of an organisation, most urgent first.

    ``period`` is its latest period of membership or None, ``people`` its current mandates,
    ``invitations`` the open ones.
    """
    found = [
        renewal(organisation, period, today),
        unpaid(organisation, today),
        missing_translations(organisation),
        outdated_translations(organisation),
        second_contact(people, invitations),
    ]
    return [reminder for reminder in found if reminder is not None]


def renewal(organisation: Organisation, period, today: datetime.date) -> Reminder | None:
    action = _("Renew")
    if organisation.status == Status.GRACE:
        return Reminder(
            _("Renew your membership"),
            _("Your period has ended. You keep all rights while renewal is due."),
            "members:space_renewal",
            action,
        )
    if organisation.status == Status.LAPSED:
        return Reminder(
            _("Take up your membership again"),
            _("Your membership has lapsed. You can still use this area and renew."),
            "members:space_renewal",
            action,
        )
    if organisation.status != Status.ACTIVE or period is None:
        return None
    days = (period.ends_on - today).days
    if days > renewals.WINDOW_DAYS:
        return None
    return Reminder(
        _("Renew your membership"),
        ngettext(
            "Your period ends in %(days)d day.", "Your period ends in %(days)d days.", max(days, 0)
        )
        % {"days": max(days, 0)},
        "members:space_renewal",
        action,
    )


def unpaid(organisation: Organisation, today: datetime.date) -> Reminder | None:
    """The invoice that has to be paid first."""
    invoice = organisation.invoices.unpaid().order_by("due_on", "pk").first()
    if invoice is None:
        return None
    overdue = invoice.due_on < today
    return Reminder(
        _("Pay your dues, which are overdue") if overdue else _("Pay your dues"),
        _("Invoice %(number)s: %(amount)s, to be paid by %(day)s.")
        % {
            "number": invoice.number,
            "amount": money(invoice.balance, invoice.currency),
            "day": plain_date(invoice.due_on),
        },
        "members:space_dues",
        _("See the invoice"),
    )


def missing_translations(organisation: Organisation) -> Reminder | None:
    described = bool(organisation.text("description").value)
    missing = [
        code
        for code, state in organisation.languages()
        if state == TranslationState.MISSING
        or (described and not organisation.own_text("description", code))
    ]
    if not missing:
        return None
    return Reminder(
        _("Complete the translations of your page"),
        _("Missing: %(languages)s.") % {"languages": ", ".join(code.upper() for code in missing)},
        "members:space_organisation",
        _("Complete"),
    )


def outdated_translations(organisation: Organisation) -> Reminder | None:
    outdated = [
        code for code, state in organisation.languages() if state == TranslationState.OUTDATED
    ]
    if not outdated:
        return None
    return Reminder(
        _("Revise the translations of your page"),
        _("The original text has changed since. To be revised: %(languages)s.")
        % {"languages": ", ".join(code.upper() for code in outdated)},
        "members:space_organisation",
        _("Revise"),
    )


def second_contact(people, invitations) -> Reminder | None:
    contacts = {mandate.person_id for mandate in people if mandate.kind == MandateKind.CONTACT}
    invited = any(invitation.kind == MandateKind.CONTACT for invitation in invitations)
    if len(contacts) >= 2 or invited:
        return None
    return Reminder(
        _("Name a second contact"),
        _("Two contacts make sure that our letters always reach somebody."),
        "members:space_people",
        _("Invite a colleague"),
    )
