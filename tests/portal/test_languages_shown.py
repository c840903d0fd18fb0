"""No public page shows a text without saying which language it is in.

Every text of the house begins with a word that tells its language, and is missing in some of them.
A crawl reads each page in each language and looks at every text and every attribute that is read
aloud or shown: none stands outside an element that carries the language it is in.
"""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from icalendar import Calendar
from pypdf import PdfReader

from portal.models import Page
from programme.models import Challenge
from publications.reports import making, showing
from publications.reports.kinds import KINDS
from regions.models import Region
from tests import factories
from tests.test_public import ADDRESSES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LANGUAGES = ("fr", "en", "es")
MARKER = re.compile(r"\b(fr|en|es)txt")
READ_ALOUD = ("title", "alt", "aria-label", "placeholder", "aria-description", "label", "summary")
# What is looked at as one: a mark in it says for all its texts that they are in another language.
GROUPS = ("li", "tr", "article", "section", "header", "main")
VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip
# Which languages the texts exist in; the first is the original.
HOLES = [
    ("fr",),
    ("en",),
    ("es",),
    ("fr", "en"),
    ("en", "es"),
    ("es", "fr"),
]


def texts(there: tuple[str, ...], *fields: str, html: str = "") -> dict:
    """The values of a record that has these fields in these languages alone."""
    values = {"original_language": there[0]}
    for name in fields:
        for code in LANGUAGES:
            text = f"{code}txt {name}" if code in there else ""
            values[f"{name}_{code}"] = f"<p>{text}</p>" if text and name == html else text
    return values


def build(there: tuple[str, ...]):
    """A network of which every text exists in these languages alone."""
    names = texts(there, "name", "short_name", "motto", "introduction")
    # The network says its own names in three languages side by side: these need no mark.
    factories.create_network(
        **{key: value.replace("txt", "txt own") for key, value in names.items()}
    )
    region = factories.create_region("R8", **texts(there, "name", "description"))
    country = factories.create_country("KE")
    cycle = factories.create_cycle(**texts(there, "title", "introduction"))
    axes = [
        factories.create_axis(number, cycle=cycle, **texts(there, "title", "description"))
        for number in range(1, 8)
    ]
    for code in ("A", "C"):
        factories.create_category(
            code, **texts(there, "label", "description", "benefits", "invitations")
        )
    shown = factories.create_organisation(
        slug="shown", country=country, **texts(there, "name", "description")
    )
    factories.create_membership(shown)
    factories.create_organisation(category="A", country=country, **texts(there, "name"))
    publications = []
    for symbol, access in (
        ("P/2026/14", "public"),
        ("P/2026/15", "members"),
        ("P/2026/16", "public"),
    ):
        publications.append(
            factories.create_publication(
                symbol=symbol,
                access=access,
                regions=[region],
                axes=[axes[0]],
                countries=[country],
                **texts(there, "title", "summary", "body", html="body"),
            )
        )
    factories.create_event(
        slug="forum", regions=[region], country=country, **texts(there, "title", "summary", "place")
    )
    factories.create_activity(
        axis=axes[0], regions=[region], organisations=[shown], **texts(there, "title", "summary")
    )
    factories.create_emerging_issue(
        pk=1,
        region=region,
        challenge=Challenge.objects.create(number=1, **texts(there, "title")),
        lifted_on=timezone.localdate(),
        **texts(there, "title", "why"),
    )
    letter = factories.create_newsletter(region, **texts(there, "title"))
    factories.create_newsletter(None, **texts(there, "title"))
    issue = factories.create_issue(
        newsletter=letter,
        symbol="L/R8/2026/02",
        state="sent",
        sent_at=timezone.now(),
        **texts(there, "subject", "lead"),
    )
    factories.create_axis_digest(issue, publications[0], pk=1)
    for slug in ("about", "help", "privacy", "accessibility"):
        Page.objects.create(slug=slug, **texts(there, "title", "body", html="body"))
    return issue


class Shown(NamedTuple):
    """A text of a page, the language in force, where it stands, and whether a mark is beside it."""

    text: str
    language: str
    place: str


def is_hidden(attributes: dict) -> bool:
    """For eyes or for screen readers alone: a cover repeats the title that stands beside it."""
    return (
        attributes.get("aria-hidden") == "true" or "vh" in (attributes.get("class") or "").split()
    )


class Crawled(HTMLParser):
    """Every text and every attribute that is shown or read aloud, with its language."""

    def __init__(self, html: str):
        super().__init__()
        self.open: list[tuple[str, str, dict]] = []
        self.found: list[Shown] = []
        # For each group that is open: the foreign texts in it, and whether a mark is.
        self.groups: list[tuple[list[Shown], list[str]]] = [([], [])]
        self.unmarked: list[Shown] = []
        self.feed(html)
        texts, marks = self.groups.pop()
        self.unmarked += [] if marks else texts

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        language = given.get("lang") or (self.open[-1][1] if self.open else "")
        names = [name for name in READ_ALOUD if given.get(name)]
        if tag == "meta" and not (given.get("property") or "").endswith(("url", "image")):
            names.append("content")
        if tag == "input" and given.get("type") in ("submit", "button"):
            names.append("value")
        for name in names:
            place = f"{tag}[{name}] {given.get('name') or given.get('property') or ''}".strip()
            self.found.append(Shown(given.get(name) or "", language, place))
        if "fallback" in (given.get("class") or "").split():
            self.groups[-1][1].append(language)
        if tag in GROUPS:
            self.groups.append(([], []))
        if tag not in VOID:
            self.open.append((tag, language, given))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in VOID and self.open:
            self.open.pop()
        if tag in GROUPS and len(self.groups) > 1:
            texts, marks = self.groups.pop()
            self.unmarked += [] if marks else texts

    def handle_data(self, data):
        if data.strip() and self.open and self.open[-1][0] not in ("script", "style"):
            place = " > ".join(name for name, _language, _given in self.open[-4:])
            # The name of the network stands behind every title, which has one language.
            text = data.partition(" — ")[0] if self.open[-1][0] == "title" else data
            shown = Shown(text.strip(), self.open[-1][1], place)
            self.found.append(shown)
            page = self.open[0][1]
            is_seen = not any(is_hidden(given) for _tag, _language, given in self.open)
            is_foreign = any(code != page for code in MARKER.findall(shown.text))
            if (
                is_foreign
                and is_seen
                and "txt own" not in data
                and place.rpartition(" > ")[2] not in ("title", "option")
            ):
                self.groups[-1][0].append(shown)

    def wrong(self) -> list[Shown]:
        return [
            shown
            for shown in self.found
            if any(code != shown.language for code in MARKER.findall(shown.text))
        ]


@pytest.mark.parametrize("there", HOLES, ids="-".join)
def test_every_text_of_every_public_page_says_its_language(client, there):
    build(there)
    wrong, unmarked = [], []
    for language in LANGUAGES:
        for address in ADDRESSES:
            response = client.get(f"/{language}/{address}", follow=True)
            assert response.status_code == 200, address
            page = Crawled(response.content.decode())
            wrong += [(language, address, *shown) for shown in page.wrong()]
            unmarked += [(address, *shown) for shown in page.unmarked]
    told = sorted({(address, text[:80], place) for _code, address, text, _lang, place in wrong})
    assert not told, "\n".join(f"{place}: “{text}” on {address}" for address, text, place in told)
    left = sorted({(address, text[:80], place) for address, text, _lang, place in unmarked})
    assert not left, "\n".join(
        f"{place}: “{text}” unmarked on {address}" for address, text, place in left
    )


def test_the_crawl_finds_what_it_looks_for():
    page = Crawled(
        '<html lang="fr"><head><meta name="description" content="entxt d"></head><body>'
        '<p title="estxt t">frtxt <span lang="en">entxt a</span> entxt b</p>'
        '<img alt="entxt c"><a lang="es" aria-label="estxt e">estxt f</a></body></html>'
    )
    assert [(shown.text, shown.language) for shown in page.wrong()] == [
        ("entxt d", "fr"),
        ("estxt t", "fr"),
        ("entxt b", "fr"),
        ("entxt c", "fr"),
    ]


FEEDS = (
    "atom.xml",
    "regions/R8/atom.xml",
    "programme/1/atom.xml",
    "programme/events/atom.xml",
    "pages/atom.xml",
    "newsletters/atom.xml",
    "members/atom.xml",
)


def texts_of(element, language: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document with the xml:lang in force."""
    language = element.get("{http://www.w3.org/XML/1998/namespace}lang") or language
    yield element.text or "", language
    for child in element:
        yield from texts_of(child, language)
        yield child.tail or "", language


@pytest.mark.parametrize("there", [("fr",), ("es", "fr")], ids="-".join)
def test_every_text_of_every_feed_says_its_language(client, there):
    build(there)
    found, wrong = 0, []
    for language in LANGUAGES:
        for address in FEEDS:
            root = ElementTree.fromstring(client.get(f"/{language}/{address}").content)
            for text, spoken in texts_of(root):
                # The network names itself at the head of a feed.
                markers = MARKER.findall(text) if "txt own" not in text else []
                found += len(markers)
                wrong += [(language, address, text) for code in markers if code != spoken]
    assert found > 0
    assert wrong == []


@pytest.mark.parametrize("address", ["programme/events/events.ics", "regions/R8/events.ics"])
def test_every_text_of_a_calendar_says_its_language(client, address):
    build(("es", "fr"))
    for language in LANGUAGES:
        calendar = Calendar.from_ical(client.get(f"/{language}/{address}").content)
        [event] = calendar.walk("VEVENT")
        for name in ("SUMMARY", "DESCRIPTION", "LOCATION"):
            [code] = set(MARKER.findall(str(event[name]))) or {""}
            assert code in ("", event[name].params.get("LANGUAGE"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_says_its_language_and_that_of_what_falls_back(language):
    build(("es",))
    region = Region.objects.get(code="R8")
    data = KINDS["region"].data(region, timezone.localdate().year, language)
    with translation.override(language):
        html = render_to_string(
            KINDS["region"].TEMPLATE,
            showing.context(kind="region", data=data, language=language),
        )
    # The title of a PDF is a string, which has no language of its own.
    page = Crawled(re.sub("<title>[^<]*</title>\n", "", html, count=1))
    told = sorted({f"{shown.place}: {shown.text[:60]}" for shown in page.wrong()})
    assert not told, "\n".join(told)
    content = making.render_data(kind="region", data=data, language=language)
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"] == language
