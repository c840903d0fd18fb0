"""What waits to be translated into a language: what reaches most readers comes first.

Every kind of text is looked through with two queries (three for principal information); then only
the rows of the page are read whole.
"""

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone

from members.models import User
from portal import reached, texts
from portal.lib.translations import Text, Translatable, TranslationState
from portal.models import TranslationDraft, TranslationTask
from portal.texts import TextKind
from portal.translating import drafts, giving, sources
from regions.models import Region

PER_PAGE = 25
# So many texts of a kind are put in order, the newest first; beyond, they are only counted.
READ = 1000

WAITING = (
    TranslationState.MISSING,
    TranslationState.IN_PROGRESS,
    TranslationState.OUTDATED,
    TranslationState.MACHINE,
)
MINE, DUE, ALL = "mine", "due", "all"


class Wanted(NamedTuple):
    """What is asked for: a language, one kind, one region, one state, and whose."""

    language: str
    kind: str = ""
    region: Region | None = None
    state: str = ""
    whose: str = ""


@dataclass
class Row:
    """One text that waits. What is read for the page alone is filled in later."""

    kind: TextKind
    key: str
    readers: int
    is_principal: bool
    task: TranslationTask | None = None
    draft: TranslationDraft | None = None
    record: Translatable | None = None
    words: int = 0
    # The words in sentences that are new; None when the earlier original is unknown.
    new_words: int | None = None
    regions: list[Region] = field(default_factory=list)
    language: str = ""

    @property
    def place(self) -> tuple[str, str]:
        return self.kind.code, self.key

    @property
    def value(self) -> str:
        return f"{self.kind.code}:{self.key}"

    @property
    def title(self) -> Text:
        return self.record.text(self.kind.title_field)

    @property
    def state(self) -> str:
        return self.record.translation_state(self.language)

    @property
    def state_label(self) -> str:
        return TranslationState(self.state).label

    @property
    def pill(self) -> str:
        return PILLS.get(self.state, "neutral")

    @property
    def is_outdated(self) -> bool:
        return self.state == TranslationState.OUTDATED

    @property
    def work(self) -> int:
        """The words there are to write, as far as one can know."""
        is_known = self.is_outdated and self.new_words is not None
        return self.new_words if is_known else self.words

    @property
    def order(self) -> tuple:
        due = self.task.due_on if self.task else None
        return (-self.readers, not self.is_principal, due or datetime.date.max, *self.place)


PILLS = {
    TranslationState.READY: "ok",
    TranslationState.OUTDATED: "warn",
    TranslationState.MACHINE: "warn",
    TranslationState.IN_PROGRESS: "info",
}


@dataclass
class Queue:
    page: Page
    counts: dict[str, int]
    # Over the rows of the page.
    words: int = 0
    work: int = 0

    @property
    def count(self) -> int:
        return sum(self.counts.values())


def queue(user: User, wanted: Wanted, *, page: str | int = 1) -> Queue:
    """What the person may translate into the language, and a page of it in its order."""
    language = wanted.language
    tasks = places(TranslationTask.objects.open().select_related("person"), language)
    begun = places(TranslationDraft.objects.open().select_related("author"), language)
    subscribers = reached.subscribers_by_letter(language)
    rows, counts = [], {}
    for kind in texts.kinds():
        if wanted.kind in ("", kind.code):
            found, counts[kind.code] = rows_of(kind, user, wanted, tasks, subscribers)
            rows += found
    for row in rows:
        row.task, row.draft = tasks.get(row.place), begun.get(row.place)
        row.language = language
    rows.sort(key=lambda row: row.order)
    shown = Paginator(rows, PER_PAGE).get_page(page)
    read_whole(shown.object_list, user, language)
    shown.object_list = [row for row in shown.object_list if row.record is not None]
    return Queue(
        shown,
        counts,
        words=sum(row.words for row in shown.object_list),
        work=sum(row.work for row in shown.object_list),
    )


def places(rows: QuerySet, language: str) -> dict[tuple[str, str], object]:
    return {(row.kind, row.key): row for row in rows.filter(language=language)}


def rows_of(
    kind: TextKind,
    user: User,
    wanted: Wanted,
    tasks: dict[tuple[str, str], TranslationTask],
    subscribers: dict[int | None, int],
) -> tuple[list[Row], int]:
    """The texts of a kind with their readers, unread; and how many there are."""
    rows = narrowed(kind, user, wanted, tasks)
    regions: dict[str, set[int]] = {}
    # The links to regions are followed for the keys, so that a text in two regions counts once.
    keys = [pk for (pk,) in rows.order_by("-pk").values_list("pk")[: READ + 1]]
    count = len(keys) if len(keys) <= READ else rows.order_by().count()
    keys = list(dict.fromkeys(keys))[:READ]
    if not keys:
        return [], count
    regions = {str(pk): set() for pk in keys}
    if kind.region_paths:
        linked = kind.all_rows().filter(pk__in=keys).order_by()
        for pk, *found in linked.values_list("pk", *kind.region_paths):
            regions[str(pk)] |= {one for one in found if one is not None}
    principal = set()
    if kind.why_principal:
        principal = set(kind.principal_rows().filter(pk__in=keys).values_list("pk", flat=True))
    readers = reached.by_regions(kind, regions, wanted.language, subscribers)
    return [Row(kind, str(pk), readers[str(pk)], pk in principal) for pk in keys], count


def narrowed(kind: TextKind, user: User, wanted: Wanted, tasks: dict) -> QuerySet:
    language = wanted.language
    rows = kind.translatable_by(user, language)
    if wanted.region is not None:
        rows = kind.in_region(rows, wanted.region)
    if wanted.whose in (MINE, DUE):
        soon = timezone.localdate() + giving.SOON
        keys = [
            key
            for (code, key), task in tasks.items()
            if code == kind.code
            and (wanted.whose == DUE or task.person_id == user.pk)
            and (wanted.whose == MINE or (task.due_on is not None and task.due_on <= soon))
        ]
        rows = rows.filter(pk__in=[key for key in keys if key.isdigit()])
    if wanted.state == ALL:
        return rows
    return rows.filter(in_state(language, wanted.state))


def in_state(language: str, state: str) -> Q:
    states = [state] if state in TranslationState.values else WAITING
    return Q(**{f"state_{language}__in": states})


def read_whole(rows: list[Row], user: User, language: str):
    """Read the records of one page, kind by kind, and count their words."""
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(row.kind.code, []).append(row)
    for group in by_kind.values():
        kind = group[0].kind
        found = kind.translatable_by(user, language)
        records = texts.records_of(kind, found, [row.key for row in group])
        behind = [
            one
            for one in records.values()
            if one.translation_state(language) == TranslationState.OUTDATED
        ]
        before = sources.of_translations(kind, behind, language) if behind else {}
        for row in group:
            row.record = records.get(row.key)
            if row.record is None:
                continue
            row.regions = kind.regions_of(row.record)
            row.words, row.new_words = sources.words_to_translate(
                kind, row.record, before.get(row.key)
            )


def waiting_for_approval(user: User) -> list[TranslationDraft]:
    """The drafts that wait for this person, the longest first, each with its record."""
    rows = TranslationDraft.objects.waiting().select_related("author").order_by("handed_in_at")
    return drafts.visible_to(user, rows[:READ])
