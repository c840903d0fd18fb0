"""XLIFF 2.0: mark-up as ``pc`` and ``ph`` with the original data beside the unit.

A character that XML cannot hold is a ``cp``, which the standard has for it.
"""

from collections.abc import Iterator

from lxml import etree

from portal.lib.exchange import xliff
from portal.lib.exchange.markup import ALONE, CLOSE, OPEN, Code, Piece
from portal.lib.exchange.texts import Batch, Field, not_ours, unreadable
from portal.lib.exchange.xliff import Passage, local
from portal.lib.exchange.xliff12 import character, number
from portal.lib.translations import TranslationState

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
# Our own states, where the standard's four cannot say them.
PREFIX = "portal:"
STATES = {
    TranslationState.MISSING: ("initial", ""),
    TranslationState.IN_PROGRESS: ("initial", "in_progress"),
    TranslationState.READY: ("final", ""),
    TranslationState.OUTDATED: ("translated", "outdated"),
    TranslationState.MACHINE: ("translated", "machine"),
}


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def written(batch: Batch) -> bytes:
    root = etree.Element(
        tag("xliff"),
        nsmap={None: NAMESPACE},
        version="2.0",
        srcLang=batch.source_language,
        trgLang=batch.target_language,
    )
    for position, record in enumerate(batch.records, start=1):
        part = etree.SubElement(root, tag("file"), id=f"f{position}")
        part.set("original", f"{record.kind}/{record.key}/{record.fingerprint}")
        if record.label:
            notes = etree.SubElement(part, tag("notes"))
            etree.SubElement(notes, tag("note")).text = xliff.readable(record.label)
        for field in record.fields:
            write_field(part, field)
    return xliff.serialised(root)


def write_field(part: etree._Element, field: Field):
    for passage in xliff.passages_of(field):
        unit = etree.SubElement(part, tag("unit"), id=passage.name)
        unit.set(xliff.SPACE, "preserve")
        if not xliff.has_words(passage.source):
            unit.set("translate", "no")
        data: dict[str, str] = {}
        segment = etree.Element(tag("segment"))
        state, own = STATES[passage.state]
        segment.set("state", state)
        if own:
            segment.set("subState", f"{PREFIX}{own}")
        write_pieces(etree.SubElement(segment, tag("source")), passage.source, data)
        if passage.target:
            write_pieces(etree.SubElement(segment, tag("target")), passage.target, data)
        if data:
            originals = etree.SubElement(unit, tag("originalData"))
            for raw, identity in data.items():
                one = etree.SubElement(originals, tag("data"), id=identity)
                one.set(xliff.SPACE, "preserve")
                write_text(one, raw)
        unit.append(segment)


def write_pieces(parent: etree._Element, pieces: list[Piece], data: dict[str, str]):
    def reference(raw: str) -> str:
        return data.setdefault(raw, f"d{len(data) + 1}")

    for piece in pieces:
        if isinstance(piece, str):
            write_text(parent, piece)
        elif piece.role == OPEN:
            parent = etree.SubElement(parent, tag("pc"), id=str(piece.number))
            parent.set("dataRefStart", reference(piece.raw))
        elif piece.role == CLOSE:
            parent.set("dataRefEnd", reference(piece.raw))
            parent = parent.getparent()
        else:
            code = etree.SubElement(parent, tag("ph"), id=str(piece.number))
            code.set("dataRef", reference(piece.raw))


def write_text(parent: etree._Element, text: str):
    for run, sign in xliff.runs(text):
        xliff.append(parent, run)
        if sign:
            etree.SubElement(parent, tag("cp"), hex=f"{ord(sign):04X}")


def read(root: etree._Element) -> Batch:
    parts = [part for part in root if local(part) == "file"]
    if not parts:
        raise not_ours()
    pair = xliff.language_pair([(root.get("srcLang"), root.get("trgLang"))])
    by_part: dict[etree._Element, list[Passage]] = {part: [] for part in parts}
    for unit in xliff.bounded(root.iter(tag("unit"))):
        part = next((one for one in unit.iterancestors(tag("file")) if one in by_part), None)
        if part is None:
            raise not_ours()
        by_part[part].append(passage(unit))
    records = [
        xliff.record_of(
            part.get("original", ""),
            found,
            part.findtext(f"{tag('notes')}/{tag('note')}", ""),
        )
        for part, found in by_part.items()
    ]
    return Batch(*pair, tuple(records))


def passage(unit: etree._Element) -> Passage:
    """A unit, also when a tool has cut it into several segments."""
    data = {
        one.get("id", ""): "".join(str(piece) for piece in plain(one))
        for one in unit.iterfind(f"{tag('originalData')}/{tag('data')}")
    }
    source, target, states = [], [], []
    for part in unit:
        if local(part) not in ("segment", "ignorable"):
            continue
        ours, theirs = part.find(tag("source")), part.find(tag("target"))
        if ours is None:
            raise unreadable()
        pieces_of_source = list(pieces(ours, data))
        source += pieces_of_source
        if theirs is not None:
            target += pieces(theirs, data)
        elif local(part) == "ignorable":
            target += pieces_of_source
        if local(part) == "segment":
            filled = theirs is not None and (len(theirs) or theirs.text)
            states.append(state_of(part) if filled else TranslationState.MISSING)
    # A unit of which a segment is missing is not translated.
    if not states or TranslationState.MISSING in states:
        return Passage(unit.get("id", ""), xliff.merged(source), [], TranslationState.MISSING)
    state = xliff.least(states)
    return Passage(unit.get("id", ""), xliff.merged(source), xliff.merged(target), state)


def state_of(segment: etree._Element) -> str:
    """The state of a segment that has a target."""
    state, own = segment.get("state", "initial"), segment.get("subState", "")
    name = own.removeprefix(PREFIX)
    if (
        state in ("initial", "translated")
        and own.startswith(PREFIX)
        and name in TranslationState.values
    ):
        return name
    return TranslationState.READY


def plain(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if local(child) != "cp":
            raise unreadable()
        yield character(child.get("hex", ""))
        yield child.tail or ""


def pieces(element: etree._Element, data: dict[str, str]) -> Iterator[Piece]:
    yield element.text or ""
    for child in element:
        name, identity = local(child), number(child.get("id", ""))
        if name == "cp":
            yield character(child.get("hex", ""))
        elif name == "pc":
            yield Code(data.get(child.get("dataRefStart", ""), ""), OPEN, identity)
            yield from pieces(child, data)
            yield Code(data.get(child.get("dataRefEnd", ""), ""), CLOSE, identity)
        elif name in ("ph", "sc", "ec"):
            role = {"sc": OPEN, "ec": CLOSE}.get(name, ALONE)
            yield Code(data.get(child.get("dataRef", ""), ""), role, identity)
        elif name == "mrk":
            yield from pieces(child, data)
        elif name not in ("sm", "em"):
            raise unreadable()
        yield child.tail or ""
