"""Judges a tagged PDF by its structure tree, and against the HTML it was made from.

``faults`` says in one line each what a reader by ear, or a machine, would miss. It walks the tree
with pikepdf and reads the words of each piece of marked content with PDFium.
"""

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import lxml.html
import pikepdf
import pypdfium2 as pdfium
from pypdfium2 import raw

HEADINGS = re.compile(r"/H([1-6])$")
# What the pages draw by themselves: drawings, numbers of lists.
WITHOUT_WORDS = ("/Figure", "/Lbl")
ITEM_PARTS = ("/Lbl", "/LBody")
UNSEEN = "//svg | //style | //script | //head | //comment()"


@dataclass
class Node:
    """An element of the structure, with its own language and all its words in reading order."""

    kind: str
    element: pikepdf.Dictionary
    language: str = ""
    words: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.all()


def faults(content: bytes, *, language: str, html: str = "") -> list[str]:
    """What is wrong with the structure of a document in this language; ``html`` is its source."""
    with pikepdf.open(BytesIO(content)) as document:
        root = document.Root
        found = list(of_document(document, language))
        if "/StructTreeRoot" not in root:
            return [*found, "not tagged"]
        pages = {page.objgen: index for index, page in enumerate(document.pages)}
        tree = node_of(root.StructTreeRoot, pages, marked_words(content), None)
        found += of_elements(tree)
        found += of_headings(tree)
        found += of_links(document)
        if html:
            source = lxml.html.document_fromstring(html)
            for part in source.xpath(UNSEEN):
                part.drop_tree()
            found += of_languages(tree, source, language)
            found += of_order(tree, source)
    return found


def of_document(document: pikepdf.Pdf, language: str) -> Iterator[str]:
    root = document.Root
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "not marked as tagged"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "title not shown"
    if not str(document.docinfo.get("/Title", "")).strip():
        yield "no title"
    if str(root.get("/Lang", "")) != language:
        yield f"language is not {language}"
    if "/First" not in root.get("/Outlines", {}):
        yield "no bookmarks"


def of_elements(tree: Node) -> Iterator[str]:
    for node in tree.all():
        if node.kind == "/Figure" and not str(node.element.get("/Alt", "")).strip():
            yield "figure without alternative text"
        loose = [child.kind for child in node.children if child.kind not in ITEM_PARTS]
        if node.kind == "/LI" and loose:
            yield f"item of a list with {loose[0][1:]} beside its body: {node.words[:40]}"
        if node.kind == "/TH" and "/Scope" not in node.element.get("/A", {}):
            yield f"table header without scope: {node.words[:40]}"


def of_headings(tree: Node) -> Iterator[str]:
    """Headings begin with the first level and skip none on the way down."""
    before = 0
    for node in tree.all():
        if level := HEADINGS.match(node.kind):
            if int(level[1]) > before + 1:
                yield f"heading of level {level[1]} after level {before}: {node.words[:40]}"
            before = int(level[1])


def of_links(document: pikepdf.Pdf) -> Iterator[str]:
    """Each link on a page is one of the structure too (ISO 14289-1, 7.18.5)."""
    told = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
    for number, page in enumerate(document.pages, 1):
        for annotation in page.get("/Annots", ()):
            if annotation.Subtype == "/Link":
                place = annotation.get("/StructParent")
                kind = told[int(place)].S if place is not None else "nothing"
                if kind != "/Link":
                    yield f"page {number}: a link that is {kind} in the structure"


def of_languages(tree: Node, source, language: str) -> Iterator[str]:
    """Every part in another language says so, with the very words that it has in the source."""
    told: dict[str, str] = {}
    for node in tree.all():
        if node.language:
            told[node.language] = told.get(node.language, "") + node.words
    for part in source.iter():
        own = part.get("lang") if isinstance(part.tag, str) else None
        if not own or own == inherited(part, language):
            continue
        for words in texts_of(part):
            if words not in told.get(own, ""):
                yield f"part in {own} without its language: {words[:40]}"


def of_order(tree: Node, source) -> Iterator[str]:
    """The words come in the order of the source; pages may add some (numbers, repeated heads)."""
    spoken, at = tree.words, 0
    for words in texts_of(source):
        found = spoken.find(words, at)
        if found < 0:
            place = "out of order" if words in spoken else "missing"
            yield f"{place}: {words[:40]}"
        else:
            at = found + len(words)


MARGIN = 16 / 25.4 * 72  # points, of every sheet of ours


def outside(content: bytes) -> list[str]:
    """The pieces of text that reach into the margins, left or right; not those of drawings, whose
    places are told in their own measure."""
    found = []
    with pdfium.PdfDocument(content) as document:
        for number, page in enumerate(document, start=1):
            text_page = page.get_textpage()
            for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=1):
                left, _bottom, right, _top = item.get_bounds()
                if left < MARGIN - 1 or right > page.get_width() - MARGIN + 1:
                    found.append(f"page {number}: {text_of(item, text_page)[:60]}")
    return found


# -- Words -------------------------------------------------------------------------------------


def texts_of(part) -> Iterator[str]:
    """The texts of an element in order.

    Left out is what runs from right to left, and letters that change places with their neighbours:
    PDFium gives them back in the order of the page.
    """
    for text in part.itertext(with_tail=False):
        words = compact(text)
        if words and not any(map(is_moved, words)):
            yield words


def is_moved(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL") or (
        unicodedata.category(character) in ("Mc", "Mn")
    )


def inherited(part, default: str) -> str:
    """The language of what an element stands in."""
    return next((above.get("lang") for above in part.iterancestors() if above.get("lang")), default)


def compact(text: str) -> str:
    """Without spaces and hyphens, which the end of a line changes, and what has no width."""
    return "".join(
        c
        for c in unicodedata.normalize("NFKC", text)
        if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc", "Pd")
    )


def node_of(element, pages: dict, words: dict, page: int | None) -> Node:
    page = pages[element.Pg.objgen] if "/Pg" in element else page
    node = Node(str(element.get("/S", "/Root")), element, str(element.get("/Lang", "")))
    kids = element.get("/K", [])
    parts = []
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            parts.append(words.get((page, kid), ""))
        elif "/S" in kid:
            child = node_of(kid, pages, words, page)
            node.children.append(child)
            parts.append(child.words)
    node.words = "" if node.kind in WITHOUT_WORDS else "".join(parts)
    return node


def marked_words(content: bytes) -> dict[tuple[int, int], str]:
    """(page, number of marked content) → its words, without spaces."""
    found: dict[tuple[int, int], str] = {}
    document = pdfium.PdfDocument(content)
    for index, page in enumerate(document):
        text_page = page.get_textpage()
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=15):
            number = raw.FPDFPageObj_GetMarkedContentID(item)
            if number >= 0:
                key = (index, number)
                found[key] = found.get(key, "") + compact(text_of(item, text_page))
    document.close()
    return found


def text_of(item, text_page) -> str:
    size = raw.FPDFTextObj_GetText(item, text_page, None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFTextObj_GetText(
        item, text_page, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size
    )
    return buffer.raw.decode("utf-16-le").rstrip("\0")
