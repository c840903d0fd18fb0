"""The parts of a zipped spreadsheet, read within limits: a small file may unpack to a huge one."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.lib.files import DAMAGED
from portal.lib.sheets.cells import damaged

UNPACKED_LIMIT = 600 * 1024 * 1024
SMALL_PART_LIMIT = 16 * 1024 * 1024
PARTS_LIMIT = 2000
CHUNK = 64 * 1024


def too_large() -> ValidationError:
    return ValidationError(
        _("This file unpacks to more than is accepted. Divide it into smaller files."),
        code="bomb",
    )


@contextmanager
def opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive; what is wrong with it becomes a ValidationError."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_LIMIT or sum(p.file_size for p in parts) > UNPACKED_LIMIT:
                raise too_large()
            yield archive
    except ValidationError:
        raise
    except (*DAMAGED, NotImplementedError, KeyError, IndexError, expat.ExpatError) as error:
        raise damaged() from error


def chunks(archive: zipfile.ZipFile, name: str, *, limit: int = UNPACKED_LIMIT) -> Iterator[bytes]:
    """The bytes of a part. zipfile gives no more than the size the archive declares."""
    left = limit
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise too_large()
            yield chunk


def occurrences(archive: zipfile.ZipFile, name: str, pattern: bytes) -> int:
    """How often the bytes stand in a part; those between two pieces are not seen."""
    return sum(chunk.count(pattern) for chunk in chunks(archive, name))


def small(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part that holds no rows, whole."""
    return b"".join(chunks(archive, name, limit=SMALL_PART_LIMIT))


def parser() -> expat.XMLParserType:
    """An XML parser that refuses document types, and with them entities of any kind."""

    def refuse(*_args):
        raise damaged()

    made = expat.ParserCreate()
    made.buffer_text = True
    made.buffer_size = 16 * 1024
    made.StartDoctypeDeclHandler = refuse
    return made
