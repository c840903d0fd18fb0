"""The public directory: who is in it, how it is searched, and its CSV."""

import csv
import io
import json
import random
import re
from urllib.parse import urlencode

import pytest

from members import counting
from members.models import Organisation
from tests.factories import (
    create_contact,
    create_country,
    create_facet,
    create_grouping,
    create_membership,
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


def text_of(answer) -> str:
    return answer.getvalue().decode("utf-8-sig")


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(answer))))


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


@pytest.mark.slow
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


@pytest.mark.parametrize(
    "query", ["?page=99", "?after=x", "?before=W10", "?word=%00", "?word=(", "?word=%5C"]
)
def test_odd_addresses_do_no_harm(client, network, query):
    assert client.get(f"{PAGE}{query}").status_code == 200


@pytest.mark.slow
def test_the_order_is_the_readers(client):
    names = ["Zambie", "Équateur", "Espagne", "Ñandú", "Nord"]
    for number, name in enumerate(names):
        create_organisation(slug=str(number), name=name)

    def ordered(language):
        return [names[int(slug)] for slug in listed(client, language=language)]

    assert ordered("fr") == ["Équateur", "Espagne", "Ñandú", "Nord", "Zambie"]
    assert ordered("es") == ["Équateur", "Espagne", "Nord", "Ñandú", "Zambie"]


@pytest.mark.slow
def test_twenty_a_page_with_the_query_kept(client):
    made = {create_organisation().slug for _ in range(21)}
    answer = client.get(f"{PAGE}?category=C")
    first = {organisation.slug for organisation in answer.context["page"]}
    [onwards] = re.findall(r'rel="next" href="([^"]+)"', answer.content.decode())
    assert onwards.startswith("?category=C&amp;after=")
    following = client.get(PAGE + onwards.replace("&amp;", "&"))
    rest = {organisation.slug for organisation in following.context["page"]}
    assert (len(first), len(rest)) == (20, 1)
    assert first | rest == made
    [back] = re.findall(r'rel="prev" href="([^"]+)"', following.content.decode())
    assert {
        one.slug for one in client.get(PAGE + back.replace("&amp;", "&")).context["page"]
    } == first


def test_no_figure_below_a_region_counts_a_discreet_member(client, network):
    answer = client.get(PAGE)
    counts = {region.code: region.count for region in answer.context["regions"]}
    assert counts == {"R2": 1, "R8": 2}  # as the list has them
    offered = dict(answer.context["form"].fields["region"].choices)
    assert offered["R8"].endswith("(2)")
    hidden, past = create_country("TZ"), create_country("UG")
    create_organisation(country=hidden, discreet=True)
    create_organisation(country=past, status="lapsed")
    answer = client.get(PAGE)
    assert answer.context["found"].countries == 2
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
    shown = client.get(f"{PAGE}?region=R8&category=A").content.decode()
    assert 'href="/fr/members/?region=R8&amp;category=A"' in shown


QUERIES = {"": 12, "?region=R8": 14, "?region=R8&category=C": 14, "?word=example": 11}


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    create_organisation()
    client.get(PAGE)  # fills the cache of the network's identity
    for _ in range(2):
        counting.repair()
        for query, number in QUERIES.items():
            with django_assert_num_queries(number):
                assert client.get(PAGE + query).status_code == 200
        create_organisation()
        create_organisation(category="B").regions.add(create_region("R1"), create_region("R2"))


# -- Choices with their counts ---------------------------------------------------------------------


def offered(client, query="") -> dict[str, dict[str, str]]:
    """Filter → choice → what is written beside it."""
    fields = client.get(f"{PAGE}{query}").context["form"].fields
    return {name: dict(field.choices) for name, field in fields.items() if name != "word"}


def test_beside_each_choice_stands_how_many_it_leaves(client, network):
    found = offered(client)
    assert found["category"] == {"": "All", "A": "A, category A (2)", "C": "C, category C (1)"}
    assert found["country"] == {"": "All", "KE": "Country KE (2)", "FI": "Finland (1)"}
    assert found["grouping"] == {"": "All", "eu": "EU (1)"}


def test_choices_are_counted_as_the_other_filters_leave_them(client, network):
    found = offered(client, "?region=R8")
    assert found["category"] == {"": "All", "A": "A, category A (1)", "C": "C, category C (1)"}
    assert {code for code in found["region"] if code} == {"R2", "R8"}
    assert found["grouping"] == {"": "All"}
    assert set(offered(client, "?word=oeuvre")["country"]) == {"", "FI"}


def test_what_is_chosen_stays_offered_when_it_leaves_nothing(client, network):
    found = offered(client, "?region=R8&country=FI")
    assert found["country"]["FI"].endswith("(0)")


@pytest.mark.slow
@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_every_count_is_what_choosing_it_lists(client, seed, is_kept):
    """A property: no choice ends in nothing, and each says how many it leads to."""
    dice = random.Random(seed)
    regions = [create_region(code) for code in ("R2", "R8")]
    countries = [create_country(c, region=dice.choice(regions)) for c in ("KE", "TZ", "FI")]
    create_grouping("EU", countries=dice.sample(countries, 2))
    facets = [
        create_facet(kind, code)
        for kind, code in (("theme", "health"), ("theme", "work"), ("population", "youth"))
    ] + [create_facet("language", "sw")]
    for _ in range(12):
        category = dice.choice("BCC")
        organisation = create_organisation(
            category=category,
            country=None if category == "B" else dice.choice(countries),
            discreet=dice.random() < 0.25,
            name=dice.choice(["Lake", "Forest"]),
        )
        organisation.regions.set(dice.sample(regions, dice.randint(0, 2)))
        organisation.facets.set(dice.sample(facets, dice.randint(0, 3)))
    if is_kept:
        counting.repair()
    chosen = {
        "word": dice.choice(["", "lake"]),
        "region": dice.choice(["", "R2", "R8"]),
        "theme": dice.choice(["", "health"]),
        "population": dice.choice(["", "", "youth"]),
    }
    for name, choices in offered(client, f"?{urlencode(chosen)}").items():
        for value, label in choices.items():
            listing = client.get(f"{PAGE}?{urlencode(chosen | {name: value})}")
            number = listing.context["found"].total
            assert number == len(listing.context["page"])
            assert not value or label.endswith(f"({number})"), (name, value, chosen)
            if value and chosen.get(name) != value:
                assert number


@pytest.mark.parametrize(
    ("kind", "code"), [("theme", "health"), ("population", "youth"), ("language", "sw")]
)
def test_one_finds_by_theme_population_and_working_language(client, network, kind, code):
    facet = create_facet(kind, code)
    found = Organisation.objects.get(slug="c-kenya")
    found.facets.add(facet)
    Organisation.objects.get(slug="hidden").facets.add(facet)
    assert listed(client, f"?{kind}={code}") == ["c-kenya"]
    assert offered(client)[kind][code].endswith("(1)")
    page = client.get("/en/members/c-kenya/").content.decode()
    assert f'href="/en/members/?{kind}={code}"' in page


# -- The map shows what the list shows -------------------------------------------------------------


def test_the_world_counts_what_is_listed(client, network):
    world = client.get(f"{PAGE}?category=C").context["world"]
    counts = {region["code"]: region["count"] for region in world["regions"]}
    assert {code: n for code, n in counts.items() if n} == {"R8": 1}


@pytest.mark.slow
def test_in_a_region_its_countries_carry_what_is_listed(client, network):
    def counts(query):
        drawn = client.get(f"{PAGE}{query}").context["map"]["countries"]
        return {country["code"]: country["count"] for country in drawn if country["count"]}

    assert counts("?region=R8") == {"KE": 2}
    assert counts("?region=R8&category=C") == {"KE": 1}
    assert counts("?country=FI") == {"FI": 1}


# -- Open data -------------------------------------------------------------------------------------

FILES = ("members.csv", "members.json", "members.geojson")


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_streamed_may_be_read_from_anywhere_and_names_its_licence(client, network, name):
    answer = client.get(f"{PAGE}{name}")
    assert answer.streaming
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Link"].endswith('licenses/by/4.0/>; rel="license"')
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert not answer.cookies


def slugs_in(client, query) -> set[tuple[str, ...]]:
    """What each of the three files has under these filters, as one value where they agree."""
    table = tuple(row[0] for row in rows_of(client.get(f"{PAGE}members.csv{query}"))[1:])
    members = json.loads(text_of(client.get(f"{PAGE}members.json{query}")))["members"]
    features = json.loads(text_of(client.get(f"{PAGE}members.geojson{query}")))["features"]
    return {
        table,
        tuple(member["slug"] for member in members),
        tuple(feature["id"] for feature in features),
    }


@pytest.mark.parametrize("query", ["", "?category=A", "?region=R8", "?word=nandu", "?word=refuge"])
def test_the_files_have_exactly_what_the_page_lists(client, network, query):
    assert slugs_in(client, query) == {tuple(listed(client, query))}


def test_the_names_of_the_fields_are_a_promise(client, network):
    promised = [
        *("slug", "name_fr", "name_en", "name_es", "acronym", "category", "country", "regions"),
        *("site", "email", "founded", "since", "themes", "populations", "languages", "page"),
    ]
    assert rows_of(client.get(f"{PAGE}members.csv"))[0] == promised
    for member in json.loads(text_of(client.get(f"{PAGE}members.json")))["members"]:
        assert list(member) == promised


def test_a_record_of_the_json(client, settings):
    organisation = create_organisation(slug="lake", acronym="LK", founded=1987, name_es="")
    organisation.facets.set([create_facet("theme", "health"), create_facet("language", "sw")])
    create_membership(organisation, year=2001)
    [member] = json.loads(text_of(client.get("/fr/members/members.json")))["members"]
    assert member["regions"] == ["R8"] and member["country"] == "KE"
    assert (member["founded"], member["since"], member["name_es"]) == (1987, 2001, "")
    assert (member["themes"], member["populations"], member["languages"]) == (
        ["health"],
        [],
        ["sw"],
    )
    assert member["page"] == f"{settings.SITE_URL}/fr/members/lake/"


def test_a_feature_stands_inside_its_country_or_nowhere(client, network):
    create_organisation(slug="several", category="B")
    features = json.loads(text_of(client.get(f"{PAGE}members.geojson")))["features"]
    points = {feature["id"]: feature["geometry"] for feature in features}
    assert points["several"] is None
    longitude, latitude = points["a-kenya"]["coordinates"]
    assert 33 < longitude < 42 and -5 < latitude < 5
    assert {feature["type"] for feature in features} == {"Feature"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_takes_as_many_queries_for_many_as_for_one(client, name, django_assert_num_queries):
    for _ in range(2):
        create_organisation()
        create_organisation(category="B").regions.add(create_region("R1"), create_region("R2"))
        with django_assert_num_queries(3):
            text_of(client.get(f"{PAGE}{name}"))
