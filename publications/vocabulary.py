"""The words for the values of the facets, read once per process and change, in each language."""

from collections.abc import Callable
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.lib import revision
from portal.lib.text import sort_key
from portal.lib.translations import Language, current_language
from programme.models import Axis, Challenge, Level
from publications.models import Publication, Series
from regions.models import Country, Region


class Word(NamedTuple):
    """What a value is called, in which language that is, and where it stands in a list."""

    text: str
    language: str
    place: object


class Vocabulary(dict):
    """For each facet its values with their words in one language, read when first asked for."""

    def __init__(self, code: str):
        super().__init__()
        self.code = code

    def __missing__(self, facet: str) -> dict[str, Word]:
        with override(self.code):
            found = self[facet] = READERS[facet](self.code)
        return found


_read: dict[tuple[object, ...], Vocabulary] = {}


def words(language: str | None = None) -> Vocabulary:
    """For each facet its values with their words, in a language.

    The revision is read before the records, so that words from before a change are never kept
    under the one from after it. With a new year another cycle may be the present one.
    """
    code = language or current_language()
    try:
        holding = (revision.current(), timezone.localdate())
    except Exception:  # without Redis the words are read each time
        return Vocabulary(code)
    found = _read.get((*holding, code))
    if found is None:
        if any(known[:2] != holding for known in _read):
            _read.clear()
        found = _read[*holding, code] = Vocabulary(code)
    return found


def axes_numbered(value: str) -> Q:
    """The condition that a text is on the axis of this number in the present cycle."""
    cycle = words()["cycle"].items()
    return Q(axes__in=[word.place for key, word in cycle if key.split("@")[0] == value])


def choices(values: type[models.TextChoices], code: str) -> dict[str, Word]:
    found = {}
    for place, (value, label) in enumerate(values.choices):
        found[value] = Word(capfirst(str(label)), code, place)
    return found


def named(row, field: str, code: str, place: str = "") -> Word:
    text = row.text(field, code)
    return Word(text.value, text.language, place or sort_key(text.value, code))


def numbered(row, code: str) -> Word:
    text = row.text("title", code)
    written = _("%(number)d. %(title)s") % {"number": row.number, "title": text.value}
    return Word(written, text.language, row.number)


def countries(code: str) -> dict[str, Word]:
    return {
        row.code: Word(getattr(row, f"name_{code}"), code, getattr(row, f"sort_{code}"))
        for row in Country.objects.all()
    }


def axes_now() -> list[Axis]:
    return list(Axis.objects.of_current_cycle().select_related("cycle"))


READERS: dict[str, Callable[[str], dict[str, Word]]] = {
    "language": lambda code: choices(Language, code),
    "kind": lambda code: choices(Publication.Kind, code),
    "level": lambda code: choices(Level, code),
    "region": lambda code: {
        row.code: named(row, "name", code, row.code) for row in Region.objects.all()
    },
    "country": countries,
    "axis": lambda code: {f"{row.number}": numbered(row, code) for row in axes_now()},
    "challenge": lambda code: {
        f"{row.number}": numbered(row, code) for row in Challenge.objects.all()
    },
    "series": lambda code: {f"{row.pk}": named(row, "title", code) for row in Series.objects.all()},
    # Not of a facet: which axes the numbers mean, how a series is written in an address, and what
    # is not a row.
    "cycle": lambda code: {
        f"{axis.number}@{axis.cycle.first_year}": Word("", "", axis.pk) for axis in axes_now()
    },
    "series_slug": lambda code: {
        row.slug: Word("", "", f"{row.pk}") for row in Series.objects.all()
    },
    "year": lambda code: {},
}
