"""Words and their styles: what a word processor says by styles is said by elements."""

import re

from lxml.html import HtmlElement

from portal.lib.text import CLOSED_PICTURE, PICTURE
from portal.lib.tidying.trees import wrap_content

BOLD = re.compile(r"(?:^|[;\s])font-weight:\s*(?:bold|[6-9]00)", re.IGNORECASE)
UNBOLD = re.compile(r"(?:^|[;\s])font-weight:\s*(?:normal|[1-4]00)", re.IGNORECASE)
ITALIC = re.compile(r"(?:^|[;\s])font-style:\s*italic", re.IGNORECASE)
UNITALIC = re.compile(r"(?:^|[;\s])font-style:\s*normal", re.IGNORECASE)
RAISED = re.compile(r"(?:^|[;\s])vertical-align:\s*super", re.IGNORECASE)
LOWERED = re.compile(r"(?:^|[;\s])vertical-align:\s*sub(?!s|p)", re.IGNORECASE)


def is_own(address: str) -> bool:
    return bool(PICTURE.match(CLOSED_PICTURE.sub("", address)))


def drop_wrappers(root: HtmlElement):
    """Google wraps all in a bold element that is not bold."""
    for element in list(root.iter("b", "span")):
        if element.get("id", "").startswith("docs-internal-guid"):
            element.drop_tag()


def take_styles(root: HtmlElement):
    """Styles that mean something become elements; the others are forgotten."""
    for element in list(root.iter("b", "i", "span", "font")):
        style = element.get("style", "")
        if element.tag == "b":
            element.tag = "span" if UNBOLD.search(style) else "strong"
        elif element.tag == "i":
            element.tag = "span" if UNITALIC.search(style) else "em"
        if element.tag not in ("span", "font"):
            continue
        within = (
            []
            if set_apart(element)
            else [
                tag
                for tag, rule in (
                    ("strong", BOLD),
                    ("em", ITALIC),
                    ("sup", RAISED),
                    ("sub", LOWERED),
                )
                if rule.search(style)
            ]
        )
        for tag in within:
            wrap_content(element, tag)


def set_apart(element: HtmlElement) -> bool:
    """Within a heading, bold says nothing more."""
    return any(up.tag in ("h1", "h2", "h3", "h4", "h5", "h6") for up in element.iterancestors())


def unwrap(root: HtmlElement, *, keeps_languages: bool):
    """Leave only elements that mean something. Word says a language at every word: it is lost."""
    for element in list(root.iterdescendants()):
        style = element.get("style") or element.get("class")
        if element.get("lang") and (not keeps_languages or (style and element.tag == "span")):
            del element.attrib["lang"]
        if element.get("dir") == "ltr":
            del element.attrib["dir"]
        if element.tag == "img" and not is_own(element.get("src", "")):
            element.drop_tree()
            continue
        is_bare = element.tag == "span" and not element.get("lang")
        if element.tag == "a" and not element.get("href"):
            is_bare = True
        if is_bare or element.tag in ("font", "u", "ins", "center"):
            element.drop_tag()
        elif element.tag in ("del", "s", "strike"):
            element.drop_tree()
    for element in list(root.iter("strong")):
        if set_apart(element):
            element.drop_tag()
