"""What people write or paste, brought into the form in which texts are kept.

Word processors give mark-up of their own: lists that are paragraphs with a mark in front, notes
that are bookmarks, styles on every word. The form kept is plain: headings from h2, real lists, a
head on tables, notes numbered at the end. Bringing a kept text into it changes nothing. What
comes out has gone through ``sanitise``, which decides alone what is safe.
"""

import re

from portal.lib.text import sanitise
from portal.lib.tidying.blocks import (
    drop_hollow,
    paragraphs,
    set_headings,
    set_paragraphs,
    set_tables,
)
from portal.lib.tidying.lists import make_lists, set_lists
from portal.lib.tidying.notes import set_notes, take_notes
from portal.lib.tidying.trees import BLOCKS, inner, parsed
from portal.lib.tidying.words import drop_wrappers, is_own, take_styles, unwrap

IN_BLOCKS = re.compile(rf"</?(?:body|section|tr|{'|'.join(sorted(BLOCKS))})\b", re.IGNORECASE)
WRITTEN_BY_WORD = re.compile(r"mso-|class=\"?Mso|urn:schemas-microsoft-com", re.IGNORECASE)


def tidy(html: str, language: str = "") -> str:
    """The text in the form in which it is kept; ``language`` is the one it is written in."""
    if not IN_BLOCKS.search(html):
        html = paragraphs(html)
    # Mark-up that is badly broken can need more than one round until nothing changes.
    for _round in range(6):
        before, html = html, tidied(html, language)
        if html == before:
            break
    return html


def tidied(html: str, language: str) -> str:
    if not html.strip():
        return ""
    is_from_word = bool(WRITTEN_BY_WORD.search(html))
    root = parsed(html)
    drop_wrappers(root)
    take_styles(root)
    make_lists(root)
    notes = take_notes(root, keeps_languages=not is_from_word)
    unwrap(root, keeps_languages=not is_from_word)
    set_lists(root)
    set_headings(root)
    set_tables(root)
    set_paragraphs(root)
    set_notes(root, notes, language)
    drop_hollow(root)
    for child in root:
        child.tail = "\n"
    return sanitise(inner(root)).strip()


def pictures_without_words(html: str) -> list[int]:
    """The places, counted from 1, of the portal’s own pictures that say nothing to the blind."""
    if "<img" not in html.lower():
        return []
    images = (image for image in parsed(html).iter("img") if is_own(image.get("src", "")))
    return [n for n, image in enumerate(images, 1) if not image.get("alt", "").strip()]
