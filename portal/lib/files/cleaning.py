"""Takes personal data out of a document before it is kept: author, place, names beside remarks.

What the text itself says is left to its authors.
"""

import io
import zipfile
from typing import BinaryIO

from django.core.exceptions import ValidationError
from lxml import etree

from portal.lib.files import cleaning_office, cleaning_pdf, exif, pdf
from portal.lib.files.kinds import DAMAGED, DOCX, EPUB, ODT, PDF, media_type_of

# What goes wrong in a document that is unusual in a way nobody thought of.
UNREADABLE = (*pdf.UNREADABLE, *DAMAGED, etree.LxmlError, ValidationError)
# A moment that says nothing; the earliest a zipped document can have.
NO_MOMENT = (1980, 1, 1, 0, 0, 0)
CLEANED = {
    DOCX: cleaning_office.cleaned_word,
    ODT: cleaning_office.cleaned_open_document,
    EPUB: cleaning_office.cleaned_book,
}


def stripped(file: BinaryIO) -> bytes:
    """The document without personal data. It has been inspected before; see files.inspect."""
    media_type = media_type_of(file)
    file.seek(0)
    if media_type == PDF:
        return cleaning_pdf.stripped(file)
    if media_type in CLEANED:
        return rewritten(file, media_type)
    content = file.read()
    file.seek(0)
    return exif.stripped(content)


def rewritten(file: BinaryIO, media_type: str) -> bytes:
    """A zipped document, part by part; a part for which nothing is left is left out."""
    cleaned = CLEANED[media_type]
    output = io.BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(output, "w") as target:
        # The kind of a document stands first, unpacked, so that its first bytes tell it.
        parts = sorted(archive.infolist(), key=lambda part: part.filename != "mimetype")
        for part in parts:
            content = cleaned(part.filename, archive.read(part))
            if content is None:
                continue
            if part.filename.lower().endswith(".xlsx"):
                content = rewritten(io.BytesIO(content), DOCX)
            plain = zipfile.ZipInfo(part.filename, NO_MOMENT)
            plain.external_attr = 0o600 << 16
            is_kind = part.filename == "mimetype"
            plain.compress_type = zipfile.ZIP_STORED if is_kind else zipfile.ZIP_DEFLATED
            target.writestr(plain, exif.stripped(content))
    file.seek(0)
    return output.getvalue()
