"""Every public page in three languages over data with holes: language, cookies, discretion."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from members import counting
from members.models import Organisation
from portal.models import Page
from programme.models import Second
from publications import shelving
from tests import factories

pytestmark = pytest.mark.django_db

LANGUAGES = ("fr", "en", "es")
HIDDEN = "Introuvable"


@pytest.fixture
def house():
    """A network whose texts exist in one, two or three languages, with a discreet member."""
    factories.create_network(motto_fr="Devise", motto_en="Motto", motto_es="Lema")
    region = factories.create_region("R8")
    kenya = factories.create_country("KE")
    for number in range(1, 8):
        factories.create_axis(number)
    shown = factories.create_organisation(
        slug="shown", country=kenya, name_en="", name_es="", original_language="fr"
    )
    factories.create_membership(shown)
    factories.create_organisation(
        slug="hidden", name=HIDDEN, country=factories.create_country("MW"), discreet=True
    )
    publication = factories.create_publication(
        symbol="P/2026/14",
        title_fr="Socles de protection",
        title_en="",
        body_fr="<p>Un texte.</p>",
        regions=[region],
        axes=[factories.create_axis(1)],
        countries=[kenya],
    )
    factories.create_publication(symbol="P/2026/15", access="members", title_en="Members only")
    flagged = factories.create_emerging_issue(pk=1, region=region, title_en="", why_en="")
    Second.objects.create(issue=flagged, organisation=Organisation.objects.get(slug="hidden"))
    factories.create_event(slug="forum", regions=[region], title_en="", country=kenya)
    factories.create_activity(axis=factories.create_axis(1), regions=[region])
    letter = factories.create_newsletter(region)
    factories.create_newsletter(None)
    issue = factories.create_issue(
        newsletter=letter, symbol="L/R8/2026/02", state="sent", sent_at=timezone.now()
    )
    factories.create_axis_digest(issue, publication, pk=1)
    for slug in ("about", "help", "privacy", "accessibility"):
        Page.objects.create(slug=slug, title_fr=f"Page {slug}", body_fr="<p>Texte</p>")
    return publication


ADDRESSES = [
    "",
    "regions/",
    "regions/R8/",
    "programme/",
    "programme/1/",
    "programme/events/",
    "programme/emerging-issues/",
    "programme/emerging-issues/1/",
    "programme/events/forum/",
    "members/",
    "members/shown/",
    "apply/",
    "publications/",
    "publications/P-2026-14/",
    "publications/P-2026-15/",
    "newsletters/",
    "newsletters/L-R8-2026-02/",
    "newsletters/axes/1/",
    "newsletters/subscribe/",
    "light/dossier/",
    "light/dossier/?p=P-2026-14",
    "verify/",
    "newsletters/link/",
    "newsletters/link/sent/",
    "search/?q=protection",
    "contact/",
    "data/",
    "data/publications/",
    "pages/about/",
    "pages/accessibility/",
]


class Texts(HTMLParser):
    """Every text of a page with the language in force around it."""

    VOID = {"meta", "link", "br", "img", "input", "hr", "path", "rect", "circle", "col"}

    def __init__(self, html: str):
        super().__init__()
        self.languages: list[str] = []
        self.found: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            outer = self.languages[-1] if self.languages else ""
            self.languages.append(dict(attributes).get("lang") or outer)

    def handle_endtag(self, tag):
        if tag not in self.VOID and self.languages:
            self.languages.pop()

    def handle_data(self, data):
        if data.strip() and self.languages:
            self.found.append((data.strip(), self.languages[-1]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_public_page_is_whole_and_keeps_no_trace_of_its_reader(client, house, address, language):
    response = client.get(f"/{language}/{address}")
    html = response.content.decode()

    assert response.status_code == 200
    assert f'<html lang="{language}"' in html
    assert response["Content-Language"] == language
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")
    assert "csrfmiddlewaretoken" not in html
    assert HIDDEN not in html
    assert "style=" not in html
    # Data for machines is no script; nothing else may stand in such an element.
    assert "<script" not in html.replace('<script type="application/ld+json">', "")
    assert "unsafe" not in response["Content-Security-Policy"]
    expected = (
        ("max-age=0, no-cache, no-store, must-revalidate, private",)
        if address in ("newsletters/subscribe/", "newsletters/link/") or "contact" in address
        else ("public, max-age=0, must-revalidate",)
    )
    assert response["Cache-Control"] in expected


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("", "Socles de protection"),
        ("publications/", "Socles de protection"),
        ("publications/P-2026-14/", "Socles de protection"),
        ("regions/R8/", "Socles de protection"),
        ("programme/1/", "Socles de protection"),
        ("pages/about/", "Page about"),
    ],
)
def test_a_text_in_another_language_says_which(client, house, address, text, language):
    html = client.get(f"/{language}/{address}").content.decode()
    shown = [lang for found, lang in Texts(html).found if found == text]
    body = [lang for lang in shown if lang != language]
    assert "fr" in body
    assert '<span class="fallback">' in html


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_logged_in_reader_gets_the_same_public_page(client, house, address):
    anonymous = client.get(f"/fr/{address}").content
    client.force_login(factories.create_secretary())
    assert unstamped(client.get(f"/fr/{address}").content) == unstamped(anonymous)


def unstamped(page: bytes) -> bytes:
    """Without the moment at which a form was shown."""
    return re.sub(rb'(?<=name="shown_at" value=")[^"]+', b"", page)


@pytest.mark.parametrize(
    "address",
    [
        "members/hidden/",
        "members/nobody/",
        "publications/P-2026-99/",
        "regions/R0/",
        "regions/X1/",
        "programme/8/",
        "programme/events/none/",
        "pages/none/",
        "newsletters/L-R8-2020-01/",
        "nowhere/",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_not_exist_says_so_in_the_language_of_the_address(
    client, house, address, language
):
    response = client.get(f"/{language}/{address}")
    assert response.status_code == 404
    assert f'<html lang="{language}"' in response.content.decode()


def test_a_hidden_and_an_unknown_member_answer_alike(client, house):
    hidden = client.get("/fr/members/hidden/").content.decode()
    unknown = client.get("/fr/members/hiddem/").content.decode()
    assert hidden == unknown.replace("hiddem", "hidden")


def test_a_members_text_shows_its_title_and_asks_to_log_in(client, house):
    html = client.get("/en/publications/P-2026-15/").content.decode()
    assert "Members only" in html
    assert "This text is reserved for members." in html


@pytest.mark.parametrize(
    ("header", "expected"),
    [("es-MX,es;q=0.9", "/es/"), ("en-US", "/en/"), ("de,it", "/fr/"), ("", "/fr/")],
)
def test_the_bare_address_picks_the_language_of_the_browser(client, header, expected):
    response = client.get("/", headers={"accept-language": header})
    assert response.status_code == 302
    assert response["Location"] == expected
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize(
    ("symbol", "path"),
    [("P-2026-14", "publications/P-2026-14/"), ("L-R8-2026-02", "newsletters/L-R8-2026-02/")],
)
def test_a_permanent_address_leads_to_the_readers_language(client, house, symbol, path):
    response = client.get(f"/id/{symbol}", headers={"accept-language": "es"})
    assert response["Location"] == f"/es/{path}"


def test_an_unknown_symbol_suggests_the_search(client, house):
    response = client.get("/id/P-1999-01", headers={"accept-language": "en"})
    assert response.status_code == 404
    assert 'action="/en/search/"' in response.content.decode()


def test_robots_leave_the_private_areas_alone(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Disallow: /fr/space/" in lines
    assert lines[-1] == f"Sitemap: {settings.SITE_URL}/sitemap.xml"


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 6))


def styles_of(html: str) -> list[str]:
    """The stylesheets of a page, in the order they are asked for."""
    return re.findall(r'<link rel="stylesheet" href="/static/([^"]+)"', html)


def weight_of(html: bytes) -> tuple[int, int]:
    """HTML and CSS compressed, and the number of requests they take."""
    sheets = [Path(finders.find(name)).read_bytes() for name in styles_of(html.decode())]
    return compressed(html) + sum(map(compressed, sheets)), 1 + len(sheets)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_first_view_of_a_page_is_light(client, house, address):
    """A text and its styles fit in the first round trip of a slow line: 14 KiB, 3 requests."""
    html = client.get(f"/fr/{address}").content
    weight, requests = weight_of(html)
    assert requests <= 3
    assert len(html) <= 60_000
    # A map is a drawing of its own weight.
    assert weight <= (14 * 1024 if b'class="region-map' not in html else 20 * 1024)


def test_fonts_come_last_and_not_to_who_saves_data(client, house):
    """The words are there before the letters are: no page waits for a font."""
    html = client.get("/fr/pages/about/").content.decode()
    assert styles_of(html) == ["css/portal.css", "css/fonts.css"]
    assert html.index("css/fonts.css") > html.index("</footer>")
    assert "preload" not in html
    faces = re.findall(r"@font-face \{[^}]+\}", Path(finders.find("css/fonts.css")).read_text())
    assert len(faces) == 5
    assert all("font-display: swap" in face for face in faces)

    light = client.get("/fr/pages/about/", headers={"save-data": "on"}).content
    assert styles_of(light.decode()) == ["css/portal.css"]
    assert b"font" not in light + Path(finders.find("css/portal.css")).read_bytes().replace(
        b"font-", b""
    ).replace(b"font:", b"")


def test_both_upright_fonts_are_light(client):
    sizes = [
        Path(finders.find(f"fonts/{n}.woff2")).stat().st_size for n in ("alegreya", "commissioner")
    ]
    assert sum(sizes) <= 66_000


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_comes_from_elsewhere(client, house, address):
    html = client.get(f"/fr/{address}").content.decode()
    asked_for = re.findall(r'(?:src|srcset|poster|data)="([^"]+)"', html)
    asked_for += re.findall(
        r'<link [^>]*rel="(?:stylesheet|icon|preload)"[^>]*href="([^"]+)"', html
    )
    assert [one for one in asked_for if not one.startswith(("/static/", "/fr/", "data:"))] == []


QUERIES = {
    "": 12,
    "regions/": 4,
    "regions/R8/": 16,
    "programme/1/": 6,
    "pages/about/": 2,
}


@pytest.mark.slow
@pytest.mark.parametrize("address", QUERIES)
@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_the_database_as_often_for_three_rows(
    client, house, address, rows, django_assert_num_queries
):
    region = factories.create_region("R8")
    axis = factories.create_axis(1)
    for number in range(rows):
        country = factories.create_country(("TZ", "UG", "ZM")[number])
        council = factories.create_organisation(country=country, category="A")
        factories.create_affiliation(council)
        factories.create_publication(regions=[region], axes=[axis])
        factories.create_event(regions=[region], axis=axis, country=country)
        factories.create_activity(regions=[region], axis=axis)
    shelving.repair()  # the counts follow after a commit
    client.get("/fr/contact/")
    counting.repair()
    shelving.repair()
    with django_assert_num_queries(QUERIES[address]):
        client.get(f"/fr/{address}")


def test_browsers_find_the_icon_they_ask_for_by_themselves(client):
    assert client.get("/favicon.ico")["Location"] == "/static/img/mark.svg"
