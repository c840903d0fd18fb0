"""From one status to another: which steps there are, who took them, when and why."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from members import notices
from members.models import Organisation, StatusChange, User
from members.models.mandates import MandateKind
from members.models.organisations import Status
from members.seats import settle_seat
from portal.lib import network
from portal.lib.links import absolute_url

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
# A membership that was ended or interrupted by a decision, and comes back by another.
BROKEN_OFF = (Status.SUSPENDED, Status.WITHDRAWN, Status.EXCLUDED)
# Whom an organisation's people hear about by mail.
ANSWERABLE = (MandateKind.HEAD, MandateKind.CONTACT)


def change_status(
    organisation: Organisation, to: str, *, by: User | None, reason: str = "", quietly: bool = False
) -> StatusChange:
    """Move an organisation to another status, keep who, when and why, and settle its seat.

    Its people are told what a decision or the end of the delay has changed, unless something
    else tells them (``quietly``). Raises ValidationError when the statutes know no such step,
    when a step that they want justified has no reason, or when the seat of its country is taken;
    the record in hand is then as before.
    """
    with transaction.atomic():
        # Locked and read again: somebody else may have decided in the meantime.
        locked = (
            Organisation.objects.select_for_update(of=("self",))
            .select_related("category", "country")
            .get(pk=organisation.pk)
        )
        if to not in TRANSITIONS[Status(locked.status)]:
            raise no_such_step(locked, to)
        if needs_reason(locked.status, to) and not reason.strip():
            raise ValidationError({"reason": _("Give the reason of this step.")}, code="no_reason")
        change = StatusChange(
            organisation=organisation,
            before=locked.status,
            after=to,
            reason=reason,
            changed_by=by,
        )
        locked.status = to
        settle_seat(locked)
        change.save()
        if not quietly:
            tell(organisation, change)
    organisation.status, organisation.seat_country = locked.status, locked.seat_country
    return change


def needs_reason(before: str, after: str) -> bool:
    """Suspension, withdrawal and exclusion are justified (statutes), and so is the way back."""
    return after in BROKEN_OFF or before in BROKEN_OFF


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


def is_told(change: StatusChange) -> bool:
    """What the organisation hears of by mail: decisions on it, and that its membership lapsed."""
    return change.after in (*BROKEN_OFF, Status.LAPSED) or change.before in BROKEN_OFF


def tell(organisation: Organisation, change: StatusChange):
    """Write to head and contacts, each in their language, what became of the membership."""
    if not is_told(change):
        return
    for person in User.objects.acting_as(*ANSWERABLE, organisation=organisation):
        language = person.language
        with translation.override(language):
            subject = subject_of(change) % {
                "organisation": organisation.text("name").value,
                "network": network.current().name(),
            }
        notices.write(
            "status",
            f"change:{change.pk}",
            template="status_changed",
            subject=subject,
            to=person.email,
            language=language,
            person=person,
            organisation=organisation,
            context={
                "person": person,
                "organisation": organisation,
                "change": change,
                "url": absolute_url("portal:space", language=language),
            },
        )


def subject_of(change: StatusChange) -> str:
    return {
        Status.SUSPENDED: _("The membership of %(organisation)s is suspended"),
        Status.WITHDRAWN: _("%(organisation)s has left %(network)s"),
        Status.EXCLUDED: _("%(organisation)s is excluded from %(network)s"),
        Status.LAPSED: _("The membership of %(organisation)s has lapsed"),
        Status.ACTIVE: _("%(organisation)s is a member again"),
    }[Status(change.after)]
