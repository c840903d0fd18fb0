"""Atom feeds (RFC 4287), one per language, of records that carry their languages.

An entry is the same thing in every language: its identifier never changes, whatever the language of
the feed and the address of the record, so that a reader of two feeds sees it once. Each text
says which language it is in; one that falls back says so in words too.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db.models import DateTimeField, Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import rfc3339_date
from django.utils.http import http_date
from django.utils.xmlutils import SimplerXMLGenerator

from portal.lib import network
from portal.lib.links import absolute
from portal.lib.templatetags.text import in_language
from portal.lib.translations import LANGUAGES, Text, Translatable, current_language

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
PER_PAGE = 30
# Feeds are read from the top: beyond so many pages there is the list itself.
MOST_PAGES = 30
# The year in which the portal's own names for its records begin (RFC 4151).
NAMED_SINCE = 2026
# What an empty feed says of its last change.
NEVER = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
# What XML 1.0 cannot hold.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class Category(NamedTuple):
    """What an entry is about: a lasting code, the list it is from, its label for the reader."""

    term: str
    scheme: str
    label: str = ""


class Enclosure(NamedTuple):
    """A file of an entry."""

    url: str
    media_type: str
    size: int
    language: str


class Entry(NamedTuple):
    """One entry. ``links`` are its pages by language, only where it can be read in that one."""

    id: str
    title: Text
    url: str
    links: dict[str, str]
    updated: datetime.datetime
    published: datetime.datetime | None = None
    summary: Text | None = None
    authors: Sequence[str] = ()
    categories: Sequence[Category] = ()
    enclosures: Sequence[Enclosure] = ()
    rights: str = ""


def name_of(kind: str, key) -> str:
    """The lasting name of a record that has no permanent address, the same in every language."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{NAMED_SINCE}:{kind}/{key}"


def entry(
    record: Translatable,
    *,
    id: str,
    updated: datetime.datetime,
    title: str = "title",
    summary: str = "",
    **more,
) -> Entry:
    """An entry for a record with a page of its own, in the active language.

    ``title`` and ``summary`` name its fields. ``more`` are further fields of Entry.
    """
    path = record.get_absolute_url()
    rest = path.split("/", 2)[2]
    return Entry(
        id=id,
        title=record.text(title),
        url=absolute(path),
        links={code: absolute(f"/{code}/{rest}") for code in record.readable_languages()},
        updated=updated,
        summary=record.text(summary) if summary else None,
        **more,
    )


def with_revised_at(rows: QuerySet) -> QuerySet:
    """Each row with ``revised_at``, when it was last changed according to its history."""
    kept = rows.model.history.model.objects.filter(id=OuterRef("pk")).order_by()
    latest = kept.values("id").annotate(latest=Max("history_date")).values("latest")
    return rows.annotate(revised_at=Subquery(latest, output_field=DateTimeField()))


class Pages(NamedTuple):
    """One page of a feed, and the queries of its neighbours (RFC 5005), empty without one."""

    rows: list
    previous: str = ""
    next: str = ""


def paged(request: HttpRequest, rows: QuerySet, *, per_page: int = PER_PAGE) -> Pages:
    """The page of the rows that ``?page=`` asks for; nothing is counted."""
    asked = request.GET.get("page", "1")
    number = min(int(asked), MOST_PAGES) if asked.isdecimal() and len(asked) < 6 else 1
    number = max(number, 1)
    first = (number - 1) * per_page
    found = list(rows[first : first + per_page + 1])
    more = len(found) > per_page and number < MOST_PAGES
    return Pages(
        found[:per_page],
        previous=query_of(request, page=number - 1 if number > 2 else None) if number > 1 else "",
        next=query_of(request, page=number + 1) if more else "",
    )


def query_of(request: HttpRequest, **changed) -> str:
    """The query of the request with something changed: "?" and what is left of it."""
    kept = [(name, text) for name, text in request.GET.items() if text and name != "page"]
    kept += [(name, value) for name, value in changed.items() if value is not None]
    return f"?{urlencode(kept)}" if kept else "?"


def answer(
    request: HttpRequest,
    entries: Iterable[Entry],
    *,
    title: str,
    page: str,
    subtitle: str = "",
    pages: Pages | None = None,
) -> HttpResponse:
    """The feed at the request's address. ``page`` is the path of the page it belongs to.

    The feed of a filtered list is another feed than that of the whole list: its identifier is
    its address with the filters. The three languages of a feed name each other.
    """
    entries = list(entries)
    updated = max((one.updated for one in entries), default=NEVER)
    here = absolute(request.path + query_of(request).rstrip("?"))
    rest = request.path.split("/", 2)[2]
    others = {
        code: absolute(f"/{code}/{rest}{query_of(request).rstrip('?')}")
        for code in LANGUAGES
        if code != current_language()
    }
    stream = StringIO()
    xml = SimplerXMLGenerator(stream, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("feed", {"xmlns": ATOM, "xml:lang": current_language()})
    add(xml, "id", here)
    add(xml, "title", title)
    if subtitle:
        add(xml, "subtitle", subtitle)
    add(xml, "updated", rfc3339_date(updated))
    link(xml, "self", absolute(request.get_full_path()), MEDIA_TYPE)
    link(xml, "alternate", absolute(page), "text/html", hreflang=current_language())
    for code, address in others.items():
        link(xml, "alternate", address, MEDIA_TYPE, hreflang=code)
    if pages and (pages.previous or pages.next):
        link(xml, "first", here, MEDIA_TYPE)
        for rel in ("previous", "next"):
            if query := getattr(pages, rel):
                link(xml, rel, absolute(request.path + query.rstrip("?")), MEDIA_TYPE)
    xml.startElement("author", {})
    add(xml, "name", network.current().name())
    add(xml, "uri", absolute(f"/{current_language()}/"))
    xml.endElement("author")
    xml.addQuickElement("generator", "Council Portal", {"uri": settings.SITE_URL})
    add(xml, "icon", absolute("/favicon.ico"))
    for one in entries:
        write(xml, one)
    xml.endElement("feed")
    xml.endDocument()
    return HttpResponse(
        stream.getvalue(),
        content_type=f"{MEDIA_TYPE}; charset=utf-8",
        headers={
            "Last-Modified": http_date(updated.timestamp()),
            "Access-Control-Allow-Origin": "*",
        },
    )


def write(xml: SimplerXMLGenerator, one: Entry):
    xml.startElement("entry", {})
    add(xml, "id", one.id)
    title = one.title.value or one.id
    if one.title.language != current_language():
        title = f"{title} ({in_language(one.title.language)})"
    add(xml, "title", title, language=one.title.language)
    add(xml, "updated", rfc3339_date(one.updated))
    if one.published:
        add(xml, "published", rfc3339_date(one.published))
    # Programs that know no languages open the first alternate, or the last: the reader's own page
    # stands at both ends, and where there is none at the end, the page the text is really on.
    link(xml, "alternate", one.url, "text/html")
    for code in sorted(
        one.links, key=lambda code: (code == current_language(), code == one.title.language)
    ):
        link(xml, "alternate", one.links[code], "text/html", hreflang=code)
    for file in one.enclosures:
        link(
            xml,
            "enclosure",
            file.url,
            file.media_type,
            hreflang=file.language,
            length=str(file.size),
        )
    for author in one.authors:
        xml.startElement("author", {})
        add(xml, "name", author)
        xml.endElement("author")
    for category in one.categories:
        attributes = {"term": category.term, "scheme": category.scheme}
        if category.label:
            attributes["label"] = clean(category.label)
        xml.addQuickElement("category", attrs=attributes)
    if one.summary and one.summary.value:
        add(xml, "summary", one.summary.value, language=one.summary.language)
    if one.rights:
        add(xml, "rights", one.rights)
    xml.endElement("entry")


def add(xml: SimplerXMLGenerator, name: str, text: str, *, language: str = ""):
    other = language and language != current_language()
    xml.addQuickElement(name, clean(text), {"xml:lang": language} if other else {})


def link(xml: SimplerXMLGenerator, rel: str, href: str, media_type: str, **more: str):
    attributes = {"rel": rel, "type": media_type, "href": href}
    xml.addQuickElement(
        "link", attrs=attributes | {key: text for key, text in more.items() if text}
    )


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return UNWRITABLE.sub("", text)
