"""The history of an organisation or a person, on one page."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members import invitations, joining, seats, timeline
from members.merging import merge_organisations
from members.models import Organisation, Payment
from portal.lib.wording import told
from tests.factories import (
    create_application,
    create_contact,
    create_country,
    create_executive,
    create_mandate,
    create_membership,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def of(organisation) -> list[timeline.Entry]:
    return timeline.of_organisation(organisation)


def titles(entries) -> list[str]:
    return [entry.title for entry in entries]


def test_a_change_is_told_field_by_field_with_the_language_of_the_text():
    organisation = create_organisation(name="Lake", website="")
    organisation.name_fr = "Conseil du lac"
    organisation.website = "https://lake.example.org/"
    organisation._change_reason = "New statutes"
    organisation.save()
    entry = of(organisation)[0]
    assert entry.title == "Organisation: changed"
    assert entry.reason == "New statutes"
    assert entry.changes == [
        timeline.Change("Name", "fr", "Lake (exemple)", "Conseil du lac"),
        timeline.Change("Website", "", "", "https://lake.example.org/"),
    ]


def test_choices_keys_and_yes_or_no_are_told_in_words():
    organisation = create_organisation(country=create_country("KE"))
    organisation.country = create_country("UG")
    organisation.discreet = True
    organisation.save()
    found = {(one.label, one.before, one.after) for one in of(organisation)[0].changes}
    assert found == {
        ("Country", "Country KE", "Country UG"),
        ("Discreet member", "no", "yes"),
    }


def test_links_are_told_as_well():
    region = create_region("R4")
    organisation = create_organisation(category="B")
    joining.record(organisation, regions=[region])
    assert (
        timeline.Change("Regions of activity", "", "", str(region)) in of(organisation)[0].changes
    )


def test_a_saving_that_changes_nothing_is_not_told():
    organisation = create_organisation()
    organisation.save()
    assert titles(of(organisation)) == ["Organisation: recorded"]


def test_status_periods_mandates_derogations_and_applications_are_joined():
    secretary = create_secretary(full_name="Lina Exemple")
    organisation = create_organisation(category="A", status="applicant")
    application = create_application(organisation=organisation)
    application.events.create(kind="note", state="submitted", text="Called them.", by=secretary)
    joining.change_status(organisation, "active", by=secretary, reason="Board meeting")
    period = create_membership(organisation)
    mandate = create_contact(organisation, full_name="Ana Example").mandates.get()
    create_contact(organisation)
    invitations.end_mandate(mandate)
    seats.grant_derogation(organisation, reason="Two communities", by=secretary)
    entries = of(organisation)
    assert {
        "Application: Note",
        "Status changed",
        "Membership period: recorded",
        "Mandate: recorded",
        "Mandate: changed",
        "Derogation granted",
        "Organisation: recorded",
    } <= set(titles(entries))
    by_title = {entry.title: entry for entry in entries}
    status = by_title["Status changed"]
    assert (status.who, status.reason) == ("Lina Exemple", "Board meeting")
    assert status.changes == [timeline.Change("Status", "", "applicant", "active")]
    assert by_title["Mandate: changed"].about == "contact, Ana Example"
    assert by_title["Membership period: recorded"].about == period.number


def test_what_hangs_on_an_invoice_joins_by_its_path():
    assert timeline.recorded(Organisation)[Payment] == "invoice__organisation"


def test_every_model_with_a_history_and_an_organisation_joins_by_itself():
    labels = {model._meta.label for model in timeline.recorded(Organisation)}
    assert {
        "members.Organisation",
        "members.Membership",
        "members.Mandate",
        "members.Invoice",
        "members.Affiliation",
        "members.Headcount",
    } <= labels


def test_the_history_of_a_merged_record_goes_on_in_the_kept_one():
    kept, removed = create_organisation(name="Lake"), create_organisation(name="River")
    removed.acronym = "RC"
    removed.save()
    create_contact(removed)
    merge_organisations(kept, removed, choices={}, by=create_secretary(), reason="Twice")
    entries = of(kept)
    assert "Merged with “River (example)”" in titles(entries)
    assert any(change.after == "RC" for entry in entries for change in entry.changes)
    moved = next(entry for entry in entries if entry.title == "Mandate: changed")
    assert moved.changes == [
        timeline.Change("Organisation", "", "River (example)", "Lake (example)")
    ]


def test_a_mandate_that_went_elsewhere_is_not_followed_there():
    organisation, other = create_organisation(), create_organisation()
    mandate = create_contact(organisation).mandates.get()
    mandate.organisation = other
    mandate.save()
    mandate.until = timezone.localdate() + datetime.timedelta(days=9)
    mandate.save()
    assert titles(of(organisation)).count("Mandate: changed") == 1
    assert titles(of(other)).count("Mandate: changed") == 2


def test_a_person_has_a_history_without_log_ins_and_secrets(client):
    person = create_person(full_name="Ana Example")
    create_mandate(person, organisation=create_organisation(name="Lake"))
    client.force_login(person)
    person.refresh_from_db()
    person.full_name = "Ana Ejemplo"
    person.save()
    entries = timeline.of_person(person)
    assert titles(entries) == ["Person: changed", "Mandate: recorded", "Person: recorded"]
    assert entries[0].changes == [timeline.Change("Name", "", "Ana Example", "Ana Ejemplo")]
    assert not hasattr(person.history.model, "password")


@pytest.mark.slow
def test_the_page_tells_who_when_and_why_in_three_languages(client):
    organisation = create_organisation(slug="lake")
    client.force_login(create_secretary())
    for language in ("fr", "en", "es"):
        page = client.get(f"/{language}/secretariat/organisations/lake/history/")
        assert page.status_code == 200
        assert len(page.context["page"].object_list) == 1
    page = client.get("/en/secretariat/organisations/lake/history/?kind=Mandates")
    assert page.context["page"].object_list == []
    assert organisation.name_fr in client.get(
        "/fr/secretariat/organisations/lake/history/"
    ).content.decode().replace("\u202f", " ")


@pytest.mark.slow
def test_an_executive_reads_the_history_of_one_region(client):
    here, elsewhere = create_region("R8"), create_region("R4")
    own = create_organisation(slug="lake", country=create_country("KE", region=here))
    abroad = create_organisation(slug="abroad", country=create_country("BR", region=elsewhere))
    person, stranger = create_contact(own), create_contact(abroad)
    create_mandate(person, organisation=abroad)
    client.force_login(create_executive(here))
    path = "/en/secretariat/organisations/{}/history/"
    assert client.get(path.format("lake")).status_code == 200
    assert client.get(path.format("abroad")).status_code == 404
    assert client.get(f"/en/secretariat/people/{stranger.pk}/history/").status_code == 404
    page = client.get(f"/en/secretariat/people/{person.pk}/history/")
    assert titles(page.context["page"].object_list).count("Mandate: recorded") == 1
    assert str(abroad) not in page.content.decode()
    client.force_login(create_secretary())
    page = client.get(f"/en/secretariat/people/{person.pk}/history/")
    assert titles(page.context["page"].object_list).count("Mandate: recorded") == 2


@pytest.mark.slow
def test_a_sensitive_change_at_the_desk_needs_its_reason(client):
    organisation = create_organisation(slug="lake", name="Lake")
    client.force_login(create_secretary())
    path = "/en/secretariat/organisations/lake/edit/"
    form = client.get(path).context["form"]
    sent = {
        field.html_name: value
        for field in form
        if (value := field.value()) not in (None, [], False)
    } | {"name_en": "River Council"}
    refused = client.post(path, sent)
    assert "reason" in refused.context["form"].errors
    assert client.post(path, sent | {"reason": "New statutes"}).status_code == 302
    assert of(organisation)[0].reason == "New statutes"
    organisation.refresh_from_db()
    assert organisation.name_en == "River Council"


def test_another_change_needs_none(client):
    create_organisation(slug="lake", name="Lake")
    client.force_login(create_secretary())
    path = "/en/secretariat/organisations/lake/edit/"
    form = client.get(path).context["form"]
    sent = {
        field.html_name: value
        for field in form
        if (value := field.value()) not in (None, [], False)
    } | {"founded": "1961"}
    assert client.post(path, sent).status_code == 302


@pytest.mark.slow
def test_the_page_needs_as_many_queries_for_three_rows(client):
    """No literal number: each model that gets a history adds its own query."""
    organisation = create_organisation(slug="lake")
    client.force_login(create_secretary())
    counts = []
    for rows in ((0,), (1, 2)):
        for number in rows:
            create_membership(organisation, year=2020 + number)
            create_contact(organisation)
            organisation.founded = 1960 + number
            organisation.save()
        client.get("/en/secretariat/organisations/lake/history/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/en/secretariat/organisations/lake/history/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_derived_columns_are_not_told():
    names = {one.name for one in told(Organisation)}
    assert not {"id", "name", "sort_fr", "source_en", "state_es"} & names
