"""The filters of the library: what a reader may narrow the list by, and how many texts each leaves.

The counts beside the choices never lead to an empty list. Of the whole public list they are kept;
of a narrowed one they are taken from its newest thousand texts, in one query.
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import LANGUAGES, READABLE, current_language
from publications.models import FacetCount
from publications.shelving import TOTAL
from publications.vocabulary import Vocabulary, Word, words

MOST = 1000  # texts of a narrowed list that are counted
LABELS = {
    "language": _("Text available in"),
    "kind": _("Kind"),
    "region": _("Region"),
    "country": _("Country"),
    "axis": _("Axis"),
    "challenge": _("Challenge"),
    "series": _("Series"),
    "level": _("Level"),
    "year": _("Year"),
}
SORTS = {
    "": (_("Newest first"), ("-published_on", "-pk")),
    "oldest": (_("Oldest first"), ("published_on", "pk")),
    "title": (_("By title"), None),
}
YEARS = range(1900, 2201)
Counts = Mapping[tuple[str, str], int]


class Option(NamedTuple):
    """A choice of a facet: its value in an address, its words, and how many texts it leaves."""

    value: str
    word: Word
    number: int
    is_chosen: bool

    def written(self, more: str) -> str:
        # By hand: a list has hundreds of choices, and a template would take most of its time here.
        chosen = " selected" if self.is_chosen else ""
        return (
            f'<option value="{escape(self.value)}" lang="{self.word.language}"{chosen}>'
            f"{escape(self.word.text)} ({self.number}{more})</option>"
        )


class Facet(NamedTuple):
    """A filter as a page shows it. ``unknown`` is what an address asked for and nothing has."""

    name: str
    label: str
    options: list[Option]
    unknown: str = ""
    is_more: bool = False

    @property
    def written(self) -> SafeString:
        """The choices as a list to choose from; with ``is_more`` every number is "at least"."""
        more = "+" if self.is_more else ""
        return mark_safe("".join(one.written(more) for one in self.options))


class Counted(NamedTuple):
    """How many texts a list has, in all and for each (facet, value). With ``is_more``, the list
    goes on, and every number means "at least"."""

    total: int
    numbers: Counts
    is_more: bool = False


class LibraryFilter:
    """What an address asks of the list; what it asks wrongly is told, and left out."""

    def __init__(self, query: Mapping[str, str], *, language: str | None = None):
        self.language = language or current_language()
        self.words: Vocabulary = words(self.language)
        self.chosen: dict[str, str] = {}
        self.unknown: dict[str, str] = {}
        for name in LABELS:
            asked = (query.get(name) or "").strip()[:80]
            if not asked:
                continue
            value = self.understood(name, asked)
            if value is None:
                self.unknown[name] = asked.replace("\x00", "")
            else:
                self.chosen[name] = value
        sort = query.get("sort") or ""
        self.sort = sort if sort in SORTS else ""

    def __bool__(self) -> bool:
        return bool(self.chosen)

    @property
    def order(self) -> tuple[str, str]:
        """The columns that the list is sorted by, the last of which makes them unique."""
        return SORTS[self.sort][1] or (f"sort_{self.language}", "pk")

    @property
    def query(self) -> str:
        """The filters as they stand in an address, always in the same order."""
        return urlencode(self.written_pairs)

    @property
    def written_pairs(self) -> list[tuple[str, str]]:
        return [(name, self.written(name, value)) for name, value in self.chosen.items()]

    def told(self) -> str:
        """The filters in words, for who follows the list."""
        parts = []
        for name, value in self.chosen.items():
            word = self.words[name].get(value)
            parts.append(f"{LABELS[name]}: {word.text if word else value}")
        return "; ".join(parts)

    def understood(self, name: str, asked: str) -> str | None:
        """The value of a facet that an address means, or None when there is no such value."""
        if name == "year":
            is_year = asked.isascii() and asked.isdigit() and int(asked) in YEARS
            return str(int(asked)) if is_year else None
        if name == "series":
            found = self.words["series_slug"].get(asked)
            return str(found.place) if found else None
        return asked if asked in self.words[name] else None

    def written(self, name: str, value: str) -> str:
        """A value as it stands in an address."""
        if name != "series":
            return value
        slugs = self.words["series_slug"].items()
        return next((slug for slug, word in slugs if word.place == value), "")

    def narrowed(self, rows: QuerySet, *, leaving_out: str = "") -> QuerySet:
        """The rows that match every filter, or every one but one."""
        for name, value in self.chosen.items():
            if name != leaving_out:
                rows = rows.filter(self.condition(name, value))
        return rows

    def condition(self, name: str, value: str) -> Q:
        match name:
            case "language":
                return Q(**{f"state_{value}__in": READABLE})
            case "axis":
                return Q(axes__in=[pk for key, pk in self.axes if key.split("@")[0] == value])
            case "region":
                return Q(regions__code=value)
            case "country":
                return Q(countries=value)
            case "challenge":
                return Q(challenges__number=value)
            case "series":
                return Q(series_id=value)
            case "year":
                return Q(published_on__range=(f"{int(value):04d}-01-01", f"{int(value):04d}-12-31"))
        return Q(**{name: value})

    @property
    def axes(self) -> list[tuple[str, int]]:
        """The axes of the present cycle: number and year, and the key of the row."""
        return [(key, word.place) for key, word in self.words["cycle"].items()]

    def facets(self, counted: Counted) -> list[Facet]:
        """The filters with the choices that lead somewhere, each list in its own order."""
        return [self.facet(name, counted) for name in LABELS]

    def facet(self, name: str, counted: Counted) -> Facet:
        known = self.words[name]
        chosen = self.chosen.get(name)
        options = []
        for (facet, value), number in counted.numbers.items():
            if facet != name or (number <= 0 and value != chosen):
                continue
            if name == "year":
                word = Word(value, self.language, -int(value))
            elif value in known:
                word = known[value]
            else:
                continue
            options.append(Option(self.written(name, value), word, number, value == chosen))
        options.sort(key=lambda option: option.word.place)
        return Facet(name, LABELS[name], options, self.unknown.get(name, ""), counted.is_more)

    def counted(self, rows: QuerySet, *, kept: bool) -> Counted:
        """The counts of the list. ``kept`` says that these rows are the public list, of which
        the counts without any filter are kept."""
        if kept and not self.chosen:
            found = kept_counts(self.axes)
            if found is not None:
                return found
        return counts_of(self, rows)


def kept_counts(axes: list[tuple[str, int]]) -> Counted | None:
    """The kept counts of the whole public list; None before anything was counted."""
    keys = {key for key, _pk in axes}
    numbers = {}
    for facet, value, number in FacetCount.objects.order_by().values_list(
        "facet", "value", "number"
    ):
        if facet == "axis":
            if value not in keys:
                continue
            value = value.split("@")[0]
        numbers[facet, value] = number
    if (TOTAL, "") not in numbers:
        return None
    return Counted(numbers.pop((TOTAL, "")), numbers)


# -- Counting a narrowed list --------------------------------------------------------------------

COLUMNS = ("pk", "kind", "level", "published_on", "series_id", *(f"state_{c}" for c in LANGUAGES))
LINKED = {
    "region": ("regions", "JOIN regions_region t ON t.id = l.region_id", "t.code"),
    "country": ("countries", "", "l.country_id"),
    "challenge": ("challenges", "JOIN programme_challenge t ON t.id = l.challenge_id", "t.number"),
}


def counts_of(filters: LibraryFilter, rows: QuerySet) -> Counted:
    """Every count of a narrowed list in one query, from its newest thousand texts.

    The choices of a facet that is chosen are counted as if it were not: choosing another of
    them then leads somewhere too.
    """
    parts: list[str] = []
    tables: list[str] = []
    params: list = []

    def table(name: str, narrowed: QuerySet):
        # Not rewritten for a language: the columns come in the order they are asked for.
        plain = narrowed.rewrite(False).order_by("-published_on", "-pk")
        newest = plain.values(*COLUMNS)[: MOST + 1]
        sql, own = newest.query.sql_with_params()
        tables.append(f"{name} (id, kind, level, day, series, fr, en, es) AS MATERIALIZED ({sql})")
        params.extend(own)

    table("hits", filters.narrowed(rows))
    parts.append("SELECT 'total', '', COUNT(*) FROM hits")
    for name in LABELS:
        source = "hits"
        if name in filters.chosen:
            source = f"but_{name}"
            table(source, filters.narrowed(rows, leaving_out=name))
        parts.extend(grouped(name, source, filters))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} {' UNION ALL '.join(parts)}", params)
        numbers = {(facet, str(value)): number for facet, value, number in cursor.fetchall()}
    total = numbers.pop((TOTAL, ""))
    return Counted(min(total, MOST), numbers, total > MOST)


def grouped(name: str, source: str, filters: LibraryFilter) -> list[str]:
    """The statements that count one facet over a table of texts. Nothing in them was typed by
    a reader: names of columns, our own codes, and the keys of axes."""
    if name == "language":
        states = ", ".join(f"'{state.value}'" for state in READABLE)
        return [
            f"SELECT 'language', '{code}', COUNT(*) FROM {source} WHERE {code} IN ({states})"
            for code in LANGUAGES
        ]
    if name == "axis":
        keys = ", ".join(str(int(pk)) for _key, pk in filters.axes) or "0"
        number = as_text("t.number")
        return [
            f"SELECT 'axis', {number}, COUNT(*) FROM {source} h "
            "JOIN publications_publication_axes l ON l.publication_id = h.id "
            f"JOIN programme_axis t ON t.id = l.axis_id WHERE t.id IN ({keys}) GROUP BY t.number"
        ]
    if name in LINKED:
        relation, join, column = LINKED[name]
        return [
            f"SELECT '{name}', {as_text(column)}, COUNT(*) FROM {source} h "
            f"JOIN publications_publication_{relation} l ON l.publication_id = h.id {join} "
            f"GROUP BY {column}"
        ]
    column = {"year": year_of("day"), "series": as_text("series")}.get(name, name)
    some = "WHERE series IS NOT NULL" if name == "series" else ""
    return [f"SELECT '{name}', {column}, COUNT(*) FROM {source} {some} GROUP BY {column}"]


def as_text(column: str) -> str:
    return f"CAST({column} AS VARCHAR(20))"


def year_of(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"to_char({column}, 'YYYY')"
    return f"substr({column}, 1, 4)"


def library(rows: QuerySet) -> QuerySet:
    """The rows of a list, without the prose that it does not show."""
    prose = (f"{name}_{code}" for name in ("summary", "body") for code in LANGUAGES)
    return rows.defer(*prose, "references", "counted")
