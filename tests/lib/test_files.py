"""Documents are what their content is, whatever their name."""

import io
import struct
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageFile
from pypdf import PdfWriter

from portal.lib import files
from tests import documents

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


def a_picture(kind: str = "PNG", size: tuple[int, int] = (30, 20)) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, "teal").save(output, kind)
    return output.getvalue()


def an_enormous_png() -> bytes:
    """A few bytes that claim to be a picture of 60,000 by 60,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + a_picture()[33:]


def test_the_facts_of_a_pdf():
    facts = files.inspect(a_pdf(3), name="a.PDF", limit=LIMIT)
    assert (facts.media_type, facts.pages, facts.is_tagged) == (files.PDF, 3, False)
    assert facts.size == len(a_pdf(3).getvalue())
    assert len(facts.digest) == 64


@pytest.mark.parametrize(
    ("content", "name", "media_type", "pages", "language"),
    [
        (documents.an_epub(), "a.epub", files.EPUB, 12, "es"),
        (documents.an_odt(), "a.odt", files.ODT, 9, "fr-FR"),
        (documents.a_docx(), "a.docx", files.DOCX, 7, "fr-FR"),
    ],
    ids=["epub", "odt", "docx"],
)
def test_the_kinds_of_zipped_documents(content, name, media_type, pages, language):
    facts = files.inspect(io.BytesIO(content), name=name, limit=LIMIT)
    assert (facts.media_type, facts.pages, facts.language) == (media_type, pages, language)
    assert facts.is_tagged is False


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


@pytest.mark.parametrize(
    ("kind", "name", "media_type"),
    [("PNG", "a.png", files.PNG), ("JPEG", "a.jpg", files.JPEG), ("JPEG", "A.JPEG", files.JPEG)],
)
def test_pictures_are_accepted_where_they_are_asked_for(kind, name, media_type):
    picture = io.BytesIO(a_picture(kind))
    facts = files.inspect(picture, name=name, limit=LIMIT, kinds=files.ENCLOSURES)
    assert (facts.media_type, facts.pages) == (media_type, 0)
    with pytest.raises(ValidationError) as caught:
        files.inspect(picture, name=name, limit=LIMIT)
    assert caught.value.code == "unknown_type"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (a_picture("PNG")[:-30], "a.png", "damaged"),
        (a_picture("JPEG", (300, 300))[:700], "a.jpg", "damaged"),
        (b"\xff\xd8\xff\xe0" + b"<script>" * 20, "a.jpg", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"<script>" * 20, "a.png", "damaged"),
        (an_enormous_png(), "a.png", "too_many_pixels"),
        (a_picture("PNG", (7000, 6000)), "a.png", "too_many_pixels"),
        (a_picture("PNG"), "a.jpg", "name_mismatch"),
        (a_picture("GIF"), "a.png", "unknown_type"),
        (a_zip(mimetype=files.EPUB).getvalue(), "a.epub", "unknown_type"),
        (
            a_zip(
                **{
                    "word__document.xml": "<x/>",
                    "[Content_Types].xml": "<x/>",
                    "word__vbaProject.bin": "x",
                }
            ).getvalue(),
            "a.docx",
            "macros",
        ),
        (a_zip(mimetype=files.ODT, **{"Basic__a.xml": "x"}).getvalue(), "a.odt", "macros"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_is_refused_among_enclosures(content, name, code):
    with pytest.raises(ValidationError) as caught:
        files.inspect(io.BytesIO(content), name=name, limit=LIMIT, kinds=files.ENCLOSURES)
    assert caught.value.code == code


def test_what_is_cut_off_is_refused_also_after_a_pdf_was_made(monkeypatch):
    # WeasyPrint sets this for the whole process.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for kind, name in (("PNG", "a.png"), ("JPEG", "a.jpg")):
        cut_off = io.BytesIO(a_picture(kind, (300, 300))[:-40])
        with pytest.raises(ValidationError) as caught:
            files.inspect(cut_off, name=name, limit=LIMIT, kinds=files.ENCLOSURES)
        assert caught.value.code == "damaged"
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_what_a_file_field_offers():
    assert files.accepted(files.ENCLOSURES) == ".pdf,.odt,.docx,.jpg,.jpeg,.png"
