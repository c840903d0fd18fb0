"""Accounts: by invitation only, and what a person may do comes from mandates alone."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from members import invitations
from members.models import Invitation, User
from portal.lib import network
from portal.lib.translations import current_language

SESSION_KEY = "invitation"


class MandateBackend(BaseBackend):
    """Answers Django's permission questions, for the back room: all for the secretariat."""

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        return user_obj.is_active and user_obj.is_staff

    def has_module_perms(self, user_obj, app_label) -> bool:
        return user_obj.is_active and user_obj.is_staff

    def get_user(self, user_id) -> User | None:
        return User.objects.active().filter(pk=user_id).first()


class InvitedOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up: an account is made by accepting an invitation, for its address only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return invitation_of(request) is not None

    def clean_email(self, email: str) -> str:
        email = super().clean_email(email)
        match = self.request.resolver_match
        invitation = invitation_of(self.request)
        if match is None or match.url_name != "account_signup" or invitation is None:
            return email
        if email.lower() != invitation.email.lower():
            raise ValidationError(
                _("Your invitation was sent to %(email)s. Use that address."),
                params={"email": invitation.email},
            )
        return email

    def save_user(self, request: HttpRequest, user: User, form, commit=True) -> User:
        """Make the account and its first mandate together, or neither."""
        invitation = invitation_of(request)
        try:
            with transaction.atomic():
                user.full_name = form.cleaned_data["full_name"]
                user.language = current_language()
                user = super().save_user(request, user, form, commit=True)
                invitations.accept(invitation, person=user)
        except ValidationError as error:
            # Used or withdrawn a moment ago: the page of the invitation says so.
            page = redirect("members:invitation", token=invitation.token)
            raise ImmediateHttpResponse(page) from error
        del request.session[SESSION_KEY]
        messages.success(request, welcome())
        return user

    def is_safe_url(self, url) -> bool:
        return url is not None and super().is_safe_url(url)

    def get_from_email(self) -> str:
        return network.current().sender


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The open invitation this browser is accepting, if it is."""
    token = request.session.get(SESSION_KEY)
    return Invitation.objects.open().filter(token=token).first() if token else None


def begin_acceptance(request: HttpRequest, invitation: Invitation):
    """Remember in this browser which invitation the coming sign-up or log-in accepts.

    Its link was opened from the mail, so its address needs no second verification.
    """
    request.session[SESSION_KEY] = invitation.token
    InvitedOnlyAdapter(request).stash_verified_email(request, invitation.email)


def welcome() -> str:
    return _("Welcome. You have accepted the invitation.")


def accept_pending(request: HttpRequest, person: User):
    """Accept what this browser began to accept, or say why that cannot be."""
    invitation = invitation_of(request)
    request.session.pop(SESSION_KEY, None)
    if invitation is None:
        return
    try:
        invitations.accept(invitation, person=person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, welcome())


def after_log_in(sender, request, user, **_kwargs):
    accept_pending(request, user)


def listen():
    user_logged_in.connect(after_log_in, dispatch_uid="members.accounts.logged_in")
