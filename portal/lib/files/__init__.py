"""Uploads are judged by their content, never by the name they come with."""

import hashlib
import unicodedata
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from portal.lib.files import archives, epub, office, pdf, pictures, viruses
from portal.lib.files.kinds import (
    DAMAGED,
    DOCX,
    ENCLOSURES,
    EPUB,
    JPEG,
    ODT,
    OTHER_SUFFIXES,
    PDF,
    PNG,
    SUFFIXES,
    TEXTS,
    accepted,
    base_language,
    kind_name,
    language_label,
    media_type_of,
)
from portal.lib.files.refusals import refused

__all__ = [
    "DAMAGED",
    "DOCX",
    "ENCLOSURES",
    "EPUB",
    "JPEG",
    "ODT",
    "OTHER_SUFFIXES",
    "PDF",
    "PNG",
    "SUFFIXES",
    "TEXTS",
    "FileFacts",
    "accepted",
    "base_language",
    "inspect",
    "kind_name",
    "language_label",
    "media_type_of",
    "refused",
]


class FileFacts(NamedTuple):
    """What a file really is.

    Media type, bytes, pages (0 where the file does not say), whether it is a tagged PDF, SHA-256,
    and the language it declares, such as "fr" or "pt-BR" ("" where it declares none).
    """

    media_type: str
    size: int
    pages: int
    is_tagged: bool
    digest: str
    language: str = ""


def inspect(file: BinaryIO, *, name: str, limit: int, kinds: Sequence[str] = TEXTS) -> FileFacts:
    """The facts of an uploaded file of one of the kinds.

    Raises ValidationError when it is too large, of no accepted kind, damaged, protected by a
    password, not what the end of its name says, infected, or holds more than a document needs:
    programs, other files, what it would load from elsewhere.
    """
    file.seek(0, 2)
    size = file.tell()
    if size > limit:
        raise refused("too_large", limit=limit // (1024 * 1024))
    check_name(name)
    media_type = media_type_of(file)
    if media_type not in kinds:
        raise refused("unknown_type", kinds=", ".join(kind_name(kind) for kind in kinds))
    if not name.lower().endswith((SUFFIXES[media_type], *OTHER_SUFFIXES.get(media_type, ()))):
        raise refused("name_mismatch", name=name, kind=kind_name(media_type))
    # Before anything reads deeper than the first bytes.
    viruses.check(file)
    if media_type in (JPEG, PNG):
        pictures.check(file, media_type)
        told = {}
    elif media_type == PDF:
        told = pdf.facts(file)
    else:
        with archives.opened(file) as archive:
            told = epub.facts(archive) if media_type == EPUB else office.facts(archive, media_type)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return FileFacts(
        media_type,
        size,
        told.get("pages", 0),
        told.get("is_tagged", False),
        digest,
        told.get("language", ""),
    )


def check_name(name: str):
    """A name is shown to people and offered to their computers; a path in it is no accident."""
    hidden = any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in name)
    if hidden or "/" in name or "\\" in name or name.startswith(".."):
        raise refused("bad_name")
