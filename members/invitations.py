"""How a person comes to act for an organisation or the network, hands over, and leaves."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import tasks
from members.models import Invitation, Mandate, Organisation, User
from members.models.mandates import MandateKind, invitation_expiry
from portal.lib import mail, network
from portal.lib.links import absolute_url

ONE_DAY = datetime.timedelta(days=1)


def invite(invitation: Invitation, *, by: User | None, sees=()) -> Invitation:
    """Save an invitation to a mandate and mail it to its address.

    ``sees``: the discreet members that a language lead’s mandate will name. Raises
    ValidationError as ``check`` does.
    """
    sees = list(sees)
    refuse_named(invitation.kind, sees)
    with transaction.atomic():
        prepare(invitation, by=by)
        invitation.sees.set(sees)
    transaction.on_commit(lambda: tasks.send_invitation.delay(invitation.pk))
    return invitation


def prepare(invitation: Invitation, *, by: User | None):
    """Save an invitation whose link another mail carries. Raises ValidationError as ``check``."""
    invitation.email = invitation.email.lower()
    invitation.invited_by = by
    invitation.full_clean()
    check(invitation)
    invitation.save()


def check(invitation: Invitation):
    """Whether there is still something to invite to.

    Raises ValidationError when the person has that mandate already, when the same invitation is
    still waiting for an answer, or when its term is over before it can begin.
    """
    if invitation.until and invitation.until < timezone.localdate():
        raise ValidationError({"until": _("This day is in the past.")}, code="past")
    if mandates_like(invitation).filter(person__email__iexact=invitation.email).exists():
        raise ValidationError(
            {"email": _("This person already has that role.")}, code="already_mandated"
        )
    if waiting_like(invitation).exists():
        raise ValidationError(
            {"email": _("An invitation to this address is already waiting. You can resend it.")},
            code="already_invited",
        )


def mandates_like(subject: Invitation | Mandate):
    """The current mandates of the same role for the same subject."""
    return Mandate.objects.current().filter(**same_subject(subject))


def waiting_like(invitation: Invitation):
    """The other open invitations of the same address to the same mandate."""
    same = Invitation.objects.open().filter(
        email__iexact=invitation.email, **same_subject(invitation)
    )
    return same.exclude(pk=invitation.pk)


def same_subject(subject: Invitation | Mandate) -> dict:
    return {
        "kind": subject.kind,
        "organisation": subject.organisation,
        "region": subject.region,
        "language": subject.language,
    }


def resend(invitation: Invitation, *, by: User):
    """Mail an unanswered invitation again, valid anew from today under the same address."""
    if invitation.accepted_at is not None:
        raise ValidationError(_("This invitation has already been accepted."), code="accepted")
    invitation.expires_at = invitation_expiry()
    invitation.invited_by = by
    invitation.save(update_fields=["expires_at", "invited_by"])
    transaction.on_commit(lambda: tasks.send_invitation.delay(invitation.pk))


def withdraw(invitation: Invitation):
    """Close an invitation that was not accepted: its link says that it has expired."""
    if invitation.accepted_at is None:
        invitation.expires_at = timezone.now()
        invitation.save(update_fields=["expires_at"])


def send(invitation: Invitation):
    """Mail the invitation in its own language."""
    language = invitation.mail_language
    with translation.override(language):
        subject = _("Invitation to the members’ area of %(network)s") % {
            "network": network.current().name(language)
        }
        context = {
            "invitation": invitation,
            "mandate_subject": subject_of(invitation),
            "url": absolute_url("members:invitation", language=language, token=invitation.token),
            "network": network.current(),
            "subject": subject,
        }
    text = mail.render_text("mail/invitation.txt", context, language=language)
    mail.assemble(
        subject=subject, text=text, html=None, to=invitation.email, language=language
    ).send()


def subject_of(invitation: Invitation) -> str:
    """What the invitation is for, in words: the organisation, the region, the language."""
    if invitation.organisation:
        return invitation.organisation.text("name").value
    if invitation.region:
        return str(invitation.region)
    if invitation.language:
        return invitation.get_language_display()
    return network.current().name()


def accept(invitation: Invitation, *, person: User) -> Mandate:
    """Make the mandate the person was invited to. Once, and for the invited address only.

    A mandate that the invitation replaces ends in the same step, so that at no moment nobody is
    mandated. Raises ValidationError for another person, or when the invitation is no longer open.
    """
    if person.email.lower() != invitation.email.lower():
        raise foreign(invitation)
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if not locked.is_open:
            raise ValidationError(
                _("This invitation has expired or was already used. Ask for a new one."),
                code="closed",
            )
        today = timezone.localdate()
        since = max(locked.since or today, today)
        if locked.until and locked.until < since:
            raise ValidationError(
                _("The term of this invitation is over. Ask for a new one."), code="closed"
            )
        mandate = Mandate.objects.create(
            person=person, since=since, until=locked.until, **same_subject(locked)
        )
        mandate.sees.set(locked.sees.all())
        replaced = locked.replaces
        if replaced is not None and (replaced.until is None or replaced.until >= since):
            close(replaced, last_day=since - ONE_DAY, reason=_("Handed over"))
        locked.accepted_at = timezone.now()
        locked.save(update_fields=["accepted_at"])
    person.__dict__.pop("standing", None)
    return mandate


def foreign(invitation: Invitation) -> ValidationError:
    return ValidationError(
        _("This invitation was sent to %(email)s. Log in with that address to accept it."),
        code="foreign",
        params={"email": invitation.email},
    )


# -- The end of a mandate --------------------------------------------------------------------------


def end_mandate(
    mandate: Mandate, *, on: datetime.date | None = None, by: User | None = None, reason: str = ""
):
    """End a mandate now, or with the day ``on`` as its last. Now means that yesterday was its
    last day; one that began today, or would have begun later, is undone.

    Raises ValidationError for the last contact of an organisation, which would leave nobody to
    write to: its own people name a successor first; the secretariat gives its reason, and the
    desk shows the organisation until somebody is found.
    """
    last_day = on or timezone.localdate() - ONE_DAY
    if on is not None and on < timezone.localdate():
        raise ValidationError(
            {"until": _("Choose today or a later day: what was done until now stays done.")},
            code="past",
        )
    if mandate.kind == MandateKind.SECRETARIAT and not other_contacts(mandate, last_day).exists():
        raise ValidationError(
            _("Nobody else is of the secretariat. Invite a successor first."),
            code="last_secretary",
        )
    with transaction.atomic():
        if mandate.organisation_id and mandate.kind == MandateKind.CONTACT:
            # Locked, so that two contacts who leave at once do not both find the other.
            Organisation.objects.select_for_update(of=("self",)).get(pk=mandate.organisation_id)
            if not other_contacts(mandate, last_day + ONE_DAY).exists():
                refuse_last_contact(by, reason)
        close(mandate, last_day=last_day, reason=reason)


def refuse_last_contact(by: User | None, reason: str):
    """Nobody takes the last contact away but the secretariat, and not without saying why."""
    if by is None or not by.standing.is_secretariat:
        raise ValidationError(
            _(
                "This is the last contact of the organisation. "
                "Invite another contact or hand over the role first."
            ),
            code="last_contact",
        )
    if not reason.strip():
        raise ValidationError(
            {
                "reason": _(
                    "This is the last contact of the organisation. Say why nobody is left; "
                    "the desk shows it until somebody is found."
                )
            },
            code="reason_needed",
        )


def other_contacts(mandate: Mandate, day: datetime.date | None = None):
    """The other people who hold the same role for the same subject that day (today)."""
    same = Mandate.objects.current(max(day or timezone.localdate(), timezone.localdate()))
    others = same.filter(**same_subject(mandate), person__is_active=True)
    return others.exclude(person=mandate.person)


def close(mandate: Mandate, *, last_day: datetime.date | None = None, reason: str = ""):
    """Write down the last day; a mandate without any day is deleted. Its history keeps why."""
    last_day = last_day or timezone.localdate() - ONE_DAY
    mandate._change_reason = reason[:100] or None
    if mandate.since > last_day:
        mandate.delete()
    else:
        mandate.until = last_day
        mandate.asked_on = None
        mandate.save(update_fields=["until", "asked_on"])
    mandate.person.__dict__.pop("standing", None)


def hand_over(mandate: Mandate, *, to: User, on: datetime.date | None = None) -> Mandate:
    """Give a mandate to a successor, in one step: at no moment is nobody mandated.

    ``on``: the successor's first day, today or later. Raises ValidationError when the mandate is
    over by then, or the successor is its holder.
    """
    today = timezone.localdate()
    first_day = on or today
    if first_day < today:
        raise ValidationError({"on": _("Choose today or a later day.")}, code="past")
    is_held = mandate.until is None or mandate.until >= first_day - ONE_DAY
    if not is_held or mandate.since > first_day or to.pk == mandate.person_id:
        raise ValidationError(_("Choose another person to hand this role to."), code="no_successor")
    with transaction.atomic():
        successor = (
            Mandate.objects.current(first_day).filter(**same_subject(mandate), person=to).first()
        )
        if successor is None:
            successor = Mandate.objects.create(person=to, since=first_day, **same_subject(mandate))
            successor.sees.set(mandate.sees.all())
        close(mandate, last_day=first_day - ONE_DAY, reason=_("Handed over"))
    to.__dict__.pop("standing", None)
    return successor


def name_successor(mandate: Mandate, invitation: Invitation, *, by: User | None) -> Invitation:
    """Invite somebody new to take a mandate over; its holder stays until the invitation is
    accepted. Raises ValidationError as ``invite`` does, or when a successor is already invited.
    """
    if not mandate.is_current:
        raise ValidationError(_("This role has already ended."), code="over")
    if mandate.successors.open().exists():
        raise ValidationError(
            _("A successor has already been invited. Withdraw that invitation first."),
            code="already_named",
        )
    for name, value in same_subject(mandate).items():
        setattr(invitation, name, value)
    invitation.replaces = mandate
    return invite(invitation, by=by)


def change_term(
    mandate: Mandate,
    *,
    since: datetime.date,
    until: datetime.date | None,
    sees=(),
    reason: str = "",
) -> Mandate:
    """Set the term of a role that the secretariat gives, and what discreet members it may see.

    Raises ValidationError when it ends before it begins, or names members for a role that is
    not a language lead’s.
    """
    sees = list(sees)
    refuse_named(mandate.kind, sees)
    mandate.since, mandate.until = since, until
    mandate._change_reason = reason[:100] or None
    mandate.full_clean(exclude=["person"])
    with transaction.atomic():
        mandate.save(update_fields=["since", "until"])
        mandate.sees.set(sees)
    mandate.person.__dict__.pop("standing", None)
    return mandate


def refuse_named(kind: str, sees):
    if sees and kind != MandateKind.LANGUAGE_LEAD:
        raise ValidationError(
            {"sees": _("Only a language lead’s mandate names discreet members.")}, code="not_a_lead"
        )
