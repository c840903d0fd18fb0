"""Typography, sorting and sanitising of prose, the same on every engine and in every skin."""

import html as html_entities
import re
import unicodedata

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
