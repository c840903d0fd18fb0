"""The page behind the link of an invitation, for people with and without an account."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from members import accounts, invitations
from members.models import Invitation, User
from portal.lib.public import public_form


@login_not_required
@public_form
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites to what. Accepting leads to an account, or to the log-in of an existing one.

    It stands outside the area: the person may not have an account, or be somebody else's.
    """
    found = (
        Invitation.objects.select_related("invited_by", "organisation", "region")
        .filter(token=token)
        .first()
    )
    if found is None or not found.is_open:
        status = 404 if found is None else 410
        return render(request, "members/invitation_closed.html", {"found": found}, status=status)
    reader = reader_of(found, request.user)
    if request.method == "POST" and reader != "foreign":
        return take_up(request, found, reader)
    context = {
        "invitation": found,
        "subject": invitations.subject_of(found),
        "reader": reader,
    }
    return render(request, "members/invitation.html", context)


def reader_of(found: Invitation, user: User) -> str:
    """Who opens the invitation: "own" or "foreign" when logged in, else "known" or "new"."""
    if user.is_authenticated:
        return "own" if user.email.lower() == found.email.lower() else "foreign"
    exists = User.objects.filter(email__iexact=found.email).exists()
    return "known" if exists else "new"


def take_up(request: HttpRequest, found: Invitation, reader: str) -> HttpResponse:
    accounts.begin_acceptance(request, found)
    if reader == "own":
        accounts.accept_pending(request, request.user)
        return redirect("portal:space")
    return redirect("account_login" if reader == "known" else "account_signup")
