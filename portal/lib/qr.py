"""Square codes that a telephone reads, as inline SVG: one path, black on white, with its margin."""

from itertools import groupby

from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

MARGIN = 4  # modules, as ISO/IEC 18004 asks


def svg(text: str, *, title: str) -> SafeString:
    """The code of a text; the title says what it holds to who cannot see it."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=MARGIN)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(runs(row, y) for y, row in enumerate(rows))
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" shape-rendering="crispEdges">'
        '<title>{1}</title><rect width="{0}" height="{0}" fill="#ffffff"/>'
        '<path d="{2}" fill="#000000"/></svg>',
        len(rows),
        title,
        path,
    )


def runs(row: list[bool], y: int) -> str:
    """Each run of dark modules of a row as one rectangle."""
    drawn, x = [], 0
    for dark, modules in groupby(row):
        length = len(list(modules))
        if dark:
            drawn.append(f"M{x} {y}h{length}v1h-{length}z")
        x += length
    return "".join(drawn)
