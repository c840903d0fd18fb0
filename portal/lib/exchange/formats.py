"""A translation file in the format asked for, and whichever was sent back."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from portal.lib.exchange import tables, xliff, xliff12, xliff20
from portal.lib.exchange.texts import CSV, XLIFF_12, XLIFF_20, Batch, check_size, not_ours

FORMATS = ((XLIFF_12, _("XLIFF 1.2")), (XLIFF_20, _("XLIFF 2.0")), (CSV, _("CSV table")))
WRITERS: dict[str, Callable[[Batch], bytes]] = {
    XLIFF_12: xliff12.written,
    XLIFF_20: xliff20.written,
    CSV: tables.written,
}
SUFFIXES = {XLIFF_12: "xlf", XLIFF_20: "xlf", CSV: "csv"}
MEDIA_TYPES = {
    XLIFF_12: "application/xliff+xml",
    XLIFF_20: "application/xliff+xml",
    CSV: "text/csv; charset=utf-8",
}


def written(batch: Batch, kind: str) -> bytes:
    return WRITERS[kind](batch)


def read(content: bytes) -> tuple[str, Batch]:
    """The format of a file, by its content, and what it holds. Raises ValidationError."""
    check_size(len(content))
    start = content[:400].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start.startswith(b"<"):
        return CSV, tables.read(content)
    root = xliff.parsed(content)
    if root.tag == xliff12.tag("xliff"):
        return XLIFF_12, xliff12.read(root)
    if root.tag == xliff20.tag("xliff"):
        return XLIFF_20, xliff20.read(root)
    raise not_ours()
