"""An applicant becomes a member: organisation, seat, period, and what other apps add to it.

What is made here can be unmade while the acceptance is not final.
"""

import datetime
from collections.abc import Callable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from members import facets, joining, transitions
from members.models import Acceptance, Application, Organisation, User
from members.models.organisations import Status
from members.seats import settle_seat
from portal.lib import changes
from regions.models import Region

# From where an organisation can be accepted under the record that the network has of it.
RETURNING = (Status.APPLICANT, Status.LAPSED, Status.WITHDRAWN, Status.EXCLUDED)


class Receiver(NamedTuple):
    """What an app does when an acceptance is decided, and how it undoes it."""

    follow: Callable[[Acceptance], None]
    undo: Callable[[Acceptance], None]


_receivers: list[Receiver] = []


def register(follow: Callable[[Acceptance], None], undo: Callable[[Acceptance], None]):
    """Have an app follow each acceptance; called once, in ``AppConfig.ready``.

    Both are called within the transaction of the decision: what they raise undoes it.
    """
    receiver = Receiver(follow, undo)
    if receiver not in _receivers:
        _receivers.append(receiver)


def follow(acceptance: Acceptance):
    for receiver in _receivers:
        receiver.follow(acceptance)


# -- Making a member -------------------------------------------------------------------------------


def admit(
    acceptance: Acceptance,
    *,
    former: Organisation | None,
    discreet: bool,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: User,
):
    """Make the member an acceptance is about, or take up again the one that it was before.

    Raises ValidationError when its seat is taken, or the former member cannot come back.
    """
    application = acceptance.application
    if former is None:
        organisation = organisation_of(application, discreet=discreet)
        joining.record(organisation, regions=list(application.regions.all()))
        facets.choose(organisation, application.facets.all())
    else:
        organisation = former
        check_former(organisation)
        acceptance.before = as_it_was(organisation)
        take_up(organisation, application, discreet=discreet)
    acceptance.organisation = organisation
    acceptance.status_change = transitions.change_status(
        organisation,
        Status.ACTIVE,
        by=by,
        reason=_("The application was accepted."),
        quietly=True,  # the welcome mail says it
    )
    acceptance.membership = joining.add_period(
        organisation, starts_on=starts_on, ends_on=ends_on, by=by
    )


def organisation_of(application: Application, *, discreet: bool) -> Organisation:
    """The organisation as it applied; the language of the application is its original one."""
    language = application.language
    return Organisation(
        original_language=language,
        category=application.category,
        country=application.country,
        acronym=application.acronym,
        website=application.website,
        email=application.organisation_email,
        founded=application.founded,
        discreet=discreet,
        **{
            f"name_{language}": application.name,
            f"description_{language}": application.description,
        },
    )


def check_former(organisation: Organisation):
    if organisation.status not in RETURNING:
        raise ValidationError(
            _("%(name)s is a member. Choose an organisation that has left, or none."),
            code="is_member",
            params={"name": organisation},
        )


def as_it_was(organisation: Organisation) -> dict:
    return {
        "status": organisation.status,
        "category": organisation.category_id,
        "country": organisation.country_id,
        "discreet": organisation.discreet,
        "regions": list(organisation.regions.values_list("pk", flat=True)),
    }


def take_up(organisation: Organisation, application: Application, *, discreet: bool):
    """Category and place are those applied for; texts and people stay as the network has them."""
    organisation.category = application.category
    organisation.country = application.country
    organisation.discreet = discreet
    regions = list(application.regions.all())
    joining.record(organisation, regions=regions or None)


# -- Unmaking it -----------------------------------------------------------------------------------


def undo(acceptance: Acceptance):
    """Unmake what the acceptance made, within the transaction that takes it back.

    Raises ValidationError when somebody has built on it since.
    """
    organisation = acceptance.organisation
    for receiver in _receivers:
        receiver.undo(acceptance)
    organisation.invitations.filter(pk__in=acceptance.invitations, accepted_at=None).delete()
    try:
        if acceptance.is_new:
            check_unused(organisation)
            organisation.delete()
        else:
            put_back(acceptance)
    except ProtectedError as error:
        raise in_use() from error


def check_unused(organisation: Organisation):
    if organisation.mandates.exists() or organisation.memberships.count() > 1:
        raise in_use()


def in_use() -> ValidationError:
    return ValidationError(
        _("Something has been recorded on the new member since. Change its status instead."),
        code="in_use",
    )


def put_back(acceptance: Acceptance):
    """The former member as it was: without the period, and without the step that never counted."""
    organisation, before = acceptance.organisation, acceptance.before
    acceptance.membership.delete()
    acceptance.status_change.delete()
    organisation.status = before["status"]
    organisation.category_id = before["category"]
    organisation.country_id = before["country"]
    organisation.discreet = before["discreet"]
    settle_seat(organisation)
    organisation.regions.set(Region.objects.filter(pk__in=before["regions"]))
    changes.announce(organisation)
