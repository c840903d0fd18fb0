"""Uploads are judged by their content, never by the name they come with."""

import hashlib
import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile
from pypdf import PdfReader
from pypdf.errors import PyPdfError

PDF = "application/pdf"
EPUB = "application/epub+zip"
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JPEG = "image/jpeg"
PNG = "image/png"
# What the network publishes, and what may be enclosed with a form.
TEXTS = (PDF, EPUB, ODT, DOCX)
ENCLOSURES = (PDF, ODT, DOCX, JPEG, PNG)
# An A4 page scanned at 600 dots an inch has 35 million.
MOST_PIXELS = 40_000_000
# What zipfile lets through when an archive is damaged.
DAMAGED = (
    zipfile.BadZipFile,
    OSError,
    RuntimeError,
    ValueError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
)
# The ending a file is stored under, and the others it may come with.
SUFFIXES = {PDF: ".pdf", EPUB: ".epub", ODT: ".odt", DOCX: ".docx", JPEG: ".jpg", PNG: ".png"}
OTHER_SUFFIXES = {JPEG: (".jpeg",)}
# Where a document keeps programs.
MACROS = ("word/vbaProject.bin", "Basic/", "Scripts/")


class FileFacts(NamedTuple):
    """What a file really is: media type, bytes, pages (0 unless PDF), tagged, SHA-256."""

    media_type: str
    size: int
    pages: int
    is_tagged: bool
    digest: str


def inspect(file: BinaryIO, *, name: str, limit: int, kinds: Sequence[str] = TEXTS) -> FileFacts:
    """The facts of an uploaded file of one of the kinds.

    Raises ValidationError when it is too large, of no accepted kind, damaged, not what the end
    of its name says, or holds programs.
    """
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    if size > limit:
        raise ValidationError(
            _("This file is larger than %(limit)d MB. Make it smaller and send it again."),
            code="too_large",
            params={"limit": limit // (1024 * 1024)},
        )
    media_type = media_type_of(file)
    if media_type not in kinds:
        raise ValidationError(
            _("Accepted kinds of files: %(kinds)s. This is none of them. Choose another file."),
            code="unknown_type",
            params={"kinds": ", ".join(kind_name(kind) for kind in kinds)},
        )
    if not name.lower().endswith((SUFFIXES[media_type], *OTHER_SUFFIXES.get(media_type, ()))):
        raise ValidationError(
            _(
                "The name says “%(name)s”, but the content is %(kind)s. "
                "Correct the name or the file."
            ),
            code="name_mismatch",
            params={"name": name, "kind": kind_name(media_type)},
        )
    if media_type in (ODT, DOCX):
        check_without_macros(file)
    if media_type in (JPEG, PNG):
        check_image(file, media_type)
    pages, is_tagged = pdf_facts(file) if media_type == PDF else (0, False)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return FileFacts(media_type, size, pages, is_tagged, digest)


def media_type_of(file: BinaryIO) -> str | None:
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"%PDF-"):
        return PDF
    if start.startswith(b"PK\x03\x04"):
        return zipped_type_of(file)
    if start.startswith(b"\xff\xd8\xff"):
        return JPEG
    if start == b"\x89PNG\r\n\x1a\n":
        return PNG
    return None


def kind_name(media_type: str) -> str:
    """The kind in capitals, as a reader knows it: PDF, EPUB."""
    return SUFFIXES.get(media_type, ".")[1:].upper()


def accepted(kinds: Sequence[str]) -> str:
    """The endings of the kinds, for the ``accept`` of a file field."""
    return ",".join(
        suffix for kind in kinds for suffix in (SUFFIXES[kind], *OTHER_SUFFIXES.get(kind, ()))
    )


def zipped_type_of(file: BinaryIO) -> str | None:
    """The kind of a zipped document by the parts it must have; None for any other archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names and "[Content_Types].xml" in names:
                return DOCX
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                return declared if declared in (EPUB, ODT) else None
    except DAMAGED:
        return None
    finally:
        file.seek(0)
    return None


def pdf_facts(file: BinaryIO) -> tuple[int, bool]:
    """The number of pages, and whether the PDF is tagged. Raises ValidationError if damaged."""
    file.seek(0)
    try:
        reader = PdfReader(file)
        mark_info = reader.trailer["/Root"].get("/MarkInfo")
        is_tagged = bool(mark_info and mark_info.get_object().get("/Marked"))
        return len(reader.pages), is_tagged
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValidationError(
            _("This PDF is damaged and cannot be read. Save it again and send the new file."),
            code="damaged",
        ) from error


def check_without_macros(file: BinaryIO):
    """Raises ValidationError when the document carries programs, which nobody here needs."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        has_macros = any(name.startswith(MACROS) for name in archive.namelist())
    file.seek(0)
    if has_macros:
        raise ValidationError(
            _("This document contains macros. Save it without them, or as PDF, and send it again."),
            code="macros",
        )


@contextmanager
def whole_pictures_only() -> Iterator[None]:
    """Pillow refuses what is cut off, which WeasyPrint, once loaded, tells it to let through."""
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def check_image(file: BinaryIO, media_type: str):
    """Decode the whole picture. Raises ValidationError when it is damaged or enormous."""
    file.seek(0)
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            image = Image.open(file, formats=[media_type.partition("/")[2].upper()])
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        with whole_pictures_only():
            image.load()
    except Image.DecompressionBombError as error:
        raise ValidationError(
            _("This picture has too many pixels. Make it smaller and send it again."),
            code="too_many_pixels",
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error) as error:
        raise ValidationError(
            _("This picture is damaged and cannot be read. Save it again and send the new file."),
            code="damaged",
        ) from error
    file.seek(0)
