"""The parts of a member's yearly report that tell what it took part in, each registered by the app
that has the data.

A part that no app registers is absent: a report says what the records say.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Model
from django.utils.functional import Promise

from portal.lib.translations import Text


@dataclass(frozen=True)
class YearLine:
    """One thing of the year: its day, its title with its real language, its symbol if it has one,
    and short facts in the language of the report, which is the active one."""

    date: datetime.date
    title: Text
    symbol: str = ""
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class YearPart:
    """``found`` gives the lines of several organisations in some days, both included, by their
    primary keys, in a language and in the order in which they are told. Who has none may be
    absent, and however many there are, the database is asked as often."""

    code: str
    title: Promise
    position: int
    found: Callable[
        [Collection[Model], datetime.date, datetime.date, str], Mapping[int, list[YearLine]]
    ]


def by_organisation(lines: Iterable[tuple[int, YearLine]]) -> dict[int, list[YearLine]]:
    """Lines that come with the primary keys of those they belong to, in their order for each."""
    found = defaultdict(list)
    for organisation, line in lines:
        found[organisation].append(line)
    return dict(found)


_parts: dict[str, YearPart] = {}


def register(*parts: YearPart):
    for part in parts:
        _parts[part.code] = part


def registered() -> list[YearPart]:
    """The parts in the order in which a report has them."""
    return sorted(_parts.values(), key=lambda part: part.position)
