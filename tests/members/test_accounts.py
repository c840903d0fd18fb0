"""Logging in through allauth: password, second factor, back room, sessions that are over."""

import pytest
from django.core import mail

from tests.factories import (
    create_contact,
    create_executive,
    create_organisation,
    create_secretary,
    current_code,
)

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def log_in(client, person, language="en", **values):
    data = {"login": person.email, "password": PASSWORD} | values
    return client.post(f"/{language}/account/login/", data)


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_contact_logs_in_and_lands_in_the_area_in_the_language_of_the_page(client, language):
    contact = create_contact()
    assert client.get(f"/{language}/account/login/").status_code == 200
    answer = log_in(client, contact, language)
    assert (answer.status_code, answer.url) == (302, f"/{language}/space/")
    assert client.get(f"/{language}/space/").status_code == 200


def test_a_closed_page_asks_for_the_log_in_and_is_reached_after_it(client):
    contact = create_contact()
    answer = client.get("/es/space/people/")
    assert answer.url == "/es/account/login/?next=/es/space/people/"
    answer = log_in(client, contact, "es", next="/es/space/people/")
    assert answer.url == "/es/space/people/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client):
    contact = create_contact()
    wrong = log_in(client, contact, password="something else entirely")
    unknown = client.post(
        "/en/account/login/", {"login": "nobody@example.org", "password": PASSWORD}
    )
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    errors = [list(answer.context["form"].non_field_errors()) for answer in (wrong, unknown)]
    assert errors[0] == errors[1]
    assert len(errors[0]) == 1


def test_a_person_who_may_no_longer_log_in(client):
    contact = create_contact(is_active=False)
    assert log_in(client, contact).url == "/en/account/inactive/"
    assert client.get("/en/space/").status_code == 302


def test_an_open_session_ends_when_its_person_may_no_longer_log_in(client):
    contact = create_contact()
    client.force_login(contact)
    assert client.get("/en/space/").status_code == 200
    contact.is_active = False
    contact.save()
    assert client.get("/en/space/").status_code == 302


def test_a_secretary_logs_in_with_a_second_factor_and_opens_the_back_room(client):
    secretary = create_secretary()
    assert log_in(client, secretary).url.startswith("/en/account/2fa/authenticate/")
    assert client.get("/en/secretariat/").status_code == 302
    assert client.get("/en/account/2fa/authenticate/").status_code == 200
    answer = client.post("/en/account/2fa/authenticate/", {"code": current_code()})
    assert answer.url == "/en/space/"
    assert client.get("/en/space/").url == "/en/secretariat/"
    assert client.get("/en/secretariat/records/").status_code == 200


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_back_room_has_no_log_in_of_its_own(client, language):
    answer = client.get(f"/{language}/secretariat/records/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(f"/{language}/account/login/")


@pytest.mark.parametrize("create", [create_contact, create_executive])
def test_the_back_room_is_the_secretariats_alone(client, create):
    client.force_login(create())
    answer = client.get("/en/secretariat/records/", follow=True)
    assert answer.status_code == 403


def test_a_new_password_comes_by_mail_from_the_network(client):
    contact = create_contact()
    answer = client.post("/fr/account/password/reset/", {"email": contact.email})
    assert answer.status_code == 302
    [message] = mail.outbox
    assert message.to == [contact.email]
    assert message.from_email == "council@example.org"
    assert "/fr/account/password/reset/key/" in message.body


def test_asking_for_an_unknown_address_mails_nobody(client):
    answer = client.post("/fr/account/password/reset/", {"email": "nobody@example.org"})
    assert answer.status_code == 302
    assert mail.outbox == []


@pytest.mark.parametrize(
    "path",
    ["email/", "password/change/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "sessions/"],
)
def test_the_pages_of_the_account_open_in_three_languages(client, path):
    contact = create_contact(create_organisation())
    for language in ("fr", "en", "es"):
        log_in(client, contact, language)
        answer = client.get(f"/{language}/account/{path}", follow=True)
        assert answer.status_code == 200, answer.redirect_chain
