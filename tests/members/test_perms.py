import pytest
from django.contrib.auth.models import AnonymousUser

from members import perms
from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_language_lead,
    create_mandate,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return create_organisation(country=create_country(region=create_region("R8")))


@pytest.fixture
def people(organisation):
    voter = create_person()
    create_mandate(voter, "voter", organisation=organisation)
    head = create_person()
    create_mandate(head, "head", organisation=organisation)
    president = create_person()
    create_mandate(president, "president", region=create_region("R8"))
    return {
        "anonymous": AnonymousUser(),
        "nobody": create_person(),
        "head": head,
        "contact": create_contact(organisation),
        "voter": voter,
        "another contact": create_contact(create_organisation()),
        "language lead": create_language_lead(),
        "president": president,
        "executive": create_executive(create_region("R8")),
        "executive elsewhere": create_executive(create_region("R4")),
        "secretariat": create_secretary(),
    }


def allowed(people, ask) -> set[str]:
    return {who for who, person in people.items() if ask(person)}


def logged_in(people):
    return {who: person for who, person in people.items() if who != "anonymous"}


def test_the_desk_is_for_executives_and_the_secretariat(people):
    assert allowed(people, perms.may_open_desk) == {
        "executive",
        "executive elsewhere",
        "secretariat",
    }


def test_decisions_are_the_secretariats(people, organisation):
    assert allowed(people, perms.may_run_everything) == {"secretariat"}
    assert allowed(people, perms.may_decide) == {"secretariat"}
    may = allowed(people, lambda person: perms.may_change_status(person, organisation))
    assert may == {"secretariat"}


def test_a_region_is_run_by_its_own_executive(people):
    may = allowed(people, lambda person: perms.may_run_region(person, create_region("R8")))
    assert may == {"executive", "secretariat"}


def test_who_edits_an_organisation(people, organisation):
    may = allowed(logged_in(people), lambda person: perms.may_edit(person, organisation))
    assert may == {"head", "contact", "voter", "executive", "secretariat"}


def test_who_settles_the_people_of_an_organisation(people, organisation):
    may = allowed(logged_in(people), lambda person: perms.may_manage_people(person, organisation))
    assert may == {"head", "contact", "executive", "secretariat"}
