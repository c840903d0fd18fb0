"""The secretariat’s pages on regions and on which region a country belongs to."""

import pytest

from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_pages_open_in_three_languages(client, language):
    create_country()
    client.force_login(create_secretary())
    for page in ("regions/", "regions/R8/", "countries/KE/"):
        assert client.get(f"/{language}/secretariat/{page}").status_code == 200


def test_a_description_is_edited_in_three_languages(client):
    region = create_region()
    client.force_login(create_secretary())
    answer = client.post(
        "/en/secretariat/regions/R8/",
        {"description_fr": "Ici.", "description_en": "Here.", "description_es": "", "name_fr": "X"},
    )
    assert answer.url == "/en/secretariat/regions/"
    region.refresh_from_db()
    assert region.own_text("description", "en") == "Here."
    assert region.own_text("name", "fr") == "Region R8 (exemple)"


def test_an_executive_edits_one_region(client):
    create_region("R4")
    client.force_login(create_executive(create_region("R8")))
    shown = client.get("/en/secretariat/regions/").content.decode()
    assert "/en/secretariat/regions/R8/" in shown
    assert "/en/secretariat/regions/R4/" not in shown
    assert client.get("/en/secretariat/regions/R8/").status_code == 200
    assert client.get("/en/secretariat/regions/R4/").status_code == 404
    assert client.get("/en/secretariat/regions/R10/").status_code == 404


def test_a_country_moves_with_its_organisations(client, django_capture_on_commit_callbacks):
    organisation = create_organisation(country=create_country("SD", region=create_region("R8")))
    target = create_region("R5")
    secretary = create_secretary()
    client.force_login(secretary)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/en/secretariat/countries/SD/", {"region": target.pk})
    assert answer.url == "/en/secretariat/regions/"
    organisation.refresh_from_db()
    assert organisation.region == target
    assert organisation.country.history.first().history_user == secretary


@pytest.mark.parametrize("value", ["", "99999", "R8"])
def test_a_country_without_a_region_is_refused_at_the_field(client, value):
    country = create_country()
    client.force_login(create_secretary())
    answer = client.post("/en/secretariat/countries/KE/", {"region": value})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["region"]
    country.refresh_from_db()
    assert country.region.code == "R8"


@pytest.mark.parametrize("create", [create_executive, create_contact])
def test_others_do_not_move_countries(client, create):
    country, elsewhere = create_country(), create_region("R4")
    client.force_login(create())
    answer = client.post("/en/secretariat/countries/KE/", {"region": elsewhere.pk})
    assert answer.status_code == 403
    country.refresh_from_db()
    assert country.region.code == "R8"


@pytest.mark.parametrize("countries", [1, 3])
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, countries):
    for code in ("KE", "TZ", "UG")[:countries]:
        create_country(code)
    client.force_login(create_secretary())
    client.get("/en/secretariat/regions/")
    with django_assert_num_queries(5):
        client.get("/en/secretariat/regions/")
