"""Invitations: the verbs, and the way from the mail to an account, through real pages."""

import datetime
import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from members import invitations
from members.models import Invitation, Mandate, User
from tests.factories import (
    create_contact,
    create_executive,
    create_mandate,
    create_organisation,
    create_person,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
PASSWORD = "a lake without a boat"


def invite(organisation=None, *, by=None, email="ana@example.org", kind="contact", **values):
    subject = {} if "region" in values else {"organisation": organisation or create_organisation()}
    defaults = {"email": email, "kind": kind, "mail_language": "en"}
    invitation = Invitation(**defaults | subject | values)
    return invitations.invite(invitation, by=by)


def page(invitation, language="en"):
    return f"/{language}/invitations/{invitation.token}/"


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_mail_is_in_its_language_and_leads_to_the_page(
    django_capture_on_commit_callbacks, language
):
    organisation = create_organisation(name="Lake Council")
    with django_capture_on_commit_callbacks(execute=True):
        invitation = invite(organisation, by=create_secretary(), mail_language=language)
    [message] = mail.outbox
    assert message.to == ["ana@example.org"]
    address = f"http://localhost:8000/{language}/invitations/{invitation.token}/"
    assert address in message.body
    assert getattr(organisation, f"name_{language}") in message.body
    assert "&#" not in message.body


def test_nothing_is_mailed_when_the_invitation_is_refused(django_capture_on_commit_callbacks):
    organisation = create_organisation()
    contact = create_contact(organisation)
    invite(organisation)
    for email in (contact.email.upper(), "ANA@example.org"):
        with pytest.raises(ValidationError), django_capture_on_commit_callbacks(execute=True):
            invite(organisation, email=email)
    assert Invitation.objects.count() == 1
    assert mail.outbox == []


def test_an_invitation_is_for_what_its_role_asks():
    with pytest.raises(ValidationError):
        invite(kind="executive")
    assert invite(kind="executive", region=create_region()).pk


def test_a_new_person_follows_the_mail_to_an_account(client):
    organisation = create_organisation()
    invitation = invite(organisation, by=create_secretary(), full_name="Ana Ejemplo")
    shown = client.get(page(invitation))
    assert shown.status_code == 200
    assert str(organisation) in shown.content.decode()
    assert shown.cookies == {}
    answer = client.post(page(invitation))
    assert answer.url == reverse("account_signup")
    form = client.get("/en/account/signup/").content.decode()
    field = re.search(r'<input[^>]*name="email"[^>]*>', form)[0]
    assert 'value="ana@example.org"' in field
    assert "readonly" in field
    answer = client.post(
        "/en/account/signup/",
        {"email": "ana@example.org", "full_name": "Ana Ejemplo", "password1": PASSWORD},
    )
    assert answer.url == "/en/space/"
    person = User.objects.get(email="ana@example.org")
    assert (person.full_name, person.language) == ("Ana Ejemplo", "en")
    assert person.emailaddress_set.get().verified
    assert [(m.kind, m.organisation) for m in person.mandates.all()] == [("contact", organisation)]
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None
    assert mail.outbox == []
    assert client.get("/en/space/").status_code == 200


def test_another_address_than_the_invited_one_makes_no_account(client):
    invitation = invite()
    client.post(page(invitation))
    answer = client.post(
        "/en/account/signup/",
        {"email": "other@example.org", "full_name": "Other", "password1": PASSWORD},
    )
    assert answer.status_code == 200
    assert "ana@example.org" in answer.content.decode()
    assert not User.objects.exists()
    assert not Mandate.objects.exists()


def test_without_an_invitation_nobody_signs_up(client):
    answer = client.post(
        "/en/account/signup/",
        {"email": "ana@example.org", "full_name": "Ana", "password1": PASSWORD},
    )
    assert answer.status_code in (200, 302)
    assert not User.objects.exists()


def test_an_invitation_withdrawn_during_sign_up_makes_neither_account_nor_mandate(client):
    invitation = invite()
    client.post(page(invitation))
    invitations.withdraw(invitation)
    client.post(
        "/en/account/signup/",
        {"email": "ana@example.org", "full_name": "Ana", "password1": PASSWORD},
    )
    assert not User.objects.exists()
    assert not Mandate.objects.exists()


def test_an_existing_account_accepts_by_logging_in(client):
    person = create_person("ana@example.org")
    organisation = create_organisation()
    invitation = invite(organisation)
    answer = client.post(page(invitation))
    assert answer.url == reverse("account_login")
    answer = client.post(
        "/en/account/login/", {"login": "ana@example.org", "password": "correct horse battery"}
    )
    assert answer.url == "/en/space/"
    assert [m.organisation for m in person.mandates.all()] == [organisation]


def test_somebody_who_is_logged_in_accepts_with_one_click(client):
    person = create_person("ana@example.org")
    invitation = invite()
    client.force_login(person)
    assert client.get(page(invitation)).status_code == 200
    assert client.post(page(invitation)).url == "/en/space/"
    assert person.mandates.count() == 1


def test_a_foreign_session_is_told_so_and_accepts_nothing(client):
    stranger = create_contact(email="stranger@example.org")
    invitation = invite()
    client.force_login(stranger)
    for answer in (client.get(page(invitation)), client.post(page(invitation))):
        assert answer.status_code == 200
        assert "ana@example.org" in answer.content.decode()
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert stranger.mandates.count() == 1


def test_logging_in_as_somebody_else_accepts_nothing(client):
    create_person("ana@example.org")
    stranger = create_contact(email="stranger@example.org")
    invitation = invite()
    client.post(page(invitation))
    answer = client.post(
        "/en/account/login/",
        {"login": "stranger@example.org", "password": "correct horse battery"},
        follow=True,
    )
    assert "ana@example.org" in answer.content.decode()
    assert stranger.mandates.count() == 1
    assert Invitation.objects.open().count() == 1


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_expired_used_and_unknown_invitations_explain_themselves(client, language):
    expired, used = invite(email="a@example.org"), invite(email="b@example.org")
    invitations.withdraw(expired)
    invitations.accept(used, person=create_person("b@example.org"))
    answers = [
        client.get(page(expired, language)),
        client.get(page(used, language)),
        client.get(f"/{language}/invitations/nothing/"),
    ]
    assert [answer.status_code for answer in answers] == [410, 410, 404]
    for answer in answers:
        assert f'lang="{language}"' in answer.content.decode()
    assert len({re.sub(r"[A-Za-z0-9]{40}|nothing", "", a.content.decode()) for a in answers}) == 3


def test_an_invitation_is_accepted_once():
    invitation = invite()
    person = create_person("ana@example.org")
    invitations.accept(invitation, person=person)
    with pytest.raises(ValidationError):
        invitations.accept(invitation, person=person)
    assert person.mandates.count() == 1


def test_resending_makes_an_old_link_valid_again(django_capture_on_commit_callbacks):
    invitation = invite()
    invitations.withdraw(invitation)
    with django_capture_on_commit_callbacks(execute=True):
        invitations.resend(invitation, by=create_secretary())
    assert Invitation.objects.open().get() == invitation
    assert len(mail.outbox) == 1


def test_the_last_contact_does_not_leave():
    organisation = create_organisation()
    contact = create_contact(organisation)
    create_mandate(create_person(), "finance", organisation=organisation)
    with pytest.raises(ValidationError) as refusal:
        invitations.end_mandate(contact.mandates.get())
    assert refusal.value.code == "last_contact"
    create_contact(organisation)
    invitations.end_mandate(contact.mandates.get())
    assert contact.standing.organisations == ()
    assert contact.mandates.get().until == timezone.localdate() - datetime.timedelta(days=1)


def test_a_mandate_begun_today_is_undone_when_it_ends():
    person = create_person()
    mandate = create_mandate(
        person, "executive", region=create_region(), since=timezone.localdate()
    )
    invitations.end_mandate(mandate)
    assert person.mandates.count() == 0


def test_the_last_contact_hands_over():
    organisation = create_organisation()
    leaver, voter = create_contact(organisation), create_person()
    create_mandate(voter, "voter", organisation=organisation)
    with pytest.raises(ValidationError):
        invitations.hand_over(leaver.mandates.get(), to=leaver)
    invitations.hand_over(leaver.mandates.get(), to=voter)
    kinds = Mandate.objects.current().filter(person=voter).values_list("kind", flat=True)
    assert sorted(kinds) == ["contact", "voter"]
    assert not leaver.mandates.current().exists()


def test_an_executive_invites_through_the_desk(client, django_capture_on_commit_callbacks):
    executive = create_executive()
    organisation = create_organisation()
    client.force_login(executive)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            f"/en/secretariat/organisations/{organisation.slug}/invite/",
            {"email": "ana@example.org", "kind": "head", "mail_language": "fr"},
        )
    assert answer.status_code == 302
    assert [(i.kind, i.invited_by) for i in organisation.invitations.all()] == [("head", executive)]
    assert len(mail.outbox) == 1
