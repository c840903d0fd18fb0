"""The members’ area of an organisation: its texts and its people."""

import datetime

import pytest
from django.core import mail

from members.models import Invitation
from tests.factories import (
    create_contact,
    create_executive,
    create_mandate,
    create_organisation,
    create_person,
)

pytestmark = pytest.mark.django_db


def texts(**values):
    defaults = {
        f"{name}_{code}": "" for name in ("name", "description") for code in ("fr", "en", "es")
    }
    return defaults | {"website": "", "email": ""} | values


@pytest.mark.parametrize("language", ["fr", "en", "es"])
@pytest.mark.parametrize("page", ["organisation", "people"])
def test_the_pages_open_in_three_languages(client, page, language):
    organisation = create_organisation()
    client.force_login(create_contact(organisation))
    answer = client.get(f"/{language}/space/{page}/")
    assert answer.status_code == 200
    assert str(organisation) not in ("", None)
    assert f'<html lang="{language}"' in answer.content.decode()


def test_an_organisation_edits_its_texts_but_not_its_name(client):
    organisation = create_organisation(name="Lake Council")
    client.force_login(create_contact(organisation))
    answer = client.post(
        "/en/space/organisation/",
        texts(
            name_fr="Stolen name",
            description_fr="Nous sommes ici.",
            description_en="We are here.",
            website="https://lake.example.org",
            category="A",
            discreet="on",
        ),
    )
    assert answer.status_code == 302
    organisation.refresh_from_db()
    assert organisation.name_fr == "Lake Council (exemple)"
    assert organisation.own_text("description", "en") == "We are here."
    assert organisation.website == "https://lake.example.org"
    assert (organisation.category.code, organisation.discreet) == ("C", False)
    assert organisation.history.first().history_user.email


def test_a_changed_original_makes_the_other_languages_outdated(client):
    organisation = create_organisation(description_fr="Ancien.", description_en="Old.")
    client.force_login(create_contact(organisation))
    typed = texts(description_fr="Nouveau.", description_en="Old.")
    client.post("/en/space/organisation/", typed)
    organisation.refresh_from_db()
    # In Spanish there is a name and nothing else: under way, whatever the original says.
    assert organisation.languages() == [("fr", "ready"), ("en", "outdated"), ("es", "in_progress")]
    client.post("/en/space/organisation/", typed | {"description_en": "New."})
    organisation.refresh_from_db()
    assert organisation.languages() == [("fr", "ready"), ("en", "ready"), ("es", "in_progress")]


def test_a_minor_edit_keeps_the_translations(client):
    organisation = create_organisation(description_fr="Anciens.", description_en="Old.")
    client.force_login(create_contact(organisation))
    client.post(
        "/en/space/organisation/",
        texts(description_fr="Ancien.", description_en="Old.", minor_edit="on"),
    )
    organisation.refresh_from_db()
    assert organisation.languages() == [("fr", "ready"), ("en", "ready"), ("es", "in_progress")]


@pytest.mark.slow
def test_a_language_without_a_name_may_be_given_one(client):
    organisation = create_organisation(name_es="")
    client.force_login(create_contact(organisation))
    refused = client.post("/en/space/organisation/", texts(description_es="Estamos aquí."))
    assert list(refused.context["form"].errors) == ["name_es"]
    client.post(
        "/en/space/organisation/",
        texts(name_es="Consejo (ejemplo)", description_es="Estamos aquí."),
    )
    organisation.refresh_from_db()
    assert organisation.is_available("es")


def test_a_wrong_address_is_refused_and_nothing_is_saved(client):
    organisation = create_organisation()
    client.force_login(create_contact(organisation))
    answer = client.post(
        "/es/space/organisation/", texts(description_fr="Nouveau.", website="javascript:alert(1)")
    )
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["website"]
    organisation.refresh_from_db()
    assert organisation.own_text("description", "fr") == ""


def test_a_lapsed_member_still_writes(client):
    organisation = create_organisation(status="lapsed")
    client.force_login(create_contact(organisation))
    assert client.get("/en/space/").status_code == 200
    answer = client.post("/en/space/organisation/", texts(description_fr="Toujours là."))
    assert answer.status_code == 302


def test_several_organisations_lead_to_a_choice_and_a_foreign_one_to_nothing(client):
    first, second, foreign = create_organisation(), create_organisation(), create_organisation()
    contact = create_contact(first)
    create_mandate(contact, organisation=second)
    client.force_login(contact)
    choice = client.get("/en/space/people/")
    assert choice.status_code == 200
    assert f"/en/space/people/?organisation={second.slug}" in choice.content.decode()
    chosen = client.get(f"/en/space/people/?organisation={second.slug}")
    assert str(second) in chosen.content.decode()
    assert client.get(f"/en/space/people/?organisation={foreign.slug}").status_code == 404


def test_a_mandate_that_has_ended_opens_nothing(client):
    organisation = create_organisation()
    person = create_person()
    create_mandate(person, organisation=organisation, until=datetime.date(2021, 1, 1))
    client.force_login(person)
    assert client.get("/en/space/organisation/").url == "/en/space/"
    address = f"/en/space/organisation/?organisation={organisation.slug}"
    assert client.get(address).status_code == 404


def test_a_contact_invites_a_colleague(client, django_capture_on_commit_callbacks):
    organisation = create_organisation()
    contact = create_contact(organisation)
    client.force_login(contact)
    typed = {"full_name": "Ana", "email": "Ana@Example.org", "kind": "voter", "mail_language": "es"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/en/space/people/", typed)
    assert answer.url == "/en/space/people/"
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.kind, invitation.organisation, invitation.invited_by) == (
        "ana@example.org",
        "voter",
        organisation,
        contact,
    )
    assert len(mail.outbox) == 1
    again = client.post("/en/space/people/", typed)
    assert list(again.context["form"].errors) == ["email"]
    assert "ana@example.org" in client.get("/en/space/people/").content.decode()


@pytest.mark.parametrize("kind", ["head", "executive", "secretariat"])
def test_a_contact_does_not_hand_out_other_peoples_roles(client, kind):
    client.force_login(create_contact())
    answer = client.post(
        "/en/space/people/", {"email": "ana@example.org", "kind": kind, "mail_language": "es"}
    )
    assert list(answer.context["form"].errors) == ["kind"]
    assert not Invitation.objects.exists()


def test_a_voter_sees_the_people_and_invites_nobody(client):
    organisation = create_organisation()
    create_contact(organisation)
    voter = create_person()
    create_mandate(voter, "voter", organisation=organisation)
    client.force_login(voter)
    page = client.get("/en/space/people/")
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split("<main")[1].split("</main>")[0]
    answer = client.post(
        "/en/space/people/",
        {"email": "ana@example.org", "kind": "contact", "mail_language": "es"},
    )
    assert answer.status_code == 403
    own = voter.mandates.get()
    assert client.post(f"/en/space/people/roles/{own.pk}/end/").status_code == 403


@pytest.mark.slow
def test_people_end_and_hand_over_roles_of_their_own_organisation_alone(client):
    organisation = create_organisation()
    contact, colleague = create_contact(organisation), create_contact(organisation)
    stranger = create_contact()
    theirs, foreign = colleague.mandates.get(), stranger.mandates.get()
    client.force_login(contact)
    assert client.get(f"/en/space/people/roles/{foreign.pk}/").status_code == 404
    assert client.post(f"/en/space/people/roles/{foreign.pk}/end/").status_code == 404
    assert client.get(f"/en/space/people/roles/{theirs.pk}/").status_code == 200
    refused = client.post(f"/en/space/people/roles/{theirs.pk}/", {"successor": stranger.pk})
    assert list(refused.context["form"].errors) == ["successor"]
    assert client.post(f"/en/space/people/roles/{theirs.pk}/end/").status_code == 302
    assert not colleague.mandates.current().exists()
    own = contact.mandates.get()
    answer = client.post(f"/en/space/people/roles/{own.pk}/end/", follow=True)
    assert "last contact" in answer.content.decode()
    assert contact.mandates.current().exists()


def test_an_invitation_is_resent_and_withdrawn(client):
    organisation = create_organisation()
    client.force_login(create_contact(organisation))
    invitation = Invitation.objects.create(
        email="a@example.org", kind="contact", organisation=organisation
    )
    foreign = Invitation.objects.create(
        email="b@example.org", kind="contact", organisation=create_organisation()
    )
    for act in ("resend", "withdraw"):
        path = "/en/space/people/invitations/{}/" + act + "/"
        assert client.post(path.format(foreign.pk)).status_code == 404
        assert client.get(path.format(invitation.pk)).status_code == 405
        assert client.post(path.format(invitation.pk)).status_code == 302
    assert [one.email for one in Invitation.objects.open()] == ["b@example.org"]


def test_an_executive_settles_the_people_of_the_region_from_the_desk(client):
    organisation = create_organisation()
    create_contact(organisation)
    leaving = create_contact(organisation).mandates.get()
    client.force_login(create_executive(organisation.country.region))
    answer = client.post(f"/en/space/people/roles/{leaving.pk}/end/")
    assert answer.url == f"/en/secretariat/organisations/{organisation.slug}/"


@pytest.mark.parametrize("people", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_people(
    client, django_assert_num_queries, people
):
    organisation = create_organisation()
    contact = create_contact(organisation)
    for _more in range(people - 1):
        create_contact(organisation)
    client.force_login(contact)
    client.get("/en/space/people/")
    with django_assert_num_queries(8):
        client.get("/en/space/people/")
