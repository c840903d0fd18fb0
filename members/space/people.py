"""The people who act for an organisation: invited, handed over to, and leaving."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import confirmations, invitations
from members.forms.people import EndForm, InvitationForm, NewSuccessorForm, SuccessorForm
from members.models import Invitation, Mandate, Organisation, User
from members.models.mandates import MandateKind
from members.perms import may_manage_people, may_name_successor
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
    mandates = list(roles_of(organisation))
    own = [mandate for mandate in mandates if mandate.person_id == request.user.pk]
    context = {
        "organisation": organisation,
        "mandates": mandates,
        "to_confirm": [mandate for mandate in own if mandate.asked_on],
        "invitations": organisation.invitations.open(),
        "may_manage": may_manage,
        "form": form,
    }
    return render(request, "members/space_people.html", context)


def acting_for(organisation: Organisation):
    mandates = Mandate.objects.current().for_organisation(organisation)
    return mandates.select_related("person").order_by("person__full_name", "pk")


def roles_of(organisation: Organisation):
    """Who acts for it now, and who will."""
    mandates = Mandate.objects.current_or_planned().for_organisation(organisation)
    return mandates.select_related("person").order_by("person__full_name", "since", "pk")


@require_POST
def confirm_roles(request: HttpRequest) -> HttpResponse:
    """The yearly answer, given in the area: the person still does all this."""
    confirmations.confirm(request.user)
    messages.success(request, _("Thank you. Your roles are confirmed for a year."))
    return redirect("portal:space")


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
    """One person’s role: hand it over to a colleague or to somebody new, or end it."""
    mandate = managed_mandate(request, pk)
    organisation = mandate.organisation
    act = request.POST.get("act", "hand_over")
    form = SuccessorForm(sent_for(request, act, "hand_over"), mandate=mandate)
    newcomer = NewSuccessorForm(sent_for(request, act, "invite"), prefix="new")
    end = EndForm(sent_for(request, act, "end"), prefix="end")
    if request.method == "POST":
        chosen = {"hand_over": form, "invite": newcomer, "end": end}.get(act)
        if chosen is not None and chosen.is_valid() and acted(request, mandate, act, chosen):
            return after(request, organisation)
    context = {
        "mandate": mandate,
        "organisation": organisation,
        "form": form,
        "newcomer": newcomer,
        "end": end,
        "named": mandate.successors.open().first(),
        "may_name": may_name_successor(request.user, mandate),
    }
    return render(request, "members/space_mandate.html", context)


def managed_mandate(request: HttpRequest, pk: int) -> Mandate:
    rows = managed_by(request.user, Mandate.objects.current_or_planned())
    mandate = get_object_or_404(rows.select_related("person", "organisation"), pk=pk)
    manager_of(request, mandate)
    return mandate


def sent_for(request: HttpRequest, act: str, name: str):
    return request.POST if request.method == "POST" and act == name else None


def acted(request: HttpRequest, mandate: Mandate, act: str, form) -> bool:
    """Carry the act out; what the verb refuses becomes an error of its form."""
    values = form.cleaned_data
    try:
        if act == "hand_over":
            invitations.hand_over(mandate, to=values["successor"], on=values["on"])
            said = _("%(person)s has taken over the role.") % {"person": values["successor"]}
        elif act == "invite":
            if not may_name_successor(request.user, mandate):
                raise PermissionDenied
            invitations.name_successor(mandate, form.instance, by=request.user)
            said = _("The invitation has been sent. The role passes on when it is accepted.")
        else:
            invitations.end_mandate(
                mandate, on=values["until"], by=request.user, reason=values["reason"]
            )
            said = _("The role has ended.")
            if values["until"]:
                said = _("The last day of the role has been recorded.")
    except ValidationError as error:
        for name, errors in getattr(error, "error_dict", {None: error}).items():
            form.add_error(name if name in form.fields else None, errors)
        return False
    messages.success(request, said)
    return True


@require_POST
def end_mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role now, from a list."""
    mandate = managed_mandate(request, pk)
    organisation = mandate.organisation
    try:
        invitations.end_mandate(mandate, by=request.user)
        messages.success(request, _("The role has ended."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("members:space_mandate", pk=pk)
    return after(request, organisation)
