"""What a process makes once and uses for every document: fonts and parsed stylesheets.

To parse the stylesheet and to read the fonts costs as much as a short page. Neither changes
between two documents, so they are kept with the text they were made from, for each thread: Pango
does not let threads share a map of fonts.
"""

import hashlib
import re
import threading
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from weasyprint import CSS
from weasyprint.css.counters import CounterStyle
from weasyprint.text.fonts import FontConfiguration

from portal.lib.pdf.fetching import ForbiddenAddress, OwnFilesFetcher, Refused, own_file

# As base_print.html and its sisters write it; what people wrote is escaped.
LINK = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


@dataclass(frozen=True)
class Kept:
    digest: str
    fonts: FontConfiguration
    counters: CounterStyle
    sheets: tuple[CSS, ...]


_held = threading.local()


def without_sheets(html: str) -> tuple[str, tuple[str, ...]]:
    """The document without the links to its stylesheets, and their addresses."""
    head, end, body = html.partition("</head>")
    addresses = tuple(urljoin(f"{settings.SITE_URL}/", found) for found in LINK.findall(head))
    return LINK.sub("", head) + end + body, addresses


def for_sheets(addresses: tuple[str, ...]) -> Kept:
    """Fonts and parsed stylesheets of these addresses, made anew when a text has changed."""
    texts = [text_of(address) for address in addresses]
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    held = _held.__dict__
    if addresses not in held or held[addresses].digest != digest:
        held[addresses] = made(addresses, texts, digest)
    return held[addresses]


def text_of(address: str) -> str:
    found = own_file(address)
    if found is None:
        raise ForbiddenAddress(f"not one of our files: {address[:200]}")
    with found[1] as file:
        return file.read().decode()


def made(addresses: tuple[str, ...], texts: list[str], digest: str) -> Kept:
    fonts, counters, fetcher = FontConfiguration(), CounterStyle(), OwnFilesFetcher()
    try:
        sheets = tuple(
            CSS(
                string=text,
                base_url=address,
                url_fetcher=fetcher,
                font_config=fonts,
                counter_style=counters,
            )
            for address, text in zip(addresses, texts, strict=True)
        )
    except Refused as refused:
        raise ForbiddenAddress(str(refused)) from refused
    return Kept(digest, fonts, counters, sheets)


def forget():
    """Give back what is kept, such as the copies of the fonts, as a process ends."""
    _held.__dict__.clear()
