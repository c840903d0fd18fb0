"""The words of a document as plain text, for the search index, and its first page as a picture.

Both are made by the worker from files that were inspected when they came in, and both have their
limits: of pages, of letters, of pixels and of time.
"""

import io
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO, NamedTuple

import pypdfium2
from lxml import etree
from PIL import Image

from portal.lib.files import pictures
from portal.lib.files.archives import local, named, parsed, xml
from portal.lib.files.epub import package_of, parts, spine
from portal.lib.files.kinds import DOCX, EPUB, ODT, PDF
from portal.lib.files.office import WORD

MOST_LETTERS = 300_000
MOST_PAGES = 600
MOST_SECONDS = 60
# Of the picture, which is shown at half of it: sharp on a phone's display.
WIDTH, HEIGHT = 520, 736
QUALITY = 72


class FirstPage(NamedTuple):
    """A picture of the first page, as WebP."""

    content: bytes
    width: int
    height: int


# -- Words -----------------------------------------------------------------------------------------


def words(file: BinaryIO, media_type: str) -> str:
    """The text of a document from its beginning, lines apart, at most MOST_LETTERS long."""
    read = {PDF: pdf_lines, DOCX: word_lines, ODT: open_document_lines, EPUB: book_lines}
    file.seek(0)
    found, length, end = [], 0, time.monotonic() + MOST_SECONDS
    for line in read[media_type](file):
        # PostgreSQL keeps no zero bytes, and no halves of letters.
        plain = " ".join(line.replace("\0", " ").split())
        plain = plain.encode("utf-8", "ignore").decode("utf-8")
        if plain:
            found.append(plain)
            length += len(plain) + 1
        if length > MOST_LETTERS or time.monotonic() > end:
            break
    file.seek(0)
    return "\n".join(found)[:MOST_LETTERS]


def pdf_lines(file: BinaryIO) -> Iterator[str]:
    with closing(pypdfium2.PdfDocument(file)) as document:
        for number in range(min(len(document), MOST_PAGES)):
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                found = text.get_text_bounded()
            # A word divided at the end of a line, which pdfium marks so, is one word.
            yield from found.replace("\ufffe\r\n", "").replace("\ufffe", "").splitlines()


def word_lines(file: BinaryIO) -> Iterator[str]:
    with zipfile.ZipFile(file) as archive:
        for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
            for paragraph in named(xml(archive, name), "p"):
                if paragraph.tag == f"{{{WORD}}}p":
                    yield "".join(pieces(paragraph))


def pieces(paragraph: etree._Element) -> Iterator[str]:
    """The text as it stands once all changes are accepted: what was moved is read where it is."""
    for element in paragraph.iter(f"{{{WORD}}}t", f"{{{WORD}}}tab", f"{{{WORD}}}br"):
        if any(local(above) == "moveFrom" for above in element.iterancestors()):
            continue
        yield element.text or "" if local(element) == "t" else " "


BESIDE_THE_TEXT = ("tracked-changes", "annotation", "forms", "scripts")
BLOCKS = ("p", "h")


def open_document_lines(file: BinaryIO) -> Iterator[str]:
    with zipfile.ZipFile(file) as archive:
        for body in named(xml(archive, "content.xml"), "text"):
            if body.tag.endswith("office:1.0}text"):
                yield from blocks(body, BESIDE_THE_TEXT)


def book_lines(file: BinaryIO) -> Iterator[str]:
    with zipfile.ZipFile(file) as archive:
        for name in spine(*package_of(archive)):
            if name in archive.NameToInfo:
                root = parsed(archive.read(name), lenient=True)
                for body in named(root, "body"):
                    yield from blocks(body, ("script", "style", "svg"))


INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "dfn", "em", "i", "mark", "q", "small"),
    *("span", "strong", "sub", "sup", "u", "wbr", "bookmark", "bookmark-start", "bookmark-end"),
    *("soft-page-break", "note-citation", "reference-mark", "meta-field"),
}


def blocks(body: etree._Element, left_out: tuple[str, ...]) -> Iterator[str]:
    """Text by paragraphs; whatever is not part of a line of text begins a new one."""
    line: list[str] = []
    for event, element in etree.iterwalk(body, events=("start", "end", "comment", "pi")):
        if event == "start" and isinstance(element.tag, str):
            if local(element) in left_out:
                inside = element
                tail = inside.tail or ""
                for child in list(inside):
                    inside.remove(child)
                inside.text, inside.tail = None, tail
                continue
            if local(element) not in INLINE:
                yield from broken(line, element)
            line.append(element.text or "")
            continue
        if event == "end" and local(element) not in INLINE and local(element) not in left_out:
            yield from broken(line, element)
        if element is not body:
            line.append(element.tail or "")
    yield "".join(line)


# Between two words on one line.
SPACES = ("s", "tab", "line-break", "br", "td", "th", "img")


def broken(line: list[str], element: etree._Element) -> Iterator[str]:
    if local(element) in SPACES:
        line.append(" ")
        return
    if line:
        yield "".join(line)
        line.clear()


# -- The first page --------------------------------------------------------------------------------


def first_page(file: BinaryIO, media_type: str) -> FirstPage | None:
    """The first page of a PDF, the cover of a book, the preview that LibreOffice writes.

    None where there is none, or none that can be drawn; a preview in a Word document is seldom of
    its last version.
    """
    file.seek(0)
    drawn = {PDF: drawn_page, EPUB: cover, ODT: preview}
    image = drawn[media_type](file) if media_type in drawn else None
    file.seek(0)
    return None if image is None else packed(image)


def drawn_page(file: BinaryIO) -> Image.Image | None:
    with closing(pypdfium2.PdfDocument(file)) as document:
        if not len(document):
            return None
        with closing(document[0]) as page:
            width, height = page.get_size()
            if width < 1 or height < 1:
                return None
            scale = min(WIDTH / width, HEIGHT / height)
            with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
                return bitmap.to_pil().convert("RGB")


def cover(file: BinaryIO) -> Image.Image | None:
    """The picture that the package of a book calls its cover."""
    with zipfile.ZipFile(file) as archive:
        path, package = package_of(archive)
        named_so = next(
            (meta.get("content") for meta in named(package, "meta") if meta.get("name") == "cover"),
            None,
        )
        by_id = {item.get("id"): item for item in named(package, "item")}
        for part, identity in zip(parts(path, package), by_id, strict=False):
            if "cover-image" in part.properties.split() or identity == named_so:
                return picture(archive, part.path)
    return None


def preview(file: BinaryIO) -> Image.Image | None:
    with zipfile.ZipFile(file) as archive:
        return picture(archive, "Thumbnails/thumbnail.png")


def picture(archive: zipfile.ZipFile, name: str) -> Image.Image | None:
    if name not in archive.NameToInfo:
        return None
    try:
        image = pictures.opened(io.BytesIO(archive.read(name)), ("JPEG", "PNG", "WEBP", "GIF"))
        image.draft("RGB", (WIDTH, HEIGHT))
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    except (*pictures.UNREADABLE, Image.DecompressionBombError):
        return None


def packed(image: Image.Image) -> FirstPage:
    """On white paper, and no larger than it is shown."""
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    image.thumbnail((WIDTH, HEIGHT))
    output = io.BytesIO()
    image.convert("RGB").save(output, "WEBP", quality=QUALITY, method=4)
    return FirstPage(output.getvalue(), image.width, image.height)
