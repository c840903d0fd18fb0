"""Emerging issues at the desk: what the own region has flagged, to flag one, and to close it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from programme import emerging
from programme.forms import CloseForm, EmergingIssueForm
from programme.models import EmergingIssue, Second
from programme.perms import may_flag

PER_PAGE = 25


def own_issues(request: HttpRequest):
    if not may_flag(request.user):
        raise PermissionDenied
    return EmergingIssue.objects.editable_by(request.user).select_related("region", "challenge")


def emerging_desk(request: HttpRequest) -> HttpResponse:
    rows = own_issues(request).with_public_seconds().newest_first()
    return render(
        request,
        "programme/emerging/desk.html",
        {"page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))},
    )


def emerging_flag(request: HttpRequest) -> HttpResponse:
    """Flag an issue. Where three regions share its challenge now, it is lifted at once."""
    own_issues(request)
    form = EmergingIssueForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and form.saved():
        lifted = emerging.lift()
        text = _("The issue is flagged. The members of the region can second it.")
        if form.instance in lifted:
            text = _("The issue is flagged, and lifted to the world: three regions see it.")
        messages.success(request, text)
        return redirect("programme:emerging_desk")
    return render(request, "programme/emerging/form.html", {"form": form, "issue": None})


def emerging_edit(request: HttpRequest, pk: int) -> HttpResponse:
    issue = get_object_or_404(own_issues(request), pk=pk)
    form = EmergingIssueForm(request.POST or None, instance=issue, user=request.user)
    if request.method == "POST" and form.is_valid() and form.saved():
        emerging.lift()
        messages.success(request, _("The issue has been saved."))
        return redirect("programme:emerging_desk")
    seconds = Second.objects.filter(issue=issue).visible_to(request.user)
    return render(
        request,
        "programme/emerging/form.html",
        {"form": form, "issue": issue, "seconds": seconds.select_related("organisation", "by")},
    )


def emerging_close(request: HttpRequest, pk: int) -> HttpResponse:
    issue = get_object_or_404(own_issues(request).open(), pk=pk)
    form = CloseForm(request.POST or None, instance=issue)
    if request.method == "POST" and form.is_valid() and form.saved():
        emerging.close(form.instance, ending=form.cleaned_data["ending"])
        messages.success(request, _("The issue is closed."))
        return redirect("programme:emerging_desk")
    return render(request, "programme/emerging/close.html", {"form": form, "issue": issue})


@require_POST
def emerging_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    issue = get_object_or_404(own_issues(request).exclude(closed_on=None), pk=pk)
    emerging.reopen(issue)
    emerging.lift()
    messages.success(request, _("The issue is open again."))
    return redirect("programme:emerging_desk")
