"""What both versions of XLIFF share: careful reading, and fields put together from passages.

A passage is a unit of its own, named ``title`` or, in a body, ``body.html.1``, ``body.html.2``.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from lxml import etree

from portal.lib.exchange import markup
from portal.lib.exchange.markup import Code, Piece
from portal.lib.exchange.texts import (
    NOT_XML,
    Field,
    Record,
    check_count,
    check_size,
    not_ours,
    settled,
    unreadable,
)
from portal.lib.translations import LANGUAGES, TranslationState

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNIT = re.compile(r"([a-z_]{1,60})(?:\.html\.([0-9]{1,5}))?")
# Before the first element stand only the declaration, comments, instructions and the DOCTYPE.
_PROLOGUE = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)
_ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1", "cp1252", "ascii")


class Passage(NamedTuple):
    """One unit: its place in the field, source and translation as pieces, and its state."""

    name: str
    source: list[Piece]
    target: list[Piece]
    state: str


def passages_of(field: Field) -> Iterator[Passage]:
    """The units of a field."""
    if not field.is_html:
        target = [field.target] if field.target else []
        yield Passage(field.name, [field.source], target, field.state)
        return
    for number, (source, target) in enumerate(markup.aligned(field.source, field.target), start=1):
        yield Passage(f"{field.name}.html.{number}", source, target, field.state)


def has_words(pieces: Iterable[Piece]) -> bool:
    return any(isinstance(piece, str) and piece.strip() for piece in pieces)


def record_of(original: str, passages: Iterable[Passage], label: str = "") -> Record:
    """The record of one ``<file>``, its fields put together from their passages."""
    kind, _slash, rest = original.partition("/")
    key, _slash, fingerprint = rest.rpartition("/")
    if not (kind and key and fingerprint):
        raise not_ours()
    by_field: dict[str, list[Passage]] = {}
    for passage in passages:
        match = _UNIT.fullmatch(passage.name)
        if match is None:
            raise not_ours()
        by_field.setdefault(match[1], []).append(passage)
    fields = [field for name, found in by_field.items() for field in fields_of(name, found)]
    return Record(kind, key, fingerprint, tuple(fields), label)


def fields_of(name: str, passages: list[Passage]) -> list[Field]:
    """The field, as often as the file has it: twice the same unit is for the reader to refuse."""
    seen: dict[str, int] = {}
    copies: list[list[Passage]] = []
    for passage in passages:
        times = seen[passage.name] = seen.get(passage.name, 0) + 1
        if len(copies) < times:
            copies.append([])
        copies[times - 1].append(passage)
    return [put_together(name, copy) for copy in copies]


def put_together(name: str, passages: list[Passage]) -> Field:
    is_html = "." in passages[0].name
    passages.sort(key=lambda passage: int(passage.name.rpartition(".")[2]) if is_html else 0)
    write = markup.html if is_html else "".join
    source = write(piece for passage in passages for piece in passage.source)
    worded = [passage for passage in passages if has_words(passage.source)] or passages
    gaps = sum(not passage.target for passage in worded)
    if gaps == len(worded):
        return Field(name, source, "", TranslationState.MISSING, is_html, gaps, len(worded))
    # A passage without words, such as a line across the page, needs no translation.
    target = write(piece for one in passages for piece in one.target or one.source)
    states = {settled(one.state, "filled") for one in worded if one.target}
    return Field(name, source, target, least(states), is_html, gaps, len(worded))


def least(states: Iterable[str]) -> str:
    """The state of several passages together: that of the one that is least done."""
    order = (
        TranslationState.IN_PROGRESS,
        TranslationState.MACHINE,
        TranslationState.OUTDATED,
        TranslationState.READY,
    )
    return min(states, key=order.index, default=TranslationState.MISSING)


def parsed(content: bytes) -> etree._Element:
    """The root of an XML file. No entity is expanded, no address opened, no DOCTYPE accepted."""
    check_size(len(content))
    text = decoded(content)
    if text.startswith("<!DOCTYPE", _PROLOGUE.match(text).end()):
        raise ValidationError(
            _(
                "This file declares a document type, which no translation file needs. Export it "
                "again from your tool without it."
            ),
            code="doctype",
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(_DECLARATION.sub("", text, count=1).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise unreadable() from error


def decoded(content: bytes) -> str:
    """The text in the encoding of its mark or its declaration, else UTF-8."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        declared = _DECLARED.match(content[:200].decode("ascii", "ignore").lstrip())
        encoding = declared[1] if declared else "utf-8"
    try:
        encoding = codecs.lookup(encoding).name
        if encoding not in _ENCODINGS:
            raise unreadable()
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (LookupError, UnicodeError) as error:
        raise unreadable() from error


def language_pair(pairs: Iterable[tuple[str | None, str | None]]) -> tuple[str, str]:
    """The one pair of languages of a file, without the country that a tool may have added."""
    found = {tuple((code or "").split("-")[0].lower() for code in pair) for pair in pairs}
    if len(found) != 1:
        raise ValidationError(
            _("This file is about several pairs of languages. Send one file for each pair."),
            code="languages",
        )
    source, target = found.pop()
    if source not in LANGUAGES or target not in LANGUAGES or source == target:
        raise not_ours()
    return source, target


def bounded(elements: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """The elements, as long as they are not too many."""
    for count, element in enumerate(elements, start=1):
        check_count(count)
        yield element


def local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def readable(text: str) -> str:
    """A text for an attribute or a note, without what XML cannot hold."""
    return NOT_XML.sub("\ufffd", text)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """The text in turn with each character that XML cannot hold."""
    position = 0
    for match in NOT_XML.finditer(text):
        yield text[position : match.start()], match[0]
        position = match.end()
    yield text[position:], ""


def append(parent: etree._Element, text: str):
    """Put text after all that the element holds already."""
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with neighbouring texts as one."""
    result: list[Piece] = []
    for piece in pieces:
        if piece == "":
            continue
        if isinstance(piece, str) and result and not isinstance(result[-1], Code):
            result[-1] += piece
        else:
            result.append(piece)
    return result


def serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")
