"""Typography, sorting and sanitising of prose, the same on every engine and in every skin."""

import html as html_entities
import re
import unicodedata
from functools import cache

import nh3

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"

_SPACED = re.compile(r"(?<=\S)[ \u00a0\u202f]([;:!?»]+)(?=\s|$|[)\]»”\"<;:!?])")
_UNSPACED = re.compile(r"(?<=[^\s;:!?»«/])([;:!?»]+)(?=\s|$|[)\]”\"<])")
_AFTER_OPENING = re.compile(r"«[ \u00a0\u202f]?(?=\S)")
_BEFORE_PERCENT = re.compile(r"(?<=\d)[ \u00a0\u202f]?(%)")
_PROTECTED = re.compile(r"(<[^>]*>|&#?\w+;|\bhttps?://\S+|\b\S+@\S+\.\w+)")

ALLOWED_TAGS = {
    "a", "abbr", "blockquote", "br", "caption", "cite", "code", "dd", "dl", "dt", "em", "h2", "h3",
    "h4", "hr", "li", "ol", "p", "pre", "q", "strong", "sub", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "hreflang", "title"},
    "abbr": {"title"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
}


def fold(text: str) -> str:
    """The text in lower case without accents; ligatures and German sharp s spelt out."""
    if text.isascii():
        return text.lower()
    spelt = (
        text.casefold().replace("œ", "oe").replace("æ", "ae").replace("ø", "o").replace("ł", "l")
    )
    decomposed = unicodedata.normalize("NFKD", spelt)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def sort_key(text: str, language: str) -> str:
    """A key whose order, in any collation, is the language's alphabetical order.

    Accents count only between texts that are otherwise equal; in Spanish ñ follows n. The key
    is hexadecimal, so that SQLite and every PostgreSQL collation sort it alike.
    """
    cleaned = " ".join(re.sub(r"[’'\-–.,()]", " ", text).split())
    letters = cleaned.casefold().replace("ñ", "n~") if language == "es" else cleaned
    return f"{fold(letters)}\x01{cleaned.casefold()}"[:150].encode().hex()


@cache
def written_as() -> dict[str, str]:
    """For each plain letter, every way of writing it: capital, small, with any accent."""
    ways: dict[str, str] = {"'": "’", "’": "'"}
    for number in (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250)):
        ways[fold(chr(number))] = ways.get(fold(chr(number)), "") + chr(number)
    return ways


def accent_blind(words: str) -> str:
    """A regular expression that finds the words whatever their accents and capitals.

    It means the same to Python and to PostgreSQL, so that one lookup (``__regex``) serves both
    databases. Two letters such as oe are also found as their ligature.
    """
    ways, letters, pattern = written_as(), fold(words), ""
    while letters:
        ligature = ways.get(letters[:2], "") if len(letters) > 1 else ""
        single = [f"[{ways[c]}{c}]" if c in ways else re.escape(c) for c in letters[:2]]
        pattern += f"(?:[{ligature}]|{''.join(single)})" if ligature else single[0]
        letters = letters[2 if ligature else 1 :]
    return pattern


def french_spaces(text: str, *, narrow: bool = True) -> str:
    """French spacing before ; ! ? » : % and after «, leaving mark-up and addresses alone.

    Narrow no-break spaces are for the screen; PDFs and mails take the ordinary no-break
    space, since few of their fonts have the narrow one. Applying it twice changes nothing.
    """
    thin = NARROW_NO_BREAK if narrow else NO_BREAK

    def mark(match: re.Match) -> str:
        return f"{NO_BREAK if match[1].startswith(':') else thin}{match[1]}"

    def spaced(prose: str) -> str:
        prose = _UNSPACED.sub(mark, _SPACED.sub(mark, prose))
        prose = _AFTER_OPENING.sub(f"«{thin}", prose)
        return _BEFORE_PERCENT.sub(rf"{NO_BREAK}\1", prose)

    parts = _PROTECTED.split(text)
    return "".join(part if index % 2 else spaced(part) for index, part in enumerate(parts))


def sanitise(html: str) -> str:
    """The HTML reduced to prose: headings, lists, links, tables. Scripts and styles go."""
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def plain(html: str) -> str:
    """The text of the HTML, without any mark-up and with single spaces."""
    spaced = re.sub(r"<(?:/p|/li|/h\d|br|/td|/th|/tr)[^>]*>", " ", html)
    stripped = nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"})
    return " ".join(html_entities.unescape(stripped).split())
