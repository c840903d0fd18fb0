"""Publications as a list shows them: everything that a card says, prepared once.

A list is the page that is asked for most. Its template only puts in place what is made here, and
what is alike from card to card (dates, marks, cells of languages) is made once per process.
"""

import datetime
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.lib import marks
from portal.lib.files import SUFFIXES
from portal.lib.templatetags import marks as mark_tags
from portal.lib.templatetags.text import fallback_mark, long_date, show
from portal.lib.translations import Text, TranslationState, current_language
from publications.models import Access, Publication
from publications.vocabulary import words

AREAS = {
    "public": ("publications:detail", "publications:file"),
    "space": ("publications:space_detail", "publications:space_file"),
    "desk": ("publications:desk_preview", "publications:desk_file"),
}


class File(NamedTuple):
    """A file that may be read: what it is, and its address in the reader's area."""

    language: str
    kind: str
    size: int
    pages: int
    is_tagged: bool
    url: str
    written_size: str

    @property
    def media_type(self) -> str:
        return next(kind for kind, suffix in SUFFIXES.items() if suffix[1:].upper() == self.kind)


class Card(NamedTuple):
    """One publication of a list; texts are escaped, marks drawn, dates written.

    The axis is told in words: the cover beside it has the drawing, and twice of it in twenty cards
    would be a quarter of the page.
    """

    url: str
    title: SafeString
    fallback: str
    symbol: str
    kind: str
    date: str
    written_date: str
    is_reserved: bool
    cover: SafeString
    cells: SafeString
    axis: str
    region: SafeString | str
    summary: SafeString | str
    files: list[File]


def cards(rows: Iterable[Publication], *, area: str = "public", with_summary: bool = False):
    """The cards of these publications, in their order."""
    return [card(row, area=area, with_summary=with_summary) for row in rows]


def drawn(rows: Iterable[Publication], *, area: str = "public") -> list[SafeString]:
    """The cards of these publications as they stand in a list.

    A card that was drawn before from the same values is not drawn again: every value that it shows
    is part of what it is kept under, so nothing has to be taken out when one changes.
    """
    language = current_language()
    return [
        drawn_once(
            language,
            area,
            record.symbol,
            record.text("title"),
            record.kind,
            record.published_on,
            record.access,
            tuple(record.languages()),
            json.dumps(record.shelf),
        )
        for record in rows
    ]


@lru_cache(maxsize=2000)
def drawn_once(
    language: str,
    area: str,
    symbol: str,
    title: Text,
    kind: str,
    published_on: datetime.date,
    access: str,
    states: tuple[tuple[str, str], ...],
    shelf: str,
) -> SafeString:
    values = CardValues(symbol, title, kind, published_on, access, states, json.loads(shelf))
    with override(language):
        return render_to_string("components/publication_card.html", {"card": of(values, area=area)})


class CardValues(NamedTuple):
    """What a card is drawn from."""

    symbol: str
    title: Text
    kind: str
    published_on: datetime.date
    access: str
    states: tuple[tuple[str, str], ...]
    shelf: dict
    summary: Text | None = None

    @property
    def dashed_symbol(self) -> str:
        return self.symbol.replace("/", "-")


def card(record: Publication, *, area: str = "public", with_summary: bool = False) -> Card:
    values = CardValues(
        record.symbol,
        record.text("title"),
        record.kind,
        record.published_on,
        record.access,
        tuple(record.languages()),
        record.shelf,
        record.text("summary") if with_summary else None,
    )
    return of(values, area=area)


def of(values: CardValues, *, area: str) -> Card:
    language = current_language()
    shelf, title = values.shelf, values.title
    number = shelf["axes"][0][0] if shelf.get("axes") else 0
    code = shelf["regions"][0] if shelf.get("regions") else ""
    return Card(
        url=address_of(values, area),
        title=show(title, mark=False),
        fallback=fallback_mark(title.language),
        symbol=values.symbol,
        kind=kind_label(values.kind, language),
        date=values.published_on.isoformat(),
        written_date=written(values.published_on, language),
        is_reserved=values.access == Access.MEMBERS,
        cover=marks.cover(values.symbol, title, code, number),
        cells=cells(values.states, language),
        axis=axis(number, language) if number else "",
        region=region(code) if code and values.summary else "",
        summary=show(values.summary) if values.summary else "",
        files=files(values, area) if may_read(values, area) else [],
    )


def may_read(record: Publication | CardValues, area: str) -> bool:
    """Whether the text itself is shown: in the closed areas the rows were chosen already."""
    return area != "public" or record.access == Access.PUBLIC


def address_of(record: Publication | CardValues, area: str) -> str:
    return pattern(AREAS[area][0], current_language()).replace("SYMBOL", record.dashed_symbol)


def files(record: Publication | CardValues, area: str) -> list[File]:
    """The files of a publication with the address that a reader of the area takes."""
    address = pattern(AREAS[area][1], current_language())
    return [
        File(
            language,
            kind,
            size,
            pages,
            is_tagged,
            address.replace("SYMBOL", record.dashed_symbol).replace("LANGUAGE", language),
            filesizeformat(size),
        )
        for language, kind, size, pages, is_tagged in record.shelf.get("files", ())
    ]


@lru_cache(maxsize=50)
def pattern(name: str, language: str) -> str:
    """The address of a page of publications, with words in the place of what differs."""
    values = {"symbol": "SYMBOL"}
    if name.endswith("file"):
        values["file_language"] = "LANGUAGE"
    with override(language):
        return reverse(name, kwargs=values)


@lru_cache(maxsize=100)
def kind_label(kind: str, language: str) -> str:
    with override(language):
        return capfirst(str(Publication.Kind(kind).label))


@lru_cache(maxsize=3000)
def written(day: datetime.date, language: str) -> str:
    with override(language):
        return long_date(day)


@lru_cache(maxsize=500)
def cells(states: tuple[tuple[str, str], ...], language: str) -> SafeString:
    labelled = [
        {"code": code, "state": state, "label": TranslationState(state).label}
        for code, state in states
    ]
    with override(language):
        return render_to_string("components/language_cells.html", {"cells": labelled})


@lru_cache(maxsize=30)
def axis(number: int, language: str) -> str:
    with override(language):
        return _("Axis %(number)s") % {"number": number}


def region(code: str) -> SafeString | str:
    """The mark of a region with its name, which belongs to the network."""
    word = words()["region"].get(code)
    if word is None:
        return ""
    return format_html(
        '<span class="region-mark">{}<span>{} <span lang="{}">{}</span></span></span>',
        marks.region_grid(int(code[1])),
        code,
        word.language,
        mark_tags.shown(Text(word.text, word.language)),
    )
