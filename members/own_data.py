"""Everything the portal holds of an organisation, for its own people to take away.

Each app registers its part in ``AppConfig.ready``: a table, and the files that belong to it. The
archive holds every table as CSV and JSON, and the files; it is written while it is sent.
"""

import datetime
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from django.db.models.fields.files import FieldFile
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from members.models import Organisation
from portal.lib import network
from portal.lib.sheets.writing import Pipe, as_csv

PIECE = 64 * 1024


class Part(NamedTuple):
    """One table of an organisation's data.

    ``rows`` takes the organisation and yields a value for each column; ``files`` yields the files
    that belong to it, each with the name it has in the archive.
    """

    code: str
    title: str | Promise
    columns: tuple[str, ...]
    rows: Callable[[Organisation], Iterable[tuple]]
    files: Callable[[Organisation], Iterable[tuple[str, FieldFile]]] | None = None


_parts: dict[str, Part] = {}


def register(*parts: Part):
    for part in parts:
        _parts[part.code] = part


def parts() -> list[Part]:
    return list(_parts.values())


def archive(organisation: Organisation, *, language: str) -> Iterator[bytes]:
    """The archive, piece by piece. Codes of columns are English; only the guide is translated."""
    with translation.override(language):
        guide = guide_to(organisation)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, pieces in entries(organisation, guide):
            with archive.open(zipfile.ZipInfo(name, now_for_zip()), "w") as entry:
                for piece in pieces:
                    entry.write(piece)
                    if data := pipe.taken():
                        yield data
    yield pipe.taken()


def entries(organisation: Organisation, guide: str) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "README.txt", [guide.encode()]
    for part in parts():
        yield f"{part.code}.csv", as_csv(csv_rows(part, organisation))
        yield f"{part.code}.json", as_json(part, organisation)
    for part in parts():
        for name, file in part.files(organisation) if part.files else ():
            if file and file.storage.exists(file.name):
                yield f"files/{part.code}/{safe(name)}", contents(file)


def csv_rows(part: Part, organisation: Organisation) -> Iterator[list]:
    yield list(part.columns)
    for row in part.rows(organisation):
        yield [in_a_cell(value) for value in row]


def as_json(part: Part, organisation: Organisation) -> Iterator[bytes]:
    """A list of objects, one a line."""
    before = b"[\n"
    for row in part.rows(organisation):
        values = dict(zip(part.columns, map(in_json, row), strict=True))
        yield before + json.dumps(values, ensure_ascii=False).encode()
        before = b",\n"
    yield (b"[" if before == b"[\n" else b"\n") + b"]\n"


def in_a_cell(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, Decimal) else value


def in_json(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def contents(file: FieldFile) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from iter(lambda: opened.read(PIECE), b"")


def safe(name: str) -> str:
    """A name that leads nowhere when the archive is unpacked."""
    kept = "".join("_" if char in '/\\:*?"<>|' or ord(char) < 32 else char for char in name)
    return kept.strip(". ")[-120:] or "file"


def now_for_zip() -> tuple[int, ...]:
    return timezone.localtime().timetuple()[:6]


def guide_to(organisation: Organisation) -> str:
    """What is in the archive, in words."""
    lines = [
        str(organisation),
        _("What %(network)s holds of your organisation, as of %(day)s.")
        % {"network": network.current().name(), "day": timezone.localdate().isoformat()},
        "",
        *(f"{part.code}: {part.title}" for part in parts()),
        "",
        _("Each table is there twice: as CSV for spreadsheets, and as JSON for programs."),
        _("Days and times are written as in ISO 8601, times with their zone."),
    ]
    return "\n".join(lines) + "\n"
