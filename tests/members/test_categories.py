"""A category is a row of rules: a fourth one needs no code."""

import pytest
from django.core.exceptions import ValidationError

from members import applying, deciding, seats
from members.models import Category, Notice, Organisation
from tests.factories import (
    create_application,
    create_contact,
    create_country,
    create_network,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def youth() -> Category:
    """Category D: one youth council in each country, beside the national organisation."""
    return Category.objects.create(
        code="D",
        label_fr="conseil de jeunes",
        label_en="youth council",
        label_es="consejo de jóvenes",
        needs_country=True,
        unique_per_country=True,
        has_own_members=True,
        votes=True,
        benefits_en="A seat of its own\nA page in the directory",
        invitations_en="Youth forum",
        position=4,
    )


def test_it_is_offered_to_applicants_with_what_it_gives(client, youth):
    create_network()
    text = client.get("/en/apply/").content.decode()
    for words in ("youth council", "A seat of its own", "Youth forum"):
        assert words in text
    assert client.get("/en/apply/new/D/").status_code == 200


def test_its_own_rules_decide_on_applying_and_accepting(youth):
    create_network()
    country = create_country()
    create_organisation(category="A", country=country)
    application = create_application(category="D", country=country, people=1)
    application.events.create(kind="submitted", state="submitted")
    acceptance = deciding.accept(application, by=create_secretary())
    member = acceptance.organisation
    assert (member.category, member.seat_country) == (youth, country)
    assert "- A seat of its own" in Notice.objects.filter(kind="welcome").first().text
    # A second one of the country is told who is there, and refused.
    with pytest.raises(ValidationError) as refusal:
        applying.check_place(category=youth, country=country, regions=[])
    assert refusal.value.code == "seat_taken"
    assert str(member) in refusal.value.message
    with pytest.raises(ValidationError) as missing:
        applying.check_place(category=youth, country=None, regions=[create_region()])
    assert list(missing.value.message_dict) == ["country"]
    assert seats.holder_to_tell(country, youth) == member
    assert set(Organisation.objects.national().values_list("category__code", flat=True)) == {
        "A",
        "D",
    }


def test_members_see_what_their_category_gives(client, youth):
    create_network()
    member = create_organisation(category="D")
    client.force_login(create_contact(member))
    text = client.get("/en/space/organisation/").content.decode()
    assert "A seat of its own" in text
    assert "Youth forum" in text
