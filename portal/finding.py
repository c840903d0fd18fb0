"""Finding records by words: blind to accents, stemmed in three languages, the same hits in the
same order on SQLite and PostgreSQL.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal import candidates, vocabulary
from portal.candidates import Candidate
from portal.indexing import ROOM_OF, TABLE
from portal.lib import paging
from portal.lib.lexemes import WORD
from portal.lib.queries import Kind, Query, Term, parse
from portal.lib.templatetags.text import in_language, long_date
from portal.lib.translations import LANGUAGES, Language, current_language
from portal.search import FILE_LIMIT, SOURCES
from portal.snippets import around, highlighted, part_of_file
from publications.models import PublicationFile

MOST = 1000  # documents of a kind that are ranked: the newest, where there are more
SEEN = 200  # and those that tell what else a filter could have been set to
FEW = 2  # with so few results another spelling is suggested
PER_PAGE = 20
FILTERS = ("kind", "language", "region", "year")
# Where a record is read instead by those who are in the members' area.
IN_SPACE = {"publication": ("/publications/", "/space/library/")}


class Document(NamedTuple):
    """What is read of a document to show it: a page has twenty, and models cost more."""

    pk: int
    kind: str
    object_id: str
    language: str
    title: str
    title_language: str
    body: str
    path: str
    day: int
    regions: str
    file_kind: str
    title_words: str
    title_stems: str
    body_words: str
    body_stems: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found, ready to be shown: nothing is looked up for it any more."""

    kind: str
    label: str
    url: str
    title: SafeString
    title_language: str
    snippet: SafeString
    language: str
    date: str
    # "in Spanish" where the title is not in the reader's language; "in the file (PDF, French)".
    mark: str
    file_mark: str


class Choice(NamedTuple):
    """One thing to narrow the results to. No number is shown where it is not known."""

    value: str
    number: int
    is_capped: bool = False


@dataclass
class Found:
    """One page of the results, and what is known of all of them.

    ``count`` records were found; when ``is_capped`` there are more, and only the newest
    documents of each kind were ranked. ``regions`` are names by code.
    """

    page: paging.CursorPage
    count: int = 0
    is_capped: bool = False
    choices: dict[str, list[Choice]] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    suggestion: str = ""

    @property
    def floor(self) -> int:
        """A round number that there are more than."""
        return self.count - self.count % 100 or self.count


def find(
    text: str,
    *,
    language: str | None = None,
    audience: str = "public",
    chosen: Mapping[str, str] | None = None,
    by_date: bool = False,
    at: Mapping[str, str] | None = None,
) -> Found:
    """The records whose title, text or file holds all that the query asks for.

    One hit per record. What is in the reader's language comes first, then what has the words in
    its title or where it begins, then the newest.
    """
    language = language or current_language()
    query = parse(text)
    if not query:
        return Found(paging.CursorPage([]))
    chosen = {name: value for name, value in (chosen or {}).items() if value}
    rows, choices, is_capped = gathered(query, audience=audience, chosen=chosen)

    def key(row: Candidate) -> tuple[int, int, int, int]:
        is_other, rank = int(row.language != language), -row.score
        if by_date:
            return -row.day, is_other, rank, -row.pk
        return is_other, rank, -row.day, -row.pk

    best: dict[tuple[str, str], tuple] = {}
    for row in rows:
        record, place = (row.kind, row.object_id), key(row)
        if record not in best or place < best[record]:
            best[record] = place
    places = sorted(best.values())
    part, before, after = paging.page_of_keys(places, query=at or {}, size=PER_PAGE)
    pks = [-place[-1] for place in places[part]]
    documents, regions = read(pks, language=language, with_regions=bool(choices["region"]))
    page = paging.CursorPage(
        hits(documents, query, language=language, audience=audience), before=before, after=after
    )
    suggestion = ""
    if len(best) <= FEW and not chosen:
        suggestion = suggested(query, audience=audience)
    return Found(page, len(best), is_capped, choices, regions, suggestion)


# -- Candidates and choices ----------------------------------------------------------------------


def gathered(
    query: Query, *, audience: str, chosen: Mapping[str, str]
) -> tuple[list[Candidate], dict[str, list[Choice]], bool]:
    """The documents to rank, what they may be narrowed to, and whether there are more of them."""
    most = min(SEEN, MOST) if chosen else MOST
    rows = candidates.newest(query, audience=audience, limit=most + 1, marks={})
    full = full_rooms(rows, most)
    standing = [row for row in rows if row.stands]
    choices = counted(standing, chosen)
    if not full:
        return matching(standing, chosen), choices, False
    if not chosen:
        return standing, known(choices, full), True
    # Narrowed by the index, so that a filter reaches the older documents too. These tell what they
    # may be narrowed to further; what else could have been chosen is told by the newest of all.
    rows = candidates.newest(query, audience=audience, limit=MOST + 1, marks=chosen)
    full = full_rooms(rows, MOST)
    standing = [row for row in rows if row.stands]
    instead = {name: [Choice(choice.value, 0) for choice in choices[name]] for name in chosen}
    return standing, known(counted(standing, chosen), full) | instead, bool(full)


def known(choices: dict[str, list[Choice]], full: Set[str]) -> dict[str, list[Choice]]:
    """The choices with the numbers that are known: where all documents were seen, of a kind all
    in its room."""
    if not full:
        return choices
    found = {name: [Choice(choice.value, 0) for choice in choices[name]] for name in choices}
    found["kind"] = [
        Choice(choice.value, choice.number, ROOM_OF[choice.value] in full)
        for choice in choices["kind"]
    ]
    return found


def full_rooms(rows: Iterable[Candidate], most: int) -> set[str]:
    """Where there are more documents than that."""
    rooms = Counter(ROOM_OF[row.kind] for row in rows)
    return {room for room, number in rooms.items() if number > most}


def values_of(row: Candidate, name: str) -> Sequence[str]:
    if name == "kind":
        return (row.kind,)
    if name == "language":
        return (row.language,)
    if name == "region":
        return row.regions.split()
    return (str(row.day // 10000),) if row.day else ()


def matching(rows: Iterable[Candidate], chosen: Mapping[str, str]) -> list[Candidate]:
    if not chosen:
        return list(rows)
    return [
        row for row in rows if all(value in values_of(row, name) for name, value in chosen.items())
    ]


def counted(rows: Sequence[Candidate], chosen: Mapping[str, str]) -> dict[str, list[Choice]]:
    """How many records each choice would leave, as the other filters are set: never none."""
    orders = {"kind": list(SOURCES).index, "language": LANGUAGES.index, "year": lambda y: -int(y)}
    found = {}
    for name in FILTERS:
        others = {other: value for other, value in chosen.items() if other != name}
        numbers = Counter(value for *_record, value in records(matching(rows, others), name))
        values = sorted(numbers, key=orders.get(name, str))
        found[name] = [Choice(value, numbers[value]) for value in values]
    return found


def records(rows: Iterable[Candidate], name: str) -> set[tuple[str, str, str]]:
    """Each record under each of its values, once, in however many languages it was found."""
    match name:
        case "kind":
            return {(row.kind, row.object_id, row.kind) for row in rows}
        case "language":
            return {(row.kind, row.object_id, row.language) for row in rows}
        case "year":
            return {(row.kind, row.object_id, str(row.day // 10000)) for row in rows if row.day}
    return {(row.kind, row.object_id, code) for row in rows for code in row.regions.split()}


# -- Hits ----------------------------------------------------------------------------------------


def read(
    pks: list[int], *, language: str, with_regions: bool
) -> tuple[list[Document], dict[str, str]]:
    """The documents in the order given, and the names of the regions: both in one query."""
    if not pks:
        return [], {}
    # Django would take as long to write this as the database to answer it.
    columns = ", ".join(("id", *Document._fields[1:]))
    sql = f"SELECT {columns} FROM {TABLE} WHERE id IN ({', '.join(['%s'] * len(pks))})"
    params: list[int | str] = [*pks]
    if with_regions:
        sql += " OR (kind = 'region' AND language = %s)"
        params.append(language)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = {row.pk: row for row in map(Document._make, cursor.fetchall())}
    names = {
        row.regions: row.title
        for row in rows.values()
        if row.kind == "region" and row.language == language
    }
    return [rows[pk] for pk in pks if pk in rows], names


# Of a text that says the same, to who asks the same, the same is shown: every word of it would be
# looked at anew.
@lru_cache(maxsize=500)
def marked(body: str, body_words: str, language: str, terms: tuple[Term, ...]) -> SafeString:
    """What is shown of a text, its hits marked."""
    return highlighted(around(body, body_words, language, terms), language, terms)


marked_title = lru_cache(maxsize=500)(highlighted)


@lru_cache(maxsize=2000)
def written_day(day: int, language: str) -> str:
    """The day (20261231; 0 without) as it is written in the language, which is the current one."""
    return long_date(datetime.date.fromisoformat(str(day))) if day else ""


def hits(found: list[Document], query: Query, *, language: str, audience: str) -> list[Hit]:
    """The documents as they are shown."""
    terms = tuple(query.wanted)
    in_file = {document.pk for document in found if is_in_file_alone(document, terms)}
    texts = file_texts([document for document in found if document.pk in in_file])
    labels = {kind: str(SOURCES[kind].label) for kind in {document.kind for document in found}}
    marks = {code: "" if code == language else in_language(code) for code in LANGUAGES}
    shown_in = current_language()
    result = []
    for document in found:
        own = document.language
        if document.pk in in_file:
            body = part_of_file(texts.get((document.object_id, own), ""), terms)
            snippet = marked(body, "", own, terms)
        else:
            snippet = marked(document.body, document.body_words, own, terms)
        path = document.path
        if audience == "members" and document.kind in IN_SPACE:
            path = path.replace(*IN_SPACE[document.kind], 1)
        result.append(
            Hit(
                kind=document.kind,
                label=labels[document.kind],
                # In the reader's language: the switch of language never leaves the page.
                url=f"/{language}{path}",
                title=marked_title(document.title, document.title_language, terms),
                title_language=document.title_language,
                snippet=snippet,
                language=own,
                date=written_day(document.day, shown_in),
                mark=marks[document.title_language],
                file_mark=file_mark(document) if document.pk in in_file else "",
            )
        )
    return result


def is_in_file_alone(document: Document, terms: Sequence[Term]) -> bool:
    """Whether something asked for stands in the attached file and nowhere else."""
    if not document.file_kind:
        return False
    said = f"{document.title_words}{document.title_stems}"
    said += f"{document.body_words}{document.body_stems}"

    def is_said(term: Term) -> bool:
        if term.kind is Kind.SYMBOL or term.kind is Kind.PHRASE:
            return any(f" {' '.join(way)} " in said for way in term.sequences)
        end = "" if term.kind is Kind.BEGINNING else " "
        return any(f" {lexeme}{end}" in said for lexeme in term.lexemes)

    return not all(map(is_said, terms))


def file_texts(documents: list[Document]) -> dict[tuple[str, str], str]:
    """(publication, language) → the words of its file, in one query and only where needed."""
    if not documents:
        return {}
    rows = PublicationFile.objects.filter(
        publication__in=[document.object_id for document in documents]
    )
    return {
        (str(publication), language): text[:FILE_LIMIT].replace("\x00", " ")
        for publication, language, text in rows.values_list("publication", "language", "words")
    }


def file_mark(document: Document) -> str:
    return _("in the file (%(kind)s, %(language)s)") % {
        "kind": document.file_kind,
        "language": Language(document.language).label,
    }


# -- Another spelling ----------------------------------------------------------------------------


def suggested(query: Query, *, audience: str) -> str:
    """The query with near words for those that nothing holds, if that finds something."""
    typed = [term.written for term in query.wanted if term.kind is Kind.WORD]
    instead = vocabulary.nearest(typed)
    if not instead:
        return ""
    text = WORD.sub(lambda match: instead.get(match[0], match[0]), query.text)
    found = candidates.newest(parse(text), audience=audience, limit=FEW, marks={})
    return text if any(row.stands for row in found) else ""
