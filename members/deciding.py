"""A region advises on an application; the secretariat accepts it, refuses it, or thinks again.

An acceptance makes the member at once, while its mails wait: for ten minutes it can be taken back
as if it had not been.
"""

import datetime
from itertools import groupby

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import admitting, advising, applying, invitations, joining, notices, tracking
from members.models import (
    Acceptance,
    Advice,
    Application,
    ApplicationEvent,
    ApplicationPerson,
    Invitation,
    Notice,
    Organisation,
    User,
)
from members.models.applications import UNDER_REVIEW, ApplicationEventKind, ApplicationState
from members.models.decisions import Opinion
from members.models.notices import NoticeState
from members.seats import national_of
from portal.lib import network
from portal.lib.links import absolute_url
from regions.models import Region

SECOND_THOUGHTS = datetime.timedelta(minutes=10)
WELCOME = "welcome"


# -- The region’s advice ---------------------------------------------------------------------------


def advise(
    application: Application, *, region: Region, opinion: str, text: str, by: User
) -> Advice:
    """Keep the opinion of a region. The applicant learns that there is one, and not which.

    Raises ValidationError without grounds, for a region that is not concerned, or when the
    application no longer waits for a decision.
    """
    if not text.strip():
        raise ValidationError({"text": _("Give the grounds of the advice.")}, code="no_text")
    if region not in advising.regions_of(application):
        raise ValidationError(_("This region is not concerned."), code="other_region")
    with transaction.atomic():
        state = applying.lock(application).state
        if state not in UNDER_REVIEW:
            raise ValidationError(
                _("This application does not wait for an advice: it is “%(state)s”."),
                code="not_under_review",
                params={"state": ApplicationState(state).label},
            )
        advice = Advice.objects.create(
            application=application,
            region=region,
            opinion=Opinion(opinion),
            text=text,
            given_by=by,
        )
        if state == ApplicationState.SUBMITTED:
            applying.move(
                application,
                ApplicationState.ADVISED,
                kind=ApplicationEventKind.ADVISED,
                by=by,
                public_from=timezone.now(),
            )
    return advice


# -- Accepting -------------------------------------------------------------------------------------


def accept(
    application: Application,
    *,
    by: User,
    former: Organisation | None = None,
    discreet: bool | None = None,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
    words: str = "",
) -> Acceptance:
    """Make the applicant a member, with all that follows; the mails leave in ten minutes.

    With ``former`` it is an organisation that was a member before. ``words`` stand in the welcome
    mail. Raises ValidationError when the seat of its country is taken, when somebody else has
    decided meanwhile, or when the period is impossible; nothing is written then.
    """
    first, last = joining.first_period(timezone.localdate())
    now = timezone.now()
    with transaction.atomic():
        applying.move(
            application,
            ApplicationState.ACCEPTED,
            kind=ApplicationEventKind.ACCEPTED,
            by=by,
            text=words,
            public_from=now + SECOND_THOUGHTS,
        )
        acceptance = Acceptance(
            application=application,
            decided_by=by,
            decided_at=now,
            final_at=now + SECOND_THOUGHTS,
        )
        admitting.admit(
            acceptance,
            former=former,
            discreet=application.asks_discretion if discreet is None else discreet,
            starts_on=starts_on or first,
            ends_on=ends_on or last,
            by=by,
        )
        acceptance.save()
        application.organisation = acceptance.organisation
        application.save(update_fields=["organisation"])
        admitting.follow(acceptance)
        welcome(acceptance, words=words)
    return acceptance


def welcome(acceptance: Acceptance, *, words: str):
    """Write to each person named in the application, with the invitations to their roles.

    Whoever applied without having a role is told as well.
    """
    application = acceptance.application
    people = sorted(application.people.all(), key=address_of)
    for email, roles in groupby(people, key=address_of):
        roles = list(roles)
        write_welcome(
            acceptance,
            to=email,
            name=roles[0].full_name,
            language=roles[0].language,
            invited=[found for role in roles if (found := invite(acceptance, role))],
            words=words,
        )
    if application.email.lower() not in {address_of(person) for person in people}:
        write_welcome(
            acceptance,
            to=application.email,
            name="",
            language=application.language,
            invited=[],
            words=words,
        )
    acceptance.save(update_fields=["invitations"])


def address_of(person: ApplicationPerson) -> str:
    return person.email.lower()


def invite(acceptance: Acceptance, person: ApplicationPerson) -> Invitation | None:
    """The invitation of a person to the role applied for; None for somebody who has it already.

    One that a former member was still waiting to answer is not made a second time.
    """
    invitation = Invitation(
        organisation=acceptance.organisation,
        kind=person.kind,
        email=person.email,
        full_name=person.full_name,
        mail_language=person.language,
    )
    mandated = invitations.mandates_like(invitation)
    if mandated.filter(person__email__iexact=person.email).exists():
        return None
    if waiting := invitations.waiting_like(invitation).first():
        return waiting
    invitations.prepare(invitation, by=acceptance.decided_by)
    acceptance.invitations.append(invitation.pk)
    return invitation


def write_welcome(
    acceptance: Acceptance,
    *,
    to: str,
    name: str,
    language: str,
    invited: list[Invitation],
    words: str,
):
    organisation = acceptance.organisation
    with translation.override(language):
        subject = _("Welcome to %(network)s") % {"network": network.current().name(language)}
        context = {
            "name": name,
            "organisation": organisation,
            "membership": acceptance.membership,
            "category": organisation.category,
            "national": national_of(organisation),
            "words": words,
            "invitations": [
                (
                    invitation.get_kind_display(),
                    absolute_url("members:invitation", language=language, token=invitation.token),
                )
                for invitation in invited
            ],
            "expires_at": invited[0].expires_at if invited else None,
            "url": absolute_url("portal:space", language=language),
        }
        notices.write(
            WELCOME,
            acceptance.key,
            template="welcome",
            subject=subject,
            to=to,
            language=language,
            organisation=organisation,
            leaves_at=acceptance.final_at,
            context=context,
        )


# -- Taking it back --------------------------------------------------------------------------------


def take_back(application: Application, *, by: User) -> ApplicationEvent:
    """Unmake an acceptance whose mails have not left: as if it had not been, but on record.

    The application waits for a decision again. Raises ValidationError when it is too late, or
    when somebody has built on the new member since.
    """
    with transaction.atomic():
        applying.lock(application)
        acceptance = (
            Acceptance.objects.standing()
            .select_related("organisation", "membership", "status_change")
            .filter(application=application)
            .first()
        )
        if acceptance is None or not acceptance.can_be_taken_back or not unsent(acceptance):
            raise ValidationError(
                _("This decision can no longer be taken back: its mails have left."),
                code="too_late",
            )
        before = state_before(application)
        application.organisation = None
        application.save(update_fields=["organisation"])
        acceptance.taken_back_at, acceptance.taken_back_by = timezone.now(), by
        acceptance.save(update_fields=["taken_back_at", "taken_back_by"])
        admitting.undo(acceptance)
        return applying.move(application, before, kind=ApplicationEventKind.TAKEN_BACK, by=by)


def state_before(application: Application) -> str:
    """Where the application stood when it was accepted."""
    return application.events.filter(state__in=UNDER_REVIEW).last().state


def unsent(acceptance: Acceptance) -> bool:
    """Keep the mails of the acceptance from leaving; whether none of them has left."""
    notices.cancel(WELCOME, acceptance.key)
    written = Notice.objects.filter(kind=WELCOME, key=acceptance.key)
    return not written.exclude(state=NoticeState.CANCELLED).exists()


# -- Refusing --------------------------------------------------------------------------------------


def refuse(application: Application, *, reason: str, by: User) -> ApplicationEvent:
    """Refuse an application and tell the applicant why. Raises ValidationError without a reason."""
    if not reason.strip():
        raise ValidationError({"reason": _("A refusal needs its reason.")}, code="no_reason")
    with transaction.atomic():
        event = applying.move(
            application,
            ApplicationState.REFUSED,
            kind=ApplicationEventKind.REFUSED,
            by=by,
            text=reason,
            public_from=timezone.now(),
        )
        with translation.override(application.language):
            subject = _("Your application to %(network)s")
            tracking.write(
                application, "application_refused", str(event.pk), subject=subject, event=event
            )
    return event
