"""The library at the desk: every text for the secretariat, one region's for its executive."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from members.perms import may_open_desk
from portal.lib import addresses
from publications import stepper, telling
from publications.forms.filters import DeskFilter
from publications.forms.records import PublicationForm
from publications.models import Publication
from publications.perms import may_publish
from publications.views.files import served, served_picture
from publications.views.library import detail, with_relations

PER_PAGE = 50


def publications_desk(request: HttpRequest) -> HttpResponse:
    rows = own(request)
    filters = DeskFilter(request.GET)
    rows = filters.narrowed(rows).prefetch_related("regions", "files").newest_first()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "publications/library/desk.html", {"filters": filters, "page": page})


def new_publication(request: HttpRequest) -> HttpResponse:
    own(request)
    form = PublicationForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid() and form.record():
        messages.success(request, _("The publication is recorded as a draft."))
        for warning in form.language_warnings():
            messages.warning(request, warning)
        return back_to(form.instance)
    return render(request, "publications/library/desk_form.html", {"form": form})


def edit_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    """The whole record, with what may be done with it now."""
    try:
        found = own_publication(request, symbol)
    except Http404:
        if newer := addresses.current(own(request), symbol, also_secret=True):
            return redirect("publications:desk_edit", symbol=newer)
        raise
    form = PublicationForm(
        request.POST or None, request.FILES or None, instance=found, user=request.user
    )
    if request.method == "POST" and form.is_valid() and form.record():
        messages.success(request, _("The publication has been saved."))
        for warning in form.language_warnings():
            messages.warning(request, warning)
        return back_to(found)
    # What was typed is in the form; the heading and the acts are of what is stored.
    stored = own_publication(request, symbol) if request.method == "POST" else found
    return render(
        request, "publications/library/desk_form.html", {"form": form, **standing(request, stored)}
    )


def standing(request: HttpRequest, publication: Publication) -> dict:
    """Where a text stands, what has happened to it, and what may be done with it now."""
    steps = list(publication.steps.select_related("by"))
    return {
        "publication": publication,
        "files": publication.files_in_order,
        "may_publish": may_publish(request.user, publication),
        "steps": stepper.steps_of(publication, steps),
        "log": stepper.log_of(publication, steps, request.user),
        "seen": steps[-1].pk if steps else "",
        "proposer": telling.seen_proposer(publication, request.user),
        "corrections": list(publication.corrections.all()),
    }


def preview_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    """The page as readers will see it, drafts included."""
    found = get_object_or_404(with_relations(own(request)), symbol=symbol.replace("-", "/"))
    return render(request, "publications/library/preview.html", detail(found, area="desk"))


def desk_file(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    return served(request, own(request), symbol, file_language)


def desk_first_page(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    return served_picture(request, own(request), symbol, file_language)


def own(request: HttpRequest):
    """The publications the person may edit; no page at all without a desk."""
    if not may_open_desk(request.user):
        raise Http404
    return Publication.objects.editable_by(request.user)


def own_publication(request: HttpRequest, symbol: str) -> Publication:
    return get_object_or_404(own(request), symbol=symbol.replace("-", "/"))


def back_to(publication: Publication) -> HttpResponse:
    return redirect("publications:desk_edit", symbol=publication.dashed_symbol)
