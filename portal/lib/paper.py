"""What a text needs before it is laid out on paper: contents, and characters that fonts have."""

import re
from typing import NamedTuple

from portal.lib import glyphs

HEADING = re.compile(r"<h([23])\b([^>]*)>(.*?)</h\1>", re.DOTALL)
DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
ANY_HEADING = re.compile(r"<h([2-6])\b([^>]*)>(.*?)</h\1>", re.DOTALL)
# The number of a note, which belongs to no line of the contents.
NOTE = re.compile(r'<sup[^>]*>\s*<a [^>]*role="doc-noteref"[^>]*>[^<]*</a>\s*</sup>')
ID = re.compile(r'\bid="([^"]*)"')
LANGUAGE = re.compile(r'\blang="([^"]*)"')

# Fonts lack the narrow space: laid out with it, a whole line loses its spaces when it is copied.
NARROW_SPACE = "\u202f"
SPACE = "\u00a0"

# What stands for a character that no font has; ours have this one.
REPLACEMENT = "\ufffd"
# Tags and alternative texts are not printed: they keep every character.
UNPRINTED = r"(<title\b.*?</title>|<[^>]*>)"
# A date stays on one line, and the French first of a month is raised.
MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre "
    "January February March April May June July August September October November December "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
DATE = re.compile(
    rf"\b(\d\d?)(er)?[ {SPACE}](de[ {SPACE}])?({MONTHS.replace(' ', '|')})\b( de)?(?: (\d{{4}})\b)?"
)
# So does "3 of 8", and the beginning of an address, which could else end after its two slashes.
SHARE = re.compile(r"\b(\d+) (of|sur|des?) (?=\d)")
ADDRESS = re.compile(r"https?://\w{1,20}")
# A title and a lead end in two words at least, as long as these are short.
TITLE = re.compile(r'(<h1\b[^>]*>|<p class="lead"[^>]*>)(.*?)(?=</h1>|</p>)', re.DOTALL)
LAST_WORD = re.compile(r"(?<=[^\s<>])(?<![^\s<>]{13}) ([^\s<>]{1,10}(?:</\w+>|\s)*)$")
# How much is told of what could not be shown.
NAMES, CODES, LONGEST = 40, 24, 80


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
        words = " ".join(TAG.sub("", NOTE.sub("", DRAWING.sub("", inner))).split())
        found.append(Heading(place, words, language[1] if language else "", level))
        return match[0] if own else f'<h{level} id="{place}"{attributes}>{inner}</h{level}>'

    return found, HEADING.sub(placed, html)


def without_gaps(html: str, *, under: int = 1) -> str:
    """Prose whose headings skip no level under the heading it stands below: a reader by ear would
    look for what is between. What stood side by side still does."""
    above: list[int] = []

    def nearer(match: re.Match) -> str:
        level = int(match[1])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        now = under + len(above)
        return f"<h{now}{match[2]}>{match[3]}</h{now}>"

    return ANY_HEADING.sub(nearer, html)


class Unshown(NamedTuple):
    """A text of which no font has some characters: as it is printed, and which they are."""

    text: str
    codes: str


class Fitted(NamedTuple):
    html: str
    unshown: list[Unshown]
    has_other_scripts: bool


def with_lines_kept(html: str) -> str:
    """No line ends where a reader would stumble; "1er" is written as in print."""
    html = TITLE.sub(ended_by_two_words, html)
    pieces = re.split(UNPRINTED, html, flags=re.DOTALL)
    pieces[::2] = [kept_together(piece) for piece in pieces[::2]]
    return "".join(pieces)


def kept_together(piece: str) -> str:
    piece = SHARE.sub(rf"\1{SPACE}\2{SPACE}", DATE.sub(date_together, piece))
    return ADDRESS.sub(r'<span class="together">\g<0></span>', piece)


def date_together(match: re.Match) -> str:
    day, first, of_month, month, of_year, year = match.groups()
    words = [f"{day}<sup>er</sup>" if first else day, "de" if of_month else "", month]
    if not year:
        return SPACE.join(filter(None, words)) + (of_year or "")
    return SPACE.join(filter(None, [*words, "de" if of_year else "", year]))


def ended_by_two_words(match: re.Match) -> str:
    return match[1] + LAST_WORD.sub(rf"{SPACE}\1", match[2])


def fit_for_paper(html: str) -> Fitted:
    """The whole document, with what print fonts cannot show replaced by what they can."""
    html = with_lines_kept(html.replace(NARROW_SPACE, SPACE))
    others = glyphs.beyond_latin(html)
    if not others:
        return Fitted(html, [], has_other_scripts=False)
    unshowable = glyphs.unshowable(others)
    instead = {ord(c): "" if glyphs.is_bare(c) else REPLACEMENT for c in unshowable}
    lost = {c for c in unshowable if not glyphs.is_bare(c)}
    unshown: dict[Unshown, None] = {}
    pieces = re.split(UNPRINTED, html, flags=re.DOTALL) if unshowable else []
    for index in range(0, len(pieces), 2):
        piece = pieces[index]
        if found := [c for c in dict.fromkeys(piece) if c in lost]:
            words = " ".join(piece.translate(instead).split())
            codes = " ".join(f"U+{ord(c):04X}" for c in found[:CODES])
            unshown[Unshown(words[:LONGEST], codes)] = None
        pieces[index] = piece.translate(instead)
    return Fitted(
        "".join(pieces) or html,
        list(unshown)[:NAMES],
        has_other_scripts=glyphs.in_our_scripts(others),
    )
