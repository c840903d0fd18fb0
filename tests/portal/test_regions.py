"""The map of the nine regions, and the page of one region."""

import datetime
import re

import pytest
from django.utils import timezone, translation

from members import counting
from members.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return factories.create_region("R8", name_en="East", name_fr="Est", name_es="Este")


def test_every_region_has_a_shape_that_leads_to_it_and_a_line_in_the_list(client):
    for number in range(1, 10):
        factories.create_region(f"R{number}")
    for code, number in {"CA": 1, "FR": 2, "KE": 8}.items():
        factories.create_country(code, region=factories.create_region(f"R{number}"))
    html = client.get("/en/regions/").content.decode()
    for number in (1, 2, 8):
        assert f'<a href="/en/regions/R{number}/" aria-label=' in html
    for number in range(1, 10):
        assert f'<a href="/en/regions/R{number}/">' in html


def test_the_map_follows_the_assignment_of_countries(client):
    first, second = factories.create_region("R1"), factories.create_region("R2")
    country = factories.create_country("CA", region=first)
    before = client.get("/en/regions/").content
    country.region = second
    country.save()
    assert client.get("/en/regions/").content != before


def test_a_region_shows_its_figures_and_its_public_members(client, region):
    kenya = factories.create_country("KE", region=region)
    malawi = factories.create_country("MW", region=region)
    factories.create_membership(
        factories.create_organisation(country=kenya, name="Shown", category="A"),
        starts_on="1987-03-01",
    )
    factories.create_organisation(country=malawi, name="Hidden", discreet=True)
    factories.create_publication(regions=[region])
    factories.create_publication(regions=[region], access="secretariat")

    response = client.get("/en/regions/R8/")
    html = response.content.decode()

    assert response.context["figures"] == [
        ("Member organisations", 2),
        ("Countries with a member", 1),
        ("Publications", 1),
    ]
    assert [str(member) for member in response.context["members"]] == ["Shown (example)"]
    assert "1987" in html
    assert "Hidden" not in html


def test_the_map_and_the_table_say_the_same(client, region):
    kenya = factories.create_country("KE", region=region)
    malawi = factories.create_country("MW", region=region)
    for country, discreet in ((kenya, False), (kenya, False), (malawi, True)):
        factories.create_organisation(country=country, discreet=discreet)
    response = client.get("/en/regions/R8/")
    figures = {c["code"]: c["count"] for c in response.context["map"]["countries"] if c["count"]}
    assert figures == {"KE": 2}
    assert len(response.context["members"]) == 2


def test_members_stand_by_country_in_the_readers_alphabet(client, region):
    for code, name_fr, name_en in (("ZA", "Afrique du Sud", "South Africa"), ("KE", "Kenya", "")):
        country = factories.create_country(
            code, region=region, name_fr=name_fr, name_en=name_en or name_fr
        )
        factories.create_organisation(country=country, name=f"In {code}")
    nowhere = factories.create_organisation(country=None, category="B", name="A network")
    nowhere.regions.set([region])
    names = {
        language: [
            member.own_text("name", language).split(" (")[0]
            for member in client.get(f"/{language}/regions/R8/").context["members"]
        ]
        for language in ("fr", "en")
    }
    assert names == {
        "fr": ["In ZA", "In KE", "A network"],
        "en": ["In KE", "In ZA", "A network"],
    }


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_large_region_names_its_first_members_and_leads_to_all(client, region, language):
    for code, number in (("ZA", 25), ("KE", 30), ("MW", 5)):
        country = factories.create_country(code, region=region)
        for _ in range(number):
            factories.create_organisation(country=country)
    nowhere = factories.create_organisation(country=None, category="B")
    nowhere.regions.set([region])
    factories.create_organisation(country=country, name="Refuge", discreet=True)
    counting.repair()
    answer = client.get(f"/{language}/regions/R8/")
    with translation.override(language):
        every = list(Organisation.objects.public().in_region(region).by_country())
    assert answer.context["members"] == every[:50]
    assert answer.context["figures"][0][1] == 62
    html = answer.content.decode()
    assert len(answer.content) < 60_000
    assert "Refuge" not in html
    assert re.search(rf'href="/{language}/members/\?region=R8">[^<]*\b61\b[^<]*</a>', html)


def test_a_small_region_names_all_its_members(client, region):
    factories.create_organisation(country=factories.create_country("KE", region=region))
    html = client.get("/en/regions/R8/").content.decode()
    assert "members of the region" not in html


def test_the_latest_texts_letters_and_events_of_the_region(client, region):
    other = factories.create_region("R7")
    for place in (region, other):
        factories.create_publication(regions=[place], title_en=f"Text {place.code}")
        factories.create_event(regions=[place], title_en=f"Forum {place.code}")
        factories.create_event(regions=[place], title_en=f"Closed {place.code}", is_public=False)
        factories.create_event(
            regions=[place],
            title_en=f"Past {place.code}",
            starts_at=timezone.now() - datetime.timedelta(days=3),
            ends_at=timezone.now() - datetime.timedelta(days=2),
        )
        letter = factories.create_newsletter(place)
        factories.create_issue(newsletter=letter, subject_en=f"Letter {place.code}", state="sent")
        factories.create_issue(
            newsletter=letter, subject_en=f"Draft {place.code}", period="2026-Q4"
        )
    html = client.get("/en/regions/R8/").content.decode()
    for word in ("Text R8", "Forum R8", "Letter R8"):
        assert word in html
    for word in ("Text R7", "Forum R7", "Letter R7", "Closed", "Past", "Draft"):
        assert word not in html


def test_the_region_can_be_written_to_and_its_letter_subscribed_to(client, region):
    html = client.get("/fr/regions/R8/").content.decode()
    assert 'href="/fr/contact/?region=R8"' in html
    assert 'href="/fr/newsletters/subscribe/?newsletter=R8"' in html


def test_groupings_stand_under_the_acronym_of_the_language(client, region):
    grouping = factories.create_grouping("sadc", acronym_fr="SADC-fr", acronym_en="SADC-en")
    grouping.regions.set([region])
    assert "SADC-fr" in client.get("/fr/regions/R8/").content.decode()
    assert "SADC-en" in client.get("/en/regions/R8/").content.decode()


def test_a_code_in_small_letters_leads_to_the_region(client, region):
    response = client.get("/es/regions/r8/")
    assert (response.status_code, response["Location"]) == (301, "/es/regions/R8/")


@pytest.mark.parametrize("code", ["R0", "R10", "X8", "r99", "8"])
def test_an_unknown_code_says_so(client, region, code):
    response = client.get(f"/en/regions/{code}/", follow=True)
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_a_region_without_members_says_so(client, region):
    html = client.get("/en/regions/R8/").content.decode()
    assert "No member is listed in this region." in html
    assert "Nothing has been published in this region yet." in html
