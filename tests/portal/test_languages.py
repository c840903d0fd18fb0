"""No text in another language without its own ``lang``: every public page over data with holes."""

import re

import pytest
from django.utils import timezone

from portal import mending
from portal.models import Page
from tests import factories
from tests.test_public import Texts

pytestmark = pytest.mark.django_db

SENTINEL = "Motfrançais"


def only_french(*fields: str) -> dict:
    """Values that make a text in French and in no other language."""
    return {
        f"{name}_{code}": f"{SENTINEL} {name}" if code == "fr" else ""
        for name in fields
        for code in ("fr", "en", "es")
    }


@pytest.fixture
def french_house():
    """A network all of whose records exist in French alone."""
    factories.create_network(**only_french("motto", "introduction"))
    region = factories.create_region("R8", **only_french("name", "description"))
    factories.create_cycle(**only_french("title", "introduction"))
    axis = factories.create_axis(1, **only_french("title", "description"))
    factories.create_axis(2, **only_french("title", "description"))
    kenya = factories.create_country("KE")
    factories.create_membership(
        factories.create_organisation(
            slug="shown", country=kenya, **only_french("name", "description")
        )
    )
    linked = {"regions": [region], "axis": axis}
    factories.create_activity(**linked, **only_french("title", "summary"))
    factories.create_event(slug="forum", **linked, **only_french("title", "summary", "place"))
    factories.create_publication(
        symbol="P/2026/14",
        regions=[region],
        axes=[axis],
        **only_french("title", "summary", "body"),
    )
    letter = factories.create_newsletter(region, **only_french("title"))
    factories.create_issue(
        newsletter=letter,
        symbol="L/R8/2026/02",
        state="sent",
        sent_at=timezone.now(),
        **only_french("subject", "lead"),
    )
    Page.objects.create(slug="about", **only_french("title", "body"))
    mending.repair()


ADDRESSES = [
    "",
    "regions/",
    "regions/R8/",
    "programme/",
    "programme/1/",
    "programme/events/",
    "programme/events/forum/",
    "members/",
    "members/shown/",
    "publications/",
    "publications/P-2026-14/",
    "newsletters/",
    "newsletters/L-R8-2026-02/",
    "search/?q=motfrancais",
    "pages/about/",
]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_text_in_another_language_carries_its_own(client, french_house, address, language):
    response = client.get(f"/{language}/{address}")
    html = response.content.decode()
    head, body = html.split("</head>")
    # The names of regions, axes and letters in a list to choose from are shown as they are.
    body = re.sub("<option.*?</option>", "", body, flags=re.S)

    shown = [(text, lang) for text, lang in Texts(f"<html lang='{language}'>{body}").found]
    assert [text for text, lang in shown if SENTINEL in text and lang != "fr"] == []
    assert any(SENTINEL in text for text, _lang in shown)
    assert '<span class="fallback">' in body
    # A title is a line of plain text: an element in it would be read out as it is written.
    assert "&lt;" not in re.search("<title[^>]*>(.*?)</title>", head, re.S)[1]
    assert re.search("<title[^>]*>[^<]*</title>", head)


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_readers_own_language_has_no_mark(client, french_house, address):
    html = client.get(f"/fr/{address}").content.decode()
    assert SENTINEL in html
    assert '<span class="fallback">' not in html


def test_head_and_foot_are_those_of_the_language_the_section_and_the_network(client):
    """They are kept between pages; none may be another's."""
    factories.create_network(name_fr="Conseil un", name_en="Council one", name_es="Consejo uno")
    for code, name, word in (
        ("fr", "Conseil un", "Publications"),
        ("en", "Council one", "Publications"),
        ("es", "Consejo uno", "Publicaciones"),
    ):
        for address, current in (
            ("publications/", f"/{code}/publications/"),
            ("regions/", f"/{code}/regions/"),
        ):
            html = client.get(f"/{code}/{address}").content.decode()
            assert f'href="{current}" aria-current="page"' in html
            assert html.count('aria-current="page"') == 1
            assert name in html
            assert f">{word}</a>" in html
            for other in {"fr", "en", "es"} - {code}:
                assert f'href="/{other}/{address}" lang="{other}"' in html
            assert "the switch of language" not in html
