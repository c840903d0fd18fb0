"""Finding out how a file is written: format, encoding, delimiter, headers and their language."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.imports.columns import languages_of, recognised, title_of
from portal.lib.sheets import ods, xlsx
from portal.lib.sheets.cells import CELL_LIMIT, ROW_LIMIT, Value, damaged, too_many_rows

SIZE_LIMIT = 100 * 1024 * 1024
DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 15  # rows of title that may stand above the headers
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WINDOWS = "cp1252"
Row = tuple[int, list[Value]]


def _as_latin(error: UnicodeError):
    """The five bytes that Windows-1252 does not define become signs that a cell refuses."""
    piece = error.object[error.start : error.end]
    return piece.decode("latin-1"), error.end


codecs.register_error("members.imports.latin", _as_latin)


@dataclass
class Layout:
    """How a file is written. ``columns`` has the key of each column, empty when unknown."""

    kind: str
    encoding: str = ""
    delimiter: str = ""
    header_line: int = 0
    headers: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    def as_json(self) -> dict:
        return asdict(self)

    @property
    def language(self) -> str:
        """The language of the headers, for texts that do not say theirs."""
        return self.languages[0] if self.languages else "fr"


def layout_of(file: BinaryIO) -> Layout:
    """How the file is written. Raises ValidationError when that cannot be found out."""
    file.seek(0, io.SEEK_END)
    if file.tell() > SIZE_LIMIT:
        raise ValidationError(
            _("This file is larger than %(limit)d MB. Divide it into smaller files."),
            code="too_large",
            params={"limit": SIZE_LIMIT // (1024 * 1024)},
        )
    file.seek(0)
    start = file.read(4096)
    if not start.strip():
        raise ValidationError(_("This file is empty."), code="empty")
    kind = kind_of(file, start)
    if kind != "csv":
        found = with_headers(Layout(kind), first_rows(rows_of(file, Layout(kind))))
        return complete(found)
    encoding = encoding_of(file, start)
    candidates = [Layout("csv", encoding, delimiter) for delimiter in DELIMITERS]
    found = [with_headers(layout, first_rows(rows_of(file, layout))) for layout in candidates]
    return complete(max(found, key=lambda layout: len(set(layout.columns) - {""})))


def kind_of(file: BinaryIO, start: bytes) -> str:
    """csv, xlsx or ods, by the content. Raises ValidationError for what is none of them."""
    if start.startswith(b"PK\x03\x04"):
        head = start[:200]
        if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in head:
            return "ods"
        return "xlsx"
    if start.startswith((b"\xd0\xcf\x11\xe0", b"%PDF-")):
        raise ValidationError(
            _("This is not a CSV, XLSX or ODS file. Save the table in one of these formats."),
            code="unknown_type",
        )
    return "csv"


def encoding_of(file: BinaryIO, start: bytes) -> str:
    """By its mark, by the zeros of UTF-16, else UTF-8 if all of it is, else Windows-1252."""
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding
    sample = start[: len(start) // 2 * 2]
    evens, odds = sample[::2].count(0), sample[1::2].count(0)
    if odds > len(sample) // 8 and odds > 4 * evens:
        return "utf-16-le"
    if evens > len(sample) // 8 and evens > 4 * odds:
        return "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(1024 * 1024):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return WINDOWS
    return "utf-8"


def rows_of(file: BinaryIO, layout: Layout) -> Iterator[Row]:
    """The number and the cells of each row that is not empty, from the beginning of the file."""
    file.seek(0)
    if layout.kind == "xlsx":
        return xlsx.rows(file)
    if layout.kind == "ods":
        return ods.rows(file)
    return csv_rows(file, layout)


def csv_rows(file: BinaryIO, layout: Layout) -> Iterator[Row]:
    errors = "members.imports.latin" if layout.encoding == WINDOWS else "strict"
    text = io.TextIOWrapper(file, encoding=layout.encoding, errors=errors, newline="")
    count = 0
    try:
        reader = csv.reader(text, delimiter=layout.delimiter)
        for number, cells in enumerate(reader, start=1):
            if not any(cells):
                continue
            count += 1
            if count > ROW_LIMIT:
                raise too_many_rows()
            yield number, [cell[: CELL_LIMIT + 1] for cell in cells]
    except csv.Error as error:
        raise ValidationError(
            _("Line %(line)d cannot be read: a quotation mark is perhaps not closed."),
            code="csv",
            params={"line": reader.line_num},
        ) from error
    except UnicodeError as error:
        raise damaged() from error
    finally:
        text.detach()


def first_rows(rows: Iterator[Row]) -> list[Row]:
    found = []
    for row in rows:
        found.append(row)
        if len(found) == HEADER_WITHIN:
            break
    rows.close()
    return found


def with_headers(layout: Layout, rows: list[Row]) -> Layout:
    """The layout with the row of headers: the one in which most columns are recognised."""
    best = 0
    for number, cells in rows:
        columns = [recognised(cell) for cell in cells]
        known = len(set(columns) - {""})
        if known > best:
            best = known
            layout.header_line = number
            layout.columns = columns
            layout.headers = [str(cell)[:100] if cell is not None else "" for cell in cells]
            layout.languages = languages_of(cells)
    return layout


def complete(layout: Layout) -> Layout:
    """The layout, if it can be worked with. Raises ValidationError."""
    keys = set(layout.columns)
    if not keys & {"identifier", "name", "name_fr", "name_en", "name_es"}:
        raise ValidationError(
            _(
                "No line with column names was found. The first line must name the columns, as "
                "the template does; one of them is the name of the organisation."
            ),
            code="no_header",
        )
    for key in keys - {"", "to_correct"}:
        if layout.columns.count(key) > 1:
            raise ValidationError(
                _("The column “%(column)s” appears twice. Delete or rename one of the two."),
                code="column_twice",
                params={"column": title_of(key)},
            )
    return layout


def about(file: BinaryIO, layout: Layout) -> int:
    """About how many rows the file has, to show how far the work is."""
    file.seek(0)
    if layout.kind == "xlsx":
        return xlsx.about(file)
    if layout.kind == "ods":
        return ods.about(file)
    found = 0
    while chunk := file.read(1024 * 1024):
        found += chunk.count(b"\n")
    return found


def data_rows(file: BinaryIO, layout: Layout) -> Iterator[Row]:
    """The rows below the headers."""
    for number, cells in rows_of(file, layout):
        if number > layout.header_line:
            yield number, cells
