"""What a text needs before it is laid out on paper: a table of contents, spaces that fonts have."""

import re
from typing import NamedTuple

HEADING = re.compile(r"<h([23])\b([^>]*)>(.*?)</h\1>", re.DOTALL)
DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
ID = re.compile(r'\bid="([^"]*)"')
LANGUAGE = re.compile(r'\blang="([^"]*)"')

# Fonts lack the narrow space: laid out with it, a whole line loses its spaces when it is copied.
NARROW_SPACE = "\u202f"
SPACE = "\u00a0"


class Heading(NamedTuple):
    """A line of the contents; ``text`` is HTML without tags, ``language`` empty for the page's."""

    place: str
    text: str
    language: str
    level: int


def with_places(html: str, *, depth: int = 2) -> tuple[list[Heading], str]:
    """The headings from h2 down to ``depth``, and the HTML in which each has an id."""
    found: list[Heading] = []

    def placed(match: re.Match) -> str:
        level, attributes, inner = int(match[1]), match[2], match[3]
        if level > depth:
            return match[0]
        own = ID.search(attributes)
        place = own[1] if own else f"section-{len(found) + 1}"
        language = LANGUAGE.search(attributes)
        words = " ".join(TAG.sub("", DRAWING.sub("", inner)).split())
        found.append(Heading(place, words, language[1] if language else "", level))
        return match[0] if own else f'<h{level} id="{place}"{attributes}>{inner}</h{level}>'

    return found, HEADING.sub(placed, html)


def fit_for_paper(html: str) -> str:
    """The whole document, with what print fonts cannot show replaced by what they can."""
    return html.replace(NARROW_SPACE, SPACE)
