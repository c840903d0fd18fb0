"""Reading the first table of an ODS file row by row.

Its rows stream through the parser: the file is never held whole. Rows and cells that repeat are
written once with a number, which is limited like everything else.
"""

from collections.abc import Iterator
from typing import BinaryIO

from portal.lib.sheets.archives import chunks, occurrences, opened, parser
from portal.lib.sheets.cells import (
    CELL_LIMIT,
    COLUMN_LIMIT,
    ROW_LIMIT,
    Formula,
    Value,
    too_many_rows,
)
from portal.lib.sheets.xlsx import day_of


def rows(file: BinaryIO) -> Iterator[tuple[int, list[Value]]]:
    """The number and the cells of each row that is not empty. Raises ValidationError."""
    with opened(file) as archive:
        reader = TableReader()
        made = parser()
        made.StartElementHandler, made.EndElementHandler = reader.start, reader.end
        made.CharacterDataHandler = reader.text
        for chunk in chunks(archive, "content.xml"):
            made.Parse(chunk, False)
            yield from reader.taken()
            if reader.is_over:
                return
        made.Parse(b"", True)
        yield from reader.taken()


def about(file: BinaryIO) -> int:
    """About how many rows there are."""
    with opened(file) as archive:
        return occurrences(archive, "content.xml", b"<table:table-row")


def times(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "1")
    return int(value) if value.isdigit() and len(value) < 9 else 1


class TableReader:
    """Collects the rows of the first table as the parser meets their elements."""

    def __init__(self):
        self.ready: list[tuple[int, list[Value]]] = []
        self.number = self.count = 0
        self.tables = 0
        self.is_over = False
        self.cells: list[Value] = []
        self.gap = 0
        self.row_times = self.cell_times = 1
        self.attributes: dict[str, str] = {}
        self.paragraphs: list[list[str]] = []
        self.within = False
        self.notes = 0

    def taken(self) -> list[tuple[int, list[Value]]]:
        ready, self.ready = self.ready, []
        return ready

    def start(self, name, attributes):
        if self.is_over:
            return
        if name in ("table:table-cell", "table:covered-table-cell"):
            self.attributes, self.paragraphs = attributes, []
            self.cell_times = times(attributes, "table:number-columns-repeated")
        elif name == "text:p" and not self.notes:
            self.paragraphs.append([])
            self.within = True
        elif name == "text:s" and self.within:
            self.paragraphs[-1].append(" " * min(times(attributes, "text:c"), CELL_LIMIT))
        elif name in ("text:tab", "text:line-break") and self.within:
            self.paragraphs[-1].append("\t" if name == "text:tab" else "\n")
        elif name == "office:annotation":
            self.notes += 1
        elif name == "table:table-row":
            self.cells, self.gap = [], 0
            self.row_times = times(attributes, "table:number-rows-repeated")
        elif name == "table:table":
            self.tables += 1

    def text(self, data):
        if self.within and not self.notes:
            self.paragraphs[-1].append(data)

    def end(self, name):
        if self.is_over:
            return
        if name in ("table:table-cell", "table:covered-table-cell"):
            self.add(self.cell())
        elif name == "text:p" and not self.notes:
            self.within = False
        elif name == "office:annotation":
            self.notes -= 1
        elif name == "table:table-row":
            self.end_row()
        elif name == "table:table":
            self.tables -= 1
            self.is_over = self.tables == 0

    def add(self, value: Value):
        if value is None:
            self.gap += self.cell_times
            return
        room = COLUMN_LIMIT - len(self.cells)
        self.cells.extend([None] * min(self.gap, room))
        self.gap = 0
        self.cells.extend([value] * min(self.cell_times, COLUMN_LIMIT - len(self.cells)))

    def end_row(self):
        if not self.cells:
            self.number += self.row_times
            return
        for _time in range(self.row_times):
            self.number += 1
            self.count += 1
            if self.count > ROW_LIMIT:
                raise too_many_rows()
            self.ready.append((self.number, self.cells))

    def cell(self) -> Value:
        get = self.attributes.get
        if (formula := get("table:formula")) is not None:
            return Formula("=" + formula.partition("=")[2])
        kind = get("office:value-type", "")
        if kind == "date":
            return day_of(get("office:date-value", ""))
        if kind in ("float", "percentage", "currency"):
            return number_of(get("office:value", ""))
        if kind == "boolean":
            return get("office:boolean-value") == "true"
        text = "\n".join("".join(pieces) for pieces in self.paragraphs)
        return text[: CELL_LIMIT + 1] or None


def number_of(text: str) -> Value:
    try:
        number = float(text)
        return int(number) if number == int(number) and abs(number) < 1e15 else number
    except (ValueError, OverflowError):
        return text or None
