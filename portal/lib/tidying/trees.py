"""Texts as trees of elements, and what several of the steps ask of them."""

import re
from functools import cache
from html import escape

import lxml.html
import nh3
from lxml.html import HtmlElement

from portal.lib.text import ALLOWED_TAGS

FOREIGN_TAGS = {
    "b",
    "center",
    "del",
    "div",
    "font",
    "h1",
    "h5",
    "h6",
    "i",
    "ins",
    "s",
    "strike",
    "u",
}
# What stands in a paragraph of its own, or holds such.
BLOCKS = {
    "blockquote", "div", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "section", "table", "ul",
}  # fmt: skip
# What no XML can hold; nobody types it.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@cache
def loose() -> nh3.Cleaner:
    """Takes away what is never of use, and closes every element."""
    attributes = {tag: {"class", "id", "style"} for tag in ALLOWED_TAGS | FOREIGN_TAGS}
    own = {
        "*": {"dir", "lang"},
        "a": {"aria-label", "href", "hreflang", "name", "role", "title"},
        "abbr": {"title"},
        "img": {"alt", "height", "src", "width"},
        "ol": {"start"},
        "section": {"aria-label", "role"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    }
    for tag, names in own.items():
        attributes[tag] = attributes.get(tag, set()) | names
    return nh3.Cleaner(
        tags=ALLOWED_TAGS | FOREIGN_TAGS,
        attributes=attributes,
        clean_content_tags={"script", "style", "title", "xml"},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def parsed(html: str) -> HtmlElement:
    clean = UNWRITABLE.sub("", loose().clean(html.replace("\r\n", "\n")))
    return lxml.html.fragment_fromstring(clean, create_parent="div")


def inner(element: HtmlElement) -> str:
    """What stands in an element, as HTML."""
    children = (lxml.html.tostring(child, encoding="unicode") for child in element)
    return escape(element.text or "", quote=False) + "".join(children)


def wrap_content(element: HtmlElement, tag: str):
    wrapper = element.makeelement(tag)
    wrapper.text, element.text = element.text, None
    wrapper.extend(list(element))
    element.append(wrapper)


def has_text(element: HtmlElement) -> bool:
    return bool((element.text or "").strip()) or any((c.tail or "").strip() for c in element)


def is_empty(element: HtmlElement) -> bool:
    return not element.text_content().strip() and all(
        down.tag == "br" for down in element.iterdescendants()
    )
