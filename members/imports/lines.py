"""A line of a file as it was understood: its values, and what could not be taken."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from members.imports import parsing
from members.imports.columns import CONTACTS
from members.imports.parsing import Lists, limited, text_of
from members.imports.reading import Layout
from members.imports.records import LISTS, NAMES
from members.imports.wording import Refused
from portal.lib.sheets.cells import Value
from portal.lib.text import fold
from regions.models import Country

CONTACT_KEYS = {
    n: [(part, f"contact{n}_{part}") for part in ("name", "email", "role", "language")]
    for n in CONTACTS
}
KEPT = 500  # characters of a value that a refusal repeats


@dataclass
class Line:
    """``values`` holds what is written, ``emptied`` what is to be emptied in so many words."""

    number: int
    cells: list[Value]
    values: dict[str, object] = field(default_factory=dict)
    emptied: set[str] = field(default_factory=set)
    people: list[dict] = field(default_factory=list)
    problems: list[list] = field(default_factory=list)
    notes: list[list] = field(default_factory=list)

    def refuse(self, key: str, code: str, value: object = None, **params):
        shown = self.values.get(key, "") if value is None else value
        self.problems.append([key, storable(shown)[:KEPT], code, params])

    @property
    def country(self) -> Country | None:
        return self.values.get("country")

    def names(self) -> list[str]:
        keys = ("name", *NAMES)
        return [self.values[key] for key in keys if self.values.get(key)]


def storable(value: object) -> str:
    """Any value as a text that both databases keep."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    if text.isprintable():
        return text
    return text.replace("\x00", "\u2400").encode("utf-8", "replace").decode("utf-8")


class Understanding:
    """Reads lines of a layout with the lists of the network."""

    def __init__(self, layout: Layout, lists: Lists):
        self.layout = layout
        self.lists = lists
        self.parsers = self._parsers()

    def _parsers(self) -> dict[str, Callable[[Value], object]]:
        lists = self.lists
        found: dict[str, Callable[[Value], object]] = {
            key: text_within(200) for key in ("name", *NAMES)
        }
        for key in ("description", "description_fr", "description_en", "description_es"):
            found[key] = lambda cell: text_of(cell, lines=True)
        found |= {
            "identifier": lambda cell: text_of(cell).lower(),
            "acronym": text_within(parsing.LIMITS["acronym"]),
            "original_language": lists.language,
            "category": lists.category,
            "country": lists.country,
            "regions": lists.regions_of,
            "status": lists.status,
            "discreet": parsing.yes_or_no,
            "not_duplicate": parsing.yes_or_no,
            "website": parsing.website,
            "email": parsing.mail,
            "founded": parsing.year,
            "number": text_within(20),
            "starts_on": parsing.day,
            "ends_on": lambda cell: parsing.day(cell, is_last=True),
        }
        for key, kind in LISTS.items():
            found[key] = lambda cell, kind=kind: lists.facets_of(kind, cell)
        for n in CONTACTS:
            found[f"contact{n}_name"] = text_within(150)
            found[f"contact{n}_email"] = parsing.mail
            found[f"contact{n}_role"] = lists.roles_of
            found[f"contact{n}_language"] = lists.language
        return found

    def read(self, number: int, cells: list[Value]) -> Line:
        line = Line(number, cells)
        columns = self.layout.columns
        for key, cell in zip(columns, cells, strict=False):
            parser = self.parsers.get(key)
            if parser is None or cell is None or cell == "":
                continue
            if isinstance(cell, str):
                stripped = cell.strip()
                if not stripped or parsing.says_nothing(stripped):
                    continue
                if stripped[0] == "(" and fold(stripped) in parsing.EMPTY_WORDS:
                    line.emptied.add(key)
                    continue
            try:
                line.values[key] = parser(cell)
            except Refused as refused:
                line.refuse(key, refused.code, cell, **refused.params)
        if any(cell not in (None, "") for cell in cells[len(columns) :]):
            line.refuse("name", "many_cells", cells[len(columns)])
        self._note_country(line)
        self._people(line)
        return line

    def _note_country(self, line: Line):
        """Say how a country was understood that is not written as the network writes it."""
        if line.country is None:
            return
        written = text_of(line.cells[self.layout.columns.index("country")])
        if not self.lists.is_exact_country(written, line.country):
            line.notes.append(["country", written[:KEPT], line.country.code])

    def _people(self, line: Line):
        values = line.values
        for n, keys in CONTACT_KEYS.items():
            given = {part: values[key] for part, key in keys if key in values}
            if not given:
                continue
            refused = {problem[0] for problem in line.problems}
            if "email" not in given:
                if f"contact{n}_email" not in refused:
                    line.refuse(f"contact{n}_email", "contact_mail", "")
                continue
            line.people.append({"number": n, **given})


def text_within(limit: int) -> Callable[[Value], str]:
    return lambda cell: limited(text_of(cell), limit)


def stored(value: object) -> object:
    """A value as JSON keeps it: codes for countries and categories, days in ISO."""
    if isinstance(value, Country):
        return value.code
    if isinstance(value, datetime.date):
        return value.isoformat()
    return getattr(value, "code", value)
