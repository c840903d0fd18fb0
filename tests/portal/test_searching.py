"""The search pages: shareable, without scripts, and never in an error."""

import datetime
import html
import re
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal import finding, mending
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_is_kept(settings):
    """What is looked at is what the view makes, also when a page is asked for twice."""
    settings.PAGE_SECONDS = 0


def publish(title_fr: str, **values):
    return factories.create_publication(title_fr=title_fr, title_en=None, **values)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(max_size=60))
@example(query='a AND (b OR "c*") NEAR(d e) -f ^g title_lexemes:h')
@example(query="a & (b | !c) <-> d:* 'e''f' \\ %s {g}")
@example(query='"')
@example(query='"" «» “” -"" - * -* "*" ')
@example(query='-"a b" -c* "d -e" P/2026/14/ /// k_publication a_public "k_publication"')
@example(query='title_words: ^a + NEAR/2 {b} : "c" NOT OR AND')
@example(query="x" * 10_000)
@example(query='"' + "a " * 5_000)
@example(query="⑴ ½ ŉ ﷺ ǆ İ \x00 ß’ l’ d'")
def test_no_query_breaks_the_search(client, query):
    assert client.get("/fr/search/", {"q": query}).status_code == 200


def test_the_page_counts_and_names_its_results(client):
    publish("Premier rapport")
    response = client.get("/en/search/", {"q": "rapports"})
    assert response.context["found"].count == 1
    assert '<mark>rapport</mark></a> <span class="fallback">in French</span>' in (
        response.content.decode()
    )


# With very few results another spelling is looked for, which is one query more.
@pytest.mark.parametrize(("rows", "queries"), [(1, 3), (3, 2), (5, 2)])
def test_the_page_asks_the_database_as_often_for_more_results(
    client, rows, queries, django_assert_num_queries
):
    factories.create_network()
    for number in range(rows):
        publish(f"Rapport {number}")
    client.get("/fr/")
    with django_assert_num_queries(queries):
        response = client.get("/fr/search/", {"q": "rapport"})
    assert len(response.context["page"].object_list) == rows


def test_pages_follow_one_another_by_a_cursor(client):
    for number in range(finding.PER_PAGE + 3):
        publish(f"Rapport {number}")
    response = client.get("/fr/search/", {"q": "rapport", "sort": "date"})
    first = [hit.url for hit in response.context["page"]]
    following = re.search(r'rel="next" href="([^"]*)"', response.content.decode())[1]
    assert "q=rapport" in following and "sort=date" in following
    response = client.get("/fr/search/" + html.unescape(following))
    second = [hit.url for hit in response.context["page"]]
    assert len({*first, *second}) == finding.PER_PAGE + 3
    previous = re.search(r'rel="prev" href="([^"]*)"', response.content.decode())[1]
    response = client.get("/fr/search/" + html.unescape(previous))
    assert [hit.url for hit in response.context["page"]] == first
    response = client.get("/fr/search/", {"q": "rapport", "after": "nonsense"})
    assert response.status_code == 200


def options(response) -> dict[str, list[str]]:
    return {
        filter.name: [option.label for option in filter.options]
        for filter in response.context["filters"]
    }


def test_choices_are_counted_as_the_other_filters_leave_them(client):
    africa, europe = factories.create_region("R8"), factories.create_region("R2")
    publish("Bilan", regions=[africa], published_on=datetime.date(2024, 1, 1))
    publish("Bilan", regions=[africa, europe], published_on=datetime.date(2025, 1, 1))
    factories.create_publication(
        title_fr=None, title_en="Bilan", original_language="en", regions=[europe]
    )
    factories.create_event(title_fr="Bilan", title_en="Bilan", regions=[europe])
    mending.repair()

    shown = options(client.get("/en/search/", {"q": "bilan"}))
    assert shown["kind"] == ["Publications (3)", "Events (1)"]
    assert shown["language"] == ["French (3)", "English (2)"]
    assert [label.split(" ")[0] for label in shown["region"]] == ["R2", "R8"]
    assert [label.rsplit(" ", 1)[1] for label in shown["region"]] == ["(3)", "(2)"]

    response = client.get("/en/search/", {"q": "bilan", "kind": "publication", "region": "R8"})
    assert response.context["found"].count == 2
    shown = options(response)
    assert shown["kind"] == ["Publications (2)"]
    assert [label.rsplit(" ", 1)[1] for label in shown["region"]] == ["(2)", "(2)"]
    assert "year" in shown


def test_the_form_shows_the_choices_in_the_readers_language(client):
    """It is drawn once for the same choices."""
    for year in (2024, 2025):
        publish("Bilan", published_on=datetime.date(year, 1, 1))
    for language, label in (("fr", "Année"), ("en", "Year"), ("fr", "Année")):
        page = client.get(f"/{language}/search/", {"q": "bilan"}).content.decode()
        assert f'<label for="year">{label}</label>' in page
        assert '<option value="2025">2025 (1)</option>' in page
    page = client.get("/fr/search/", {"q": "bilan", "year": "2025"}).content.decode()
    assert '<option value="2025" selected>2025 (1)</option>' in page
    publish("Bilan", published_on=datetime.date(2025, 1, 1))
    page = client.get("/fr/search/", {"q": "bilan", "year": "2025"}).content.decode()
    assert '<option value="2025" selected>2025 (2)</option>' in page


def test_no_choice_leads_to_nothing(client):
    africa = factories.create_region("R8")
    publish("Bilan", regions=[africa], published_on=datetime.date(2024, 1, 1))
    publish("Bilan", published_on=datetime.date(2025, 1, 1))
    factories.create_event(title_fr="Bilan", regions=[africa])
    mending.repair()
    for first in ({}, {"kind": "publication"}, {"region": "R8"}, {"language": "fr"}):
        response = client.get("/fr/search/", {"q": "bilan", **first})
        for filter in response.context["filters"]:
            for option in filter.options:
                chosen = {**first, filter.name: option.value}
                found = client.get("/fr/search/", {"q": "bilan", **chosen}).context["found"]
                assert found.count > 0
                assert option.label.endswith(f"({found.count})")


def test_a_filter_that_is_not_understood_is_left_out(client):
    publish("Bilan")
    query = {"q": "bilan", "kind": "x", "language": "de", "region": "R0", "year": "99", "sort": "?"}
    assert client.get("/fr/search/", query).context["found"].count == 1


def test_nothing_found_says_what_to_do_next(client):
    publish("Protection sociale")
    page = client.get("/en/search/", {"q": "protecton"}).content.decode()
    assert '<a href="?q=protection">protection</a>' in page
    assert 'href="/en/publications/"' in page
    assert "Remove the filters" not in page
    page = client.get("/en/search/", {"q": "protection", "kind": "event"}).content.decode()
    assert "Remove the filters" in page


def test_common_words_say_that_there_is_more(client, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 1)
    for number in range(3):
        publish(f"Bilan {number}")
    page = client.get("/en/search/", {"q": "bilan"}).content.decode()
    assert "More than 2 results" in page
    assert "ranked among the newest" in page
    assert "Publications (more than" in page or "kind" not in options(
        client.get("/en/search/", {"q": "bilan"})
    )


# -- The members’ area -----------------------------------------------------------------------------


def login(client, organisation):
    person = factories.create_contact(organisation)
    client.force_login(person)
    return person


def test_members_search_what_they_may_read(client):
    publish("Projet", access="members", body_fr="<p>ornithorynque</p>", symbol="P/2026/07")
    publish("Fermé", access="secretariat", body_fr="<p>ornithorynque</p>")
    login(client, factories.create_organisation())

    response = client.get("/fr/space/search/", {"q": "ornithorynque"})
    assert [hit.url for hit in response.context["page"]] == ["/fr/space/library/P-2026-07/"]
    assert response["Cache-Control"] == "private, no-store"
    assert client.get("/fr/search/", {"q": "ornithorynque"}).context["found"].count == 0


def test_somebody_whose_mandates_have_ended_finds_what_everybody_finds(client):
    publish("Projet", access="members", body_fr="<p>ornithorynque</p>")
    client.force_login(factories.create_person())
    response = client.get("/fr/space/search/", {"q": "ornithorynque"})
    assert response.context["found"].count == 0
    assert client.get("/fr/space/search/", {"q": "projet"}).context["found"].count == 1


def test_an_own_discreet_organisation_is_found_by_its_people_alone(client):
    discreet = factories.create_organisation(name="Xylophane", discreet=True)
    login(client, discreet)
    page = client.get("/fr/space/search/", {"q": "xylophane"}).content.decode()
    assert "Xylophane (exemple)</a>" in page
    assert 'href="/fr/space/organisation/"' in page

    login(client, factories.create_organisation(name="Autre"))
    assert "Xylophane" not in client.get("/fr/space/search/", {"q": "xylophane"}).content.decode()
    client.logout()
    assert "Xylophane" not in client.get("/fr/search/", {"q": "xylophane"}).content.decode()


def test_the_public_page_stays_anonymous_for_a_member(client):
    publish("Projet", access="members", body_fr="<p>ornithorynque</p>")
    anonymous = client.get("/fr/search/", {"q": "projet"}).content
    login(client, factories.create_organisation())
    assert client.get("/fr/search/", {"q": "projet"}).content == anonymous


def test_a_browser_is_told_how_to_search(client):
    factories.create_network(name_fr="Conseil & Cie", short_name_fr="C&C")
    response = client.get("/fr/opensearch.xml")
    assert response["Content-Type"].startswith("application/opensearchdescription+xml")
    tree = ElementTree.fromstring(response.content)
    names = {child.tag.split("}")[1]: child for child in tree}
    assert names["ShortName"].text == "C&C"
    assert names["Url"].get("template").endswith("/fr/search/?q={searchTerms}")
    assert 'href="/fr/opensearch.xml"' in client.get("/fr/search/").content.decode()
