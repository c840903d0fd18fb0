"""What the search knows: documents of everything that is read, kept true to the records.

Each record has one document per language it can be read in, and two where members find more
than the public. The documents follow every announced change; a nightly repair finds and mends
what escaped (`portal.mending`).
"""

import datetime
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import islice

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal import vocabulary
from portal.indexing import ROOM_OF
from portal.lib import text
from portal.lib.lexemes import BREAK, WORD, begun, letters, lexed, padded, symbols
from portal.lib.linked import as_list
from portal.lib.translations import LANGUAGES, Translatable
from portal.models import Page, SearchAudience, SearchDocument
from programme.models import Activity, Axis, EmergingIssue, Event
from publications.models import Issue, Publication
from regions.models import Region

BODY_LIMIT = 100_000  # characters of a text that are searched
FILE_LIMIT = 200_000  # and of a file
LEAD = 40  # words a text begins with: a hit there weighs more
LOT = 200  # records whose documents are made together
LEXING = "2"  # another number where the same text is to be indexed otherwise
NO_REGIONS: tuple[str, ...] = ()

Record = Translatable
Body = Callable[[Record, str, bool], str]


@dataclass(frozen=True)
class Source:
    """How the records of a kind become documents.

    ``body`` takes the record, a language, and whether it is written for those who may read all of
    it. ``codes`` are names that find the record before all others: symbol, acronym.
    """

    kind: str
    label: str
    model: type[Translatable]
    rows: Callable[[], models.QuerySet]  # with what they are linked to as lists
    title: str
    body: Body
    path: Callable[[Record], str] = lambda record: record.get_absolute_url()
    regions: Callable[[Record], Iterable[str]] = lambda record: NO_REGIONS
    date: Callable[[Record], datetime.date | None] = lambda record: None
    codes: Callable[[Record], Sequence[str]] = lambda record: ()


def of_fields(*names: str) -> Body:
    """The fields' own texts in the language of the document: nothing falls back here, since
    the original has a document of its own."""
    return lambda record, code, whole: pieces(*(record.own_text(name, code) for name in names))


def pieces(*parts: str) -> str:
    """Prose first, then names and codes, apart from one another as a snippet shows them."""
    return f" {BREAK} ".join(part for part in parts if part)


def codes_of(regions: Iterable[Region]) -> list[str]:
    return [region.code for region in regions]


def plain_body(record: Publication | Page, code: str) -> str:
    """The text, its headings apart from the sentences that follow."""
    return text.plain(record.own_text("body", code)[:BODY_LIMIT], between=BREAK)


def publication_body(record: Publication, code: str, whole: bool) -> str:
    """The summary, and the text itself for those who may read it."""
    body = plain_body(record, code) if whole else ""
    return pieces(record.own_text("summary", code), body, record.symbol, record.authors)


def organisation_body(record: Organisation, code: str, whole: bool) -> str:
    country = getattr(record.country, f"name_{code}") if record.country_id else ""
    words = ", ".join(getattr(facet, f"label_{code}") or "" for facet in record.own_facets)
    return pieces(record.own_text("description", code), country, record.acronym, words)


def organisation_regions(record: Organisation) -> list[str]:
    if record.country_id:
        return [record.country.region.code]
    return codes_of(record.own_regions)


SOURCES = {
    source.kind: source
    for source in (
        Source(
            "publication",
            _("Publications"),
            Publication,
            lambda: Publication.objects.announced().prefetch_related(
                as_list("regions"), as_list("files")
            ),
            "title",
            publication_body,
            regions=lambda record: codes_of(record.own_regions),
            date=lambda record: record.published_on,
            codes=lambda record: (record.symbol,),
        ),
        Source(
            "organisation",
            _("Members"),
            Organisation,
            lambda: (
                Organisation.objects.public()
                .select_related("country__region")
                .prefetch_related(as_list("facets"), as_list("regions"))
            ),
            "name",
            organisation_body,
            regions=organisation_regions,
            codes=lambda record: (record.acronym,),
        ),
        Source(
            "event",
            _("Events"),
            Event,
            lambda: Event.objects.public().prefetch_related(as_list("regions")),
            "title",
            of_fields("summary", "place"),
            regions=lambda record: codes_of(record.own_regions),
            date=lambda record: record.local_start.date(),
        ),
        Source(
            "emerging_issue",
            _("Emerging issues"),
            EmergingIssue,
            lambda: EmergingIssue.objects.public().select_related("region"),
            "title",
            of_fields("why", "outcome"),
            regions=lambda record: (record.region.code,),
            date=lambda record: record.flagged_on,
        ),
        Source(
            "activity",
            _("Activities"),
            Activity,
            # An axis page is that of the current cycle; older activities have no page yet.
            lambda: (
                Activity.objects.filter(axis__in=Axis.objects.of_current_cycle())
                .select_related("axis")
                .prefetch_related(as_list("regions"))
            ),
            "title",
            of_fields("summary"),
            path=lambda record: record.axis.get_absolute_url(),
            regions=lambda record: codes_of(record.own_regions),
            date=lambda record: record.starts_on,
        ),
        Source(
            "issue",
            _("Newsletters"),
            Issue,
            lambda: Issue.objects.public().select_related("newsletter__region"),
            "subject",
            lambda record, code, whole: pieces(record.own_text("lead", code), record.symbol),
            regions=lambda record: codes_of(filter(None, [record.newsletter.region])),
            date=lambda record: record.sent_at.date() if record.sent_at else None,
            codes=lambda record: (record.symbol,),
        ),
        Source(
            "region",
            _("Regions"),
            Region,
            lambda: Region.objects.all(),
            "name",
            lambda record, code, whole: pieces(record.own_text("description", code), record.code),
            regions=lambda record: (record.code,),
            codes=lambda record: (record.code,),
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
            lambda record, code, whole: plain_body(record, code),
        ),
    )
}
KIND_OF = {source.model: source.kind for source in SOURCES.values()}


# -- Documents ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """What a record says in one language to one audience, before it is taken apart into words."""

    kind: str
    object_id: str
    language: str
    audience: str
    title: str
    title_language: str
    body: str
    path: str
    regions: str
    date: datetime.date | None
    codes: tuple[str, ...]
    file_kind: str = ""
    file_text: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.object_id, self.language, self.audience

    @property
    def digest(self) -> str:
        parts = "\x1f".join((LEXING, *map(str, astuple(self))))
        return hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()

    def document(self) -> SearchDocument:
        title = lexed(self.title, self.title_language)
        body = lexed(self.body, self.language)
        file = lexed(self.file_text, self.language)
        lead = lexed(" ".join(match[0] for match in beginning(self.body)), self.language)
        return SearchDocument(
            kind=self.kind,
            object_id=self.object_id,
            language=self.language,
            audience=self.audience,
            title=self.title,
            title_language=self.title_language,
            body=self.body,
            path=self.path,
            regions=self.regions,
            day=int(f"{self.date:%Y%m%d}") if self.date else 0,
            file_kind=self.file_kind,
            title_words=title.words,
            title_stems=title.stems,
            body_words=body.words,
            body_stems=body.stems,
            file_words=file.words,
            file_stems=file.stems,
            lead=f"{lead.words}{lead.stems}",
            begun=begun(*title, *body, *file),
            marks=self.marks(),
            digest=self.digest,
        )

    def marks(self) -> str:
        """What is looked for whole. No word can be mistaken for one: words have no "_"."""
        found = [f"g_{ROOM_OF[self.kind]}", f"k_{self.kind}", f"l_{self.language}"]
        found += [f"r_{code.lower()}" for code in self.regions.split()]
        found += [f"y_{self.date.year}"] if self.date else []
        found += ["a_public"] if self.audience != SearchAudience.MEMBERS else []
        found += ["a_members"] if self.audience != SearchAudience.PUBLIC else []
        found += sorted(f"c_{code}" for code in map(whole_code, self.codes) if code)
        texts = (self.title, self.body, self.file_text)
        found += sorted({f"s_{symbol}" for part in texts for symbol in symbols(part)})
        return padded(found)


def beginning(body: str) -> Iterator[re.Match]:
    return islice(WORD.finditer(body), LEAD)


def whole_code(code: str) -> str:
    """A symbol or acronym as one mark: P/2026/14 is p_2026_14, CIAS is cias."""
    return "_".join(letters(text.fold(part[0])) for part in WORD.finditer(code))


def written_by(source: Source, record: Record) -> Iterator[Written]:
    """One for each language the record can be read in, of its own texts alone.

    A fallback is not indexed: it would be found, stemmed and shown as another language. A file in
    a language that has no text is found under the original title.
    """
    path = re.sub(r"^/(?:fr|en|es)(?=/)", "", source.path(record))
    regions, date = " ".join(sorted(source.regions(record))), source.date(record)
    codes = tuple(code for code in source.codes(record) if code)
    files = files_of(record)
    for audience, whole in audiences(record):
        for code in LANGUAGES:
            file = files.get(code) if whole else None
            is_read = code == record.original_language or record.is_available(code)
            if not is_read and not (file and file.words):
                continue
            titled = code if is_read else record.original_language
            yield Written(
                kind=source.kind,
                object_id=str(record.pk),
                language=code,
                audience=audience,
                title=clean(record.own_text(source.title, titled))[:300],
                title_language=titled,
                body=clean(source.body(record, code, whole)) if is_read else "",
                path=path,
                regions=regions,
                date=date,
                codes=codes,
                file_kind=file.kind if file and file.words else "",
                file_text=clean(file.words[:FILE_LIMIT]) if file else "",
            )


def clean(prose: str) -> str:
    """PostgreSQL keeps no NUL, which a file may hold."""
    return prose.replace("\x00", " ")


def audiences(record: Record) -> list[tuple[str, bool]]:
    """Who finds the record, and whether by all it says: a members' text has two audiences."""
    if isinstance(record, Publication) and not record.is_public:
        return [(SearchAudience.PUBLIC, False), (SearchAudience.MEMBERS, True)]
    return [(SearchAudience.EVERYBODY, True)]


def files_of(record: Record) -> dict:
    if not isinstance(record, Publication):
        return {}
    # Taken off the record: each refers to the other, and with the words of a long file they would
    # wait for the garbage collector.
    return {file.language: file for file in record.__dict__.pop("own_files")}


# -- Following changes -----------------------------------------------------------------------------


def follow(changed: Iterable[models.Model]):
    """A receiver of changes: bring the search documents of these records up to date."""
    keys: dict[str, set] = {}
    for record in changed:
        if kind := KIND_OF.get(type(record)):
            keys.setdefault(kind, set()).add(record.pk)
    for kind, pks in keys.items():
        ordered = sorted(pks)
        for first in range(0, len(ordered), LOT):
            update(SOURCES[kind], ordered[first : first + LOT])


def update(source: Source, pks: Sequence[int]) -> int:
    """Make the documents of these records what they should be; how many were not."""
    with transaction.atomic():
        kept = SearchDocument.objects.filter(
            kind=source.kind, object_id__in=[str(pk) for pk in pks]
        )
        present = {
            (object_id, language, audience): (pk, digest)
            for pk, digest, object_id, language, audience in kept.values_list(
                "pk", "digest", "object_id", "language", "audience"
            )
        }
        stale: list[Written] = []
        replaced: list[int] = []
        for record in source.rows().filter(pk__in=pks).order_by("pk").iterator(chunk_size=50):
            for written in written_by(source, record):
                pk, digest = present.pop(written.key, (None, ""))
                if digest != written.digest:
                    stale.append(written)
                    replaced += [pk] if pk else []
        gone = [pk for pk, _digest in present.values()]
        if stale or gone:
            before = vocabulary.counted(SearchDocument.objects.filter(pk__in=[*replaced, *gone]))
            SearchDocument.objects.filter(pk__in=gone).delete()
            documents = [written.document() for written in stale]
            store(documents)
            vocabulary.move(before, vocabulary.counted(documents))
    return len(stale) + len(gone)


def store(documents: list[SearchDocument]):
    """Add or replace: two processes that save one record at once must not meet in an error."""
    SearchDocument.objects.bulk_create(
        documents,
        batch_size=200,
        update_conflicts=True,
        unique_fields=("kind", "object_id", "language", "audience"),
        update_fields=REPLACED,
    )


REPLACED = [
    field.name
    for field in SearchDocument._meta.concrete_fields
    if field.name not in ("id", "kind", "object_id", "language", "audience")
]
