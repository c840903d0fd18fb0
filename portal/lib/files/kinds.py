"""The kinds of files that are taken in, known by their first bytes and never by their name."""

import lzma
import zipfile
import zlib
from collections.abc import Sequence
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

PDF = "application/pdf"
EPUB = "application/epub+zip"
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JPEG = "image/jpeg"
PNG = "image/png"
# What the network publishes, and what may be enclosed with a form.
TEXTS = (PDF, EPUB, ODT, DOCX)
ENCLOSURES = (PDF, ODT, DOCX, JPEG, PNG)
# The ending a file is stored under, and the others it may come with.
SUFFIXES = {PDF: ".pdf", EPUB: ".epub", ODT: ".odt", DOCX: ".docx", JPEG: ".jpg", PNG: ".png"}
OTHER_SUFFIXES = {JPEG: (".jpeg",)}
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
    except (*DAMAGED, NotImplementedError):
        return None
    finally:
        file.seek(0)
    return None


def kind_name(media_type: str) -> str:
    """The kind in capitals, as a reader knows it: PDF, EPUB."""
    return SUFFIXES.get(media_type, ".")[1:].upper()


def accepted(kinds: Sequence[str]) -> str:
    """The endings of the kinds, for the ``accept`` of a file field."""
    return ",".join(
        suffix for kind in kinds for suffix in (SUFFIXES[kind], *OTHER_SUFFIXES.get(kind, ()))
    )


# -- Languages that files declare ------------------------------------------------------------------

# Codes of three letters, which some programs write.
SHORT = {"fra": "fr", "fre": "fr", "eng": "en", "spa": "es"}
# Several languages, none, or one that the program did not know.
NO_LANGUAGE = ("mul", "und", "zxx", "mis")
LANGUAGE_NAMES = {"fr": _("French"), "en": _("English"), "es": _("Spanish")}


def base_language(declared: str) -> str:
    """The language without its country: fr of fr-CA. "" when it names no single one."""
    base = declared.partition("-")[0].lower()
    base = SHORT.get(base, base)
    return "" if base in NO_LANGUAGE else base


def language_label(declared: str) -> str:
    """The language in words, or the code itself where it is none of the portal's."""
    return str(LANGUAGE_NAMES.get(base_language(declared), declared))
