"""Zipped documents, opened within limits: a small file may unpack to a huge one, or elsewhere."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.exceptions import ValidationError
from lxml import etree

from portal.lib.files import pictures
from portal.lib.files.kinds import DAMAGED
from portal.lib.files.refusals import refused

MOST_PARTS = 3000
MOST_UNPACKED = 200 * 1024 * 1024
# Text is packed to a twentieth at most; what is packed to less was made to unpack.
LARGE_PART = 8 * 1024 * 1024
MOST_RATIO = 100
MOST_XML = 32 * 1024 * 1024
CHUNK = 256 * 1024
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff")
# Archives and programs by their first bytes; short signatures would hit scrambled fonts.
ARCHIVES = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAMS = (b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
DOCUMENT_TYPE = re.compile(rb"<!\s*(ENTITY|DOCTYPE[^>]*\[)", re.I)


@contextmanager
def opened(file: BinaryIO, *, depth: int = 0) -> Iterator[zipfile.ZipFile]:
    """The archive, every part of it read once within the limits.

    Whatever goes wrong in it later becomes a ValidationError too. A workbook behind a chart may
    be packed inside a document, nothing inside the workbook.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            check_ends(file, archive)
            check_list(archive)
            for part in archive.infolist():
                check_part(archive, part, depth=depth)
            yield archive
    except ValidationError:
        raise
    except (*DAMAGED, NotImplementedError, KeyError, IndexError, etree.LxmlError) as error:
        raise refused("damaged_document") from error
    finally:
        file.seek(0)


def check_ends(file: BinaryIO, archive: zipfile.ZipFile):
    """The archive is the whole file, and no other kind of file at the same time."""
    first = min((part.header_offset for part in archive.infolist()), default=-1)
    file.seek(0)
    start = file.read(1024)
    file.seek(-22, 2)
    end = file.read(22)
    if first != 0 or b"%PDF-" in start or archive.comment or end[:4] != b"PK\x05\x06":
        raise refused("two_kinds")


def check_list(archive: zipfile.ZipFile):
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise refused("too_many_parts")
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise refused("bomb")
    names = [part.filename for part in parts]
    if len(set(names)) != len(names):
        raise refused("two_kinds")
    for part in parts:
        if leads_out(part):
            raise refused("bad_path")
        if part.flag_bits & 0x1:
            raise refused("encrypted")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused("damaged_document")
        if part.file_size > LARGE_PART and part.file_size > MOST_RATIO * part.compress_size:
            raise refused("bomb")


def leads_out(part: zipfile.ZipInfo) -> bool:
    """Whether the name of a part is a path to somewhere else, or the part a link."""
    # zipfile cuts a name at a zero byte; what the archive says is in orig_filename.
    name = part.orig_filename
    steps = name.replace("\\", "/").split("/")
    is_link = (part.external_attr >> 16) & 0o170000 == 0o120000
    return (
        is_link
        or ".." in steps
        or steps[0] == ""
        or ":" in steps[0]
        or "\\" in name
        or any(ord(letter) < 32 for letter in name)
    )


def check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, depth: int):
    """Read a part to its end, which its checksum wants, and look at what it is."""
    start, left = b"", part.file_size
    with archive.open(part) as content:
        while chunk := content.read(CHUNK):
            start = start or chunk
            left -= len(chunk)
    if left:
        raise refused("damaged_document")
    name = part.filename.lower()
    if start.startswith(ARCHIVES):
        if depth or not (name.startswith("word/embeddings/") and name.endswith(".xlsx")):
            raise refused("embedded")
        with opened(io.BytesIO(archive.read(part)), depth=depth + 1) as workbook:
            if any("vbaproject" in inside.lower() for inside in workbook.namelist()):
                raise refused("macros")
    elif start.startswith(OLE) or start.startswith(PROGRAMS) or is_windows_program(start):
        raise refused("embedded")
    elif name.endswith(PICTURES):
        pictures.check_size(io.BytesIO(archive.read(part)))


def is_windows_program(start: bytes) -> bool:
    return start.startswith(b"MZ") and (
        b"This program" in start[:1024] or b"PE\0\0" in start[:4096]
    )


# -- XML in the parts ------------------------------------------------------------------------------


def xml(archive: zipfile.ZipFile, name: str, *, lenient: bool = False) -> etree._Element | None:
    """The root of a part, or None where there is no such part, or nothing in it.

    Entities of its own are refused: they are how a small text becomes a huge one, or another
    file's. Raises ValidationError or lxml's error.
    """
    if name not in archive.NameToInfo or not archive.getinfo(name).file_size:
        return None
    if archive.getinfo(name).file_size > MOST_XML:
        raise refused("bomb")
    return parsed(archive.read(name), lenient=lenient)


def parsed(content: bytes, *, lenient: bool = False) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=lenient,
        remove_pis=False,
    )
    root = etree.fromstring(content, parser)
    if root is None:
        return None
    info = root.getroottree().docinfo
    if DOCUMENT_TYPE.search(content[:65536]) or (info.internalDTD and info.internalDTD.entities()):
        raise refused("script")
    return root


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for comments and instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def named(root: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The elements of the name in any namespace."""
    if root is None:
        return iter(())
    return root.iter(f"{{*}}{name}")


def first_text(root: etree._Element | None, name: str) -> str:
    """The first text that is not empty among the elements of the name."""
    texts = ("".join(element.itertext()).strip() for element in named(root, name))
    return next((text for text in texts if text), "")
