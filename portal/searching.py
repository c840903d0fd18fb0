"""The search page."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.finding import find
from portal.lib.public import reads_query
from portal.search import SOURCES

PER_PAGE = 20


@login_not_required
@reads_query("q", "kind", "page")
def results(request: HttpRequest) -> HttpResponse:
    """What everybody may read that holds the words asked for, of one kind when chosen."""
    query = request.GET.get("q", "").strip()
    kind = request.GET.get("kind", "")
    kind = kind if kind in SOURCES else ""
    hits = find(query, kind=kind)
    return render(
        request,
        "portal/search.html",
        {
            "query": query,
            "kind": kind,
            "kinds": [(source.kind, source.label) for source in SOURCES.values()],
            "page": Paginator(hits, PER_PAGE).get_page(request.GET.get("page")),
            "is_capped": hits.is_capped,
        },
    )
