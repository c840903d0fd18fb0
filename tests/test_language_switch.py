"""The switch of language, and what search engines are told: the same page in each language."""

import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.urls import resolve, reverse
from django.utils import translation

from portal.page_cache import normalised
from tests import factories
from tests.test_access import TABLE, world  # noqa: F401  the fixture with everything in it
from tests.test_conventions import PUBLIC
from tests.test_public import ADDRESSES, house  # noqa: F401

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "en", "es")
BASE = settings.SITE_URL
QUERY = "page=2&region=R8&q=caf%C3%A9"
# What there is no end of, or which nobody looks for.
UNLISTED = (
    "newsletters/subscribe/",
    "newsletters/link/",
    "newsletters/axes/",
    "search/",
    "light/dossier/",
)
SWITCH = re.compile(r'<nav class="languages".*?</nav>', re.S)
HEAD = re.compile(r'<link rel="(alternate)" hreflang="([^"]+)" href="([^"]+)"')
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')
HEADER = re.compile(r'<([^>]+)>; rel="(\w+)"(?:; hreflang="([^"]+)")?')
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_leads_to_itself_in_the_two_other_languages(client, world, language):  # noqa: F811
    """With its filters and its page; opening it there shows the same thing."""
    seen, kept = set(), set()
    for name in sorted(PUBLIC & set(TABLE)):
        if TABLE[name][0] != "get":
            continue
        with translation.override(language):
            path = reverse(name, kwargs=world["arguments"].get(name))
        answer = client.get(f"{path}?{QUERY}")
        if answer.streaming:
            b"".join(answer.streaming_content)  # which closes the file
        is_page = answer.get("Content-Type", "").startswith("text/html")
        if answer.status_code != 200 or not is_page or not path.startswith(f"/{language}/"):
            continue
        seen.add(name)
        html = SWITCH.search(answer.content.decode())[0].replace("&amp;", "&")
        # What the page reads of the query goes along; what it does not read is nothing of it.
        names = getattr(resolve(path).func, "query_names", None)
        query = QUERY if names is None else normalised(QUERY, names)
        rest = path.removeprefix(f"/{language}") + (f"?{query}" if query else "")
        kept |= {name for name in ("page", "region", "q") if name in (names or ())}
        others = [code for code in LANGUAGES if code != language]
        assert re.findall(r'href="([^"]+)"', html) == [f"/{code}{rest}" for code in others], name
        for code in others:
            # Where nothing is to be waited for in a language, the text itself is shown.
            assert client.get(f"/{code}{rest}", follow=True).status_code == 200, name
    assert len(seen) >= 30, seen
    assert kept == {"page", "region", "q"}
    assert {"publications:detail", "members:directory", "members:organisation"} <= seen


def told(client, address: str) -> tuple[dict[str, str], str]:
    """The alternates and the canonical address of a page, in its head and in its header."""
    answer = client.get(address)
    assert answer.status_code == 200
    html = answer.content.decode().replace("&amp;", "&")
    alternates = {code: url for _rel, code, url in HEAD.findall(html)}
    (canonical,) = CANONICAL.findall(html)
    header = HEADER.findall(answer["Link"])
    assert {code: url for url, rel, code in header if rel == "alternate"} == alternates
    assert [url for url, rel, _code in header if rel == "canonical"] == [canonical]
    return alternates, canonical


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_versions_of_a_page_name_each_other(client, house, address):  # noqa: F811
    """The graph of alternates is symmetric; a page that borrows its text is in it for nobody."""
    found = {f"{BASE}/{code}/{address}": told(client, f"/{code}/{address}") for code in LANGUAGES}
    existing = [page for page, (alternates, _canonical) in found.items() if alternates]
    assert existing
    for page, (alternates, canonical) in found.items():
        if page in existing:
            assert canonical == page
            assert alternates == {
                **{url.removeprefix(f"{BASE}/")[:2]: url for url in existing},
                "x-default": f"{BASE}/{address}",
            }
        else:
            assert canonical in existing


def test_only_what_exists_is_told(client, house):  # noqa: F811
    french = f"{BASE}/fr/publications/P-2026-14/"
    alternates, canonical = told(client, "/fr/publications/P-2026-14/")
    assert (set(alternates), canonical) == ({"fr", "x-default"}, french)
    assert told(client, "/es/publications/P-2026-14/") == ({}, french)


@pytest.mark.parametrize("address", ["", "publications/P-2026-14/?a=b", "members/shown/"])
@pytest.mark.parametrize(("header", "code"), [("es-MX", "es"), ("en", "en"), ("de", "fr")])
def test_the_address_without_a_language_leads_to_the_readers(client, house, address, header, code):  # noqa: F811
    answer = client.get(f"/{address}", headers={"accept-language": header})
    assert (answer.status_code, answer["Location"]) == (302, f"/{code}/{address}")
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize("address", ["nowhere/", "members/a/b/c/", "sitemap-none-0.xml"])
def test_what_is_no_page_in_any_language_is_none_without_one(client, house, address):  # noqa: F811
    assert client.get(f"/{address}").status_code == 404
    assert client.post("/publications/").status_code == 404


@pytest.mark.slow
def test_closed_pages_and_errors_tell_nothing(client, house):  # noqa: F811
    client.force_login(factories.create_secretary())
    for address in ("/en/secretariat/", "/en/nowhere/", "/en/members/members.csv", "/robots.txt"):
        assert not client.get(address).get("Link", "").count("alternate")


# -- The sitemap agrees with the pages ------------------------------------------------------------


def sitemap(client) -> dict[str, dict[str, str]]:
    """Address → its alternates, over all the files that the index names."""
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)
    assert index.tag == f"{SITEMAP}sitemapindex"
    found = {}
    for loc in index.iter(f"{SITEMAP}loc"):
        answer = client.get(loc.text.removeprefix(BASE))
        assert answer["Content-Type"] == "application/xml; charset=utf-8"
        assert "X-Robots-Tag" not in answer
        for url in ElementTree.fromstring(answer.content):
            links = {one.get("hreflang"): one.get("href") for one in url.iter(f"{XHTML}link")}
            address = url.findtext(f"{SITEMAP}loc")
            assert address not in found
            found[address] = links
    return found


def test_the_sitemap_says_what_the_pages_say(client, house):  # noqa: F811
    found = sitemap(client)
    assert f"{BASE}/fr/publications/P-2026-14/" in found
    assert f"{BASE}/es/publications/P-2026-14/" not in found
    assert f"{BASE}/es/regions/R8/" in found
    assert f"{BASE}/fr/programme/7/" in found
    assert not any("hidden" in address for address in found)
    for address, alternates in found.items():
        assert told(client, address.removeprefix(BASE)) == (alternates, address)
        for code in set(alternates) - {"x-default"}:
            assert found[alternates[code]] == alternates


def test_every_public_record_is_in_the_sitemap(client, house):  # noqa: F811
    listed = {re.sub(f"^{BASE}/../", "", address) for address in sitemap(client)}
    left_out = {address for address in ADDRESSES if address.startswith(UNLISTED)}
    assert set(ADDRESSES) - left_out <= listed
