"""Names that break a layout, and where the words of a PDF stand."""

import io

import pikepdf
import pypdfium2 as pdfium
from pypdf import PdfReader
from pypdfium2 import raw

# One word without an end, one from right to left, mark-up, signs that few fonts have.
HOSTILE = (
    "Awa" * 60 + " <script>alert(1)</script>",
    "مجلس الرعاية الاجتماعية \u202e(exemple)",
    "</title><img src='file:///etc/passwd'> & cie {{ symbol }}",
    "Conseil 👩🏾‍⚕️ \U000f1234 des lacs",
)
MARGIN = 16 / 25.4 * 72  # of base_print.html, in points


def words_of(content: bytes) -> str:
    """All words, without spaces: where a line ends is nothing of the text."""
    reader = PdfReader(io.BytesIO(content))
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def outside(content: bytes) -> list[str]:
    """What stands beyond the margins left and right, or beyond the page, one line each."""
    found = []
    with pdfium.PdfDocument(content) as document:
        for number, page in enumerate(document, 1):
            width, height = page.get_size()
            for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=15):
                left, bottom, right, top = item.get_bounds()
                if left < MARGIN - 2 or right > width - MARGIN + 2 or bottom < 0 or top > height:
                    found.append(f"page {number}: {left:.0f} {bottom:.0f} {right:.0f} {top:.0f}")
    return found


def brought_along(content: bytes) -> list[str]:
    """What no document of ours has: attached files, pictures, anything that acts."""
    with pikepdf.open(io.BytesIO(content)) as document:
        acting = ("/JS", "/JavaScript", "/Launch", "/SubmitForm", "/EmbeddedFile")
        found = [
            str(value)
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary)
            for value in (item.get("/S"), item.get("/Type"))
            if str(value) in acting
        ]
        for page in document.pages:
            drawn = page.Resources.get("/XObject", {})
            found += [name for name, item in drawn.items() if item.get("/Subtype") == "/Image"]
    return found
