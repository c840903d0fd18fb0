"""The members’ area: an organisation’s own text, and the people who act for it."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import accounts, invitations
from members.forms import InvitationForm, OwnOrganisationForm, SuccessorForm
from members.models import Invitation, Mandate, Organisation, User
from members.models.mandates import MandateKind
from members.perms import may_manage_people
from portal.lib.public import public_form

View = Callable[..., HttpResponse]

# Whom colleagues invite themselves; a new head is for the secretariat to record.
COLLEAGUES = (MandateKind.CONTACT, MandateKind.FINANCE, MandateKind.VOTER)


def own_organisations(user: User):
    """The organisations the person acts for today, whatever their status."""
    return (
        Organisation.objects.filter(pk__in=[one.pk for one in user.standing.organisations])
        .select_related("category", "country__region")
        .prefetch_related("regions")
        .order_by("pk")
    )


def for_own_organisation(view: View) -> View:
    """A page about one organisation of the person's: the only one, or ``?organisation=slug``.

    Several without a choice lead to the choice; another's slug is not found; nobody's contact
    goes back to the beginning of the members' area, which explains itself.
    """

    @wraps(view)
    def chosen(request: HttpRequest, *args, **kwargs):
        own = own_organisations(request.user)
        slug = request.GET.get("organisation")
        if slug:
            return view(request, get_object_or_404(own, slug=slug), *args, **kwargs)
        found = list(own)
        if not found:
            return redirect("portal:space")
        if len(found) > 1:
            context = {"organisations": found, "address": request.path}
            return render(request, "members/space_choice.html", context)
        return view(request, found[0], *args, **kwargs)

    return chosen


def page_of(name: str, organisation: Organisation, user: User) -> str:
    """The address of a page of the area, keeping the choice where there is one to make."""
    several = len(user.standing.organisations) > 1
    return reverse(name) + (f"?organisation={organisation.slug}" if several else "")


@for_own_organisation
def organisation(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = OwnOrganisationForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your page has been saved."))
        return redirect(page_of("members:space_organisation", organisation, request.user))
    # A form that did not validate has changed the record in hand, not the stored one.
    stored = Organisation.objects.select_related("category", "country").get(pk=organisation.pk)
    context = {"organisation": stored, "form": form}
    return render(request, "members/space_organisation.html", context)


@for_own_organisation
def people(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    may_manage = may_manage_people(request.user, organisation)
    form = InvitationForm(request.POST or None, organisation=organisation, kinds=COLLEAGUES)
    if request.method == "POST":
        if not may_manage:
            raise PermissionDenied
        if form.is_valid() and sent(form, by=request.user):
            messages.success(request, _("The invitation has been sent."))
            return redirect(page_of("members:space_people", organisation, request.user))
    context = {
        "organisation": organisation,
        "mandates": acting_for(organisation),
        "invitations": organisation.invitations.open(),
        "may_manage": may_manage,
        "form": form,
    }
    return render(request, "members/space_people.html", context)


def acting_for(organisation: Organisation):
    mandates = Mandate.objects.current().for_organisation(organisation)
    return mandates.select_related("person").order_by("person__full_name", "pk")


def sent(form: InvitationForm, *, by: User) -> bool:
    """Invite as the form says; what the verb refuses becomes an error of the form."""
    try:
        invitations.invite(form.instance, by=by)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def managed_by(user: User, rows):
    """Of mandates or invitations, those of organisations whose people the user settles."""
    return rows.filter(organisation__in=Organisation.objects.editable_by(user).values("pk"))


def manager_of(request: HttpRequest, row: Mandate | Invitation) -> Organisation:
    """The organisation of the row. Raises PermissionDenied when others settle its people."""
    if not may_manage_people(request.user, row.organisation):
        raise PermissionDenied
    return row.organisation


def after(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Back to where the act was asked for: the members' area, or the desk."""
    if any(own.pk == organisation.pk for own in request.user.standing.organisations):
        return redirect(page_of("members:space_people", organisation, request.user))
    return redirect("members:desk_organisation", slug=organisation.slug)


@require_POST
def resend_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    rows = managed_by(request.user, Invitation.objects.all())
    invitation = get_object_or_404(rows, pk=pk)
    organisation = manager_of(request, invitation)
    try:
        invitations.resend(invitation, by=request.user)
        messages.success(request, _("The invitation has been sent again."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return after(request, organisation)


@require_POST
def withdraw_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(managed_by(request.user, Invitation.objects.open()), pk=pk)
    organisation = manager_of(request, invitation)
    invitations.withdraw(invitation)
    messages.success(request, _("The invitation has been withdrawn."))
    return after(request, organisation)


def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """One person’s role: hand it over to a colleague, or end it."""
    rows = managed_by(request.user, Mandate.objects.current()).select_related("person")
    mandate = get_object_or_404(rows, pk=pk)
    organisation = manager_of(request, mandate)
    form = SuccessorForm(request.POST or None, mandate=mandate)
    if request.method == "POST" and form.is_valid():
        successor = form.cleaned_data["successor"]
        try:
            invitations.hand_over(mandate, to=successor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = _("%(person)s has taken over the role.") % {"person": successor}
            messages.success(request, said)
            return after(request, organisation)
    context = {"mandate": mandate, "organisation": organisation, "form": form}
    return render(request, "members/space_mandate.html", context)


@require_POST
def end_mandate(request: HttpRequest, pk: int) -> HttpResponse:
    mandate = get_object_or_404(managed_by(request.user, Mandate.objects.current()), pk=pk)
    organisation = manager_of(request, mandate)
    try:
        invitations.end_mandate(mandate)
        messages.success(request, _("The role has ended."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("members:space_mandate", pk=pk)
    return after(request, organisation)


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
