"""Typography, sorting and sanitising of prose, the same on every engine and in every skin."""

import html as html_entities
import re
import unicodedata
from functools import cache

import nh3

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"

# Each begins with the sign it looks for and looks back only from there, which makes it fast.
_SPACED = re.compile(r"[ \u00a0\u202f](?<=\S.)([;:!?»]+)(?=\s|$|[)\]»”\"<;:!?])")
_UNSPACED = re.compile(r"([;:!?»](?<=[^\s;:!?»«/].)[;:!?»]*)(?=\s|$|[)\]”\"<])")
_AFTER_OPENING = re.compile(r"«[ \u00a0\u202f]?(?=\S)")
_BEFORE_PERCENT = re.compile(r"[ \u00a0\u202f](?<=\d.)%|%(?<=\d.)")
_MARK_UP = r"<(?:code|pre)\b.*?</(?:code|pre)>|<[^>]*>|&#?\w+;|\bhttps?://\S+"
_PROTECTED = re.compile(f"({_MARK_UP})", re.DOTALL)
# Looking for an address of mail at every word costs more than all the rest.
_PROTECTED_WITH_MAIL = re.compile(rf"({_MARK_UP}|\b\S+@\S+\.\w+)", re.DOTALL)
# A word goes on across these: what stands behind them still belongs to what stands before.
_WITHIN_LINE = re.compile(r"</?(?:a|abbr|cite|em|q|span|strong|sub|sup)\b")

ALLOWED_TAGS = {
    "a", "abbr", "blockquote", "br", "caption", "cite", "code", "dd", "dl", "dt", "em",
    "figcaption", "figure", "h2", "h3", "h4", "hr", "img", "li", "ol", "p", "pre", "q", "section",
    "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"aria-label", "href", "hreflang", "id", "role", "title"},
    "abbr": {"title"},
    "img": {"alt", "height", "src", "width"},
    "li": {"id"},
    "ol": {"start"},
    "section": {"aria-label", "role"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
# The one address of a picture in a stored text: it has no language, and nobody can guess it.
PICTURE = re.compile(r"/pictures/([\w-]{22}\.(?:jpg|png))\Z", re.ASCII)
# The same picture as the closed areas show it, which is what an editor sends back.
CLOSED_PICTURE = re.compile(r"/(?:fr|en|es)/space(?=/pictures/)")
# What a value must look like, by element and attribute; by attribute alone where it is the same.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_NUMBER = re.compile(r"[0-9]{1,4}\Z")
_NOTE = re.compile(r"fn-[0-9]{1,3}\Z")
_REFERENCE = re.compile(r"fnref-[0-9]{1,3}\Z")
_VALUES = {
    ("*", "lang"): _LANGUAGE,
    ("*", "hreflang"): _LANGUAGE,
    ("*", "dir"): re.compile(r"(?:ltr|rtl|auto)\Z"),
    ("*", "width"): _NUMBER,
    ("*", "height"): _NUMBER,
    ("*", "start"): _NUMBER,
    ("*", "colspan"): _NUMBER,
    ("*", "rowspan"): _NUMBER,
    ("*", "scope"): re.compile(r"(?:col|row|colgroup|rowgroup)\Z"),
    ("img", "src"): PICTURE,
    ("img", "alt"): re.compile(r".*\S", re.DOTALL),
    ("a", "id"): _REFERENCE,
    ("li", "id"): _NOTE,
    # Within a page there is nothing to go to but notes: other names are taken away.
    ("a", "href"): re.compile(r"(?!#)|#fn(?:ref)?-[0-9]{1,3}\Z"),
    ("a", "role"): re.compile(r"doc-(?:noteref|backlink)\Z"),
    ("section", "role"): re.compile(r"doc-endnotes\Z"),
}
_NOTE_LINK = re.compile(r'<a [^>]*role="doc-(?:noteref|backlink)"[^>]*>[^<]*</a>')
_IMAGE = re.compile(r'<img(?: [a-z]+="[^"]*")*>')


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
        return _BEFORE_PERCENT.sub(f"{NO_BREAK}%", prose)

    protected = _PROTECTED_WITH_MAIL if "@" in text else _PROTECTED
    parts, before = protected.split(text), ""
    for index, part in enumerate(parts):
        if index % 2:
            if not _WITHIN_LINE.match(part):
                before = ""
        elif part:
            follows = _WITHIN_LINE.match(parts[index + 1]) if index + 1 < len(parts) else None
            # One letter stands for what the marks of a word divide from it.
            done = spaced(before + part + ("x" if follows else ""))
            parts[index] = done[len(before) : -1] if follows else done[len(before) :]
            before = parts[index][-1:]
    return "".join(parts)


def sanitise(html: str) -> str:
    """The HTML reduced to prose: headings, lists, links, tables, notes, pictures of our own.

    Scripts, styles and names that a page may use itself go; so does a picture from elsewhere or
    without an alternative text.
    """
    clean = cleaner().clean(html)
    # What is badly nested is set right as a browser would, and may only then be well nested.
    for _again in range(3):
        former, clean = clean, cleaner().clean(clean)
        if clean == former:
            break
    return _IMAGE.sub(_shown_image, clean) if "<img" in clean else clean


@cache
def cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        attribute_filter=_allowed_value,
        allowed_classes={"section": {"footnotes"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def _allowed_value(element: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        value = CLOSED_PICTURE.sub("", value)
    rule = _VALUES.get((element, attribute)) or _VALUES.get(("*", attribute))
    return value if rule is None or rule.match(value) else None


def _shown_image(match: re.Match) -> str:
    tag = match[0]
    return tag if ' src="' in tag and ' alt="' in tag else ""


_SEPARATOR = "\x1f"
_END_OF_BLOCK = re.compile(r"<(?:/p|/li|/h\d|br|/td|/th|/tr|/caption|/figcaption)[^>]*>")
_ENDS = ".!?…:;,"


def plain(html: str, *, between: str = "") -> str:
    """The text of the HTML, without any mark-up and with single spaces.

    ``between`` is put where a heading, an item or another block ends without ending a sentence.
    """
    # The number of a note is no part of the word it stands at.
    spaced = _NOTE_LINK.sub("", html) if "doc-" in html else html
    spaced = _END_OF_BLOCK.sub(_SEPARATOR, spaced)
    stripped = nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"})
    blocks = (" ".join(part.split()) for part in html_entities.unescape(stripped).split(_SEPARATOR))
    joined = ""
    for block in filter(None, blocks):
        is_open = between and joined and joined[-1] not in _ENDS
        joined += f" {between} {block}" if is_open else f" {block}"
    return joined.strip()
