"""XLIFF 1.2: one ``<file>`` a record, mark-up as ``bpt``, ``ept`` and ``ph``.

The fingerprint stands in ``original``, which every tool gives back as it was. A character that XML
cannot hold is a ``ph`` of its own.
"""

import json
from collections.abc import Iterator

from lxml import etree

from portal.lib.exchange import xliff
from portal.lib.exchange.markup import ALONE, CLOSE, OPEN, Code, Piece
from portal.lib.exchange.texts import NOT_XML, Batch, Field, not_ours, unreadable
from portal.lib.exchange.xliff import Passage, local
from portal.lib.translations import TranslationState

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
ELEMENTS = {OPEN: "bpt", CLOSE: "ept", ALONE: "ph"}
CODE_POINT = "x-code-point"
ESCAPED = "x-escaped"
STATES = {
    TranslationState.MISSING: "needs-translation",
    TranslationState.IN_PROGRESS: "new",
    TranslationState.READY: "translated",
    TranslationState.OUTDATED: "needs-review-translation",
    TranslationState.MACHINE: "needs-review-translation",
}
READ = {
    "needs-translation": TranslationState.MISSING,
    "new": TranslationState.IN_PROGRESS,
    "needs-adaptation": TranslationState.IN_PROGRESS,
    "needs-l10n": TranslationState.IN_PROGRESS,
    "needs-review-adaptation": TranslationState.IN_PROGRESS,
    "needs-review-l10n": TranslationState.IN_PROGRESS,
    "needs-review-translation": TranslationState.OUTDATED,
}
MACHINE = ("mt-suggestion", "leveraged-mt")


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def written(batch: Batch) -> bytes:
    root = etree.Element(tag("xliff"), nsmap={None: NAMESPACE}, version="1.2")
    for record in batch.records:
        part = etree.SubElement(
            root,
            tag("file"),
            {
                "original": f"{record.kind}/{record.key}/{record.fingerprint}",
                "source-language": batch.source_language,
                "target-language": batch.target_language,
                "datatype": "html",
            },
        )
        note = etree.SubElement(etree.SubElement(part, tag("header")), tag("note"))
        note.text = xliff.readable(record.label)
        body = etree.SubElement(part, tag("body"))
        for field in record.fields:
            write_field(body, field, batch)
    return xliff.serialised(root)


def write_field(body: etree._Element, field: Field, batch: Batch):
    for passage in xliff.passages_of(field):
        unit = etree.SubElement(body, tag("trans-unit"), id=passage.name)
        unit.set(xliff.SPACE, "preserve")
        unit.set("datatype", "html" if field.is_html else "plaintext")
        if not xliff.has_words(passage.source):
            unit.set("translate", "no")
        if passage.state == TranslationState.READY:
            unit.set("approved", "yes")
        source = etree.SubElement(unit, tag("source"))
        source.set(xliff.LANG, batch.source_language)
        write_pieces(source, passage.source)
        target = etree.SubElement(unit, tag("target"), state=STATES[passage.state])
        target.set(xliff.LANG, batch.target_language)
        if passage.state == TranslationState.MACHINE:
            target.set("state-qualifier", "mt-suggestion")
        write_pieces(target, passage.target)


def write_pieces(parent: etree._Element, pieces: list[Piece]):
    count = 0
    for piece in pieces:
        if isinstance(piece, Code):
            code = etree.SubElement(parent, tag(ELEMENTS[piece.role]), id=str(piece.number))
            code.text = piece.raw
            if NOT_XML.search(piece.raw):
                code.set("ctype", ESCAPED)
                code.text = json.dumps(piece.raw)
            continue
        for text, sign in xliff.runs(piece):
            xliff.append(parent, text)
            if sign:
                count += 1
                point = etree.SubElement(parent, tag("ph"), id=f"c{count}", ctype=CODE_POINT)
                point.text = f"{ord(sign):04X}"


def read(root: etree._Element) -> Batch:
    parts = [part for part in root if local(part) == "file"]
    if not parts:
        raise not_ours()
    pair = xliff.language_pair(
        (part.get("source-language"), part.get("target-language")) for part in parts
    )
    units = xliff.bounded(root.iter(tag("trans-unit")))
    by_part: dict[etree._Element, list[Passage]] = {part: [] for part in parts}
    for unit in units:
        part = next((one for one in unit.iterancestors(tag("file")) if one in by_part), None)
        if part is None:
            raise not_ours()
        by_part[part].append(passage(unit))
    records = [
        xliff.record_of(
            part.get("original", ""),
            found,
            part.findtext(f"{tag('header')}/{tag('note')}", ""),
        )
        for part, found in by_part.items()
    ]
    return Batch(*pair, tuple(records))


def passage(unit: etree._Element) -> Passage:
    source, target = unit.find(tag("source")), unit.find(tag("target"))
    if source is None:
        raise unreadable()
    ours = xliff.merged(pieces(source, {}))
    if target is None:
        return Passage(unit.get("id", ""), ours, [], TranslationState.MISSING)
    codes = {(piece.role, str(piece.number)): piece for piece in ours if isinstance(piece, Code)}
    state = READ.get(target.get("state", ""), TranslationState.READY)
    if target.get("state-qualifier") in MACHINE and state != TranslationState.READY:
        state = TranslationState.MACHINE
    return Passage(unit.get("id", ""), ours, xliff.merged(pieces(target, codes)), state)


def pieces(element: etree._Element, codes: dict[tuple[str, str], Code]) -> Iterator[Piece]:
    """What a source or a target holds. A code whose content a tool dropped is the source's."""
    yield element.text or ""
    for child in element:
        name, identity = local(child), child.get("id", "")
        if name in ("bpt", "ept", "ph", "it") and child.get("ctype") == CODE_POINT:
            yield character(child.text or "")
        elif name in ("bpt", "ept", "ph", "it", "x", "bx", "ex"):
            role = {"bpt": OPEN, "bx": OPEN, "ept": CLOSE, "ex": CLOSE}.get(name, ALONE)
            raw = "".join(child.itertext())
            if child.get("ctype") == ESCAPED:
                raw = unescaped(raw)
            known = codes.get((role, identity))
            yield Code(raw or (known.raw if known else ""), role, number(identity))
        elif name == "g":
            yield codes.get((OPEN, identity), "")
            yield from pieces(child, codes)
            yield codes.get((CLOSE, identity), "")
        elif name in ("mrk", "sub"):
            yield from pieces(child, codes)
        else:
            raise unreadable()
        yield child.tail or ""


def unescaped(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise unreadable() from error
    if not isinstance(found, str):
        raise unreadable()
    return found


def character(text: str) -> str:
    """The character of a code point in hexadecimal."""
    try:
        found = chr(int(text.strip(), 16))
    except (ValueError, OverflowError) as error:
        raise unreadable() from error
    if not NOT_XML.fullmatch(found):
        raise unreadable()
    return found


def number(identity: str) -> int:
    return int(identity) if identity.isascii() and identity.isdigit() and len(identity) < 9 else 0
