"""What changed between two texts, word by word."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

# Comparing takes the square of the number of words; beyond this, whole paragraphs are compared.
MOST_WORDS = 1500
SAME, GONE, NEW = "same", "gone", "new"
_WORD = re.compile(r"\s+|[^\s]+")
_PARAGRAPH = re.compile(r"[^\n]*\n+|[^\n]+")


class Run(NamedTuple):
    """A stretch of text that stayed, went or came."""

    mark: str
    text: str


def runs(before: str, after: str) -> list[Run]:
    """The stretches whose ``same`` and ``gone`` are the text before, ``same`` and ``new`` after."""
    pieces = _WORD if max(before.count(" "), after.count(" ")) < MOST_WORDS else _PARAGRAPH
    old, new = pieces.findall(before), pieces.findall(after)
    found: list[Run] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            found.append(Run(SAME, "".join(old[first:last])))
            continue
        if first < last:
            found.append(Run(GONE, "".join(old[first:last])))
        if start < end:
            found.append(Run(NEW, "".join(new[start:end])))
    return found
