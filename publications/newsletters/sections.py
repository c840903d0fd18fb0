"""The sections of a letter: what publications add to them, and what an issue still shows."""

from dataclasses import asdict

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.links import absolute
from portal.lib.sections import Layout, Section, Span, Told, registered
from portal.lib.translations import LANGUAGES
from programme.models import Level
from publications.models import Access, Issue, IssueItem, Publication
from regions.models import Region


def publications(region: Region | None, span: Span) -> QuerySet:
    """Published texts dated in these days, the newest first.

    A region's letter has those of the region, the world's those at the level of the world.
    What is open to members only is told of by title and summary, as in the library.
    """
    dated = Publication.objects.announced().dated_between(*span)
    own = dated.in_region(region) if region else dated.filter(level=Level.WORLD)
    return own.newest_first()


def publication_told(publication: Publication, language: str) -> Told:
    pages = max((file.pages for file in publication.files.all()), default=0)
    length = ngettext("%(pages)s page", "%(pages)s pages", pages) % {"pages": pages}
    return Told(
        symbol=publication.symbol,
        title=publication.text("title", language),
        text=publication.text("summary", language),
        url=absolute(publication.get_absolute_url()),
        date=publication.published_on,
        details=[length] if pages else [],
        languages=[code for code in LANGUAGES if publication.is_available(code)],
        members_only=publication.access == Access.MEMBERS,
    )


PUBLICATIONS = Section(
    code="publications",
    title=_("Publications"),
    layout=Layout.TEXTS,
    found=publications,
    whole=lambda: Publication.objects.prefetch_related("files"),
    shown=lambda text: text.is_published and text.access != Access.SECRETARIAT,
    tell=publication_told,
    position=30,
    page="publications:detail",
    by=lambda given: {"symbol": given["symbol"].replace("-", "/")},
)


def anything_for(region: Region | None, span: Span) -> bool:
    return any(section.found(region, span).exists() for section in registered())


def told(section: Section, records: dict[int, Model], language: str) -> dict:
    """A section with some records, each under its key, as the skins of a letter print it."""
    return {
        "code": section.code,
        "title": str(section.title),
        "layout": str(section.layout),
        "items": [
            {"pk": pk, **asdict(section.tell(record, language))} for pk, record in records.items()
        ],
    }


def shown_items(issue: Issue) -> dict[str, list[IssueItem]]:
    """The items of an issue by section, without what has been withdrawn or hidden since.

    An issue in the archive follows: a member that becomes discreet leaves it too.
    """
    items = list(issue.items.order_by("position", "pk"))
    shown = {}
    for section in registered():
        own = [item for item in items if item.section == section.code]
        records = section.whole().in_bulk([item.told_pk for item in own]) if own else {}
        for item in own:
            item.subject = records[item.told_pk]
        shown[section.code] = [item for item in own if section.shown(item.subject)]
    return shown
