"""Associations on two lists: what is proposed, what a person decides, and how it is undone."""

import pytest
from django.core.exceptions import ValidationError

from members import associations, likenesses, reach
from members.models import Association, Likeness
from tests.factories import (
    create_affiliation,
    create_country,
    create_executive,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists():
    """Two umbrellas of one region, and an international one."""
    kenya = create_country("KE")
    return (
        create_organisation(category="A", country=kenya),
        create_organisation(category="B"),
        create_organisation(category="B"),
    )


def pairs(user=None) -> set[tuple[str, str]]:
    found = likenesses.proposals(user or create_secretary())
    return {(p.one.association.name, p.other.association.name) for p in found}


def same(one, other):
    return likenesses.decide(one.association, other.association, decision="same", by=None)


def different(one, other):
    return likenesses.decide(one.association, other.association, decision="different", by=None)


def test_two_lists_with_one_name_are_proposed_with_the_reasons(lists):
    create_affiliation(lists[0], "Abris du lac", website="https://lake.example/fr/")
    kenya = create_country("KE")
    create_affiliation(lists[1], "Lac, abris", website="http://www.lake.example", country=kenya)
    create_affiliation(lists[1], "Something else")
    [proposal] = likenesses.proposals(create_secretary())
    assert proposal.reasons == ("domain", "name")
    assert (proposal.one.umbrella, proposal.other.umbrella) == lists[:2]


def test_what_cannot_be_one_association_is_not_proposed(lists):
    create_affiliation(lists[0], "Abris", acronym="ADL")
    create_affiliation(lists[0], "Refuges", acronym="ADL")  # the same list
    create_affiliation(lists[1], "Abris", country=create_country("TZ"))  # another country
    lapsed = create_organisation(category="A", country=create_country("UG"), status="lapsed")
    create_affiliation(lapsed, "Abris", country=create_country("KE"))
    assert pairs() == set()


def test_an_unknown_country_may_be_any(lists):
    create_affiliation(lists[0], "Abris")
    create_affiliation(lists[1], "Abris")
    assert pairs() == {("Abris", "Abris")}


def test_an_executive_is_proposed_only_what_stands_on_two_lists_of_the_region(lists):
    tanzania = create_country("TZ")
    neighbour = create_organisation(category="A", country=tanzania)
    create_affiliation(lists[0], "Abris")
    create_affiliation(lists[1], "Abris")
    create_affiliation(neighbour, "Refuges", country=create_country("KE"))
    create_affiliation(lists[0], "Refuges")
    assert pairs(create_executive(create_region())) == {("Refuges", "Refuges")}
    assert pairs(create_executive(create_region("R2"))) == set()


def test_the_same_counts_once_and_is_not_proposed_again(lists):
    one, other = (create_affiliation(lists[n], "Abris") for n in (0, 1))
    assert reach.of_world().organisations == 2
    by = create_person()
    row = likenesses.decide(other.association, one.association, decision="same", by=by)
    assert (row.one, row.other, row.decided_by) == (one.association, other.association, by)
    assert reach.of_world().organisations == 1
    assert pairs() == set()


def test_different_counts_twice_and_is_not_proposed_again(lists):
    different(*(create_affiliation(lists[n], "Abris") for n in (0, 1)))
    assert reach.of_world().organisations == 2
    assert pairs() == set()


def test_a_decision_is_undone_and_its_history_kept(lists):
    row = same(*(create_affiliation(lists[n], "Abris") for n in (0, 1)))
    likenesses.take_back(row)
    assert reach.of_world().organisations == 2
    assert pairs() == {("Abris", "Abris")}
    assert [kept.history_type for kept in Likeness.history.all()] == ["-", "+"]


def test_a_decision_can_be_changed(lists):
    entries = [create_affiliation(lists[n], "Abris") for n in (0, 1)]
    same(*entries)
    different(*entries)
    assert reach.of_world().organisations == 2
    assert Likeness.objects.count() == 1


def test_three_records_are_one_over_two_steps_in_any_order(lists):
    first, second, third = (create_affiliation(one, "Abris") for one in lists)
    same(second, third)
    row = same(first, second)
    assert reach.of_world().organisations == 1
    assert pairs() == set()
    likenesses.take_back(row)
    assert reach.of_world().organisations == 2


def test_what_was_decided_to_differ_is_not_joined_through_a_third(lists):
    first, second, third = (create_affiliation(one, "Abris") for one in lists)
    same(first, second)
    different(first, third)
    with pytest.raises(ValidationError) as refusal:
        same(second, third)
    assert refusal.value.code == "contradiction"
    assert reach.of_world().organisations == 2


def test_two_countries_are_never_one_association(lists):
    one = create_affiliation(lists[0], "Abris")
    other = create_affiliation(lists[1], "Abris", country=create_country("TZ"))
    with pytest.raises(ValidationError) as refusal:
        same(one, other)
    assert refusal.value.code == "other_country"


def test_when_the_first_of_three_leaves_its_list_the_others_still_count_once(lists):
    first, second, third = (create_affiliation(one, "Abris") for one in lists)
    same(first, second)
    same(second, third)
    associations.remove(first)
    assert reach.of_world().organisations == 1
    assert Association.objects.get(pk=third.association_id).counted_as_id == second.association_id


def test_the_number_of_queries_does_not_grow(lists, django_assert_num_queries):
    secretary = create_secretary()
    assert secretary.standing.is_secretariat
    for n in range(3):
        create_affiliation(lists[0], f"Abris {n}")
        create_affiliation(lists[1], f"Abris {n}")
        with django_assert_num_queries(3):
            assert len(likenesses.proposals(secretary)) == n + 1
