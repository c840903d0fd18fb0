"""Finding records that are one, comparing them, merging them, and taking it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import candidates, merging, unmerging
from members.desk.organisations import carried_out
from members.forms.merges import MergeForm
from members.models import Merge, Organisation, User
from members.perms import may_merge, may_open_desk, may_run_everything, may_undo_merge
from portal.lib.access import permitted

PER_PAGE = 20
FOUND = 20


@permitted(may_open_desk)
def merges(request: HttpRequest) -> HttpResponse:
    """Pairs to look at; a search for the second record of a pair; what was merged so far."""
    own = Organisation.objects.run_by(request.user)
    one = own.filter(slug=request.GET.get("with", "")).first()
    words = request.GET.get("q", "").strip()[:100]
    found = own.named(words).select_related("country").in_order() if one and words else own.none()
    done = Merge.objects.run_by(request.user).select_related("organisation", "person", "merged_by")
    is_secretariat = may_run_everything(request.user)
    context = {
        "one": one,
        "words": words,
        "found": found.exclude(pk=one.pk)[:FOUND] if one else [],
        "pairs": [] if one else candidates.organisations_alike(request.user),
        "people": candidates.people_alike() if is_secretariat and not one else [],
        "page": Paginator(done, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "members/desk_merges.html", context)


@permitted(may_open_desk)
def merge_organisations(request: HttpRequest, kept: str, removed: str) -> HttpResponse:
    own = Organisation.objects.run_by(request.user).select_related("category", "country")
    pair = get_object_or_404(own, slug=kept), get_object_or_404(own, slug=removed)
    if pair[0] == pair[1]:
        raise Http404
    if not may_merge(request.user, *pair):
        raise PermissionDenied
    form = MergeForm(
        request.POST or None,
        kept=pair[0],
        removed=pair[1],
        columns=merging.organisation_fields(),
    )
    if request.method == "POST" and form.is_valid():
        if carried_out(form, lambda: merge_as_chosen(merging.merge_organisations, request, form)):
            messages.success(request, _("The two records are one now."))
            return redirect("members:desk_organisation", slug=kept)
        pair = get_object_or_404(own, slug=kept), get_object_or_404(own, slug=removed)
    context = {
        **compared(form, *pair),
        "apart": candidates.are_apart(*pair),
        "title": _("Merge two organisations"),
    }
    return render(request, "members/desk_merge.html", context)


@permitted(may_run_everything)
def merge_people(request: HttpRequest, kept: int, removed: int) -> HttpResponse:
    pair = get_object_or_404(User, pk=kept), get_object_or_404(User, pk=removed)
    if kept == removed:
        raise Http404
    columns = [User._meta.get_field(name) for name in merging.PERSON_FIELDS]
    form = MergeForm(request.POST or None, kept=pair[0], removed=pair[1], columns=columns)
    if request.method == "POST" and form.is_valid():
        if carried_out(form, lambda: merge_as_chosen(merging.merge_people, request, form)):
            messages.success(request, _("The two accounts are one now."))
            return redirect("members:desk_merges")
        pair = get_object_or_404(User, pk=kept), get_object_or_404(User, pk=removed)
    context = {**compared(form, *pair), "title": _("Merge two people")}
    return render(request, "members/desk_merge.html", context)


def merge_as_chosen(verb, request: HttpRequest, form: MergeForm) -> Merge:
    kept, removed = form.pair
    values = {"choices": form.choices(), "reason": form.cleaned_data["reason"]}
    return verb(kept, removed, by=request.user, **values)


def compared(form: MergeForm, kept, removed) -> dict:
    moving = merging.what_moves(removed)
    return {
        "of_organisations": isinstance(kept, Organisation),
        "apart": False,
        "form": form,
        "kept": kept,
        "removed": removed,
        "moving": [one for one in moving if one.act is merging.Act.MOVE],
        "closing": [one for one in moving if one.act is merging.Act.CLOSE],
    }


@permitted(may_open_desk)
@require_POST
def keep_apart(request: HttpRequest, kept: str, removed: str) -> HttpResponse:
    own = Organisation.objects.run_by(request.user)
    pair = get_object_or_404(own, slug=kept), get_object_or_404(own, slug=removed)
    candidates.keep_apart(*pair, by=request.user)
    messages.success(request, _("The pair will not be proposed again."))
    return redirect("members:desk_merges")


@permitted(may_open_desk)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Merge.objects.run_by(request.user)
    found = get_object_or_404(
        rows.select_related("organisation", "person", "merged_by", "undone_by"), pk=pk
    )
    context = {
        "merge": found,
        "moved": unmerging.in_words(found),
        "obstacles": unmerging.obstacles(found),
        "may_undo": may_undo_merge(request.user, found),
    }
    return render(request, "members/desk_merged.html", context)


@permitted(may_open_desk)
@require_POST
def undo_merge(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Merge.objects.run_by(request.user), pk=pk)
    if not may_undo_merge(request.user, found):
        raise PermissionDenied
    try:
        unmerging.undo(found, by=request.user)
        messages.success(request, _("The merge is undone: both records stand again."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("members:desk_merge", pk=pk)
