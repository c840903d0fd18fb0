"""Publications and letters as open data: what a public page says of them, never the texts."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.lib.feeds import with_revised_at
from portal.lib.linked import as_list
from portal.lib.links import absolute
from portal.lib.open_data import (
    AT_ONCE,
    Column,
    DataSet,
    page_column,
    text_columns,
    texts,
)
from portal.lib.translations import LANGUAGES
from programme.open_data import REGIONS, REVISED, SUMMARY, TITLE
from publications.models import Access, Issue, Publication
from publications.models.library import PublicationState

SYMBOL = Column("symbol", "string", _("its symbol, the same in every language"), True)


def announced() -> QuerySet:
    return Publication.objects.announced()


def publications() -> Iterator[dict]:
    """Of a members' text, what everybody is shown: title and summary, no files."""
    rows = announced().select_related("series", "replaced_by").order_by("pk")
    rows = rows.prefetch_related(
        as_list("organisations", Organisation.objects.public().only("slug"))
    )
    for text in with_revised_at(rows.defer(*bodies())).iterator(chunk_size=AT_ONCE):
        is_open, shelf = text.access == Access.PUBLIC, text.shelf
        yield {
            "symbol": text.symbol,
            "kind": text.kind,
            **texts(text, "title", "summary"),
            "authors": text.authors,
            "published_on": text.published_on,
            "access": text.access,
            "level": text.level,
            "axes": sorted({str(number) for number, _year in shelf.get("axes", ())}),
            "regions": list(shelf.get("regions", ())),
            "countries": sorted(shelf.get("countries", ())),
            "challenges": sorted(map(str, shelf.get("challenges", ()))),
            "organisations": sorted(one.slug for one in text.own_organisations),
            "series": text.series.slug if text.series else "",
            "number_in_series": text.number_in_series,
            "issn": text.series.issn if text.series else "",
            "doi": text.doi,
            "licence": text.licence,
            "replaced_by": replacing(text),
            "files": sorted({file[0] for file in shelf.get("files", ())}) if is_open else [],
            "page": absolute(text.permanent_path),
            "revised_at": text.revised_at,
        }


def bodies() -> list[str]:
    """The long texts, which are not even read."""
    return ["body", *(f"body_{code}" for code in LANGUAGES), "references"]


def replacing(text: Publication) -> str:
    """The symbol of the text in force instead, once the public knows of that one."""
    newer = text.replaced_by
    is_known = (
        newer is not None
        and newer.state == PublicationState.PUBLISHED
        and newer.access != Access.SECRETARIAT
    )
    return newer.symbol if is_known else ""


def sent() -> QuerySet:
    return Issue.objects.public()


def issues() -> Iterator[dict]:
    rows = sent().select_related("newsletter__region").order_by("pk")
    for issue in with_revised_at(rows).iterator(chunk_size=AT_ONCE):
        yield {
            "symbol": issue.symbol,
            "letter": issue.newsletter.code,
            "period": issue.period,
            **texts(issue, "subject"),
            "sent_at": issue.sent_at,
            "page": absolute(f"/id/{issue.dashed_symbol}"),
            "revised_at": issue.revised_at,
            "covers_from": issue.covers_from,
            "covers_until": issue.covers_until,
        }


SETS = (
    DataSet(
        "publications",
        _("Publications"),
        _("The library as everybody sees it; of what is reserved for members, title and summary."),
        (
            SYMBOL,
            Column(
                "kind",
                "string",
                _("kind: report, position, policy_note, practice_note, speech, proceedings…"),
                True,
            ),
            *text_columns(("title", TITLE), ("summary", SUMMARY)),
            Column("authors", "string", _("authors as printed, separated by semicolons")),
            Column("published_on", "date", _("day of publication"), True),
            Column("access", "string", _("who may read the text: public or members"), True),
            Column("level", "string", _("level: national, regional or world"), True),
            Column("axes", "list", _("numbers of the axes, 1 to 7")),
            REGIONS,
            Column("countries", "list", _("ISO 3166-1 codes of two letters")),
            Column("challenges", "list", _("numbers of the challenges")),
            Column("organisations", "list", _("slugs of the organisations that are public")),
            Column("series", "string", _("slug of the series")),
            Column("number_in_series", "string", _("number in the series")),
            Column("issn", "string", _("ISSN of the series")),
            Column("doi", "string", _("DOI, without https://doi.org/")),
            Column("licence", "string", _("licence of the text itself")),
            Column("replaced_by", "string", _("symbol of the text in force instead of this one")),
            Column("files", "list", _("languages of the files that everybody may take")),
            page_column(),
            REVISED,
        ),
        publications,
        ("symbol",),
        is_large=True,
    ),
    DataSet(
        "newsletters",
        _("Newsletters"),
        _("The letters that were sent."),
        (
            SYMBOL,
            Column("letter", "string", _("code of the region, R1 to R9, or world"), True),
            Column("period", "string", _("quarter or month, as 2026-Q3 or 2026-08"), True),
            *text_columns(("subject", _("subject"))),
            Column("sent_at", "datetime", _("when it was sent"), True),
            page_column(),
            REVISED,
            Column("covers_from", "date", _("first day it tells of"), True),
            Column("covers_until", "date", _("last day it tells of"), True),
        ),
        issues,
        ("symbol",),
        is_large=True,
    ),
)
