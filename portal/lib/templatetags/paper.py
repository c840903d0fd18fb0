"""Printed documents in templates: contents with page numbers, and texts that reports have kept."""

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from portal.lib import paper as documents
from portal.lib.templatetags.text import show
from portal.lib.translations import Text

register = template.Library()


@register.simple_block_tag(end_name="endpaper")
def paper(content: str) -> str:
    """Around a whole printed document: what print fonts lack is replaced, and told at the end."""
    fitted = documents.fit_for_paper(content)
    html = fitted.html
    if fitted.has_other_scripts:
        link = format_html('<link rel="stylesheet" href="{}">', static("css/print_scripts.css"))
        html = html.replace("</head>", f"{link}</head>", 1)
    if fitted.unshown:
        values = {"unshown": [name._replace(text=mark_safe(name.text)) for name in fitted.unshown]}
        note = render_to_string("components/print_unshown.html", values)
        html = html.replace("</body>", f"{note}</body>", 1)
    return mark_safe(html)


@register.simple_block_tag(end_name="endcontents")
def contents(content: str, depth: int = 2) -> str:
    """The table of contents of what stands inside, and what stands inside.

    Every h2 inside is a line (``depth=3``: every h3 too), with its page, and gets an id when it
    has none: nobody keeps a second list of the sections.
    """
    headings, html = documents.with_places(content, depth=depth)
    values = {"headings": [heading._replace(text=mark_safe(heading.text)) for heading in headings]}
    return mark_safe(render_to_string("components/print_contents.html", values) + html)


@register.filter
def bare_address(url: str) -> str:
    """An address as it is written on paper: without https:// and without a slash at its end."""
    return url.partition("://")[2].rstrip("/") or url


@register.filter
def unbroken(number: str) -> str:
    """A symbol or number that a line does not end within, though it may after a slash."""
    return format_html('<span class="symbol">{}</span>', number)


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
