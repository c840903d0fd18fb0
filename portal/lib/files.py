"""Uploads are judged by their content, never by the name they come with."""

import hashlib
import lzma
import zipfile
import zlib
from typing import BinaryIO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

PDF = "application/pdf"
EPUB = "application/epub+zip"
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
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
SUFFIXES = {PDF: ".pdf", EPUB: ".epub", ODT: ".odt", DOCX: ".docx"}


class FileFacts(NamedTuple):
    """What a document really is: media type, bytes, pages (0 unless PDF), tagged, SHA-256."""

    media_type: str
    size: int
    pages: int
    is_tagged: bool
    digest: str


def inspect(file: BinaryIO, *, name: str, limit: int) -> FileFacts:
    """The facts of an uploaded document.

    Raises ValidationError when it is too large, of no accepted kind, damaged, or not what
    the end of its name says.
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
    if media_type is None:
        raise ValidationError(
            _("This is not a PDF, EPUB, ODT or DOCX document. Choose another file."),
            code="unknown_type",
        )
    if not name.lower().endswith(SUFFIXES[media_type]):
        raise ValidationError(
            _(
                "The name says “%(name)s”, but the content is %(kind)s. "
                "Correct the name or the file."
            ),
            code="name_mismatch",
            params={"name": name, "kind": SUFFIXES[media_type][1:].upper()},
        )
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
    return None


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
