"""Open data: sets of public rows with their columns explained, written row by row.

What a set is stands in one place (``DataSet``): the files, the page that explains every column and
the description that programs read are made from it. The names of the columns and their order are a
promise to whoever reads the files: columns are only ever added, at the end.
"""

import csv
import datetime
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.lib import revision
from portal.lib.links import absolute
from portal.lib.sheets.cells import neutral
from portal.lib.translations import LANGUAGES, Translatable

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_NAME = "CC-BY-4.0"
AT_ONCE = 500
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
TYPES = {
    "string": _("text"),
    "integer": _("whole number"),
    "boolean": _("true or false"),
    "date": _("date, as 2026-10-12"),
    "datetime": _("moment, as 2026-10-12T09:00:00+00:00"),
    "list": _("list; in CSV separated by spaces"),
    "uri": _("address"),
}


class Column(NamedTuple):
    """One column: its name, a key of TYPES, and what it holds."""

    name: str
    type: str
    says: str | Promise
    is_required: bool = False


class DataSet(NamedTuple):
    """A set of public rows.

    ``rows`` yields plain values under the names of the columns. ``key`` names the columns that
    tell rows apart. A large set is written while it is read, a small one whole.
    """

    name: str
    title: str | Promise
    says: str | Promise
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[dict]]
    key: tuple[str, ...]
    is_large: bool = False


def text_columns(*fields: tuple[str, str | Promise]) -> tuple[Column, ...]:
    """What a translated record says: its texts and the state of each language."""
    return (
        *(Column(f"{name}_{code}", "string", says) for name, says in fields for code in LANGUAGES),
        Column(
            "original_language", "string", _("the language it was written in: fr, en or es"), True
        ),
        *(
            Column(
                f"state_{code}",
                "string",
                _("state of the language: missing, in_progress, ready, outdated or machine"),
                True,
            )
            for code in LANGUAGES
        ),
    )


def texts(record: Translatable, *fields: str) -> dict:
    """The values of ``text_columns``: what a reader is shown, no unfinished translation."""
    shown = set(record.readable_languages())
    return {
        **{
            f"{name}_{code}": record.own_text(name, code) if code in shown else ""
            for name in fields
            for code in LANGUAGES
        },
        "original_language": record.original_language,
        **{f"state_{code}": record.translation_state(code) for code in LANGUAGES},
    }


def page_column() -> Column:
    return Column(
        "page", "uri", _("lasting address of its page, which opens in the reader’s language"), True
    )


def written(value) -> str | int | bool | list | None:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, datetime.date) else value


# -- CSV and JSON ------------------------------------------------------------------------------


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(columns: Iterable[str], rows: Iterable[dict]) -> Iterator[str]:
    """Safe to open in a spreadsheet: formulas are neutralised, and the mark at the beginning
    tells that accents are written in UTF-8. Lists are separated by spaces."""
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(value) for value in row.values()])


def cell(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    value = written(value)
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return neutral(text)


def as_json(name: str, rows: Iterable[dict]) -> Iterator[str]:
    """An object with the licence, the day, and under the name a list of objects."""
    head = {"licence": LICENCE, "date": timezone.localdate().isoformat()}
    plain = ({key: written(value) for key, value in row.items()} for row in rows)
    yield from enclosed(head, name, plain)


def enclosed(head: dict, name: str, members: Iterable[dict]) -> Iterator[str]:
    """The text of a JSON object whose last field is a list that is read while it is written."""
    yield json.dumps(head, ensure_ascii=False)[:-1] + f', "{name}": ['
    separator = "\n"
    for member in members:
        yield separator + json.dumps(member, ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


def content(data: DataSet, kind: str) -> Iterator[str]:
    if kind == "csv":
        return as_csv([column.name for column in data.columns], data.rows())
    return as_json(data.name.replace("-", "_"), data.rows())


def fingerprint(data: DataSet) -> str:
    """What changes with the content of a large set, asked of nobody: the revision of all that is
    public, the day, and the columns."""
    told = (data.name, revision.current(), timezone.localdate(), [one.name for one in data.columns])
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


# -- For programs ------------------------------------------------------------------------------


def schema(data: DataSet) -> dict:
    """The columns as a Table Schema, in the active language."""
    return {
        "fields": [field(column) for column in data.columns],
        "primaryKey": list(data.key),
        "missingValues": [""],
    }


def field(column: Column) -> dict:
    described = {"name": column.name, "description": str(column.says)}
    match column.type:
        case "uri":
            described |= {"type": "string", "format": "uri"}
        case "list":
            described |= {"type": "list", "delimiter": " "}
        case other:
            described["type"] = other
    return described | ({"constraints": {"required": True}} if column.is_required else {})


def resource(data: DataSet, path: str) -> dict:
    """A set as a resource of a Data Package; its path is relative to the description."""
    return {
        "name": data.name,
        "type": "table",
        "title": str(data.title),
        "description": str(data.says),
        "path": path,
        "scheme": "http",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema(data),
    }


def package(sets: Iterable[tuple[DataSet, str]], *, title: str, page: str, version: str) -> dict:
    """All the sets as a Data Package (Frictionless Standard)."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "open-data",
        "title": title,
        "homepage": absolute(page),
        "version": version,
        "licenses": [{"name": LICENCE_NAME, "path": LICENCE}],
        "resources": [resource(data, path) for data, path in sets],
    }
