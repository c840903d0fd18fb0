"""Tagged PDFs (PDF/UA-1, on demand PDF/A-3 as well) from ordinary templates, by WeasyPrint.

Nothing is fetched from anywhere: the renderer sees this portal's static files, the pictures of
its texts and inline pictures, and any other address is refused. The same document gives the same
bytes, in every process and on every day.
"""

from portal.lib.pdf.apart import Limits, RanAway, TooLarge, TooLong
from portal.lib.pdf.documents import AttachedFile, from_html, render
from portal.lib.pdf.fetching import ForbiddenAddress, OwnFilesFetcher
from portal.lib.pdf.looks import look

__all__ = [
    "AttachedFile",
    "ForbiddenAddress",
    "Limits",
    "OwnFilesFetcher",
    "RanAway",
    "TooLarge",
    "TooLong",
    "from_html",
    "look",
    "render",
]
