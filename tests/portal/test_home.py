"""The home page: the motto three times, the nine regions, the latest texts, the seven axes."""

import re

import pytest

from publications import shelving
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_motto_stands_in_the_readers_language_with_the_two_others_beside_it(client):
    factories.create_network(motto_fr="Devise", motto_en="Motto", motto_es="Lema")
    html = client.get("/es/").content.decode()
    assert "<h1>Lema</h1>" in html
    assert re.findall(r'<div lang="(\w\w)"><p>(\w+)</p><a href="(/\w\w/)"', html) == [
        ("fr", "Devise", "/fr/"),
        ("en", "Motto", "/en/"),
    ]
    assert "Lire en français" in html
    assert "Read in English" in html


def test_a_motto_in_another_language_says_so(client):
    factories.create_network(motto_fr="Devise", motto_en="", motto_es="")
    assert '<h1><span lang="fr">Devise</span> <span class="fallback">in French</span></h1>' in (
        client.get("/en/").content.decode()
    )


def test_a_network_without_a_motto_shows_its_name(client):
    factories.create_network(name_en="Council of examples")
    assert "<h1>Council of examples</h1>" in client.get("/en/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_new_name_is_shown_at_once(client):
    network = factories.create_network(motto_en="Before")
    assert "<h1>Before</h1>" in client.get("/en/").content.decode()
    network.motto_en = "After"
    network.save()
    assert "<h1>After</h1>" in client.get("/en/").content.decode()


def test_each_region_carries_its_members_the_discreet_ones_too(client):
    """A region is large enough for a discreet member not to be inferred from the figure."""
    region = factories.create_region("R8")
    kenya = factories.create_country("KE", region=region)
    factories.create_organisation(country=kenya)
    factories.create_organisation(country=factories.create_country("MW"), discreet=True)
    factories.create_organisation(country=kenya, status="lapsed")
    worldwide = factories.create_organisation(country=None, category="B")
    worldwide.regions.set([region, factories.create_region("R7")])
    # The regions of activity of an organisation that has a country do not count it twice.
    factories.create_organisation(country=kenya).regions.set(
        [region, factories.create_region("R7")]
    )

    response = client.get("/en/")

    assert {r.code: r.count for r in response.context["regions"]} == {"R7": 1, "R8": 4}
    assert "4 organisations" in response.content.decode()


def test_the_latest_four_announced_publications_the_first_of_them_large(client):
    for day in range(1, 7):
        factories.create_publication(
            symbol=f"P/2026/{day:02d}", published_on=f"2026-01-{day:02d}", title_en=f"Text {day}"
        )
    factories.create_publication(published_on="2026-02-01", state="draft")
    factories.create_publication(published_on="2026-02-02", access="secretariat")
    factories.create_publication(published_on="2026-02-03", state="withdrawn")

    response = client.get("/en/")

    assert [p.symbol for p in response.context["latest"]] == [
        "P/2026/06",
        "P/2026/05",
        "P/2026/04",
        "P/2026/03",
    ]
    assert response.content.decode().count('class="publication big"') == 1


def test_each_axis_carries_its_announced_documents(client):
    first, second = factories.create_axis(1), factories.create_axis(2)
    factories.create_publication(axes=[first, second])
    factories.create_publication(axes=[first], access="members")
    factories.create_publication(axes=[second], access="secretariat")
    old = factories.create_cycle(first_year=2001, last_year=2004)
    factories.create_axis(1, cycle=old)
    before_anything_was_counted = client.get("/fr/").context["axes"]
    shelving.repair()
    for axes in (before_anything_was_counted, client.get("/fr/").context["axes"]):
        assert [(axis.number, axis.count) for axis in axes] == [(1, 2), (2, 1)]


def test_a_letter_can_be_subscribed_to_without_script_or_token(client, mailoutbox):
    factories.create_newsletter(None)
    factories.create_newsletter(factories.create_region("R8"))
    html = client.get("/es/").content.decode()
    assert 'method="post" action="/es/newsletters/subscribe/"' in html
    assert re.findall(r'<option value="(\w+)"(?: selected)?>', html) == [
        "world",
        "R8",
        "fr",
        "en",
        "es",
    ]
    assert '<option value="es" selected>' in html


def test_an_empty_network_has_a_home_page(client):
    response = client.get("/fr/")
    assert response.status_code == 200
    assert response.context["latest"] == []


def test_the_bare_address_is_what_no_language_prefers(client):
    html = client.get("/fr/").content.decode()
    assert '<link rel="alternate" hreflang="x-default" href="http://localhost:8000/">' in html
