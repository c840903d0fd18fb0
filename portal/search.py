"""What the search knows: documents of everything public, kept true to the records.

Each public record has one document per language it can be read in. The documents follow
every announced change; a nightly repair finds and mends what escaped.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.lib import text
from portal.lib.lexemes import text_lexemes
from portal.lib.translations import LANGUAGES, Translatable
from portal.models import Page, SearchDocument
from programme.models import Activity, Axis, Event
from publications.models import Issue, Publication
from regions.models import Region

BODY_LIMIT = 100_000  # characters of a text that are searched


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
    """The fields' own texts in the language of the document: nothing falls back here, since
    the original has a document of its own."""
    return lambda record, code: pieces(*(record.own_text(name, code) for name in names))


def pieces(*parts: str) -> str:
    """Prose first, then names and codes, apart from one another as a snippet shows them."""
    return " · ".join(part for part in parts if part)


def publication_body(record: Publication, code: str) -> str:
    """The summary, and the text itself where everybody may read it."""
    body = text.plain(record.own_text("body", code)[:BODY_LIMIT]) if record.is_public else ""
    return pieces(record.own_text("summary", code), body, record.symbol, record.authors)


def organisation_body(record: Organisation, code: str) -> str:
    country = getattr(record.country, f"name_{code}") if record.country_id else ""
    words = ", ".join(getattr(facet, f"label_{code}") or "" for facet in record.facets.all())
    return pieces(record.own_text("description", code), country, record.acronym, words)


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
            lambda: (
                Organisation.objects.public()
                .select_related("country__region")
                .prefetch_related("facets")
            ),
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
            of_fields("summary", "place"),
            date=lambda record: record.local_start.date(),
        ),
        Source(
            "activity",
            _("Activities"),
            Activity,
            # An axis page is that of the current cycle; older activities have no page yet.
            lambda: Activity.objects.filter(
                axis__in=Axis.objects.of_current_cycle()
            ).select_related("axis"),
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
            lambda record, code: pieces(record.own_text("lead", code), record.symbol),
            date=lambda record: record.sent_at.date() if record.sent_at else None,
        ),
        Source(
            "region",
            _("Regions"),
            Region,
            lambda: Region.objects.all(),
            "name",
            lambda record, code: pieces(record.own_text("description", code), record.code),
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
            lambda record, code: text.plain(record.own_text("body", code)[:BODY_LIMIT]),
        ),
    )
}
KIND_OF = {source.model: source.kind for source in SOURCES.values()}


# -- Documents ---------------------------------------------------------------------------------


def documents_of(source: Source, record: Translatable) -> list[SearchDocument]:
    """One document for each language the record can be read in, of its own texts alone.

    A fallback is not indexed: it would be found, stemmed and shown as another language.
    """
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


COMPARED = ("title", "body", "path", "region_code", "date", "title_lexemes", "body_lexemes")


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
            wanted = [
                document
                for record in source.rows().filter(pk__in=pks)
                for document in documents_of(source, record)
            ]
            kept = {(document.object_id, document.language) for document in wanted}
            rows = SearchDocument.objects.filter(kind=kind, object_id__in=[str(pk) for pk in pks])
            gone = [
                pk
                for pk, *key in rows.values_list("pk", "object_id", "language")
                if tuple(key) not in kept
            ]
            SearchDocument.objects.filter(pk__in=gone).delete()
            store(wanted)


def store(documents: list[SearchDocument]):
    """Add or replace: two processes that save one record at once must not meet in an error."""
    SearchDocument.objects.bulk_create(
        documents,
        update_conflicts=True,
        unique_fields=("kind", "object_id", "language"),
        update_fields=COMPARED,
    )


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
                if found is None or any(
                    getattr(found, name) != getattr(expected, name) for name in COMPARED
                ):
                    stale.append(expected)
        with transaction.atomic():
            gone = [document.pk for document in present.values()]
            SearchDocument.objects.filter(pk__in=gone).delete()
            store(stale)
        mended += len(stale) + len(present)
    return mended
