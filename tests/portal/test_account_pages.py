"""Log-in, passwords, second factor and sessions: our words, our look, and no way to sign up."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import translation

from tests.factories import create_person

pytestmark = pytest.mark.django_db

ENTRANCE = ["account_login", "account_signup", "account_reset_password"]
ENTRANCE += ["account_reset_password_done", "account_email_verification_sent", "account_inactive"]
OWN = ["account_email", "account_change_password", "account_logout", "mfa_index"]
OWN += ["mfa_list_webauthn", "mfa_activate_totp", "mfa_add_webauthn", "usersessions_list"]
LANGUAGES = ("fr", "en", "es")


def opened(client, name, language, **arguments):
    with translation.override(language):
        return client.get(reverse(name, kwargs=arguments))


def sure_of_oneself(client):
    """What changes the account's protection asks for the password once more."""
    person = create_person()
    client.force_login(person)
    answer = client.post("/en/account/reauthenticate/", {"password": "correct horse battery"})
    assert answer.status_code == 302
    return person


def check_page(response, language):
    html = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}"' in html
    assert html.count("<h1") == 1
    assert 'class="site-head"' in html
    assert not re.search(r"\sstyle=|<script>", html)
    title = re.search(r"<title>(.*?)</title>", html, re.S)[1].strip()
    assert not title.startswith("—")
    return html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ENTRANCE)
def test_pages_of_the_entrance(client, name, language):
    check_page(opened(client, name, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OWN)
def test_pages_of_ones_own_account(client, name, language):
    sure_of_oneself(client)
    html = check_page(opened(client, name, language), language)
    assert 'aria-labelledby="account-menu"' in html


def test_no_page_of_the_entrance_leads_to_a_sign_up(client):
    with translation.override("en"):
        address = reverse("account_signup")
    for name in ("account_login", "account_reset_password", "account_reset_password_done"):
        assert address not in opened(client, name, "en").content.decode()


def test_without_an_invitation_the_sign_up_is_closed(client):
    html = opened(client, "account_signup", "en").content.decode()
    assert "By invitation only" in html
    assert "<form" not in html.split("<main")[1].split("</main>")[0]


def test_a_used_link_for_a_new_password_says_so(client):
    html = opened(
        client, "account_reset_password_from_key", "en", uidb36="1", key="set-password"
    ).content.decode()
    assert "This link no longer works" in html


def test_addresses_show_their_state(client):
    person = sure_of_oneself(client)
    EmailAddress.objects.create(user=person, email="second@example.org")
    html = opened(client, "account_email", "en").content.decode()
    states = re.findall(r'<span class="pill (\w+)">([^<]+)</span>', html)
    assert states == [("info", "in use"), ("ok", "confirmed"), ("warn", "not confirmed")]


def test_a_wrong_password_is_told_above_the_form(client):
    with translation.override("en"):
        response = client.post(
            reverse("account_login"), {"login": "nobody@example.org", "password": "wrong"}
        )
    assert re.search(
        r'<div class="note error" role="alert"><p>[^<]+</p>', response.content.decode()
    )


def test_setting_up_the_app_shows_the_secret_as_picture_and_text(client):
    sure_of_oneself(client)
    html = opened(client, "mfa_activate_totp", "en").content.decode()
    assert re.search(r'<img class="code-image" src="data:image/svg\+xml;[^"]+" alt="[^"]+"', html)
    assert re.search(r'<input id="secret" readonly value="[A-Z2-7]{32}"', html)


def test_leaving_asks_nothing_from_the_bar_of_the_area(client):
    sure_of_oneself(client)
    html = opened(client, "mfa_index", "en").content.decode()
    bar = re.search(r'<div class="tabs">.*?</form>', html, re.S)[0]
    assert 'method="post" action="/en/account/logout/"' in bar
    assert "csrfmiddlewaretoken" in bar
    client.post("/en/account/logout/")
    assert opened(client, "mfa_index", "en").status_code == 302
