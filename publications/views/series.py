"""The page of a series: what it is, who owns it, and what has appeared in it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.lib import paging
from portal.lib.addresses import moved
from portal.lib.paging import AFTER, BEFORE
from portal.lib.public import reads_query
from publications.models import Publication, Series

PER_PAGE = 50
NEWEST = ("-published_on", "-pk")


@login_not_required
@reads_query(AFTER, BEFORE)
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """A series of which the public can read nothing yet is there all the same, and says so."""
    found = Series.objects.filter(slug=slug).first()
    if found is None:
        return moved(request, Series.objects.all(), slug=slug)
    rows = Publication.objects.announced().in_series(found)
    page = paging.page_of(rows, by=NEWEST, query=request.GET, size=PER_PAGE)
    context = {"series": found, "page": page, "owners": owners_of(found)}
    return render(request, "publications/series/detail.html", context)


def owners_of(found: Series) -> list[str]:
    return [owner for owner in map(str.strip, found.owners.split(";")) if owner]
