"""The filters of the library: what a reader may narrow the list by, and how many texts each leaves.

The counts beside the choices never lead to an empty list. Of the whole public list they are kept;
of a narrowed one they are taken from its newest thousand texts, in one query.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from portal.lib import tallies
from portal.lib.translations import LANGUAGES, READABLE, current_language
from publications.models import FacetCount
from publications.shelving import PLACED, TOTAL, keys_of
from publications.vocabulary import Vocabulary, Word, axes_numbered, words

MOST = 1000  # texts of a narrowed list that are counted
CANDIDATES = 4000  # and texts of one value that are looked through for them
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
Axes = list[tuple[str, int]]  # of the present cycle: number@year, and the key of the row


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
    """How many texts a list has, in all and for each (facet, value). With ``is_more`` the list
    goes on; the numbers of the ``capped`` facets mean "at least"."""

    total: int
    numbers: Counts
    is_more: bool = False
    capped: frozenset[str] = frozenset()


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
                return axes_numbered(value)
            case "region":
                return Q(regions__code=value)
            case "country":
                return Q(countries=value)
            case "challenge":
                return Q(challenges__number=value)
            case "series":
                return Q(series_id=value)
            case "year":
                return Q(published_on__range=year_of(value))
        return Q(**{name: value})

    @property
    def axes(self) -> Axes:
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
        is_more = name in counted.capped
        return Facet(name, LABELS[name], options, self.unknown.get(name, ""), is_more)

    def counted(self, rows: QuerySet, *, kept: bool) -> Counted:
        """The counts of the list. ``kept`` says that these rows are the public list, of which
        the counts without any filter are kept, and each text placed under all it counts for."""
        known = kept_counts(self.axes) if kept else None
        if known is not None and not self.chosen:
            return known
        # The choices of a facet that is chosen are counted as if it were not: choosing another
        # of them then leads somewhere too.
        apart = self.chosen if known is None or len(self.chosen) > 1 else {}
        if known is None:
            lists = {
                name: newest_read(self.narrowed(rows, leaving_out=name)) for name in ("", *apart)
            }
        else:
            asked = {name: self.without(name) for name in ("", *apart)}
            lists = newest_placed(asked, known=known, axes=self.axes)
        hits = lists[""]
        numbers = tallied(hits.keys, self.axes)
        capped = set(LABELS) if hits.is_more else set()
        for name, value in self.chosen.items():
            instead = tallied(lists[name].keys, self.axes) if name in lists else known.numbers
            of_facet = {key: number for key, number in instead.items() if key[0] == name}
            of_facet.setdefault((name, value), 0)
            numbers = {key: number for key, number in numbers.items() if key[0] != name} | of_facet
            capped.discard(name)
            if name in lists and lists[name].is_more:
                capped.add(name)
        return Counted(len(hits.keys), numbers, hits.is_more, frozenset(capped))

    def without(self, name: str) -> dict[str, str]:
        """What is chosen of the other facets."""
        return {facet: value for facet, value in self.chosen.items() if facet != name}


def kept_counts(axes: Axes) -> Counted | None:
    """The kept counts of the whole public list; None before anything was counted."""
    numbers = shown(tallies.kept(FacetCount.objects.all()), axes)
    if (TOTAL, "") not in numbers:
        return None
    return Counted(numbers.pop((TOTAL, "")), numbers)


def shown(numbers: Mapping[str, int], axes: Axes) -> dict[tuple[str, str], int]:
    """By facet and value as a reader chooses them: of the axes, those of the present cycle."""
    present = {key for key, _pk in axes}
    found = {}
    for key, number in numbers.items():
        facet, _colon, value = key.partition(":")
        if facet == "axis":
            if value not in present:
                continue
            value = value.split("@")[0]
        found[facet, value] = number
    return found


# -- Counting a narrowed list --------------------------------------------------------------------


class Newest(NamedTuple):
    """What the newest texts of a list count for, each "facet:value" between spaces. With
    ``is_more``, the list may go on."""

    keys: list[str]
    is_more: bool


def tallied(keys: list[str], axes: Axes) -> dict[tuple[str, str], int]:
    found: Counter[str] = Counter()
    # Many texts count for the same.
    for text, times in Counter(keys).items():
        for key in text.split():
            found[key] += times
    found.pop(f"{TOTAL}:", None)
    return shown(found, axes)


def newest_read(rows: QuerySet) -> Newest:
    """Those of any rows, from the rows themselves."""
    states = [f"state_{code}" for code in LANGUAGES]
    columns = ("pk", "kind", "level", "published_on", "series_id", *states, "shelf")
    # Not rewritten for a language: the columns come as they are asked for.
    plain = rows.rewrite(False).order_by("-published_on", "-pk").values_list(*columns)
    found = [
        " ".join(
            keys_of(
                kind=kind,
                level=level,
                day=day,
                series=series,
                languages=[
                    code for code, state in zip(LANGUAGES, own, strict=True) if state in READABLE
                ],
                shelf=shelf,
            )
        )
        for _pk, kind, level, day, series, *own, shelf in plain[: MOST + 1]
    ]
    return Newest(found[:MOST], len(found) > MOST)


def newest_placed(
    lists: Mapping[str, Mapping[str, str]], *, known: Counted, axes: Axes
) -> dict[str, Newest]:
    """Those of several narrowings of the public list, in one query that reads an index alone.

    Each goes through the newest texts of the rarest of its values, and through so many at most.
    """
    holds = "strpos" if connection.vendor == "postgresql" else "instr"
    tables: list[str] = []
    parts: list[str] = []
    of_tables: list = []
    of_parts: list = []
    for place, asked in enumerate(lists.values()):
        first = min(
            (facet for facet in asked if facet in PLACED),
            key=lambda facet: known.numbers.get((facet, asked[facet]), 0),
            default=TOTAL,
        )
        others = [facet for facet in asked if facet not in (first, "year")]
        limit = CANDIDATES if others else MOST
        of_tables.append(key_of(first, asked.get(first, ""), axes))
        within = ""
        if "year" in asked:
            within = "AND day BETWEEN %s AND %s"
            of_tables += year_of(asked["year"])
        tables.append(
            f"""list{place} AS MATERIALIZED (SELECT keys FROM publications_placement
            WHERE key = %s {within} ORDER BY day DESC, publication_id DESC LIMIT %s)"""
        )
        of_tables.append(limit + 1)
        tests = " AND ".join([f"{holds}(keys, %s) > 0" for _facet in others]) or "1 = 1"
        parts.append(
            f"""SELECT * FROM (
            SELECT {place}, keys FROM list{place} WHERE {tests} LIMIT %s) AS found{place}
            UNION ALL SELECT {place}, NULL WHERE (SELECT COUNT(*) FROM list{place}) > %s"""
        )
        of_parts += [f" {key_of(facet, asked[facet], axes)} " for facet in others]
        of_parts += [MOST + 1, limit]
    found: list[list[str | None]] = [[] for _name in lists]
    with connection.cursor() as cursor:
        sql = f"WITH {', '.join(tables)} {' UNION ALL '.join(parts)}"
        cursor.execute(sql, [*of_tables, *of_parts])
        for place, keys in cursor.fetchall():
            found[place].append(keys)
    return {
        name: Newest(
            [keys for keys in rows if keys is not None][:MOST],
            None in rows or len(rows) > MOST,
        )
        for name, rows in zip(lists, found, strict=True)
    }


def key_of(facet: str, value: str, axes: Axes) -> str:
    """The key of a value that is chosen; an axis means that of the present cycle."""
    if facet == "axis":
        value = next((key for key, _pk in axes if key.split("@")[0] == value), "")
    return f"{facet}:{value}"


def year_of(value: str) -> tuple[str, str]:
    """The first and the last day of a year."""
    return f"{int(value):04d}-01-01", f"{int(value):04d}-12-31"


def library(rows: QuerySet) -> QuerySet:
    """The rows of a list, without the prose that it does not show."""
    prose = (f"{name}_{code}" for name in ("summary", "body") for code in LANGUAGES)
    return rows.defer(*prose, "references", "counted")
