"""Series: recorded at the desk, read by the public, and kept while something belongs to them."""

import pytest

from publications.models import Series
from tests.factories import (
    create_contact,
    create_executive,
    create_network,
    create_publication,
    create_secretary,
)

pytestmark = pytest.mark.django_db
DESK = "/en/secretariat/series/"


@pytest.fixture
def secretary(client):
    create_network()
    person = create_secretary()
    client.force_login(person)
    return person


def a_series(slug="papers", **values) -> Series:
    titles = {f"title_{code}": f"Papers {code} (example)" for code in ("fr", "en", "es")}
    return Series.objects.create(slug=slug, **titles | values)


def typed(**values) -> dict:
    empty = {f"{name}_{code}": "" for name in ("title", "description") for code in ("fr", "es")}
    return (
        empty
        | {
            "title_en": "Working papers (example)",
            "description_en": "Short texts.",
            "original_language": "en",
            "slug": "working-papers",
            "issn": "0000-0019",
            "owners": "",
            "website": "",
        }
        | values
    )


def test_a_series_is_recorded_in_any_language_and_read(client, secretary):
    assert client.post(f"{DESK}new/", typed(owners="IASSW; IFSW")).status_code == 302
    found = Series.objects.get()
    assert found.languages() == [("fr", "missing"), ("en", "ready"), ("es", "missing")]
    create_publication(series=found, number_in_series="4/2", title_en="An issue")
    create_publication(series=found, access="members", title_en="For members")
    create_publication(series=found, access="secretariat", title_en="Kept back")
    client.logout()
    for language in ("fr", "en", "es"):
        html = client.get(f"/{language}/publications/series/working-papers/").content.decode()
        assert "Working papers (example)" in html
        assert "0000-0019" in html
        assert "IASSW, IFSW" in html
        assert "4/2" in html
        assert "Kept back" not in html
    assert 'lang="en">Working papers' in html


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"issn": "1234-5678"}, "issn"),
        ({"issn": "12345679"}, "issn"),
        ({"slug": "no address"}, "slug"),
        ({"slug": "papers"}, "slug"),
        ({"title_en": ""}, "title_en"),
        ({"website": "javascript:alert(1)"}, "website"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(client, secretary, values, field):
    a_series()
    answer = client.post(f"{DESK}new/", typed(**values))
    assert field in answer.context["form"].errors
    assert Series.objects.count() == 1


def test_an_issn_belongs_to_one_series(client, secretary):
    a_series(issn="0000-0019")
    answer = client.post(f"{DESK}new/", typed())
    assert answer.status_code == 200
    assert "Another series already has this ISSN." in answer.content.decode()


def test_a_series_with_publications_stays(client, secretary):
    series = a_series()
    publication = create_publication(series=series)
    answer = client.post(f"{DESK}papers/delete/", follow=True)
    assert "so it stays" in answer.content.decode()
    assert Series.objects.exists()
    publication.series = None
    publication.save()
    client.post(f"{DESK}papers/delete/")
    assert not Series.objects.exists()


def test_a_former_address_leads_to_the_series(client, secretary):
    a_series()
    client.post(f"{DESK}papers/", typed(slug="notes", issn=""))
    answer = client.get("/fr/publications/series/papers/")
    assert (answer.status_code, answer.url) == (301, "/fr/publications/series/notes/")
    assert client.get("/fr/publications/series/unknown/").status_code == 404


@pytest.mark.parametrize("who", [create_executive, create_contact])
def test_series_are_the_secretariats(client, who):
    create_network()
    a_series()
    client.force_login(who())
    for address in (DESK, f"{DESK}new/", f"{DESK}papers/"):
        assert client.get(address).status_code == 403
    assert client.post(f"{DESK}papers/delete/").status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_the_database_as_often_for_three_rows(
    client, secretary, rows, django_assert_num_queries
):
    series = [a_series(f"s-{row}") for row in range(rows)]
    for _row in range(rows):
        create_publication(series=series[0])
    client.get(DESK)
    with django_assert_num_queries(4):
        client.get(DESK)
    client.logout()
    client.get(series[0].get_absolute_url())
    with django_assert_num_queries(PUBLIC_QUERIES):
        client.get(series[0].get_absolute_url())


PUBLIC_QUERIES = 2
