"""Change requests at the desk: the region advises, the secretariat decides."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from members import change_requests
from members.forms.changes import AdviceForm, ChangeFilter, DecisionForm, with_words
from members.models import ChangeRequest
from members.perms import may_decide, may_open_desk
from portal.lib.access import permitted

PER_PAGE = 50


@permitted(may_open_desk)
def changes(request: HttpRequest) -> HttpResponse:
    filters = ChangeFilter(request.GET, user=request.user)
    rows = filters.apply(ChangeRequest.objects.run_by(request.user)).oldest_first()
    rows = rows.select_related("organisation", "asked_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_words(page.object_list)
    context = {"filters": filters, "page": page, "now": timezone.now()}
    return render(request, "members/desk_changes.html", context)


@permitted(may_open_desk)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with its history; the acts that the person may carry out."""
    rows = ChangeRequest.objects.run_by(request.user).select_related(
        "organisation__category", "organisation__country__region", "asked_by", "advised_by",
        "decided_by",
    )  # fmt: skip
    found = get_object_or_404(rows, pk=pk)
    act = request.POST.get("act", "")
    advice = AdviceForm(
        request.POST if act == "advise" else None, initial={"text": found.advice}, prefix="advice"
    )
    decision = DecisionForm(request.POST if act in ("accept", "refuse") else None)
    if request.method == "POST" and acted(request, found, act, advice, decision):
        return redirect("members:desk_changes")
    context = {
        "change": with_words([found])[0],
        "organisation": found.organisation,
        "advice_form": advice,
        "decision_form": decision,
        "may_decide": may_decide(request.user),
    }
    return render(request, "members/desk_change.html", context)


def acted(request: HttpRequest, found: ChangeRequest, act: str, advice, decision) -> bool:
    """Carry out what was posted; what the verb refuses becomes an error of the form."""
    if act != "advise" and not may_decide(request.user):
        raise PermissionDenied
    form = advice if act == "advise" else decision
    if not form.is_bound or not form.is_valid():
        return False
    try:
        if act == "advise":
            change_requests.advise(found, text=form.cleaned_data["text"], by=request.user)
            messages.success(request, _("The advice has been recorded."))
        elif act == "accept":
            change_requests.accept(found, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("The change has been made."))
        else:
            change_requests.refuse(found, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("The request has been refused."))
    except ValidationError as error:
        form.add_error(None, " ".join(error.messages))
        return False
    return True
