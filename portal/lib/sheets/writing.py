"""Writing tables as CSV, XLSX or ODS while they are read: nothing is held but a piece.

Every text that a spreadsheet would take for a formula is made harmless (``cells.neutral``).
"""

import csv
import datetime
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

from portal.lib.sheets.cells import Value, neutral

CSV, XLSX, ODS = "csv", "xlsx", "ods"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ODS: "application/vnd.oasis.opendocument.spreadsheet",
}
PIECE = 64 * 1024
# XML 1.0 has no place for these, however they are written.
_NOT_XML = {code: None for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
_NOT_XML |= {code: None for code in range(0xD800, 0xE000)}
# A text that looks like Excel’s way of writing control characters.
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_EPOCH = datetime.date(1899, 12, 30)


class Sheet(NamedTuple):
    """A table with a name; its first row holds the headers."""

    name: str
    rows: Iterable[list[Value]]


def written(kind: str, sheets: list[Sheet], *, delimiter: str = ",") -> Iterator[bytes]:
    """The file, piece by piece. CSV has one table: only the first sheet is written."""
    if kind == CSV:
        return as_csv(sheets[0].rows, delimiter=delimiter)
    return zipped(as_xlsx if kind == XLSX else as_ods, sheets)


class Echo:
    """A file that gives back what is written to it, for csv.writer."""

    def write(self, text: str) -> str:
        return text


def as_csv(
    rows: Iterable[list[Value]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> Iterator[bytes]:
    """CSV with the mark that tells spreadsheets that accents are written in UTF-8."""
    write = csv.writer(Echo(), delimiter=delimiter).writerow
    pieces, size = ["\ufeff"], 1
    for row in rows:
        line = write([plain(cell) for cell in row])
        pieces.append(line)
        size += len(line)
        if size > PIECE:
            yield "".join(pieces).encode(encoding, "replace")
            pieces, size = [], 0
    yield "".join(pieces).encode(encoding, "replace")


def plain(cell: Value) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return neutral(cell)


class Pipe:
    """Where zipfile writes, and from where the pieces are taken. It cannot be wound back."""

    def __init__(self):
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self):
        pass

    def taken(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


Part = tuple[str, Iterable[str]]


def zipped(parts: Callable[[list[Sheet]], Iterable[Part]], sheets: list[Sheet]) -> Iterator[bytes]:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, texts in parts(sheets):
            # An ODS file begins with its type, not compressed.
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = kind
            with archive.open(info, "w") as part:
                for piece in joined(texts):
                    part.write(piece)
                    if data := pipe.taken():
                        yield data
    yield pipe.taken()


def joined(texts: Iterable[str]) -> Iterator[bytes]:
    pieces, size = [], 0
    for text in texts:
        pieces.append(text)
        size += len(text)
        if size > PIECE:
            yield "".join(pieces).encode("utf-8")
            pieces, size = [], 0
    yield "".join(pieces).encode("utf-8")


def xml(text: str) -> str:
    """The text as the content of an element; what XML cannot hold is left out."""
    if not text.isprintable():
        text = text.translate(_NOT_XML)
    if "&" in text or "<" in text or ">" in text:
        text = escape(text)
    return text.replace("\r", "&#13;") if "\r" in text else text


def attribute(text: str) -> str:
    return xml(text).replace('"', "&quot;")


# -- XLSX ------------------------------------------------------------------------------------------

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XLSX_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def as_xlsx(sheets: list[Sheet]) -> Iterator[Part]:
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
        f'ContentType="{_XLSX_TYPES}.worksheet+xml"/>'
        for n in numbers
    )
    yield (
        "[Content_Types].xml",
        [
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_XLSX_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_XLSX_TYPES}.styles+xml"/>'
            f"{overrides}</Types>"
        ],
    )
    yield (
        "_rels/.rels",
        [
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ],
    )
    entries = "".join(
        f'<sheet name="{attribute(sheet.name[:31])}" sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in zip(numbers, sheets, strict=True)
    )
    yield (
        "xl/workbook.xml",
        [
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f"<sheets>{entries}</sheets></workbook>"
        ],
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        [
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
            f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ],
    )
    yield "xl/styles.xml", [_STYLES]
    for n, sheet in zip(numbers, sheets, strict=True):
        yield f"xl/worksheets/sheet{n}.xml", xlsx_sheet(sheet)


def xlsx_sheet(sheet: Sheet) -> Iterator[str]:
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        '<cols><col min="1" max="300" width="22" customWidth="1"/></cols><sheetData>'
    )
    letters: list[str] = []
    for number, row in enumerate(sheet.rows, start=1):
        while len(letters) < len(row):
            letters.append(column_letters(len(letters)))
        style = ' s="1"' if number == 1 else ""
        cells = [
            xlsx_cell(cell, f"{letters[index]}{number}", style)
            for index, cell in enumerate(row)
            if cell is not None and cell != ""
        ]
        yield f'<row r="{number}">{"".join(cells)}</row>'
    yield "</sheetData></worksheet>"


def xlsx_cell(cell: Value, place: str, style: str) -> str:
    if isinstance(cell, str):
        text = xml(_LIKE_ESCAPED.sub("_x005F_", neutral(cell)))
        return (
            f'<c r="{place}" t="inlineStr"{style}><is><t xml:space="preserve">{text}</t></is></c>'
        )
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, datetime.date):
        return f'<c r="{place}" s="2"><v>{(cell - _EPOCH).days}</v></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def column_letters(index: int) -> str:
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# -- ODS -------------------------------------------------------------------------------------------

_ODS_MIME = MEDIA_TYPES[ODS]
_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"'
)


def as_ods(sheets: list[Sheet]) -> Iterator[Part]:
    yield "mimetype", [_ODS_MIME]
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    yield (
        "META-INF/manifest.xml",
        [
            f'{_HEAD}<manifest:manifest xmlns:manifest="{manifest}" manifest:version="1.3">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_MIME}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" '
            'manifest:media-type="text/xml"/></manifest:manifest>'
        ],
    )
    yield "content.xml", ods_content(sheets)


def ods_content(sheets: list[Sheet]) -> Iterator[str]:
    yield (
        f'{_HEAD}<office:document-content {_SPACES} office:version="1.3">'
        "<office:automatic-styles>"
        '<number:date-style style:name="N1"><number:year number:style="long"/>'
        "<number:text>-</number:text>"
        '<number:month number:style="long"/><number:text>-</number:text>'
        '<number:day number:style="long"/></number:date-style>'
        '<style:style style:name="day" style:family="table-cell" style:data-style-name="N1"/>'
        '<style:style style:name="head" style:family="table-cell">'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="wide" style:family="table-column">'
        '<style:table-column-properties style:column-width="4.5cm"/></style:style>'
        "</office:automatic-styles><office:body><office:spreadsheet>"
    )
    for sheet in sheets:
        yield (
            f'<table:table table:name="{attribute(sheet.name)}"><table:table-column '
            'table:style-name="wide" table:number-columns-repeated="60"/>'
        )
        for number, row in enumerate(sheet.rows):
            style = "" if number else ' table:style-name="head"'
            yield f"<table:table-row>{ods_cells(row, style)}</table:table-row>"
        yield "</table:table>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def ods_cells(row: list[Value], style: str) -> str:
    pieces, gap = [], 0
    for cell in row:
        if cell is None or cell == "":
            gap += 1
            continue
        if gap:
            pieces.append(f'<table:table-cell table:number-columns-repeated="{gap}"/>')
            gap = 0
        pieces.append(ods_cell(cell, style))
    return "".join(pieces) or "<table:table-cell/>"


def ods_cell(cell: Value, style: str) -> str:
    if isinstance(cell, str):
        lines = "".join(f"<text:p>{ods_text(line)}</text:p>" for line in neutral(cell).split("\n"))
        return f'<table:table-cell office:value-type="string"{style}>{lines}</table:table-cell>'
    if isinstance(cell, bool):
        value = str(cell).lower()
        kind, shown = f'"boolean" office:boolean-value="{value}"', value
    elif isinstance(cell, datetime.date):
        shown = cell.isoformat()
        kind, style = f'"date" office:date-value="{shown}"', ' table:style-name="day"'
    else:
        kind, shown = f'"float" office:value="{cell}"', str(cell)
    return (
        f"<table:table-cell office:value-type={kind}{style}>"
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def ods_text(line: str) -> str:
    """A paragraph's text; spaces that follow one another are counted, tabs are elements."""
    text = xml(line)
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        parts = text.split(" ")
        text = '<text:s text:c="1"/>'.join(parts)
    return text.replace("\t", "<text:tab/>")
