"""By which words an organisation is found, and who chooses them."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from members import facets
from members.models import Facet
from portal.finding import find
from tests.factories import (
    create_contact,
    create_facet,
    create_organisation,
    create_secretary,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def health():
    return create_facet("theme", "health")


def texts(organisation) -> dict:
    """What the form of the organisation's texts needs to be valid."""
    return {f"name_{code}": organisation.own_text("name", code) for code in ("fr", "en", "es")}


def test_a_word_stands_once_in_its_list(health):
    Facet.objects.create(kind="population", code="health", label_fr="x")
    with pytest.raises(IntegrityError):
        Facet.objects.create(kind="theme", code="health", label_fr="x")


def test_choosing_the_same_again_changes_nothing(health):
    organisation = create_organisation()
    assert facets.choose(organisation, [health])
    versions = organisation.history.count()
    assert not facets.choose(organisation, [health])
    assert organisation.history.count() == versions
    assert list(organisation.facets.all()) == [health]


def test_history_keeps_the_choice(health):
    organisation = create_organisation()
    facets.choose(organisation, [health])
    assert [row.facet for row in organisation.history.latest().facets.all()] == [health]


@pytest.mark.django_db(transaction=True)
def test_an_organisation_is_found_by_its_words(health):
    organisation = create_organisation(name="Lake council")
    assert not find("health", language="en").page
    facets.choose(organisation, [health])
    (hit,) = find("health", language="en").page
    assert hit.url == f"/en/members/{organisation.slug}/"


def test_its_people_choose_in_the_space(client, health):
    organisation = create_organisation()
    youth, swahili = create_facet("population", "youth"), create_facet("language", "sw")
    client.force_login(create_contact(organisation))
    answer = client.post(
        reverse("members:space_organisation"),
        texts(organisation)
        | {"themes": [health.pk], "populations": [youth.pk], "working_languages": [swahili.pk]},
    )
    assert answer.status_code == 302
    assert set(organisation.facets.all()) == {health, youth, swahili}
    page = client.get(reverse("members:space_organisation"))
    assert page.context["form"]["themes"].value() == [health.pk]


def test_the_desk_chooses_too(client, health):
    organisation = create_organisation()
    client.force_login(create_secretary())
    address = reverse("members:desk_organisation_edit", args=[organisation.slug])
    answer = client.post(
        address,
        texts(organisation)
        | {
            "original_language": "fr",
            "category": organisation.category_id,
            "country": organisation.country_id,
            "themes": [health.pk],
        },
    )
    assert answer.status_code == 302, answer.context["form"].errors
    assert list(organisation.facets.all()) == [health]


def test_a_word_of_another_list_is_refused(client, health):
    organisation = create_organisation()
    client.force_login(create_contact(organisation))
    answer = client.post(
        reverse("members:space_organisation"), texts(organisation) | {"populations": [health.pk]}
    )
    assert "populations" in answer.context["form"].errors
    assert not organisation.facets.exists()
