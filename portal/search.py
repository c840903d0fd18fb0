"""One search over everything public, blind to accents, stemmed in three languages.

Each public record has one document per language it can be read in. The documents follow
every announced change; a nightly repair finds and mends what escaped.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection, models, transaction
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.indexing import INDEX, TABLE
from portal.lib import text
from portal.lib.lexemes import lexemes, query_lexemes, text_lexemes, words
from portal.lib.translations import LANGUAGES, Translatable, current_language
from portal.models import Page, SearchDocument
from programme.models import Activity, Axis, Event
from publications.models import Issue, Publication
from regions.models import Region

BODY_LIMIT = 100_000  # characters of a text that are searched
MOST = 200  # results that are ranked and paged through
SNIPPET = 24  # words around the first hit


@dataclass(frozen=True)
class Source:
    """How the records of a kind become documents."""

    kind: str
    label: str
    model: type[Translatable]
    rows: Callable[[], models.QuerySet]
    title: str
    body: Callable[[Translatable, str], str]
    path: Callable[[Translatable], str] = lambda record: record.get_absolute_url()
    region: Callable[[Translatable], str] = lambda record: ""
    date: Callable[[Translatable], object] = lambda record: None


def of_fields(*names: str) -> Callable[[Translatable, str], str]:
    return lambda record, code: " ".join(record.text(name, code).value for name in names)


def publication_body(record: Publication, code: str) -> str:
    """The summary, and the text itself where everybody may read it."""
    parts = [record.symbol, record.authors, record.text("summary", code).value]
    if record.is_public:
        parts.append(text.plain(record.text("body", code).value[:BODY_LIMIT]))
    return " ".join(parts)


def organisation_body(record: Organisation, code: str) -> str:
    country = getattr(record.country, f"name_{code}", "") if record.country_id else ""
    return f"{record.acronym} {country} {record.text('description', code).value}"


SOURCES = {
    source.kind: source
    for source in (
        Source(
            "publication",
            _("Publications"),
            Publication,
            lambda: Publication.objects.announced(),
            "title",
            publication_body,
            date=lambda record: record.published_on,
        ),
        Source(
            "organisation",
            _("Members"),
            Organisation,
            lambda: Organisation.objects.public().select_related("country__region"),
            "name",
            organisation_body,
            region=lambda record: record.country.region.code if record.country_id else "",
        ),
        Source(
            "event",
            _("Events"),
            Event,
            lambda: Event.objects.public(),
            "title",
            of_fields("place", "summary"),
            date=lambda record: record.local_start.date(),
        ),
        Source(
            "activity",
            _("Activities"),
            Activity,
            lambda: Activity.objects.select_related("axis"),
            "title",
            of_fields("summary"),
            path=lambda record: record.axis.get_absolute_url(),
            date=lambda record: record.starts_on,
        ),
        Source(
            "issue",
            _("Newsletters"),
            Issue,
            lambda: Issue.objects.public(),
            "subject",
            lambda record, code: f"{record.symbol} {record.text('lead', code).value}",
            date=lambda record: record.sent_at.date() if record.sent_at else None,
        ),
        Source(
            "region",
            _("Regions"),
            Region,
            lambda: Region.objects.all(),
            "name",
            lambda record, code: f"{record.code} {record.text('description', code).value}",
            region=lambda record: record.code,
        ),
        Source(
            "axis",
            _("Axes"),
            Axis,
            lambda: Axis.objects.of_current_cycle(),
            "title",
            of_fields("description"),
        ),
        Source(
            "page",
            _("Pages"),
            Page,
            lambda: Page.objects.all(),
            "title",
            lambda record, code: text.plain(record.text("body", code).value),
        ),
    )
}
KIND_OF = {source.model: source.kind for source in SOURCES.values()}


# -- Documents ---------------------------------------------------------------------------------


def documents_of(source: Source, record: Translatable) -> list[SearchDocument]:
    """One document for each language the record can be read in."""
    path = re.sub(r"^/(?:fr|en|es)(?=/)", "", source.path(record))
    result = []
    for code in LANGUAGES:
        if code != record.original_language and not record.is_available(code):
            continue
        title, body = record.own_text(source.title, code), source.body(record, code)
        result.append(
            SearchDocument(
                kind=source.kind,
                object_id=str(record.pk),
                language=code,
                title=title[:300],
                body=body,
                path=path,
                region_code=source.region(record),
                date=source.date(record),
                title_lexemes=text_lexemes(title, code),
                body_lexemes=text_lexemes(body, code),
            )
        )
    return result


def follow(changed: Iterable[models.Model]):
    """A receiver of changes: bring the search documents of these records up to date."""
    keys: dict[str, set] = {}
    for record in changed:
        kind = KIND_OF.get(type(record))
        if kind:
            keys.setdefault(kind, set()).add(record.pk)
    for kind, pks in keys.items():
        source = SOURCES[kind]
        with transaction.atomic():
            rows = SearchDocument.objects.filter(kind=kind, object_id__in=[str(pk) for pk in pks])
            rows.delete()
            SearchDocument.objects.bulk_create(
                document
                for record in source.rows().filter(pk__in=pks)
                for document in documents_of(source, record)
            )


COMPARED = ("title", "body", "path", "region_code", "date", "title_lexemes", "body_lexemes")


def repair() -> int:
    """Compare the index with the records, mend what differs, and say how many did."""
    mended = 0
    for source in SOURCES.values():
        present = {
            (document.object_id, document.language): document
            for document in SearchDocument.objects.filter(kind=source.kind)
        }
        stale = []
        for record in source.rows().iterator(chunk_size=500):
            for expected in documents_of(source, record):
                found = present.pop((expected.object_id, expected.language), None)
                if found is None:
                    stale.append(expected)
                elif any(getattr(found, name) != getattr(expected, name) for name in COMPARED):
                    expected.pk = found.pk
                    stale.append(expected)
        with transaction.atomic():
            gone = [document.pk for document in present.values()]
            gone += [document.pk for document in stale if document.pk]
            SearchDocument.objects.filter(pk__in=gone).delete()
            SearchDocument.objects.bulk_create(stale)
        mended += len(stale) + len(present)
    return mended


# -- Finding -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """A record found: its document in the best language, title and snippet with marks."""

    document: SearchDocument
    title: SafeString
    snippet: SafeString
    label: str


def find(query: str, *, language: str | None = None, kind: str = "") -> list[Hit]:
    """The records whose title or text holds every word of the query, best first.

    One hit per record, in the reader's language where it matched there. Nothing but words
    counts in a query, so no character can break it.
    """
    language = language or current_language()
    groups = query_lexemes(query)
    if not groups:
        return []
    best: dict[tuple[str, str], SearchDocument] = {}
    for document in matching(groups, kind=kind):
        key = (document.kind, document.object_id)
        if key not in best or (document.language == language and best[key].language != language):
            best[key] = document
    wanted = {lexeme for group in groups for lexeme in group}
    return [
        Hit(
            document,
            title=highlighted(document.title, document.language, wanted),
            snippet=highlighted(around(document, wanted), document.language, wanted),
            label=SOURCES[document.kind].label,
        )
        for document in best.values()
    ]


def matching(groups: list[tuple[str, ...]], *, kind: str) -> list[SearchDocument]:
    """The documents that match, best first, titles counting four times."""
    columns = ", ".join(
        f"d.{connection.ops.quote_name(field.column)}"
        for field in SearchDocument._meta.concrete_fields
    )
    only = "AND d.kind = %s" if kind else ""
    if connection.vendor == "postgresql":
        words_query = " & ".join("(" + " | ".join(f"'{x}'" for x in g) + ")" for g in groups)
        sql = f"""SELECT {columns} FROM {TABLE} d, to_tsquery('simple', %s) q
            WHERE d.lexemes @@ q {only}
            ORDER BY ts_rank_cd('{{0.1, 0.2, 0.25, 1.0}}', d.lexemes, q) DESC, d.id LIMIT {MOST}"""
    else:
        words_query = " AND ".join("(" + " OR ".join(f'"{x}"' for x in g) + ")" for g in groups)
        sql = f"""SELECT {columns} FROM {INDEX} i JOIN {TABLE} d ON d.id = i.rowid
            WHERE {INDEX} MATCH %s {only}
            ORDER BY bm25({INDEX}, 4.0, 1.0), d.id LIMIT {MOST}"""
    return list(SearchDocument.objects.raw(sql, [words_query, *([kind] if kind else [])]))


def is_hit(word: str, language: str, wanted: set[str]) -> bool:
    return not wanted.isdisjoint(lexemes(word, language))


def around(document: SearchDocument, wanted: set[str]) -> str:
    """The words around the first hit in the text, or its beginning."""
    found = list(words(document.body))
    if not found:
        return ""
    hit = next((i for i, m in enumerate(found) if is_hit(m[0], document.language, wanted)), 0)
    first, last = max(0, hit - SNIPPET // 3), min(len(found), hit + SNIPPET) - 1
    start = found[first].start() if first else 0
    end = found[last].end() if last < len(found) - 1 else len(document.body)
    before, after = "… " if first else "", " …" if last < len(found) - 1 else ""
    return f"{before}{document.body[start:end]}{after}"


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
