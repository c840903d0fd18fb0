"""The dashboard of the members’ area, and who lands where."""

import datetime

import pytest
from django.utils import timezone

from publications.models import Report
from tests.factories import (
    create_contact,
    create_emerging_issue,
    create_event,
    create_executive,
    create_language_lead,
    create_mandate,
    create_membership,
    create_organisation,
    create_person,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def dashboard(client, organisation, language="en", **values):
    client.force_login(create_contact(organisation, **values))
    return client.get(f"/{language}/space/")


def reminders(answer) -> list[str]:
    return [reminder.title for reminder in answer.context["to_do"]]


def ending_in(days):
    last = timezone.localdate() + datetime.timedelta(days=days)
    return {"starts_on": last - datetime.timedelta(days=364), "ends_on": last}


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_dashboard_of_a_member(client, language):
    organisation = create_organisation(category="A")
    create_membership(organisation)
    region = organisation.country.region
    create_publication(regions=[region], title_fr="Texte public", title_en="Public text")
    create_publication(access="members", title_fr="Réservé", title_en="Reserved")
    create_publication(access="secretariat", title_fr="Hidden", title_en="Hidden")
    create_event(regions=[region], title_fr="Forum", title_en="Forum")
    Report.objects.create(kind="certificate", organisation=organisation, language="en", year=2026)
    answer = dashboard(client, organisation, language)
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert organisation.text("name", language).value in shown
    assert str(timezone.localdate().year) in shown
    # What does not exist in Spanish is shown in its original language.
    texts = ("Public text", "Reserved") if language == "en" else ("Texte public", "Réservé")
    assert all(text in shown for text in texts)
    assert "Hidden" not in shown


def test_nothing_to_do(client):
    organisation = create_organisation()
    create_membership(organisation, **ending_in(200))
    create_contact(organisation)
    assert reminders(dashboard(client, organisation)) == []


@pytest.mark.parametrize(
    ("status", "days", "expected"),
    [
        ("active", 200, []),
        ("active", 30, ["Renew your membership"]),
        ("active", -3, ["Renew your membership"]),
        ("grace", -30, ["Renew your membership"]),
        ("lapsed", -200, ["Take up your membership again"]),
        ("suspended", 30, []),
    ],
)
def test_what_is_to_do_about_the_membership(client, status, days, expected):
    organisation = create_organisation(status=status)
    create_membership(organisation, **ending_in(days))
    create_contact(organisation)
    assert reminders(dashboard(client, organisation)) == expected


def test_what_is_to_do_about_texts_and_people(client):
    organisation = create_organisation(name_es="", description_fr="Ici.", description_en="Here.")
    organisation.description_fr = "Là."
    organisation.save()
    assert reminders(dashboard(client, organisation)) == [
        "Complete the translations of your page",
        "Revise the translations of your page",
        "Name a second contact",
    ]


def test_a_new_organisation_without_region_or_period(client):
    organisation = create_organisation(category="B", status="applicant")
    answer = dashboard(client, organisation)
    assert answer.status_code == 200
    assert answer.context["region"] is None


def test_several_organisations_lead_to_a_choice(client):
    first, second, foreign = create_organisation(), create_organisation(), create_organisation()
    contact = create_contact(first)
    create_mandate(contact, organisation=second)
    client.force_login(contact)
    choice = client.get("/en/space/").content.decode()
    assert f"/en/space/?organisation={first.slug}" in choice
    chosen = client.get(f"/en/space/?organisation={second.slug}")
    assert chosen.context["organisation"] == second
    assert f"/en/space/people/?organisation={second.slug}" in chosen.content.decode()
    assert client.get(f"/en/space/?organisation={foreign.slug}").status_code == 404


@pytest.mark.parametrize("create", [create_secretary, create_executive])
def test_who_has_only_a_desk_lands_there(client, create):
    client.force_login(create())
    assert client.get("/fr/space/").url == "/fr/secretariat/"


def test_an_executive_with_an_organisation_sees_both_areas(client):
    organisation = create_organisation()
    executive = create_executive(organisation.country.region)
    create_mandate(executive, organisation=organisation)
    client.force_login(executive)
    answer = client.get("/en/space/")
    assert answer.status_code == 200
    assert 'href="/en/secretariat/"' in answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_person_whose_mandates_have_ended_is_told_so(client, language):
    organisation = create_organisation()
    person = create_person()
    create_mandate(person, organisation=organisation, until=datetime.date(2021, 1, 31))
    client.force_login(person)
    answer = client.get(f"/{language}/space/")
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert organisation.text("name", language).value in shown
    assert "2021" in shown


def test_a_language_lead_sees_what_the_language_lacks(client):
    create_publication()
    create_publication(title_es="Informe")
    client.force_login(create_language_lead("es"))
    answer = client.get("/en/space/")
    assert answer.content.decode().count('href="/en/space/translations/"') == 2  # tab and button
    [cell] = answer.context["coverage"]
    assert (cell.language, cell.total, cell.ready, cell.missing) == ("es", 2, 1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries, rows):
    organisation = create_organisation()
    region = organisation.country.region
    for _one in range(rows):
        create_membership(organisation, year=2020 + _one)
        create_publication(regions=[region])
        create_publication(access="members")
        create_event(regions=[region])
        Report.objects.create(
            kind="member", organisation=organisation, language="en", year=2020 + _one
        )
        create_contact(organisation)
        create_emerging_issue(region=region)
    dashboard(client, organisation)
    with django_assert_num_queries(19):
        client.get("/en/space/")


def test_the_dashboard_shows_the_issues_that_can_be_seconded(client):
    organisation = create_organisation()
    here = create_emerging_issue(region=organisation.country.region)
    elsewhere = create_emerging_issue(region=create_region("R2"))
    shown = dashboard(client, organisation).content.decode()
    assert here.title_en in shown
    assert elsewhere.title_en not in shown
