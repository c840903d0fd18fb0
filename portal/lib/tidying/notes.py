"""Notes: bookmarks that point at each other become numbered notes at the end."""

import re
from html import escape
from operator import itemgetter

import lxml.html
from django.utils import translation
from django.utils.translation import gettext as _
from lxml.html import HtmlElement

from portal.lib.tidying.trees import BLOCKS, has_text, inner, is_empty
from portal.lib.tidying.words import unwrap


def names(element: HtmlElement) -> set[str]:
    return {name for name in (element.get("id"), element.get("name")) if name}


def take_notes(root: HtmlElement, *, keeps_languages: bool) -> list[tuple[HtmlElement, str]]:
    """The references to notes, each with what its note says; the notes leave the text.

    Two places that point at each other are a reference and its note, the first of them the
    reference: so do Word, LibreOffice, Google, and the form in which texts are kept.
    """
    places = {name: element for element in root.iter() for name in names(element)}
    links = [link for link in root.iter("a") if link.get("href", "").startswith("#")]
    back = {link.get("href")[1:]: link for link in links}
    found, boxes, used = [], [], set()
    for link in links:
        target = places.get(link.get("href")[1:])
        if link in used or target is None or not names(link):
            continue
        returning = next((back[name] for name in names(link) if name in back), None)
        if returning is None or returning in used or returning is link:
            continue
        box = box_of(target, returning)
        if box is None or box in boxes or link in set(box.iter()):
            continue
        used |= {link, returning}
        boxes.append(box)
        found.append((link, box, returning))
    result = []
    for link, box, returning in found:
        returning.drop_tree()
        result.append((link, note_of(box, keeps_languages=keeps_languages)))
        parent = box.getparent()
        box.drop_tree()
        while parent is not root and parent.tag in ("ol", "section", "div") and is_empty(parent):
            parent, emptied = parent.getparent(), parent
            emptied.drop_tree()
    # What is left of a list of notes says nothing to nobody.
    for section in list(root.iter("section")):
        if "footnotes" in section.get("class", ""):
            section.drop_tree()
    return result


def box_of(target: HtmlElement, returning: HtmlElement) -> HtmlElement | None:
    """The element that holds one note: its item, its paragraph, or the box around them."""
    holders = [target, *target.iterancestors()]
    box = next((up for up in holders if up.tag in ("li", "p", "div", "aside")), None)
    if box is None or returning not in set(box.iter()) or box.getparent() is None:
        return None
    parent = box.getparent()
    is_boxed = parent.tag == "div" and (parent.get("id") or "footnote" in parent.get("style", ""))
    return parent if box.tag == "p" and is_boxed and parent.getparent() is not None else box


def note_of(box: HtmlElement, *, keeps_languages: bool) -> str:
    """What a note says, on one line of mark-up: words, links, emphasis."""
    within = {"a", "em", "strong", "b", "i", "cite", "abbr", "q", "span", "sub", "sup", "code"}
    for element in list(box.iterdescendants()):
        if element.tag not in within:
            if element.tag in BLOCKS or element.tag == "br":
                element.tail = " " + (element.tail or "")
            element.drop_tag()
    unwrap(box, keeps_languages=keeps_languages)
    for link in list(box.iter("a")):
        if link.get("href", "").startswith("#"):
            link.drop_tag()
    text = re.sub(r"\s+", " ", inner(box).replace("\u00a0", " ")).strip()
    return re.sub(r"^(?:<sup>\s*</sup>|\[\]|\s)+", "", text).strip()


def set_notes(root: HtmlElement, notes: list[tuple[HtmlElement, str]], language: str):
    """Number the references as they come, and set the notes at the end."""
    order = {link: place for place, link in enumerate(root.iter("a"))}
    kept = sorted(
        ((order[a], a, note) for a, note in notes if a in order and note), key=itemgetter(0)
    )
    taken = {link for _place, link, _note in kept}
    for link in list(root.iter("a")):
        # A reference to nowhere would be a promise.
        if link.get("href", "").startswith("#") and link not in taken:
            drop = link.drop_tree if link.get("role") == "doc-noteref" else link.drop_tag
            drop()
    items = []
    with translation.override(language or translation.get_language()):
        back, label = escape(_("Back to the text")), escape(_("Notes"))
    for n, (_place, link, note) in enumerate(kept, 1):
        reference(link, n)
        items.append(
            f'<li id="fn-{n}">{note} '
            f'<a href="#fnref-{n}" role="doc-backlink" aria-label="{back}">↩</a></li>'
        )
    if items:
        # A word processor draws a line above its notes; the section has its own.
        while len(root) and root[-1].tag == "hr":
            root.remove(root[-1])
        section = f'<section class="footnotes" role="doc-endnotes" aria-label="{label}">'
        root.append(lxml.html.fragment_fromstring(f"{section}<ol>{''.join(items)}</ol></section>"))


def reference(link: HtmlElement, number: int):
    """<sup><a href="#fn-1" …>1</a></sup>, whatever it looked like before."""
    tail, link.tail = link.tail, None
    for name in list(link.attrib):
        del link.attrib[name]
    for child in list(link):
        link.remove(child)
    link.text = str(number)
    link.set("href", f"#fn-{number}")
    link.set("id", f"fnref-{number}")
    link.set("role", "doc-noteref")
    parent = link.getparent()
    if parent.tag == "sup" and len(parent) == 1 and not has_text(parent):
        parent.text = None
        parent.tail = (tail or "") + (parent.tail or "")
        return
    raised = link.makeelement("sup")
    link.addprevious(raised)
    raised.append(link)
    raised.tail = tail
