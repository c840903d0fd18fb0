"""The links between the pages of a list, numbered or by a cursor."""

from django import template
from django.core.paginator import Page

from portal.lib import paging

register = template.Library()


@register.simple_tag(takes_context=True)
def page_links(context, page) -> dict:
    """Where the neighbouring pages are: ``previous`` and ``next`` are empty where there is none.

    With ``number`` and ``total`` for numbered pages (a Paginator's), which are zero for pages by
    a cursor. Nothing at all when the list is on one page.
    """
    query = context["request"].GET
    if isinstance(page, Page):
        if page.paginator.num_pages < 2:
            return {}
        return {
            "previous": numbered(query, page.number - 1) if page.has_previous() else "",
            "next": numbered(query, page.number + 1) if page.has_next() else "",
            "number": page.number,
            "total": page.paginator.num_pages,
        }
    if not page.before and not page.after:
        return {}
    return {
        "previous": paging.address(query, before=page.before) if page.before else "",
        "next": paging.address(query, after=page.after) if page.after else "",
        "number": 0,
        "total": 0,
    }


def numbered(query, number: int) -> str:
    return paging.address(query, page=str(number))
