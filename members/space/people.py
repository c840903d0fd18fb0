"""The people who act for an organisation: invited, handed over to, and leaving."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import invitations
from members.forms.people import InvitationForm, SuccessorForm
from members.models import Invitation, Mandate, Organisation, User
from members.models.mandates import MandateKind
from members.perms import may_manage_people
from members.space.own import for_own_organisation, page_of

# Whom colleagues invite themselves; a new head is for the secretariat to record.
COLLEAGUES = (MandateKind.CONTACT, MandateKind.FINANCE, MandateKind.VOTER)


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
