"""Who acts for the network: executives, presidents, language leads, secretariat, finance desk."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import invitations
from members.forms.people import EndForm, NewSuccessorForm
from members.forms.staff import StaffInvitationForm, TermForm
from members.models import Invitation, Mandate
from members.models.mandates import FOR_ORGANISATIONS
from members.perms import may_run_everything
from portal.lib.access import permitted


def staff_mandates():
    rows = Mandate.objects.of_staff().select_related("person", "region")
    return rows.prefetch_related("sees")


@permitted(may_run_everything)
def staff(request: HttpRequest) -> HttpResponse:
    order = ("kind", "region", "language", "since", "pk")
    rows = staff_mandates()
    today = timezone.localdate()
    past = rows.filter(until__lt=today).order_by("-until", "pk")[:50]
    waiting = Invitation.objects.open().exclude(kind__in=FOR_ORGANISATIONS)
    context = {
        "mandates": rows.current_or_planned().order_by(*order),
        "past": past,
        "invitations": waiting.select_related("region"),
    }
    return render(request, "members/desk_staff.html", context)


@permitted(may_run_everything)
def invite(request: HttpRequest) -> HttpResponse:
    form = StaffInvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.invite(by=request.user):
        messages.success(request, _("The invitation has been sent."))
        return redirect("members:desk_staff")
    return render(request, "members/desk_staff_invite.html", {"form": form})


@permitted(may_run_everything)
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """One role: its term, its end, and who takes it over."""
    found = get_object_or_404(staff_mandates(), pk=pk)
    act = request.POST.get("act", "")
    term = TermForm(request.POST if act == "term" else None, mandate=found, prefix="term")
    successor = NewSuccessorForm(request.POST if act == "successor" else None, prefix="successor")
    end = EndForm(request.POST if act == "end" else None, prefix="end")
    if request.method == "POST" and acted(request, found, act, term, successor, end):
        return redirect("members:desk_staff")
    context = {
        "mandate": found,
        "term": term,
        "successor": successor,
        "end": end,
        "named": found.successors.open().first(),
        "is_own": found.person_id == request.user.pk,
    }
    return render(request, "members/desk_staff_mandate.html", context)


def acted(request: HttpRequest, found: Mandate, act: str, term, successor, end) -> bool:
    form = {"term": term, "successor": successor, "end": end}.get(act)
    if form is None or not form.is_valid():
        return False
    if act == "term":
        if not term.record():
            return False
        messages.success(request, _("The term has been saved."))
        return True
    try:
        if act == "successor":
            invitations.name_successor(found, successor.instance, by=request.user)
            messages.success(request, _("The invitation has been sent."))
        else:
            values = end.cleaned_data
            invitations.end_mandate(
                found, on=values["until"], reason=values["reason"], by=request.user
            )
            messages.success(request, _("The role has ended."))
    except ValidationError as error:
        form.add_error(None, " ".join(error.messages))
        return False
    return True


@permitted(may_run_everything)
@require_POST
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail an unanswered invitation again, or withdraw it."""
    rows = Invitation.objects.open().exclude(kind__in=FOR_ORGANISATIONS)
    found = get_object_or_404(rows, pk=pk)
    if request.POST.get("act") == "withdraw":
        invitations.withdraw(found)
        messages.success(request, _("The invitation has been withdrawn."))
    else:
        invitations.resend(found, by=request.user)
        messages.success(request, _("The invitation has been sent again."))
    return redirect("members:desk_staff")
