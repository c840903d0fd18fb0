"""Accounts: by invitation only, and what a person may do comes from mandates alone."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import Invitation

SESSION_KEY = "invitation"


class MandateBackend(BaseBackend):
    """Answers Django's permission questions, for the back room: all for the secretariat."""

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        return user_obj.is_active and user_obj.is_staff

    def has_module_perms(self, user_obj, app_label) -> bool:
        return user_obj.is_active and user_obj.is_staff

    def get_user(self, user_id):
        return None


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up: an account is made by accepting an invitation, for its address only."""

    def is_open_for_signup(self, request) -> bool:
        return invitation_of(request) is not None

    def clean_email(self, email: str) -> str:
        email = super().clean_email(email)
        invitation = invitation_of(self.request)
        if invitation is not None and email.lower() != invitation.email.lower():
            raise ValidationError(
                _("Your invitation was sent to %(email)s. Use that address."),
                params={"email": invitation.email},
            )
        return email

    def is_safe_url(self, url) -> bool:
        return url is not None and super().is_safe_url(url)


def invitation_of(request) -> Invitation | None:
    """The open invitation this browser is accepting, if it is."""
    token = request.session.get(SESSION_KEY)
    return Invitation.objects.open().filter(token=token).first() if token else None
