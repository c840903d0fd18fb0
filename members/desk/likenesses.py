"""Associations that probably stand on two lists: proposed, decided, and taken back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import likenesses
from members.models import Affiliation, Association, Organisation
from members.models.associations import LikenessDecision
from members.perms import may_open_desk
from portal.lib.access import permitted

PER_PAGE = 25
KEPT = 50  # decisions that are shown


@permitted(may_open_desk)
def matches(request: HttpRequest) -> HttpResponse:
    found = likenesses.proposals(request.user)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "decided": likenesses.decided(request.user)[:KEPT],
    }
    return render(request, "members/desk_matches.html", context)


@require_POST
@permitted(may_open_desk)
def decide_match(request: HttpRequest, one: int, other: int) -> HttpResponse:
    lists = Affiliation.objects.filter(umbrella__in=Organisation.objects.run_by(request.user))
    records = Association.objects.filter(pk__in=lists.values("association"))
    decision = request.POST.get("decision", "")
    if decision not in LikenessDecision.values:
        messages.error(request, _("Say whether they are the same or different."))
        return redirect("members:desk_matches")
    pair = get_object_or_404(records, pk=one), get_object_or_404(records, pk=other)
    try:
        likenesses.decide(*pair, decision=decision, by=request.user)
        messages.success(request, _("The decision is kept. It can be taken back below."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("members:desk_matches")


@require_POST
@permitted(may_open_desk)
def take_back_match(request: HttpRequest, pk: int) -> HttpResponse:
    likenesses.take_back(get_object_or_404(likenesses.decided(request.user), pk=pk))
    messages.success(request, _("The decision is taken back; the two are proposed again."))
    return redirect("members:desk_matches")
