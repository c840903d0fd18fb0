"""Printed documents in templates: contents with page numbers, and texts that reports have kept."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from portal.lib import paper as documents
from portal.lib.templatetags.text import show
from portal.lib.translations import Text

register = template.Library()


@register.simple_block_tag(end_name="endpaper")
def paper(content: str) -> str:
    """Around a whole printed document: what print fonts lack is replaced."""
    return mark_safe(documents.fit_for_paper(content))


@register.simple_block_tag(end_name="endcontents")
def contents(content: str, depth: int = 2) -> str:
    """The table of contents of what stands inside, and what stands inside.

    Every h2 inside is a line (``depth=3``: every h3 too), with its page, and gets an id when it
    has none: nobody keeps a second list of the sections.
    """
    headings, html = documents.with_places(content, depth=depth)
    values = {"headings": [heading._replace(text=mark_safe(heading.text)) for heading in headings]}
    return mark_safe(render_to_string("components/print_contents.html", values) + html)


@register.simple_tag
def kept(text: dict | str | None, *, mark: bool = True) -> str:
    """A text of a report's frozen data with its ``lang``, and its mark when it is a fallback.

    Takes {"value", "language"}, or a plain text in the language of the report.
    """
    if not text:
        return ""
    if isinstance(text, dict):
        return show(Text(text["value"], text["language"]), mark=mark, narrow=False)
    return text
