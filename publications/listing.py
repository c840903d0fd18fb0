"""One page of the library's list, narrowed and sorted as an address asks."""

from typing import NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from portal.lib import paging
from portal.lib.paging import CursorPage
from publications.cards import drawn
from publications.filtering import SORTS, Counted, Facet, LibraryFilter, library

PER_PAGE = 20


class Sort(NamedTuple):
    value: str
    label: str
    is_chosen: bool


class Listing(NamedTuple):
    """What the page of a list shows. ``reset`` leads back to the whole list, when it is not."""

    filters: LibraryFilter
    page: CursorPage
    cards: list[SafeString]
    counted: Counted
    facets: list[Facet]
    sorts: list[Sort]
    reset: str


def listed(request: HttpRequest, rows: QuerySet, *, area: str) -> Listing:
    """A page of these rows for a reader of the area; of the public list when it is that."""
    filters = LibraryFilter(request.GET)
    narrowed = library(filters.narrowed(rows))
    page = paging.page_of(narrowed, by=filters.order, query=request.GET, size=PER_PAGE)
    counted = filters.counted(rows, kept=area == "public")
    if counted.is_more and not page.has_previous() and not page.has_next():
        counted = counted._replace(total=len(page), is_more=False)
    return Listing(
        filters=filters,
        page=page,
        cards=drawn(page, area=area),
        counted=counted,
        facets=filters.facets(counted),
        sorts=[Sort(value, label, value == filters.sort) for value, (label, _by) in SORTS.items()],
        reset=request.path if request.GET else "",
    )
