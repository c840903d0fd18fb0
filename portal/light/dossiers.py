"""A dossier: texts that a reader chose, as one small file.

The choice stands in the address alone, ``?p=P-2026-14&p=P-2026-12``, so nothing is kept of who
chose what, and whoever is given the address has the same dossier.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from portal.finding import find
from portal.lib import network, pdf
from portal.lib.links import absolute_url
from portal.lib.translations import Text
from portal.light import editions
from portal.models import LightEdition
from portal.models.light import Form
from publications.filtering import LibraryFilter, library
from publications.models import Publication

MOST = 20  # texts of a dossier
OFFERED = 20  # texts that a page offers for it
LARGEST = 400_000  # bytes of text that are laid out as a PDF while a reader waits
# Bytes of a light PDF: of one with a short text, of what it shares with others (fonts, the head of
# the sheet), and the least that a text adds.
ALONE, SHARED, OWN = 18_500, 17_000, 1_000
CHOSEN = "p"  # a text, in the address of the page
IN_FEET = 80  # characters of an address that the feet of the pages have room for
PUBLICATION = editions.SOURCES["publication"]
RULE = "=" * 72
TAG = re.compile(r"<[^>]+>")
PLACE = re.compile(r'(\bid="|\bhref="#)')


class Chosen(NamedTuple):
    """The texts of a dossier in the order they were chosen, and the symbols that it leaves out:
    of no text that everybody may read in this language, or too many."""

    texts: list[Publication]
    left_out: list[str]


def chosen(symbols: Iterable[str], language: str) -> Chosen:
    asked = list(dict.fromkeys(symbol.replace("-", "/").upper()[:20] for symbol in symbols))
    wanted = [symbol for symbol in asked if symbol and "\x00" not in symbol][: 2 * MOST]
    readable = Publication.objects.public().available_in(language).filter(symbol__in=wanted)
    found = {record.symbol: record for record in readable}
    texts = [found[symbol] for symbol in wanted if symbol in found][:MOST]
    taken = {record.symbol for record in texts}
    return Chosen(texts, [symbol for symbol in wanted if symbol not in taken])


def offered(
    filters: LibraryFilter, words: str, *, without: Iterable[Publication], language: str
) -> list[Publication]:
    """What else could be chosen: what holds the words, best first, or else the newest texts; of
    the list that is filtered."""
    rows = library(filters.narrowed(Publication.objects.public().available_in(language)))
    rows = rows.exclude(pk__in=[record.pk for record in without])
    if not words:
        return list(rows.newest_first()[:OFFERED])
    places = {symbol: place for place, symbol in enumerate(symbols_with(words, language))}
    found = list(rows.filter(symbol__in=places)[:OFFERED])
    return sorted(found, key=lambda record: places[record.symbol])


def symbols_with(words: str, language: str) -> list[str]:
    only = {"kind": "publication", "language": language}
    symbols = []
    for hit in find(words, language=language, chosen=only).page:
        try:
            symbols.append(resolve(hit.url).kwargs["symbol"].replace("-", "/"))
        except (Resolver404, KeyError):
            continue
    return symbols


# -- The files -------------------------------------------------------------------------------------


def told(texts: Iterable[Publication], language: str) -> list[dict]:
    return [editions.contents(PUBLICATION, record, language) for record in texts]


def as_text(parts: list[dict], language: str) -> str:
    """What is in it, and then text after text."""
    with translation.override(language):
        head = [network.current().name(), _("Dossier of texts"), ""]
    head += [f"{part['symbol']}  {editions.written(part['title'])}" for part in parts]
    bodies = (editions.as_text(part).removeprefix("\ufeff") for part in parts)
    return "\ufeff" + f"\n\n{RULE}\n\n".join(["\n".join(head), *bodies])


def as_pdf(parts: list[dict], language: str) -> bytes:
    """One tagged PDF without pictures, each text on a page of its own. The same texts give the same
    bytes."""
    return pdf.render(
        "portal/light_dossier.html",
        print_context(parts, language),
        language=language,
        dated=max(part["changed"] for part in parts),
    )


def print_context(parts: list[dict], language: str) -> dict:
    """What the template of the PDF is given."""
    laid_out = []
    for part in parts:
        place = part["symbol"].replace("/", "-")
        body = editions.without_pictures(part["body"])
        laid_out.append({**part, "place": place, "body": apart(body, place)})
    address = address_of([part["place"] for part in laid_out], language)
    return {
        "parts": laid_out,
        "network": network.current(),
        "site": settings.SITE_HOST,
        "symbol": "",
        "address": address,
        "permanent": address if len(address) <= IN_FEET else "",
        "changed": max(part["changed"] for part in parts),
        "demonstration": settings.DEMONSTRATION,
    }


def address_of(names: list[str], language: str) -> str:
    """Where the same dossier is found: its choice stands in the address."""
    page = absolute_url("portal:dossier", language=language)
    return f"{page}?{urlencode({CHOSEN: names}, doseq=True)}"


def apart(body: Text, place: str) -> Text:
    """A body whose notes have names that no other text of the file has."""
    named = TAG.sub(lambda tag: PLACE.sub(rf"\g<1>{place}-", tag[0]), body.value)
    return body._replace(value=named)


def pdf_size(texts: list[Publication], parts: list[dict], language: str) -> int:
    """About how many bytes the PDF will have: what the PDF of each text has, the fonts once."""
    rows = LightEdition.objects.filter(
        kind=PUBLICATION.kind,
        key__in=[str(record.pk) for record in texts],
        language=language,
        form=Form.PDF,
    )
    made = dict(rows.values_list("key", "size"))
    sizes = [
        made.get(str(record.pk)) or ALONE + len(editions.as_text(part).encode())
        for record, part in zip(texts, parts, strict=True)
    ]
    return SHARED + sum(max(size - SHARED, OWN) for size in sizes) + OWN
