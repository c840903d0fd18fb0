"""What is translated into what: figures by kind of text, region and language.

All figures are counted from the same rows, in a fixed number of queries a kind. The words of an
original are counted once for each of its versions, and kept by their fingerprint.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Min, QuerySet
from django.utils import timezone

from members.models import User
from portal import texts
from portal.lib.translations import LANGUAGES, Translatable, TranslationState
from portal.models import TranslationDraft
from portal.texts import TextKind
from regions.models import Region

# A body of so many records is read at once when its words are not known yet.
BATCH = 500
WORDS_KEPT = 60 * 60 * 24 * 30
WORLD = ""


@dataclass
class Cell:
    """The texts of a kind in one language. ``words`` are still to be translated (of what is
    missing, outdated, in progress or a machine's); ``days`` is the longest wait, if it is known."""

    language: str
    total: int = 0
    ready: int = 0
    outdated: int = 0
    missing: int = 0
    in_progress: int = 0
    machine: int = 0
    waiting: int = 0
    words: int = 0
    days: int | None = None

    def add(self, row: "Row"):
        state = row.states.get(self.language)
        if state is None:
            return
        self.total += 1
        setattr(self, state, getattr(self, state) + 1)
        self.waiting += self.language in row.waiting
        if state != TranslationState.READY:
            self.words += row.words
            days = row.days(timezone.localdate())
            if days is not None:
                self.days = max(self.days or 0, days)

    @property
    def open(self) -> int:
        return self.total - self.ready


@dataclass
class Row:
    """One text, as far as the figures need it; ``states`` has the languages it stands in."""

    key: str
    states: dict[str, str]
    regions: tuple[str, ...]
    words: int = 0
    since: datetime.date | None = None
    waiting: set[str] = field(default_factory=set)

    def days(self, today: datetime.date) -> int | None:
        return max((today - self.since).days, 0) if self.since else None


@dataclass
class Line:
    """The cells of a kind, or of a kind in one region."""

    kind: TextKind
    region: str
    cells: list[Cell]


Waiting = dict[tuple[str, str], set[str]]


def waiting_drafts() -> Waiting:
    """The languages in which a text has a draft that waits for approval."""
    found: Waiting = {}
    rows = TranslationDraft.objects.waiting().values_list("kind", "key", "language")
    for code, key, language in rows:
        found.setdefault((code, key), set()).add(language)
    return found


def rows_of(kind: TextKind, rows: QuerySet, waiting: Waiting) -> list[Row]:
    """The rows of a kind with what the figures need; at most four queries, however many rows."""
    columns = [f"{name}_{code}" for name in kind.html for code in LANGUAGES]
    records = list(kind.whole(rows.order_by("pk")).defer(*columns) if columns else kind.whole(rows))
    open_ones = [record for record in records if is_open(kind, record)]
    words = words_of(kind, open_ones)
    since = written_since(kind, open_ones)
    return [
        Row(
            key=str(record.pk),
            states=states_of(kind, record),
            regions=tuple(region.code for region in kind.regions_of(record)) or (WORLD,),
            words=words.get(record.pk, 0),
            since=since.get(record.pk),
            waiting=waiting.get((kind.code, str(record.pk)), set()),
        )
        for record in records
    ]


def states_of(kind: TextKind, record: Translatable) -> dict[str, str]:
    return {code: state for code, state in record.languages() if kind.stands_in(record, code)}


def is_open(kind: TextKind, record: Translatable) -> bool:
    return any(state != TranslationState.READY for state in states_of(kind, record).values())


def original_fingerprint(record: Translatable) -> str:
    """The fingerprint of the original as it is stored, without reading its texts."""
    return getattr(record, f"source_{record.original_language}")


def words_of(kind: TextKind, records: list[Translatable]) -> dict[int, int]:
    """The words of each original, mark-up left out."""
    names = {record.pk: f"words:{kind.code}:{original_fingerprint(record)}" for record in records}
    known = cache.get_many(set(names.values()))
    unknown = [record.pk for record in records if names[record.pk] not in known]
    if unknown:
        for record in kind.all_rows().filter(pk__in=unknown).iterator(chunk_size=BATCH):
            known[names[record.pk]] = kind.words(record, record.original_language)
        fresh = {names[pk]: known[names[pk]] for pk in unknown if names[pk] in known}
        cache.set_many(fresh, timeout=WORDS_KEPT)
    return {pk: known[name] for pk, name in names.items() if name in known}


def written_since(kind: TextKind, records: list[Translatable]) -> dict[int, datetime.date]:
    """Since when each original says what it says, by its history, and readers could read it.

    A text that is not published yet keeps nobody waiting; one without a history is unknown.
    """
    today = timezone.localdate()
    histories = getattr(kind.model, "history", None)
    if histories is None or not records:
        return {}
    sources = [f"source_{code}" for code in LANGUAGES]
    current = {
        record.pk: (record.original_language, original_fingerprint(record)) for record in records
    }
    found: dict[int, datetime.datetime] = {}
    versions = histories.model.objects.filter(id__in=list(current)).order_by()
    for pk, *fingerprints, first in versions.values_list("id", *sources).annotate(
        Min("history_date")
    ):
        language, fingerprint = current[pk]
        if fingerprints[LANGUAGES.index(language)] == fingerprint:
            found[pk] = min(found.get(pk, first), first)
    result = {}
    for record in records:
        if record.pk not in found:
            continue
        day = timezone.localdate(found[record.pk])
        published = getattr(record, "published_on", None)
        day = max(day, published) if published else day
        if day <= today:
            result[record.pk] = day
    return result


def lines(
    user: User,
    *,
    languages: Iterable[str] = LANGUAGES,
    kinds: Iterable[TextKind] | None = None,
    region: Region | None = None,
    by_region: bool = False,
) -> list[Line]:
    """The figures of each kind with at least one text, all regions together or one by one.

    A text that concerns two regions counts in both, and once where they are not told apart.
    """
    languages, found, waiting = list(languages), [], waiting_drafts()
    for kind in kinds if kinds is not None else texts.kinds():
        seen = kind.seen_by(user)
        rows = rows_of(kind, kind.in_region(seen, region) if region else seen, waiting)
        groups: dict[str, list[Row]] = {}
        for row in rows:
            for code in row.regions if by_region else (region.code if region else WORLD,):
                groups.setdefault(code, []).append(row)
        for code, group in sorted(groups.items()):
            cells = [Cell(language) for language in languages]
            for cell in cells:
                for row in group:
                    cell.add(row)
            found.append(Line(kind, code, cells))
    return found


def totals(found: list[Line]) -> list[Cell]:
    """All kinds together, by language."""
    result: dict[str, Cell] = {}
    for line in found:
        for cell in line.cells:
            total = result.setdefault(cell.language, Cell(cell.language))
            for name in (
                "total",
                "ready",
                "outdated",
                "missing",
                "in_progress",
                "machine",
                "waiting",
                "words",
            ):
                setattr(total, name, getattr(total, name) + getattr(cell, name))
            if cell.days is not None:
                total.days = max(total.days or 0, cell.days)
    return list(result.values())


@dataclass
class Lacking:
    """Principal information that a language lacks, or has of an older original."""

    kind: TextKind
    record: Translatable
    language: str
    state: str


def lacking(user: User, languages: Iterable[str] = LANGUAGES) -> list[Lacking]:
    """What must exist in all three languages and does not, by name; one query a kind."""
    found = []
    for kind in texts.kinds():
        if not kind.why_principal:
            continue
        rows = kind.principal(kind.seen_by(user))
        found += [
            Lacking(kind, record, code, record.translation_state(code))
            for record in kind.whole(rows)
            for code in languages
            if record.translation_state(code) != TranslationState.READY
        ]
    return found
