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


def invite(invitation: Invitation, *, by: User | None) -> Invitation:
    """Save an invitation to a mandate and mail it to its address.

    Raises ValidationError as ``check`` does.
    """
    invitation.email = invitation.email.lower()
    invitation.invited_by = by
    invitation.full_clean()
    check(invitation)
    invitation.save()
    transaction.on_commit(lambda: tasks.send_invitation.delay(invitation.pk))
    return invitation


def check(invitation: Invitation):
    """Whether there is still something to invite to.

    Raises ValidationError when the person has that mandate already, or when the same
    invitation is still waiting for an answer.
    """
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

    Raises ValidationError for another person, or when the invitation is no longer open.
    """
    if person.email.lower() != invitation.email.lower():
        raise foreign(invitation)
    with transaction.atomic():
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if not locked.is_open:
            raise ValidationError(
                _("This invitation has expired or was already used. Ask for a new one."),
                code="closed",
            )
        mandate = Mandate.objects.create(person=person, **same_subject(locked))
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


def end_mandate(mandate: Mandate):
    """End a mandate now; yesterday was its last day, and one that began today is undone.

    Raises ValidationError for the last contact of an organisation, which would leave nobody
    to write to.
    """
    with transaction.atomic():
        if mandate.organisation_id and mandate.kind == MandateKind.CONTACT:
            # Locked, so that two contacts who leave at once do not both find the other.
            Organisation.objects.select_for_update(of=("self",)).get(pk=mandate.organisation_id)
            if not other_contacts(mandate).exists():
                raise ValidationError(
                    _(
                        "This is the last contact of the organisation. "
                        "Invite another contact or hand over the role first."
                    ),
                    code="last_contact",
                )
        close(mandate)


def other_contacts(mandate: Mandate):
    """The other people who are contacts of the same organisation today."""
    return mandates_like(mandate).filter(person__is_active=True).exclude(person=mandate.person)


def close(mandate: Mandate):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    if mandate.since > yesterday:
        mandate.delete()
    else:
        mandate.until = yesterday
        mandate.save(update_fields=["until"])
    mandate.person.__dict__.pop("standing", None)


def hand_over(mandate: Mandate, *, to: User) -> Mandate:
    """Give a mandate to a successor, in one step: at no moment is nobody mandated.

    Raises ValidationError when the mandate is over, or the successor is its holder.
    """
    if not mandate.is_current or to.pk == mandate.person_id:
        raise ValidationError(_("Choose another person to hand this role to."), code="no_successor")
    with transaction.atomic():
        successor = mandates_like(mandate).filter(person=to).first()
        if successor is None:
            successor = Mandate.objects.create(person=to, **same_subject(mandate))
        close(mandate)
    to.__dict__.pop("standing", None)
    return successor
