"""The public directory: who is in it, how it is searched, and its CSV."""

import csv
import io

import pytest

from tests.factories import (
    create_contact,
    create_country,
    create_grouping,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
PAGE = "/en/members/"


def listed(client, query="", language="en") -> list[str]:
    answer = client.get(f"/{language}/members/{query}")
    assert answer.status_code == 200
    return [organisation.slug for organisation in answer.context["page"]]


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def network():
    """Five organisations: three public, one discreet, one lapsed."""
    africa, europe = create_region("R8"), create_region("R2")
    kenya = create_country("KE", region=africa)
    finland = create_country("FI", region=europe, name_en="Finland")
    create_organisation(slug="a-kenya", category="A", country=kenya, name="Égalité")
    create_organisation(slug="c-kenya", country=kenya, name="Ñandú", acronym="NDU")
    create_organisation(slug="a-finland", category="A", country=finland, name="Œuvre")
    create_organisation(slug="hidden", country=kenya, name="Refuge", discreet=True)
    create_organisation(slug="gone", country=kenya, name="Past", status="lapsed")
    create_grouping("EU", countries=[finland])


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_only_what_is_public_is_listed(client, network, language):
    assert set(listed(client, language=language)) == {"a-kenya", "c-kenya", "a-finland"}
    shown = client.get(f"/{language}/members/").content.decode()
    assert "Refuge" not in shown and "Past" not in shown


def test_members_and_secretariat_see_what_everybody_sees(client, network):
    everybody = client.get(PAGE)
    for person in (create_contact(), create_secretary()):
        client.force_login(person)
        answer = client.get(f"{PAGE}?category=A")
        assert [o.slug for o in answer.context["page"]] == ["a-kenya", "a-finland"]
        assert not answer.cookies
    assert not everybody.cookies
    assert "csrfmiddlewaretoken" not in everybody.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?word=egalite", ["a-kenya"]),
        ("?word=%C3%89GALIT%C3%89", ["a-kenya"]),
        ("?word=nandu", ["c-kenya"]),
        ("?word=ndu", ["c-kenya"]),
        ("?word=oeuvre+exemple", ["a-finland"]),
        ("?word=refuge", []),
        ("?category=A", ["a-kenya", "a-finland"]),
        ("?country=FI", ["a-finland"]),
        ("?region=R8", ["a-kenya", "c-kenya"]),
        ("?region=R8&category=C", ["c-kenya"]),
        ("?grouping=eu", ["a-finland"]),
    ],
)
def test_filters(client, network, query, expected):
    assert listed(client, query) == expected


def test_a_word_in_the_description_is_found_in_whichever_language(client):
    create_organisation(slug="care", description_es="Cuidados de larga duración")
    create_organisation(slug="other")
    assert listed(client, "?word=duracion") == ["care"]


@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize("query", ["?country=ZZ", "?region=R99", "?category=Q", "?grouping=zz"])
def test_an_unknown_value_is_told_and_left_out(client, network, language, query):
    answer = client.get(f"/{language}/members/{query}")
    assert len(answer.context["page"]) == 3
    assert answer.context["form"].errors
    assert 'class="errors"' in answer.content.decode()


@pytest.mark.parametrize("query", ["?page=99", "?page=x", "?word=%00", "?word=(", "?word=%5C"])
def test_odd_addresses_do_no_harm(client, network, query):
    assert client.get(f"{PAGE}{query}").status_code == 200


def test_the_order_is_the_readers(client):
    names = ["Zambie", "Équateur", "Espagne", "Ñandú", "Nord"]
    for number, name in enumerate(names):
        create_organisation(slug=str(number), name=name)

    def ordered(language):
        return [names[int(slug)] for slug in listed(client, language=language)]

    assert ordered("fr") == ["Équateur", "Espagne", "Ñandú", "Nord", "Zambie"]
    assert ordered("es") == ["Équateur", "Espagne", "Nord", "Ñandú", "Zambie"]


def test_fifty_a_page_with_the_query_kept(client):
    for _ in range(51):
        create_organisation()
    assert len(listed(client, "?category=C")) == 50
    assert len(listed(client, "?category=C&page=2")) == 1
    assert 'href="?category=C&amp;page=2"' in client.get(f"{PAGE}?category=C").content.decode()


def test_no_figure_below_a_region_counts_a_discreet_member(client, network):
    answer = client.get(PAGE)
    counts = {region.code: region.count for region in answer.context["regions"]}
    assert counts == {"R2": 1, "R8": 3}
    hidden, past = create_country("TZ"), create_country("UG")
    create_organisation(country=hidden, discreet=True)
    create_organisation(country=past, status="lapsed")
    answer = client.get(PAGE)
    assert answer.context["countries"] == 2
    offered = answer.context["form"].fields["country"].queryset
    assert {country.code for country in offered} == {"FI", "KE"}
    shown = answer.content.decode()
    assert hidden.name_en not in shown and past.name_en not in shown


def test_the_map_leads_to_each_region(client, network):
    shown = client.get(PAGE).content.decode()
    assert 'href="?region=R8"' in shown and 'href="?region=R2"' in shown


def test_the_csv_is_exactly_the_list(client, network):
    create_organisation(slug="formula", name="=SUM(A1)", acronym="@x", name_es="")
    answer = client.get(f"{PAGE}members.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = rows_of(answer)
    assert head[:4] == ["slug", "name_fr", "name_en", "name_es"]
    by_slug = {row[0]: row for row in rows}
    assert set(by_slug) == {"a-kenya", "c-kenya", "a-finland", "formula"}
    assert by_slug["formula"][1:5] == ["'=SUM(A1) (exemple)", "'=SUM(A1) (example)", "", "'@x"]
    assert by_slug["a-finland"][5:8] == ["A", "FI", "R2"]
    several = create_organisation(slug="several", category="B")
    several.regions.add(create_region("R2"), create_region("R8"))
    [row] = [row for row in rows_of(client.get(f"{PAGE}members.csv")) if row[0] == "several"]
    assert row[5:8] == ["B", "", "R2 R8"]
    assert [row[0] for row in rows_of(client.get(f"{PAGE}members.csv?country=FI"))[1:]] == [
        "a-finland"
    ]


def test_the_language_switch_keeps_the_filters(client, network):
    shown = client.get(f"{PAGE}?region=R8&page=1").content.decode()
    assert 'href="/fr/members/?region=R8&amp;page=1"' in shown


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    create_organisation()
    client.get(PAGE)  # fills the cache of the network's identity
    for _ in range(2):
        with django_assert_num_queries(12):
            assert client.get(PAGE).status_code == 200
        create_organisation()
        create_organisation(category="B").regions.add(create_region("R1"), create_region("R2"))
