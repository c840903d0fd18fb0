"""The public page of an organisation."""

import datetime

import pytest

from tests.factories import (
    create_contact,
    create_membership,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_what_it_says(client, language):
    organisation = create_organisation(
        slug="lake",
        category="A",
        name="Lake",
        acronym="LKE",
        description_fr="Au bord du lac.",
        website="https://lake.example.org/",
    )
    create_membership(organisation, year=1998)
    create_membership(organisation, year=2004)
    answer = client.get(f"/{language}/members/lake/")
    shown = answer.content.decode()
    assert answer.status_code == 200
    expected = [
        organisation.text("name", language).value,
        str(organisation.category.code),
        getattr(organisation.country, f"name_{language}"),
        "R8",
        "LKE",
        "1998",
        "https://lake.example.org/",
        "Au bord du lac.",
    ]
    assert [text for text in expected if text not in shown] == []
    assert ('<span lang="fr">Au bord du lac.</span>' in shown) == (language != "fr")
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize(
    "values", [{"discreet": True}, {"status": "lapsed"}, {"status": "applicant"}]
)
def test_what_is_not_public_is_like_what_does_not_exist(client, values):
    organisation = create_organisation(slug="lake", **values)
    unknown = client.get("/en/members/nowhere/")
    for person in (None, create_contact(organisation), create_secretary()):
        if person:
            client.force_login(person)
        answer = client.get("/en/members/lake/")
        assert answer.status_code == unknown.status_code == 404
        assert answer.content.replace(b"lake", b"nowhere") == unknown.content


def test_a_member_in_grace_stays(client):
    create_organisation(slug="lake", status="grace")
    assert client.get("/en/members/lake/").status_code == 200


def test_an_international_organisation_has_regions(client):
    organisation = create_organisation(slug="world", category="B")
    organisation.regions.add(create_region("R3"), create_region("R5"))
    shown = client.get("/en/members/world/").content.decode()
    assert 'href="/en/regions/R3/"' in shown and 'href="/en/regions/R5/"' in shown


def test_no_period_yet(client):
    organisation = create_organisation(slug="lake")
    assert client.get("/en/members/lake/").status_code == 200
    create_membership(organisation, starts_on=datetime.date(2011, 5, 1))
    assert "2011" in client.get("/en/members/lake/").content.decode()
