"""Emerging issues in the members’ area: what an organisation may second."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Organisation
from members.space.own import for_own_organisation, page_of
from programme import emerging
from programme.models import EmergingIssue, Second
from programme.perms import may_second


@for_own_organisation
def emerging_space(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The open issues of its region and those of the world, and which of them it seconds."""
    issues = EmergingIssue.objects.open_to(organisation).with_public_seconds().newest_first()
    own = Second.objects.filter(organisation=organisation)
    return render(
        request,
        "programme/emerging/space.html",
        {
            "organisation": organisation,
            "issues": issues.select_related("region", "challenge").distinct(),
            "seconded": set(own.values_list("issue", flat=True)),
            "may_second": may_second(request.user, organisation),
        },
    )


@require_POST
@for_own_organisation
def emerging_second(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Second an issue, or take that back."""
    if not may_second(request.user, organisation):
        raise PermissionDenied
    issue = get_object_or_404(EmergingIssue.objects.public(), pk=pk)
    act = request.POST.get("act")
    if act == "take_back":
        emerging.take_back(issue, organisation)
        messages.success(request, _("Your organisation no longer seconds this issue."))
    elif act == "second":
        try:
            emerging.second(issue, organisation, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("Your organisation seconds this issue."))
    else:
        raise Http404
    return redirect(page_of("programme:emerging_space", organisation, request.user))
