"""What an organisation proposes for the library, in the members’ area."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Organisation
from members.space.own import for_own_organisation
from publications import proposing, stepper
from publications.forms.proposals import ProposalForm
from publications.models import Publication
from publications.perms import may_propose, may_take_back, may_write_proposal
from publications.views.files import served

PER_PAGE = 25


@for_own_organisation
def proposals(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    rows = Publication.objects.proposed_by_one_of([organisation]).order_by("-changed_at", "-pk")
    page = Paginator(rows.select_related("proposed_by"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "organisation": organisation,
        "page": page,
        "may_propose": may_propose(request.user, organisation),
        "several": len(request.user.standing.organisations) > 1,
    }
    return render(request, "publications/proposals/list.html", context)


@for_own_organisation
def new_proposal(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    if not may_propose(request.user, organisation):
        raise Http404
    form = ProposalForm(
        request.POST or None, request.FILES or None, organisation=organisation, user=request.user
    )
    if request.method == "POST" and form.is_valid() and form.record():
        return recorded(request, form.instance)
    context = {"form": form, "organisation": organisation}
    return render(request, "publications/proposals/form.html", context)


def proposal(request: HttpRequest, symbol: str) -> HttpResponse:
    """Where the text stands, what has happened to it, and what can be done now."""
    found = own_proposal(request, symbol)
    steps = list(found.steps.select_related("by"))
    context = {
        "publication": found,
        "organisation": found.proposed_for,
        "steps": stepper.steps_of(found, steps),
        "log": stepper.log_of(found, steps, request.user),
        "reason": reason_of(steps),
        "files": found.files_in_order,
        "may_write": may_write_proposal(request.user, found),
        "may_take_back": may_take_back(request.user, found),
        "several": len(request.user.standing.organisations) > 1,
    }
    return render(request, "publications/proposals/proposal.html", context)


def edit_proposal(request: HttpRequest, symbol: str) -> HttpResponse:
    found = own_proposal(request, symbol)
    if not may_write_proposal(request.user, found):
        raise Http404
    form = ProposalForm(
        request.POST or None,
        request.FILES or None,
        instance=found,
        organisation=found.proposed_for,
        user=request.user,
    )
    if request.method == "POST" and form.is_valid() and form.record():
        return recorded(request, found)
    # What was typed is in the form; the heading is of what is stored.
    stored = own_proposal(request, symbol) if request.method == "POST" else found
    context = {"form": form, "organisation": found.proposed_for, "publication": stored}
    return render(request, "publications/proposals/form.html", context)


def recorded(request: HttpRequest, publication: Publication) -> HttpResponse:
    """Saved as a draft, or sent at once when that was asked for and can be."""
    if "send" in request.POST:
        return sent(request, publication)
    messages.success(request, _("The draft is saved. Nobody outside your organisation sees it."))
    return back_to(publication)


@require_POST
def send_proposal(request: HttpRequest, symbol: str) -> HttpResponse:
    found = own_proposal(request, symbol)
    if not may_propose(request.user, found.proposed_for):
        raise Http404
    return sent(request, found)


def sent(request: HttpRequest, publication: Publication) -> HttpResponse:
    try:
        proposing.send(publication, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, _("The text is sent. You will be written to when it has been reviewed.")
        )
    return back_to(publication)


@require_POST
def withdraw_proposal(request: HttpRequest, symbol: str) -> HttpResponse:
    found = own_proposal(request, symbol)
    if not may_take_back(request.user, found):
        raise Http404
    try:
        proposing.take_back(found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The text has been withdrawn."))
    return back_to(found)


def proposal_file(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    return served(request, own(request), symbol, file_language)


def own(request: HttpRequest):
    return Publication.objects.proposed_by_one_of(request.user.standing.organisations)


def own_proposal(request: HttpRequest, symbol: str) -> Publication:
    """A text of one of the person's organisations, whoever of it wrote the text."""
    rows = own(request).select_related("proposed_for__country", "proposed_by")
    return get_object_or_404(rows, symbol=symbol.replace("-", "/"))


def reason_of(steps) -> str:
    """Why it came back, while it is back."""
    latest = steps[-1] if steps else None
    return latest.reason if latest is not None and latest.kind == "sent_back" else ""


def back_to(publication: Publication) -> HttpResponse:
    return redirect("publications:proposal", symbol=publication.dashed_symbol)
