"""Atom feeds: valid, one thing in every language, nothing hidden, read by a real reader."""

import datetime
from xml.etree import ElementTree

import feedparser
import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from portal.models import Page
from programme.models import Event
from tests import factories
from tests.atom import ATOM, LANG, links, violations

pytestmark = pytest.mark.django_db
FEEDS = (
    "atom.xml",
    "regions/R8/atom.xml",
    "programme/1/atom.xml",
    "programme/events/atom.xml",
    "members/atom.xml",
    "newsletters/atom.xml",
    "pages/atom.xml",
)
HIDDEN = "Introuvable"


@pytest.fixture
def house():
    """One of everything in region R8 and on axis 1, in French; and what nobody may see."""
    factories.create_network()
    region, axis = factories.create_region("R8"), factories.create_axis(1)
    only_french = {"original_language": "fr", "title_en": "", "title_es": ""}
    factories.create_publication(
        symbol="P/2026/14",
        regions=[region],
        axes=[axis],
        title_fr="Socles & « liens »",
        **only_french,
    )
    factories.create_publication(symbol="P/2026/15", access="members", regions=[region])
    for number, values in enumerate(({"access": "secretariat"}, {"state": "draft"})):
        factories.create_publication(
            symbol=f"P/2026/2{number}", title_fr=HIDDEN, regions=[region], axes=[axis], **values
        )
    factories.create_event(
        slug="forum",
        title_fr="Forum",
        regions=[region],
        axis=axis,
        **{"title_en": "", "title_es": ""},
    )
    factories.create_event(
        slug="closed", title_fr=HIDDEN, is_public=False, regions=[region], axis=axis
    )
    factories.create_organisation(slug="shown", name="Shown")
    factories.create_organisation(slug="hidden", name=HIDDEN, discreet=True)
    factories.create_organisation(slug="gone", name=HIDDEN, status="lapsed")
    letter = factories.create_newsletter(region)
    factories.create_issue(
        newsletter=letter, symbol="L/R8/2026/02", state="sent", sent_at=timezone.now()
    )
    factories.create_issue(
        newsletter=letter, symbol="L/R8/2026/03", period="2026-Q4", subject_fr=HIDDEN, state="draft"
    )
    Page.objects.create(slug="about", title_fr="À propos", body_fr="<p>Un &amp; deux</p>")


def read(client, address: str):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer, ElementTree.fromstring(answer.content)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_valid_public_and_in_its_language(client, house, name, language):
    answer, feed = read(client, f"/{language}/{name}")
    assert violations(answer.content) == []
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")
    assert feed.get(LANG) == language
    assert HIDDEN not in answer.content.decode()
    parsed = feedparser.parse(answer.content)
    assert parsed.bozo == 0
    assert parsed.version == "atom10"
    assert parsed.entries
    for entry in feed.findall(f"{ATOM}entry"):
        first, *_others, last = [link.get("href") for link in links(entry, "alternate")]
        assert client.get(first.removeprefix(settings.SITE_URL)).status_code == 200
        assert first.startswith(f"{settings.SITE_URL}/{language}/")
        # Where the record exists in the language, programs that take the last one open it too.
        assert (first == last) == (LANG not in entry.find(f"{ATOM}title").attrib)
    client.force_login(factories.create_secretary())
    assert client.get(f"/{language}/{name}").content == answer.content


@pytest.mark.slow
@pytest.mark.parametrize("name", FEEDS)
def test_an_entry_is_the_same_thing_in_every_language(client, house, name):
    names = {
        code: [
            entry.id for entry in feedparser.parse(client.get(f"/{code}/{name}").content).entries
        ]
        for code in ("fr", "en", "es")
    }
    assert names["fr"] == names["en"] == names["es"]
    assert len(set(names["fr"])) == len(names["fr"])


@pytest.mark.slow
def test_the_name_of_an_entry_survives_its_address(client, house):
    before = feedparser.parse(client.get("/en/programme/events/atom.xml").content).entries[0]
    event = Event.objects.get(slug="forum")
    event.slug = "conference"
    event.save()
    after = feedparser.parse(client.get("/en/programme/events/atom.xml").content).entries[0]
    assert (before.id, before.link == after.link) == (after.id, False)
    assert after.updated_parsed >= before.updated_parsed


@pytest.mark.parametrize(("language", "mark"), [("en", " (in French)"), ("es", " (en francés)")])
def test_a_text_in_another_language_says_which(client, house, language, mark):
    _answer, feed = read(client, f"/{language}/programme/events/atom.xml")
    (entry,) = feed.findall(f"{ATOM}entry")
    title = entry.find(f"{ATOM}title")
    assert (title.text, title.get(LANG)) == (f"Forum{mark}", "fr")
    # The reader's page opens, and the page in the language that exists is named as such.
    own, french = links(entry, "alternate")
    assert (own.get("hreflang"), french.get("hreflang")) == (None, "fr")
    assert own.get("href") == f"{settings.SITE_URL}/{language}/programme/events/forum/"
    assert french.get("href") == f"{settings.SITE_URL}/fr/programme/events/forum/"


def test_what_exists_in_the_language_carries_no_mark(client, house):
    _answer, feed = read(client, "/fr/programme/events/atom.xml")
    (entry,) = feed.findall(f"{ATOM}entry")
    title = entry.find(f"{ATOM}title")
    assert (title.text, title.get(LANG)) == ("Forum", None)
    assert [link.get("hreflang") for link in links(entry, "alternate")] == [None, "fr"]


@pytest.mark.slow
def test_the_feeds_of_a_list_name_each_other_and_their_page(client, house):
    _answer, feed = read(client, "/en/programme/events/atom.xml?region=R8&axis=")
    base = f"{settings.SITE_URL}/%s/programme/events/%s?region=R8"
    assert feed.findtext(f"{ATOM}id") == base % ("en", "atom.xml")
    assert links(feed, "self")[0].get("href").endswith("/atom.xml?region=R8")
    assert {
        (link.get("hreflang"), link.get("type")): link.get("href")
        for link in links(feed, "alternate")
    } == {
        ("en", "text/html"): base % ("en", ""),
        ("fr", "application/atom+xml"): base % ("fr", "atom.xml"),
        ("es", "application/atom+xml"): base % ("es", "atom.xml"),
    }


@pytest.mark.parametrize(
    ("query", "slugs"),
    [("", {"one", "two"}), ("region=R8", {"one"}), ("axis=2", {"two"}), ("region=R8&axis=2", set()),
     ("region=R99&axis=9", {"one", "two"})],
)  # fmt: skip
def test_events_are_narrowed_as_the_list_is(client, query, slugs):
    factories.create_event(slug="one", regions=[factories.create_region("R8")])
    factories.create_event(slug="two", axis=factories.create_axis(2))
    parsed = feedparser.parse(client.get(f"/fr/programme/events/atom.xml?{query}").content)
    assert {entry.link.rstrip("/").rsplit("/", 1)[1] for entry in parsed.entries} == slugs
    page = client.get(f"/fr/programme/events/?{query}")
    assert {event.slug for event in page.context["upcoming"]} == slugs


def test_members_are_narrowed_as_the_directory_is(client):
    factories.create_organisation(slug="one", country=factories.create_country("KE"))
    europe = factories.create_region("R2")
    factories.create_organisation(slug="two", country=factories.create_country("FR", region=europe))
    parsed = feedparser.parse(client.get("/es/members/atom.xml?region=R2").content)
    assert [entry.link for entry in parsed.entries] == [f"{settings.SITE_URL}/es/members/two/"]


def test_an_event_says_when_and_where_in_the_language_of_its_text(client):
    start = datetime.datetime(2026, 3, 1, 22, 30, tzinfo=datetime.UTC)
    factories.create_event(
        slug="forum", time_zone="Africa/Nairobi", country=factories.create_country("KE"),
        starts_at=start, ends_at=start + datetime.timedelta(days=2),
        summary_fr="Deux jours.", place_fr="Nairobi", place_en="", place_es="",
        title_en="", title_es="", summary_en="", summary_es="",
    )  # fmt: skip
    parsed = feedparser.parse(client.get("/en/programme/events/atom.xml").content)
    (entry,) = parsed.entries
    assert entry.summary == "2 mars 2026 – 4 mars 2026, Nairobi, Pays KE. Deux jours."
    assert entry.summary_detail.language == "fr"


@pytest.mark.slow
def test_pages_of_a_feed_name_their_neighbours(client):
    for number in range(65):
        factories.create_event(slug=f"event-{number}")
    seen, address = [], "/en/programme/events/atom.xml?region="
    for number in range(1, 4):
        _answer, feed = read(client, address)
        assert violations(_answer.content) == []
        seen += [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
        rels = {rel: links(feed, rel) for rel in ("first", "previous", "next")}
        assert {rel for rel, found in rels.items() if found} == {
            1: {"first", "next"}, 2: {"first", "previous", "next"}, 3: {"first", "previous"},
        }[number]  # fmt: skip
        if rels["next"]:
            address = rels["next"][0].get("href").removeprefix(settings.SITE_URL)
    assert len(seen) == len(set(seen)) == 65
    for odd in ("0", "-1", "x", "99999999999", "²"):
        assert client.get(f"/en/programme/events/atom.xml?page={odd}").status_code == 200


def test_an_unchanged_feed_is_not_sent_again(client):
    factories.create_event(slug="forum")
    answer = client.get("/en/programme/events/atom.xml")
    same = {"if-none-match": answer["ETag"]}
    assert client.get("/en/programme/events/atom.xml", headers=same).status_code == 304
    since = {"if-modified-since": answer["Last-Modified"]}
    assert client.get("/en/programme/events/atom.xml", headers=since).status_code == 304
    Event.objects.get().delete()
    assert client.get("/en/programme/events/atom.xml", headers=same).status_code == 200


def test_an_empty_feed_is_a_feed(client):
    for name in ("atom.xml", "programme/events/atom.xml", "newsletters/atom.xml"):
        assert violations(client.get(f"/es/{name}").content) == []


@pytest.mark.parametrize(
    "name",
    ["regions/R8", "programme/1", "programme/events", "members", "newsletters", "pages/about"],
)
def test_a_page_offers_its_feed(client, house, name):
    html = client.get(f"/en/{name}/").content.decode()
    feed = "pages" if name.startswith("pages") else name
    assert f'<link rel="alternate" type="application/atom+xml" href="/en/{feed}/atom.xml">' in html


QUERIES = {
    "atom.xml": 9,
    "regions/R8/atom.xml": 10,
    "programme/1/atom.xml": 7,
    "programme/events/atom.xml": 2,
    "members/atom.xml": 2,
    "newsletters/atom.xml": 1,
    "pages/atom.xml": 1,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_feed_asks_as_often_for_three_rows(client, house, name, rows, django_assert_num_queries):
    region, axis = factories.create_region("R8"), factories.create_axis(1)
    for _number in range(rows):
        factories.create_publication(regions=[region], axes=[axis])
        factories.create_event(regions=[region], axis=axis)
        factories.create_organisation()
    client.get("/en/contact/")
    with django_assert_num_queries(QUERIES[name]):
        client.get(f"/en/{name}")


@pytest.mark.slow
@budget(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=60))
def test_no_text_breaks_a_feed(client, text):
    Event.objects.all().delete()
    event = factories.create_event(slug="forum")
    # Past the form, which would refuse most of it; a database keeps no NUL and no lone half.
    text = "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")
    Event.objects.filter(pk=event.pk).update(title_en=text, summary_en=text)
    content = client.get("/en/programme/events/atom.xml").content
    assert violations(content) == []
    assert feedparser.parse(content).bozo == 0
