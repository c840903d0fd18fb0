"""The sections of a newsletter, each registered by the app that has the data.

A section says in one place by which rule its records are found, whether one of them may still be
shown, and how it is told. The draft, the mail, the page and the PDF follow what is registered; a
section that no app registers is absent.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from portal.lib.translations import Text

NOTHING = Text("", "")


class Span(NamedTuple):
    """The days a letter tells of, both included."""

    first: datetime.date
    last: datetime.date


class Layout(StrEnum):
    """How the records of a section are set: texts to read, dates to keep, or names."""

    TEXTS = "texts"
    DATES = "dates"
    NAMES = "names"


@dataclass(frozen=True)
class Told:
    """One record as a letter tells of it in one language; each text with its real language.

    ``details`` are short facts in the language of the letter, ``languages`` those in which the
    record can be read.
    """

    title: Text
    url: str
    languages: list[str]
    text: Text = NOTHING
    symbol: str = ""
    details: list[str] = field(default_factory=list)
    members_only: bool = False
    date: datetime.date | None = None
    last_date: datetime.date | None = None
    place: Text = NOTHING
    country: str = ""


@dataclass(frozen=True)
class Section:
    """One section: its code, which rows keep, and its title.

    ``found`` gives what is new for a region (None: the world) in some days, in the order in which
    it is told; at most ``limit`` of it is drafted. ``whole`` gives all its records with what
    telling needs, ``shown`` whether one may still be told of today, ``tell`` how it is told in a
    language, which is the active one. ``page`` names the public page of a record, and ``by`` makes
    of the arguments in its address what finds it.
    """

    code: str
    title: Promise
    layout: Layout
    found: Callable[[Model | None, Span], QuerySet]
    whole: Callable[[], QuerySet]
    shown: Callable[[Model], bool]
    tell: Callable[[Model, str], Told]
    position: int
    page: str
    by: Callable[[dict], dict] = dict
    limit: int = 15


_sections: dict[str, Section] = {}


def register(*sections: Section):
    for section in sections:
        _sections[section.code] = section


def registered() -> list[Section]:
    """The sections in the order in which a letter has them."""
    return sorted(_sections.values(), key=lambda section: section.position)
