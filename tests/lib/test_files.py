"""Documents are what their content is, whatever their name."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from pypdf import PdfWriter

from portal.lib import files

LIMIT = 1024 * 1024


def a_pdf(pages: int = 2) -> io.BytesIO:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    output = io.BytesIO()
    writer.write(output)
    return output


def a_zip(**parts: str) -> io.BytesIO:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return output


def a_damaged_zip(method: int) -> io.BytesIO:
    """An EPUB whose compressed declaration was overwritten on the way."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as archive:
        archive.writestr("mimetype", files.EPUB)
    output.seek(30 + len("mimetype") + 6)
    output.write(b"\xff" * 8)
    return output


def test_the_facts_of_a_pdf():
    facts = files.inspect(a_pdf(3), name="a.PDF", limit=LIMIT)
    assert (facts.media_type, facts.pages, facts.is_tagged) == (files.PDF, 3, False)
    assert facts.size == len(a_pdf(3).getvalue())
    assert len(facts.digest) == 64


def test_the_kinds_of_zipped_documents():
    epub = a_zip(mimetype=files.EPUB)
    odt = a_zip(mimetype=files.ODT)
    docx = a_zip(**{"word__document.xml": "<x/>", "[Content_Types].xml": "<x/>"})
    assert files.inspect(epub, name="a.epub", limit=LIMIT).media_type == files.EPUB
    assert files.inspect(odt, name="a.odt", limit=LIMIT).media_type == files.ODT
    assert files.inspect(docx, name="a.docx", limit=LIMIT).media_type == files.DOCX


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (io.BytesIO(b"MZ\x90\x00 a program"), "a.pdf", "unknown_type"),
        (io.BytesIO(b"<html><script>x</script>"), "a.pdf", "unknown_type"),
        (a_zip(**{"anything.txt": "x"}), "a.docx", "unknown_type"),
        (io.BytesIO(b"PK\x03\x04 not a zip"), "a.odt", "unknown_type"),
        (a_damaged_zip(zipfile.ZIP_DEFLATED), "a.epub", "unknown_type"),
        (a_damaged_zip(zipfile.ZIP_LZMA), "a.epub", "unknown_type"),
        (a_pdf(), "a.docx", "name_mismatch"),
        (io.BytesIO(b"%PDF-1.7 and then nothing"), "a.pdf", "damaged"),
        (io.BytesIO(b"%PDF-" + b"x" * LIMIT), "a.pdf", "too_large"),
        (io.BytesIO(b""), "a.pdf", "unknown_type"),
    ],
)
def test_what_is_refused(content, name, code):
    with pytest.raises(ValidationError) as caught:
        files.inspect(content, name=name, limit=LIMIT)
    assert caught.value.code == code
