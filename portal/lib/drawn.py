"""Pages that are not drawn again while everything they show stays the same.

The pages that ``portal.page_cache`` keeps are out of use after any change of the network. What is
here belongs to one page: it is kept under every value that the page shows, and under what its frame
shows, so a change elsewhere leaves it, and nothing ever has to be taken out. The values are read
whenever the page is asked for, which costs a query or two instead of a dozen and a template.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest

from portal.lib import network
from portal.lib.shelf import Shelf
from portal.lib.translations import current_language


class Drawn(NamedTuple):
    """A page, and what its view has noted on the request."""

    html: str
    notes: dict[str, object]
    weight: int


# What portal.lib.alternates and portal.lib.reading put down, and others read after the view.
NOTES = ("shown_languages", "reading")

pages: Shelf[Drawn] = Shelf(lambda: settings.PAGE_MEMORY * 1_000_000 // 4)


def page(
    request: HttpRequest, read: Callable[[], Mapping[str, str]], draw: Callable[[], str | None]
) -> str | None:
    """The page of the request: as it was drawn from these values, else drawn and kept. None where
    there is nothing to draw.

    ``read`` gives every value that the page shows, and is asked again after drawing: what changed
    meanwhile is not kept, since nobody knows from which of the two it was drawn.
    """
    values = read()
    if not values:
        return None
    key = (*frame_of(request), *sorted(values.items()))
    found = pages.get(key)
    if found is None:
        html = draw()
        if html is None:
            return None
        notes = {name: getattr(request, name) for name in NOTES if hasattr(request, name)}
        weight = 2 * (len(html) + sum(map(len, values.values()))) + 1000
        found = Drawn(html, notes, weight)
        if not settings.DEBUG and read() == values:
            pages.put(key, found)
        return html
    for name, value in found.notes.items():
        setattr(request, name, value)
    return found.html


def frame_of(request: HttpRequest) -> tuple:
    """What the frame of a page is made of (``portal.context``)."""
    return (
        request.path,
        request.META.get("QUERY_STRING", ""),
        getattr(request, "saves_data", False),
        current_language(),
        network.current().told,
        settings.SITE_URL,
        settings.DEMONSTRATION,
    )
