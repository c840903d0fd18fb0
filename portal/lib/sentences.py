"""Texts cut into sentences, and what changed between two versions of one.

A translator reads what is new since the text that was translated: sentence by sentence, block by
block (a paragraph, a heading, an item of a list, a cell), the mark-up itself left out.
"""

import html as html_entities
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from portal.lib.text import plain

# Where one block of HTML ends and another begins.
_BLOCK = re.compile(
    r"</?(?:p|li|h[1-6]|td|th|caption|dt|dd|blockquote|pre|figcaption|tr|ul|ol)\b[^>]*>"
)
# A full stop within "p. 12", "M. Dupont" or "U.N." ends no sentence; a capital must follow.
_END = re.compile(r"(?<=[.!?…])[»”\"’)]*\s+(?=[«“\"‘(¿¡]?\s?[A-ZÀ-ÖØ-Þ0-9])")
_SHORT = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|M|Mme|Dr|Sr|Sra|St|Ste|art|cf|no|nº|n°|p|pp|vol)\.$", re.I
)


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


class Piece(NamedTuple):
    """A run of sentences that are alike in having changed or not."""

    change: Change
    text: str


def blocks(prose: str, *, is_html: bool) -> list[str]:
    """The paragraphs of a text, as plain words."""
    if is_html:
        parts = [plain(part) for part in _BLOCK.split(prose)]
    else:
        parts = [" ".join(part.split()) for part in html_entities.unescape(prose).splitlines()]
    return [part for part in parts if part]


def sentences(block: str) -> list[str]:
    """The sentences of one paragraph; an abbreviation does not end one."""
    found: list[str] = []
    for part in _END.split(block):
        if found and _SHORT.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part:
            found.append(part)
    return found


def compared(before: str, after: str, *, is_html: bool) -> list[list[Piece]]:
    """Block by block, what is the same, what was added and what was taken away.

    The blocks are those of the later text; what was taken away stands in the block it left, or
    in one of its own.
    """
    old, new = (list(_marked(blocks(text, is_html=is_html))) for text in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    pieces: list[tuple[Change, str]] = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            pieces += [(Change.SAME, text) for text in new[new_from:new_to]]
            continue
        pieces += [(Change.REMOVED, text) for text in old[old_from:old_to] if text]
        pieces += [(Change.ADDED, text) for text in new[new_from:new_to]]
    return list(_blocks_of(pieces))


def changed_words(before: str, after: str, *, is_html: bool) -> int:
    """The words of the later text in sentences that the earlier one had not."""
    return sum(
        len(piece.text.split())
        for block in compared(before, after, is_html=is_html)
        for piece in block
        if piece.change == Change.ADDED
    )


def _marked(found: list[str]) -> Iterator[str]:
    """The sentences of all blocks, with an empty one where a block ends."""
    for block in found:
        yield from sentences(block)
        yield ""


def _blocks_of(pieces: list[tuple[Change, str]]) -> Iterator[list[Piece]]:
    block: list[Piece] = []
    for change, text in pieces:
        if not text:
            if block:
                yield block
            block = []
        elif block and block[-1].change == change:
            block[-1] = Piece(change, f"{block[-1].text} {text}")
        else:
            block.append(Piece(change, text))
    if block:
        yield block
