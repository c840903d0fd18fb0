"""The words of a document for the search, and its first page as a picture."""

import io

import pytest
from PIL import Image

from portal.lib import files, pdf
from portal.lib.files import words
from tests.documents import a_docx, a_pdf, an_epub, an_odt
from tests.hostile import pdf_with

LONG = "<p>" + "mot " * 400 + "</p>"


def words_of(content: bytes) -> str:
    file = io.BytesIO(content)
    return words.words(file, files.media_type_of(file))


def a_written_pdf(body: str) -> bytes:
    return pdf.from_html(f'<html lang="fr"><title>x</title>{body}')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (a_docx(), "Socles de protection\net des mots"),
        (an_odt(), "Socles de protection\net des mots lien"),
        (an_epub(), "Pisos de protección\ny una = 1 palabras\nSegunda"),
    ],
    ids=["docx", "odt", "epub"],
)
def test_the_words_of_zipped_documents(content, expected):
    """Neither what a tracked change took out, nor remarks, nor what stands in the head."""
    assert words_of(content) == expected


def test_the_words_of_a_pdf_page_by_page():
    content = a_written_pdf(
        '<p>Première page</p><p style="break-before: page">Évaluation &amp; suivi</p>'
    )
    assert words_of(content).splitlines() == ["Première page", "Évaluation & suivi"]


def test_a_pdf_of_pictures_has_no_words():
    assert words_of(a_pdf()) == ""


def test_no_more_letters_than_the_index_takes(monkeypatch):
    monkeypatch.setattr(words, "MOST_LETTERS", 50)
    for content in (a_written_pdf(LONG), an_epub({"OEBPS/two.xhtml": f"<body>{LONG}</body>"})):
        assert len(words_of(content)) == 50


def test_moved_words_are_read_once_and_no_zero_byte_is_kept():
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    moved = (
        f'<w:document xmlns:w="{w}"><w:p><w:moveFrom><w:r><w:t>here</w:t></w:r></w:moveFrom>'
        "<w:moveTo><w:r><w:t>there</w:t><w:tab/><w:t>too</w:t></w:r></w:moveTo></w:p></w:document>"
    )
    assert words_of(a_docx({"word/document.xml": moved})) == "there too"


# -- The first page --------------------------------------------------------------------------------


def picture_of(content: bytes) -> Image.Image | None:
    file = io.BytesIO(content)
    page = words.first_page(file, files.media_type_of(file))
    if page is None:
        return None
    image = Image.open(io.BytesIO(page.content))
    assert image.format == "WEBP"
    assert image.size == (page.width, page.height)
    return image


def test_the_first_page_of_a_pdf():
    image = picture_of(a_written_pdf("<style>@page{background:#c00}</style><p>x"))
    assert image.width <= words.WIDTH and image.height <= words.HEIGHT
    assert image.height > image.width
    red, green, _blue = image.convert("RGB").getpixel((3, 3))
    assert red > 150 and green < 60


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 3), (3, 14_400)])
def test_an_enormous_page_gives_a_small_picture(size):
    def change(document):
        document.pages[0].MediaBox = [0, 0, *size]

    image = picture_of(pdf_with(change))
    assert image is None or (image.width <= words.WIDTH and image.height <= words.HEIGHT)


def png(size=(900, 1200)) -> bytes:
    output = io.BytesIO()
    Image.new("RGBA", size, (200, 0, 0, 128)).save(output, "PNG")
    return output.getvalue()


def test_the_cover_of_a_book_and_the_preview_of_a_document():
    package = an_epub_package(properties=' properties="cover-image"')
    assert picture_of(an_epub({"OEBPS/book.opf": package, "OEBPS/c.png": png()})).size == (520, 693)
    older = an_epub_package(meta='<meta name="cover" content="c"/>')
    assert picture_of(an_epub({"OEBPS/book.opf": older, "OEBPS/c.png": png()})).size == (520, 693)
    assert picture_of(an_odt({"Thumbnails/thumbnail.png": png((181, 256))})).size == (181, 256)


def an_epub_package(properties: str = "", meta: str = "") -> str:
    return (
        f'<package xmlns="http://www.idpf.org/2007/opf"><metadata>{meta}</metadata><manifest>'
        f'<item id="c" href="c.png" media-type="image/png"{properties}/></manifest><spine/>'
        "</package>"
    )


@pytest.mark.parametrize("content", [a_docx(), an_odt(), an_epub()], ids=["docx", "odt", "epub"])
def test_without_a_picture_there_is_none(content):
    assert picture_of(content) is None


def test_a_damaged_cover_is_none():
    package = an_epub_package(properties=' properties="cover-image"')
    assert picture_of(an_epub({"OEBPS/book.opf": package, "OEBPS/c.png": b"\x89PNG"})) is None
