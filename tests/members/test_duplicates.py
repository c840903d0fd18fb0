"""The same organisation under another spelling is recognised, and a namesake elsewhere is not."""

import time
import tracemalloc

import pytest

from members.duplicates import Register, keys, near
from members.models import Organisation
from tests.factories import create_country, create_organisation


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Conseil national de l’action sociale", "CONSEIL NATIONAL D'ACTION SOCIALE"),
        ("Fédération des œuvres sociales", "Federation des oeuvres sociales"),
        ("Kenya Council of Social Services", "Council of Social Service, Kenya"),
        ("Red de Asociaciones, A.C.", "Red de Asociaciones"),
        ("Lake Trust Ltd.", "The Lake Trust"),
        ("Solidarité A.S.B.L.", "Solidarité asbl"),
        ("Consejo Social (CNS)", "Consejo Social"),
        ("Straße der Hilfe e.V.", "Strasse der Hilfe"),
        ("社会福祉協議会", "社会福祉協議会"),
    ],
)
def test_two_spellings_of_a_name(one, other):
    assert {key for key in keys([one]) if key.startswith("name:")} == keys([other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Council of Social Service", "Council of Social Work"),
        ("Conseil national", "Conseil"),
        ("Youth Council 1", "Youth Council 2"),
    ],
)
def test_two_organisations(one, other):
    assert not keys([one]) & keys([other])


def test_a_name_of_little_words_alone_keeps_them():
    assert keys(["Ltd."]) == {"name:ltd"}
    assert keys(["", "—"]) == set()


def test_the_acronym_with_and_without_points_or_in_brackets():
    assert keys([], "C.N.A.S.") == keys([], "cnas") == {"acronym:cnas"}
    assert "acronym:cnas" in keys(["Conseil (CNAS)"])
    assert keys([], "K") == set()


@pytest.mark.parametrize(
    ("website", "email", "expected"),
    [
        ("https://www.Lake.test/about", "", {"domain:lake.test"}),
        ("lake.test", "info@lake.test", {"domain:lake.test"}),
        ("", "Info@LAKE.test", {"domain:lake.test"}),
        ("", "lake@gmail.com", set()),
        ("https://facebook.com/lake.council/posts", "", {"domain:facebook.com/lake.council"}),
        ("https://www.facebook.com/", "", set()),
        ("https://[broken", "no address", set()),
        ("https://localhost/", "root@localhost", set()),
    ],
)
def test_sites_and_mail_domains(website, email, expected):
    assert keys([], "", website, email) == expected


def test_a_match_says_why_and_the_best_comes_first():
    register = Register()
    register.add(1, keys(["Lake Council"], "LC", "https://lake.test"), country="KE")
    register.add(2, keys(["Council of the Lake"]), country="KE")
    found = register.matches(keys(["Lake Council"], "", "", "a@lake.test"), country="KE")
    assert [(match.pk, match.reasons) for match in found] == [
        (1, {"name", "domain"}),
        (2, {"name"}),
    ]


def test_an_acronym_tells_within_one_country_only():
    register = Register()
    register.add(1, keys(["Lake Council"], "CNS"), country="KE")
    register.add(2, keys(["Hill Council"], "CNS"))
    wanted = keys(["River Council"], "C.N.S.")
    assert [match.pk for match in register.matches(wanted, country="KE")] == [1, 2]
    assert [match.pk for match in register.matches(wanted, country="SN")] == [2]
    assert [match.pk for match in register.matches(wanted)] == [1, 2]


@pytest.mark.django_db
def test_the_register_reads_all_three_languages_in_one_query(django_assert_num_queries):
    organisation = create_organisation(
        name_fr="Conseil du lac", name_en="Lake Council", name_es="Consejo del Lago"
    )
    with django_assert_num_queries(1):
        register = Register.of(Organisation.objects.all())
    for name in ("conseil du LAC", "council, lake", "CONSEJO DEL LAGO"):
        assert [match.pk for match in register.matches(keys([name]))] == [organisation.pk]


@pytest.mark.django_db
def test_one_look_up_asks_the_country_and_the_domain_elsewhere():
    kenya, malawi = create_country("KE"), create_country("MW")
    here = create_organisation(name_en="Lake Council", country=kenya)
    create_organisation(name_en="Lake Council", country=malawi)
    abroad = create_organisation(country=malawi, website="https://www.lake.test/en/")
    nowhere = create_organisation(name_en="Lake Council", category="B")
    found = near(
        Organisation.objects.all(),
        keys(["Lake Council"], "", "", "info@lake.test"),
        country="KE",
    )
    assert {match.pk for match in found} == {here.pk, abroad.pk, nowhere.pk}


@pytest.mark.slow
def test_a_large_register_is_quick_and_small():
    """100,000 organisations: under 100 MB, and a look-up costs next to nothing."""
    tracemalloc.start()
    register = Register()
    for number in range(20_000):
        name = [f"Council {number} of Social Service"]
        register.add(number, keys(name, f"C{number}", f"https://c{number}.test"), country="KE")
    size = tracemalloc.get_traced_memory()[0] * 5
    tracemalloc.stop()
    assert size < 100 * 1024 * 1024
    begun = time.perf_counter()
    for number in range(0, 20_000, 20):
        assert len(register.matches(keys([f"Social Service Council {number}"]))) == 1
    assert time.perf_counter() - begun < 2
