"""Reading the first sheet of an XLSX file row by row.

Texts that Excel shares between cells are kept in a file beside, so that memory does not grow
with them. Formulas are told from values, which the libraries that are fast enough do not do.
"""

import datetime
import mmap
import posixpath
import re
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from portal.lib.sheets.archives import chunks, occurrences, opened, parser, small
from portal.lib.sheets.cells import (
    CELL_LIMIT,
    COLUMN_LIMIT,
    ROW_LIMIT,
    Formula,
    Value,
    damaged,
    too_many_rows,
)

DAY_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_DATE_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def rows(file: BinaryIO) -> Iterator[tuple[int, list[Value]]]:
    """The number and the cells of each row that is not empty. Raises ValidationError."""
    with opened(file) as archive, tempfile.TemporaryFile() as beside:
        names = set(archive.namelist())
        sheet, strings, styles, starts_1904 = parts(archive)
        if sheet not in names:
            raise damaged()
        texts = SharedTexts(archive, strings if strings in names else "", beside)
        days = day_styles(archive, styles) if styles in names else []
        epoch = datetime.date(1904, 1, 1) if starts_1904 else datetime.date(1899, 12, 30)
        reader = SheetReader(texts, days, epoch)
        made = parser()
        made.StartElementHandler, made.EndElementHandler = reader.start, reader.end
        made.CharacterDataHandler = reader.text
        for chunk in chunks(archive, sheet):
            made.Parse(chunk, False)
            yield from reader.taken()
        made.Parse(b"", True)
        yield from reader.taken()


def about(file: BinaryIO) -> int:
    """About how many rows there are."""
    with opened(file) as archive:
        return occurrences(archive, parts(archive)[0], b"<row ")


def local(name: str) -> str:
    return name.rpartition(":")[2]


def elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small part with their attributes, in order."""
    found = []
    made = parser()
    made.StartElementHandler = lambda name, attributes: found.append(
        (local(name), {local(key): value for key, value in attributes.items()})
    )
    made.Parse(content, True)
    return found


def parts(archive: zipfile.ZipFile) -> tuple[str, str, str, bool]:
    """The names of the first sheet, the shared texts and the styles; the base of dates."""
    workbook = "xl/workbook.xml"
    for name, attributes in elements(small(archive, "_rels/.rels")):
        if name == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            workbook = attributes["Target"].lstrip("/")
    folder, base = posixpath.split(workbook)
    targets, kinds = {}, {}
    for name, attributes in elements(small(archive, f"{folder}/_rels/{base}.rels")):
        if name == "Relationship":
            target = attributes["Target"]
            place = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            targets[attributes["Id"]] = posixpath.normpath(place)
            kinds.setdefault(attributes["Type"].rpartition("/")[2], targets[attributes["Id"]])
    sheet, starts_1904 = "", False
    for name, attributes in elements(small(archive, workbook)):
        if name == "sheet" and not sheet:
            sheet = targets.get(attributes.get("id", ""), "")
        elif name == "workbookPr":
            starts_1904 = attributes.get("date1904") in ("1", "true")
    return sheet, kinds.get("sharedStrings", ""), kinds.get("styles", ""), starts_1904


def day_styles(archive: zipfile.ZipFile, name: str) -> list[bool]:
    """For each cell style, whether its number format shows a day."""
    formats: dict[str, str] = {}
    found: list[bool] = []
    within = False
    for element, attributes in elements(small(archive, name)):
        if element == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif element in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            within = element == "cellXfs"
        elif element == "xf" and within:
            found.append(is_day_format(attributes.get("numFmtId", "0"), formats))
    return found


def is_day_format(number: str, formats: dict[str, str]) -> bool:
    if number in formats:
        letters = _NOT_DATE_LETTERS.sub("", formats[number]).lower()
        return "y" in letters or ("d" in letters and "m" in letters)
    return number.isdigit() and int(number) in DAY_FORMATS


def unescaped(text: str) -> str:
    """Excel writes control characters as _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class SharedTexts:
    """The texts that cells share, in a file beside: only where each ends is kept in memory."""

    def __init__(self, archive: zipfile.ZipFile, name: str, beside: BinaryIO):
        self.ends = array("Q", [0])
        self._pieces: list[str] = []
        self._within = self._phonetic = False
        self._beside = beside
        self._map = b""
        if name:
            made = parser()
            made.StartElementHandler, made.EndElementHandler = self._start, self._end
            made.CharacterDataHandler = self._text
            for chunk in chunks(archive, name):
                made.Parse(chunk, False)
            made.Parse(b"", True)
            beside.flush()
            if self.ends[-1]:
                self._map = mmap.mmap(beside.fileno(), 0, access=mmap.ACCESS_READ)

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self.ends) - 1:
            raise damaged()
        return self._map[self.ends[index] : self.ends[index + 1]].decode("utf-8", "surrogatepass")

    def _start(self, name, _attributes):
        name = local(name)
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._within = not self._phonetic

    def _end(self, name):
        name = local(name)
        if name == "si":
            text = unescaped("".join(self._pieces))[: CELL_LIMIT + 1]
            written = self._beside.write(text.encode("utf-8", "surrogatepass"))
            self.ends.append(self.ends[-1] + written)
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._within = False

    def _text(self, data):
        if self._within:
            self._pieces.append(data)


class SheetReader:
    """Collects the rows of a sheet as the parser meets their elements."""

    def __init__(self, texts: SharedTexts, days: list[bool], epoch: datetime.date):
        self.texts, self.days, self.epoch = texts, days, epoch
        self.ready: list[tuple[int, list[Value]]] = []
        self.columns: dict[str, int] = {}
        self.number = 0
        self.count = 0
        self.cells: list[Value] = []
        self.column = -1
        self.kind = self.style = ""
        self.value: list[str] = []
        self.formula: list[str] | None = None
        self.target: list[str] | None = None

    def taken(self) -> list[tuple[int, list[Value]]]:
        ready, self.ready = self.ready, []
        return ready

    def start(self, name, attributes):
        name = local(name)
        if name == "c":
            reference = attributes.get("r")
            self.column = self.column_of(reference) if reference else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
            self.value, self.formula = [], None
        elif name == "v" or (name == "t" and self.kind == "inlineStr"):
            self.target = self.value
        elif name == "f":
            self.target = self.formula = []
        elif name == "rPh":
            self.target = None
        elif name == "row":
            reference = attributes.get("r", "")
            self.number = int(reference) if reference.isdigit() else self.number + 1
            self.cells, self.column = [], -1

    def text(self, data):
        if self.target is not None:
            self.target.append(data)

    def end(self, name):
        name = local(name)
        if name in ("v", "t", "f"):
            self.target = None
        elif name == "c":
            value = self.cell()
            if value is not None and 0 <= self.column < COLUMN_LIMIT:
                self.cells.extend([None] * (self.column - len(self.cells)))
                self.cells[self.column :] = [value]
        elif name == "row" and self.cells:
            self.count += 1
            if self.count > ROW_LIMIT:
                raise too_many_rows()
            self.ready.append((self.number, self.cells))

    def column_of(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        found = self.columns.get(letters)
        if found is None:
            found = 0
            for letter in letters[:4].upper():
                found = found * 26 + ord(letter) - 64
            found = self.columns[letters] = found - 1
        return found

    def cell(self) -> Value:
        if self.formula is not None:
            return Formula("=" + "".join(self.formula))
        text = "".join(self.value)
        if not text:
            return None
        kind = self.kind
        if kind == "s":
            return self.texts[int(text)] or None
        if kind == "n":
            return self.number_or_day(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "d":
            return day_of(text)
        return unescaped(text)[: CELL_LIMIT + 1]

    def number_or_day(self, text: str) -> Value:
        try:
            number = float(text)
        except ValueError:
            return text
        style = int(self.style) if self.style.isdigit() else -1
        if 0 <= style < len(self.days) and self.days[style]:
            try:
                return self.epoch + datetime.timedelta(days=int(number))
            except (OverflowError, ValueError):
                return text
        if number == number and abs(number) < 1e15 and number == int(number):
            return int(number)
        return text if number != number or number in (float("inf"), float("-inf")) else number


def day_of(text: str) -> Value:
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return text
