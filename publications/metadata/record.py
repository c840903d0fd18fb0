"""A publication as catalogues and citation programs want it: plain values, alike in every form.

What is told here is what its public page tells. Of a members' text these are title, summary and
credits; its body and its files stay where they are.
"""

import datetime
from dataclasses import dataclass, field

from portal.lib import network
from portal.lib.files import SUFFIXES
from portal.lib.links import absolute
from portal.lib.translations import LANGUAGES
from publications.models import Access, Publication

# ISO 639-2, which the older formats want.
THREE_LETTERS = {"fr": "fre", "en": "eng", "es": "spa"}


@dataclass(frozen=True)
class Person:
    """An author. A body has a name alone."""

    name: str
    family: str = ""
    given: str = ""
    orcid: str = ""
    affiliation: str = ""

    @property
    def is_body(self) -> bool:
        return not self.family

    @property
    def inverted(self) -> str:
        return f"{self.family}, {self.given}" if self.given else self.family or self.name


@dataclass(frozen=True)
class Document:
    """A file of the text in one language."""

    language: str
    media_type: str
    size: int
    url: str


@dataclass(frozen=True)
class Series:
    titles: dict[str, str]
    issn: str = ""
    number: str = ""

    def title(self, language: str) -> tuple[str, str]:
        """The title for a reader of the language, and the language it is in."""
        code = language if language in self.titles else next(iter(self.titles))
        return self.titles[code], code


@dataclass(frozen=True)
class Record:
    """A publication in plain values. ``titles`` and ``summaries`` map the languages that can be
    read to their texts; ``language`` is that of the original."""

    symbol: str
    url: str
    kind: str
    language: str
    titles: dict[str, str]
    summaries: dict[str, str]
    authors: list[Person]
    issued: datetime.date
    modified: datetime.datetime
    publisher: str
    documents: list[Document]
    is_open: bool
    doi: str = ""
    licence: str = ""
    series: Series | None = None
    subjects: list[tuple[str, str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    replaced_by: str = ""

    @property
    def title(self) -> str:
        return self.titles[self.language]

    @property
    def summary(self) -> str:
        return self.summaries.get(self.language, "")

    @property
    def doi_url(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else ""

    @property
    def key(self) -> str:
        """The symbol without strokes: P-2026-14."""
        return self.symbol.replace("/", "-")


def record_of(publication: Publication) -> Record:
    """The record of a publication whose credits, axes, countries and files may be prefetched."""
    languages = [code for code in LANGUAGES if publication.is_available(code)]
    own = {code: publication.own_text("title", code) for code in languages}
    original = publication.original_language
    own.setdefault(original, publication.own_text("title", original))
    summaries = {code: publication.own_text("summary", code) for code in own}
    return Record(
        symbol=publication.symbol,
        url=absolute(publication.permanent_path),
        kind=publication.kind,
        language=original,
        titles={code: title for code, title in own.items() if title},
        summaries={code: summary for code, summary in summaries.items() if summary},
        authors=[
            Person(
                name=author.name,
                family=author.family_name,
                given=author.given_name,
                orcid=author.orcid,
                affiliation=author.affiliation,
            )
            for author in publication.credits.all()
        ],
        issued=publication.published_on,
        modified=publication.changed_at,
        publisher=network.current().name(original),
        documents=documents_of(publication),
        is_open=publication.access == Access.PUBLIC,
        doi=publication.doi,
        licence=publication.licence,
        series=series_of(publication),
        subjects=[
            (text.value, text.language)
            for axis in publication.axes.all()
            if (text := axis.text("title", original)).value
        ],
        places=[country.code for country in publication.countries.all()],
        replaced_by=(
            absolute(publication.replaced_by.permanent_path)
            if publication.replaced_by and publication.replaced_by.is_announced
            else ""
        ),
    )


def series_of(publication: Publication) -> Series | None:
    found = publication.series
    if found is None:
        return None
    texts = {code: found.own_text("title", code) for code in LANGUAGES}
    return Series(
        titles={code: text for code, text in texts.items() if text},
        issn=found.issn,
        number=publication.number_in_series,
    )


def documents_of(publication: Publication) -> list[Document]:
    if publication.access != Access.PUBLIC:
        return []
    return [
        Document(
            language=file.language,
            media_type=file.media_type,
            size=file.size,
            url=absolute(
                f"/{file.language}/publications/{publication.dashed_symbol}/{file.language}/file"
            ),
        )
        for file in publication.files_in_order
        if file.media_type in SUFFIXES
    ]
