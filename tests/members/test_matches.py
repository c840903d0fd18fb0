"""The desk’s page of associations on two lists, and the preview of a public page."""

import pytest

from members import reach
from members.models import Likeness
from tests.factories import (
    create_affiliation,
    create_contact,
    create_country,
    create_executive,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
PAGE = "/en/secretariat/matches/"


@pytest.fixture
def pair():
    council = create_organisation(category="A", country=create_country("KE"))
    return (
        create_affiliation(council, "Lake shelters"),
        create_affiliation(create_organisation(category="B"), "Lake shelters"),
    )


def decide(client, pair, decision):
    one, other = (entry.association_id for entry in pair)
    return client.post(f"{PAGE}{one}/{other}/", {"decision": decision}, follow=True)


@pytest.mark.slow
def test_a_match_is_decided_and_taken_back(client, pair):
    client.force_login(create_secretary())
    assert "Lake shelters" in client.get(PAGE).content.decode()
    assert "The decision is kept." in decide(client, pair, "same").content.decode()
    assert reach.of_world().organisations == 1
    page = client.get(PAGE)
    assert page.context["page"].paginator.count == 0
    client.post(f"{PAGE}{Likeness.objects.get().pk}/take-back/")
    assert reach.of_world().organisations == 2
    assert client.get(PAGE).context["page"].paginator.count == 1


def test_what_is_no_decision_changes_nothing(client, pair):
    client.force_login(create_secretary())
    decide(client, pair, "perhaps")
    assert not Likeness.objects.exists()


def test_an_executive_decides_nothing_on_a_list_elsewhere(client, pair):
    client.force_login(create_executive(create_region()))
    assert decide(client, pair, "same").status_code == 404
    assert client.get(PAGE).context["page"].paginator.count == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_as_many_queries_for_three(client, rows, django_assert_num_queries):
    lists = create_organisation(category="B"), create_organisation(category="B")
    for number in range(rows):
        for umbrella in lists:
            create_affiliation(umbrella, f"Shelter {number}")
    client.force_login(create_secretary())
    client.get(PAGE)
    with django_assert_num_queries(7):
        client.get(PAGE)


# -- As the public sees it -------------------------------------------------------------------------


def preview(client, organisation) -> str:
    client.force_login(create_contact(organisation))
    return client.get("/en/space/organisation/preview/").content.decode()


def test_the_preview_shows_what_the_public_page_shows(client):
    council = create_organisation(category="A", description_en="Speaks for many.")
    create_affiliation(council, "Named one", is_public=True)
    create_affiliation(council, "Unnamed one")
    public = client.get(council.get_absolute_url()).content.decode()
    seen = preview(client, council)
    for text in ("Speaks for many.", "Named one", "It unites 2 organisations"):
        assert text in public and text in seen
    assert "Unnamed one" not in public and "Unnamed one" not in seen
    assert "Everybody sees what is inside the frame" in seen


def test_a_discreet_member_reads_that_nobody_sees_it(client):
    seen = preview(client, create_organisation(discreet=True))
    assert "Nobody sees this organisation." in seen
    assert 'class="aside' not in seen


def test_a_lapsed_member_reads_that_nobody_sees_it_now(client):
    seen = preview(client, create_organisation(status="lapsed"))
    assert "Nobody sees this organisation at present." in seen and "“lapsed”" in seen


def test_the_desk_previews_too(client):
    organisation = create_organisation(discreet=True)
    client.force_login(create_executive(create_region()))
    address = f"/en/secretariat/organisations/{organisation.slug}/preview/"
    assert "Nobody sees this organisation." in client.get(address).content.decode()
