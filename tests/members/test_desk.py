"""The secretariat’s pages on organisations, and what a regional executive is refused."""

import datetime

import pytest

from members.models import Derogation, Membership, Organisation, StatusChange
from tests.factories import (
    create_category,
    create_contact,
    create_country,
    create_executive,
    create_membership,
    create_organisation,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
LIST = "/en/secretariat/organisations/"


def page_of(organisation, act=""):
    return f"{LIST}{organisation.slug}/{act}"


def typed(category, country=None, **values):
    texts = {
        f"{name}_{code}": "" for name in ("name", "description") for code in ("fr", "en", "es")
    }
    rest = {
        "reason": "Example",
        "name_fr": "Conseil (exemple)",
        "original_language": "fr",
        "category": category.pk,
        "country": country.pk if country else "",
        "acronym": "",
        "website": "",
        "email": "",
        "founded": "",
    }
    return texts | rest | values


@pytest.fixture
def secretary(client):
    person = create_secretary()
    client.force_login(person)
    return person


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_pages_open_in_three_languages(client, secretary, language):
    organisation = create_organisation(category="A")
    create_membership(organisation)
    create_contact(organisation)
    base = f"/{language}/secretariat/organisations/"
    acts = ("", "edit/", "status/", "derogation/", "period/", "invite/")
    pages = [base, f"{base}new/", *(f"{base}{organisation.slug}/{act}" for act in acts)]
    assert [client.get(page).status_code for page in pages] == [200] * len(pages)


def test_an_organisation_is_recorded_as_an_applicant(client, secretary):
    country = create_country()
    answer = client.post(f"{LIST}new/", typed(create_category("A"), country))
    assert answer.url == f"{LIST}conseil-exemple/"
    organisation = Organisation.objects.get()
    assert (organisation.status, organisation.seat_country) == ("applicant", None)
    assert organisation.history.first().history_user == secretary


def test_what_is_missing_is_said_at_the_field(client, secretary):
    region = create_region()
    wanting_country = client.post(f"{LIST}new/", typed(create_category("C"), regions=[region.pk]))
    assert list(wanting_country.context["form"].errors) == ["country"]
    nowhere = client.post(f"{LIST}new/", typed(create_category("B")))
    assert list(nowhere.context["form"].errors) == ["regions"]
    nameless = client.post(
        f"{LIST}new/", typed(create_category("C"), create_country(), name_fr="", name_en="Council")
    )
    assert list(nameless.context["form"].errors) == ["name_fr"]
    assert Organisation.objects.count() == 0


def test_an_international_organisation_has_regions_and_no_country(client, secretary):
    region = create_region()
    client.post(f"{LIST}new/", typed(create_category("B"), regions=[region.pk]))
    organisation = Organisation.objects.get()
    assert (organisation.country, list(organisation.regions.all())) == (None, [region])


def test_editing_keeps_the_address_and_settles_the_seat(client, secretary):
    organisation = create_organisation(category="A")
    elsewhere = create_country("TZ")
    client.post(
        page_of(organisation, "edit/"),
        typed(organisation.category, elsewhere, name_fr="Nouveau nom (exemple)"),
    )
    slug = organisation.slug
    organisation.refresh_from_db()
    assert (organisation.slug, organisation.seat_country) == (slug, elsewhere)
    assert organisation.name_fr == "Nouveau nom (exemple)"


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_an_edit_that_would_make_a_second_a_is_refused_whole(client, secretary, language):
    holder = create_organisation(category="A")
    other = create_organisation(category="C", country=holder.country)
    answer = client.post(
        f"/{language}/secretariat/organisations/{other.slug}/edit/",
        typed(holder.category, holder.country, name_fr="Autre nom (exemple)"),
    )
    assert answer.status_code == 200
    [message] = answer.context["form"].non_field_errors()
    assert getattr(holder.country, f"name_{language}") in message
    other.refresh_from_db()
    assert (other.category.code, other.seat_country) == ("C", None)
    assert other.name_fr != "Autre nom (exemple)"


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_second_active_a_is_refused_and_the_page_shows_the_state_as_it_is(
    client, secretary, language
):
    holder = create_organisation(category="A")
    second = create_organisation(category="A", country=holder.country, status="applicant")
    answer = client.post(
        f"/{language}/secretariat/organisations/{second.slug}/status/",
        {"status": "active", "reason": "Decision"},
    )
    assert answer.status_code == 200
    [message] = answer.context["form"].non_field_errors()
    assert getattr(holder.country, f"name_{language}") in message
    second.refresh_from_db()
    assert (second.status, second.seat_country) == ("applicant", None)
    assert StatusChange.objects.count() == 0


def test_a_decision_a_derogation_and_a_period(client, secretary):
    holder = create_organisation(category="A")
    second = create_organisation(category="A", country=holder.country, status="applicant")
    empty = client.post(page_of(second, "derogation/"), {"reason": " ", "until": ""})
    assert list(empty.context["form"].errors) == ["reason"]
    client.post(page_of(second, "derogation/"), {"reason": "Two by treaty", "until": ""})
    client.post(page_of(second, "status/"), {"status": "active", "reason": "Board"})
    period = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    client.post(page_of(second, "period/"), period)
    again = client.post(page_of(second, "period/"), period)
    assert len(again.context["form"].non_field_errors()) == 1
    second.refresh_from_db()
    assert (second.status, second.seat_country) == ("active", None)
    assert second.status_changes.get().changed_by == secretary
    assert second.derogations.get().granted_by == secretary
    assert second.memberships.get().ends_on == datetime.date(2026, 12, 31)
    shown = client.get(page_of(second)).content.decode()
    assert "Two by treaty" in shown
    assert "Board" in shown


def test_a_status_needs_its_reason_and_a_possible_step(client, secretary):
    organisation = create_organisation()
    for wrong in ({"status": "withdrawn", "reason": ""}, {"status": "applicant", "reason": "x"}):
        assert client.post(page_of(organisation, "status/"), wrong).status_code == 200
    organisation.refresh_from_db()
    assert organisation.status == "active"


@pytest.mark.slow
def test_an_executive_is_refused_what_is_not_the_regions(client):
    region, elsewhere = create_region("R8"), create_region("R4")
    own = create_organisation(country=create_country("KE", region=region))
    foreign = create_organisation(country=create_country("BR", region=elsewhere))
    client.force_login(create_executive(region))
    shown = client.get(LIST).content.decode()
    assert page_of(own) in shown
    assert page_of(foreign) not in shown
    acts = ("", "edit/", "status/", "derogation/", "period/", "invite/")
    assert [client.get(page_of(foreign, act)).status_code for act in acts] == [404] * 6
    assert [client.get(page_of(own, act)).status_code for act in acts] == [
        200,
        200,
        403,
        403,
        403,
        200,
    ]
    reason = {"status": "withdrawn", "reason": "x", "starts_on": "2026-01-01"}
    for act in ("status/", "derogation/", "period/"):
        data = reason | {"ends_on": "2026-12-31"}
        assert client.post(page_of(own, act), data).status_code == 403
        assert client.post(page_of(foreign, act), data).status_code == 404
    own.refresh_from_db()
    assert own.status == "active"
    assert not Derogation.objects.exists()
    assert not Membership.objects.exists()


def test_an_executive_does_not_move_an_organisation_out_of_reach_or_category(client):
    region = create_region("R8")
    own = create_organisation(country=create_country("KE", region=region))
    brazil = create_country("BR", region=create_region("R4"))
    client.force_login(create_executive(region))
    client.post(
        page_of(own, "edit/"), typed(create_category("A"), brazil, description_fr="Présentation.")
    )
    own.refresh_from_db()
    assert own.own_text("description", "fr") == "Présentation."
    assert (own.country_id, own.category.code) == ("KE", "C")
    refused = client.post(f"{LIST}new/", typed(create_category("C"), brazil))
    assert list(refused.context["form"].errors) == ["country"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"alpha", "beta", "gamma"}),
        ("q=Lac", {"beta"}),
        ("status=lapsed", {"gamma"}),
        ("category=A", {"alpha"}),
        ("region=R4", {"gamma"}),
        ("need=ending", {"alpha"}),
        ("need=contacts", {"alpha", "beta"}),
        ("status=nonsense&region=R99&page=-7", {"alpha", "beta", "gamma"}),
    ],
)
def test_the_list_is_filtered(client, secretary, query, expected):
    alpha = create_organisation(slug="alpha", category="A")
    soon = datetime.date.today() + datetime.timedelta(days=30)
    create_membership(alpha, starts_on=soon - datetime.timedelta(days=300), ends_on=soon)
    beta = create_organisation(slug="beta", name="Grand Lac")
    create_contact(beta)
    create_organisation(
        slug="gamma", status="lapsed", country=create_country("BR", region=create_region("R4"))
    )
    page = client.get(f"{LIST}?{query}").context["page"]
    assert {organisation.slug for organisation in page.object_list} == expected


@pytest.mark.parametrize("organisations", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_list(
    client, secretary, django_assert_num_queries, organisations
):
    for _one in range(organisations):
        create_membership(create_organisation())
    client.get(LIST)
    with django_assert_num_queries(8):
        client.get(LIST)
