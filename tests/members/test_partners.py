"""Records that are not members: kept at the desk, found, exported, erased, and never public."""

import csv
import io

import pytest
from django.db import IntegrityError, transaction

from members.models import Partner
from tests.factories import (
    create_contact,
    create_country,
    create_executive,
    create_facet,
    create_organisation,
    create_partner,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def typed(**values):
    defaults = {"kind": "partner", "name": "Institute (example)", "country": "", "language": ""}
    return defaults | {"consent_on": "", "consent_source": "", "related": ""} | values


def listed(client, query: str = "") -> set[Partner]:
    return set(client.get(f"/en/secretariat/partners/{query}").context["page"].object_list)


# -- Who sees them ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_executive_sees_and_edits_those_of_the_own_region(client):
    here, elsewhere = create_region("R8"), create_region("R4")
    kenya = create_country("KE", region=here)
    own = create_partner(country=kenya)
    active = create_partner()
    active.regions.add(here, elsewhere)
    foreign = create_partner(country=create_country("BR", region=elsewhere))
    create_partner()
    client.force_login(create_executive(here))
    assert listed(client) == {own, active}
    for act in ("", "edit/", "erase/"):
        path = f"/en/secretariat/partners/{foreign.pk}/{act}"
        assert client.post(path).status_code == 404
    path = f"/en/secretariat/partners/{own.pk}/edit/"
    assert client.post(path, typed(name="New name", country="KE")).status_code == 302
    own.refresh_from_db()
    assert own.name == "New name"
    refused = client.post(path, typed(country="BR"))
    assert list(refused.context["form"].errors) == ["country"]
    refused = client.post("/en/secretariat/partners/new/", typed())
    assert list(refused.context["form"].errors) == ["country"]


def test_a_member_sees_none_and_no_public_page_names_one(client):
    partner = create_partner(name="Unheard Foundation")
    for path in ("/en/", "/en/members/", "/en/search/?q=unheard", "/en/members/members.csv"):
        answer = client.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"Unheard" not in content.replace(b"unheard", b"")
    client.force_login(create_contact())
    assert client.get("/en/secretariat/partners/").status_code == 403
    assert client.get(f"/en/secretariat/partners/{partner.pk}/").status_code == 403


@pytest.mark.slow
def test_an_executive_is_not_told_of_organisations_out_of_sight_and_does_not_unlink_them(client):
    here, elsewhere = create_region("R8"), create_region("R4")
    hidden = create_organisation(
        name="Hidden", discreet=True, country=create_country("BR", region=elsewhere)
    )
    seen = create_organisation(slug="lake", country=create_country("KE", region=here))
    partner = create_partner(country=seen.country)
    partner.organisations.set([hidden, seen])
    client.force_login(create_executive(here))
    path = f"/en/secretariat/partners/{partner.pk}/"
    for address in (path, f"{path}edit/", "/en/secretariat/partners/partners.csv"):
        answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"Hidden" not in content and hidden.slug.encode() not in content
    client.post(f"{path}edit/", typed(country="KE", related=""))
    assert list(partner.organisations.all()) == [hidden]
    refused = client.post(f"{path}edit/", typed(country="KE", related=hidden.slug))
    assert list(refused.context["form"].errors) == ["related"]


# -- Consent ---------------------------------------------------------------------------------------


def test_of_a_person_it_is_kept_how_they_agreed(client):
    client.force_login(create_secretary())
    refused = client.post("/en/secretariat/partners/new/", typed(is_person="on"))
    assert set(refused.context["form"].errors) == {"consent_source", "consent_on"}
    # An academic is a person, ticked or not.
    refused = client.post("/en/secretariat/partners/new/", typed(kind="academic"))
    assert set(refused.context["form"].errors) == {"consent_source", "consent_on"}
    consent = {"consent_source": "Mail", "consent_on": "2026-03-03"}
    client.post("/en/secretariat/partners/new/", typed(kind="academic", **consent))
    partner = Partner.objects.get()
    assert partner.is_person and partner.consent_source == "Mail"


@pytest.mark.parametrize(
    "values",
    [
        {"is_person": True},
        {"is_person": True, "consent_on": "2026-03-03"},
        {"is_person": True, "consent_source": "Mail"},
        {"kind": "academic"},
    ],
)
def test_the_database_keeps_no_person_without_consent(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        create_partner(**values)


def test_who_asks_is_erased_with_the_history(client):
    client.force_login(create_secretary())
    consent = {"consent_source": "Mail", "consent_on": "2026-03-03"}
    client.post("/en/secretariat/partners/new/", typed(kind="academic", **consent))
    partner = Partner.objects.get()
    assert partner.history.count() >= 1
    answer = client.post(f"/en/secretariat/partners/{partner.pk}/erase/")
    assert answer.url == "/en/secretariat/partners/"
    assert not Partner.objects.exists() and not Partner.history.exists()


# -- Kept and found --------------------------------------------------------------------------------


def test_a_record_keeps_all_it_is_linked_with(client):
    secretary = create_secretary()
    region = create_region("R8")
    theme, language = create_facet("theme", "care"), create_facet("language", "sw")
    organisation = create_organisation(slug="lake")
    client.force_login(secretary)
    values = typed(
        regions=[region.pk],
        themes=[theme.pk],
        working_languages=[language.pk],
        related="lake\nlake",
        website="https://example.org",
        email="info@example.org",
    )
    answer = client.post("/en/secretariat/partners/new/", values)
    partner = Partner.objects.get()
    assert answer.url == f"/en/secretariat/partners/{partner.pk}/"
    assert partner.recorded_by == secretary
    assert set(partner.facets.all()) == {theme, language}
    assert list(partner.regions.all()) == [region]
    assert list(partner.organisations.all()) == [organisation]
    page = client.get(f"/en/secretariat/partners/{partner.pk}/edit/")
    assert '<textarea name="related"' in page.content.decode() and "lake" in page.content.decode()
    refused = client.post("/en/secretariat/partners/new/", typed(related="no-such"))
    assert list(refused.context["form"].errors) == ["related"]


def test_two_people_do_not_overwrite_each_other(client):
    partner = create_partner(name="Before")
    client.force_login(create_secretary())
    path = f"/en/secretariat/partners/{partner.pk}/edit/"
    version = client.get(path).context["form"]["version"].value()
    partner.name = "Theirs"
    partner.save()
    page = client.post(path, typed(name="Mine", version=version))
    assert "Changed in the meantime" in page.content.decode()
    partner.refresh_from_db()
    assert partner.name == "Theirs"


@pytest.mark.slow
def test_records_are_found(client):
    care = create_facet("theme", "care")
    one = create_partner(kind="donor", name="Fondation Éclair", notes="met in Lagos")
    one.facets.add(care)
    other = create_partner(kind="research", name="Institute", country=create_country("KE"))
    client.force_login(create_secretary())
    assert listed(client) == {one, other}
    assert listed(client, "?q=eclair") == listed(client, "?q=LAGOS") == {one}
    assert listed(client, "?q=lagos eclair") == {one} and not listed(client, "?q=lagos institute")
    assert listed(client, "?kind=donor") == listed(client, "?theme=care") == {one}
    assert listed(client, "?region=R8") == {other}
    assert listed(client, "?kind=wrong&region=R99") == {one, other}


def test_the_export_is_streamed_and_harmless(client):
    consent = {"consent_source": "Mail", "consent_on": "2026-03-03"}
    partner = create_partner(name="=HYPERLINK(1)", phone="+33 1 00", is_person=True, **consent)
    create_partner(kind="donor", name="Donor")
    partner.facets.add(create_facet("theme", "care"))
    client.force_login(create_secretary())
    answer = client.get("/es/secretariat/partners/partners.csv?kind=partner")
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert rows[1][1] == "'=HYPERLINK(1)" and rows[1][10] == "'+33 1 00"
    assert rows[1][-1] == "2026-03-03"


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_pages_open_in_three_languages(client, language):
    partner = create_partner(country=create_country("KE"), expertise="Care.")
    client.force_login(create_secretary())
    for path in ("", "new/", f"{partner.pk}/", f"{partner.pk}/edit/"):
        page = client.get(f"/{language}/secretariat/partners/{path}")
        assert f'<html lang="{language}"' in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, count):
    for _number in range(count):
        partner = create_partner(country=create_country("KE"))
        partner.facets.add(create_facet("theme", "care"))
        partner.organisations.add(create_organisation())
    client.force_login(create_secretary())
    client.get("/en/secretariat/partners/")
    with django_assert_num_queries(10):
        client.get("/en/secretariat/partners/")
    with django_assert_num_queries(7):
        b"".join(client.get("/en/secretariat/partners/partners.csv").streaming_content)
