"""Finding records by words: blind to accents, stemmed in three languages, the same hits on
SQLite and PostgreSQL.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from django.db import connection
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from portal.indexing import INDEX, TABLE
from portal.lib.lexemes import lexemes, query_lexemes, words
from portal.lib.translations import LANGUAGES, current_language
from portal.models import SearchDocument
from portal.search import SOURCES

MOST = 200  # results that are ranked and paged through
SNIPPET = 24  # words from the first hit on


@dataclass(frozen=True)
class Hit:
    """A record found: its document in the best language, title and snippet with marks."""

    document: SearchDocument
    title: SafeString
    snippet: SafeString
    label: str


class Match(NamedTuple):
    """What is needed of a document to place it among the others."""

    pk: int
    kind: str
    object_id: str
    language: str
    title_lexemes: str


class Hits(Sequence):
    """The records found, best first; texts are read and marked only for those looked at."""

    def __init__(self, pks: list[int], wanted: set[str], *, is_capped: bool):
        self.pks = pks
        self.wanted = wanted
        self.is_capped = is_capped

    def __len__(self) -> int:
        return len(self.pks)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self[:])

    def __getitem__(self, chosen):
        if not isinstance(chosen, slice):
            return self[chosen : chosen + 1 or None][0]
        pks = self.pks[chosen]
        documents = SearchDocument.objects.in_bulk(pks) if pks else {}
        return [self.hit(documents[pk]) for pk in pks if pk in documents]

    def hit(self, document: SearchDocument) -> Hit:
        return Hit(
            document,
            title=highlighted(document.title, document.language, self.wanted),
            snippet=highlighted(around(document, self.wanted), document.language, self.wanted),
            label=SOURCES[document.kind].label,
        )


def find(query: str, *, language: str | None = None, kind: str = "") -> Hits:
    """The records whose title or text holds every word of the query.

    One hit per record. What is in the reader's language comes first, then what has the most
    words of the query in its title. Nothing but words counts in a query, so that no character
    can break it.
    """
    language = language or current_language()
    groups = query_lexemes(query)
    matches = matching(groups, language=language, kind=kind) if groups else []

    def place(match: Match) -> tuple[bool, int]:
        own = set(match.title_lexemes.split())
        in_title = sum(not own.isdisjoint(group) for group in groups)
        return match.language != language, -in_title

    best: dict[tuple[str, str], int] = {}
    for match in sorted(matches, key=place):
        best.setdefault((match.kind, match.object_id), match.pk)
    return Hits(
        list(best.values())[:MOST],
        {lexeme for group in groups for lexeme in group},
        is_capped=len(best) > MOST,
    )


def matching(groups: list[tuple[str, ...]], *, language: str, kind: str) -> list[Match]:
    """The documents that match, best first, titles counting four times.

    One more than the languages of the most records, so that a cut shows in the records.
    """
    limit = MOST * len(LANGUAGES) + 1
    only = "AND d.kind = %s" if kind else ""
    columns = ", ".join(f"d.{name}" if name != "pk" else "d.id" for name in Match._fields)
    if connection.vendor == "postgresql":
        words_query = " & ".join("(" + " | ".join(f"'{x}'" for x in g) + ")" for g in groups)
        sql = f"""SELECT {columns} FROM {TABLE} d, to_tsquery('simple', %s) q
            WHERE d.lexemes @@ q {only}
            ORDER BY d.language <> %s, ts_rank_cd('{{0.1, 0.2, 0.25, 1.0}}', d.lexemes, q) DESC,
            d.id LIMIT {limit}"""
    else:
        words_query = " AND ".join("(" + " OR ".join(f'"{x}"' for x in g) + ")" for g in groups)
        sql = f"""SELECT {columns} FROM {INDEX} i JOIN {TABLE} d ON d.id = i.rowid
            WHERE {INDEX} MATCH %s {only}
            ORDER BY d.language <> %s, bm25({INDEX}, 4.0, 1.0), d.id LIMIT {limit}"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [words_query, *([kind] if kind else []), language])
        return [Match(*row) for row in cursor.fetchall()]


def is_hit(word: str, language: str, wanted: set[str]) -> bool:
    return not wanted.isdisjoint(lexemes(word, language))


def around(document: SearchDocument, wanted: set[str]) -> str:
    """The words around the first hit in the text, or its beginning."""
    found = words(document.body)
    before: deque[re.Match] = deque(maxlen=SNIPPET // 3)
    hit = None
    if not wanted.isdisjoint(document.body_lexemes.split()):
        for match in found:
            if is_hit(match[0], document.language, wanted):
                hit = match
                break
            before.append(match)
    if hit is None:
        before.clear()
        found = words(document.body)
    shown = [*before, *([hit] if hit else []), *islice(found, SNIPPET)]
    if not shown:
        return ""
    is_start = next(words(document.body)).start() == shown[0].start()
    is_end = next(found, None) is None
    start = 0 if is_start else shown[0].start()
    end = len(document.body) if is_end else shown[-1].end()
    return f"{'' if is_start else '… '}{document.body[start:end]}{'' if is_end else ' …'}"


def highlighted(passage: str, language: str, wanted: set[str]) -> SafeString:
    """The passage, escaped, with <mark> around the words that match."""
    parts, position = [], 0
    for match in words(passage):
        if is_hit(match[0], language, wanted):
            parts.append(conditional_escape(passage[position : match.start()]))
            parts.append(format_html("<mark>{}</mark>", match[0]))
            position = match.end()
    parts.append(conditional_escape(passage[position:]))
    return mark_safe("".join(parts))
