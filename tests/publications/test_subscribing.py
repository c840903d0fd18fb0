"""Asking for a letter, confirming, changing the language, leaving."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.lib.mail import NotSent
from publications.models import Newsletter, Subscription
from publications.newsletters import subscribing
from tests import factories as make
from tests.servers import free_port

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "en", "es")


@pytest.fixture
def letter() -> Newsletter:
    make.create_network()
    return make.create_newsletter(make.create_region("R8"))


@pytest.fixture
def ask(client, letter, django_capture_on_commit_callbacks):
    """Posts the form as a browser does, and carries out what follows the commit."""

    def ask(language: str = "en", **values):
        data = {
            "email": "ana@example.org",
            "newsletter": "R8",
            "language": language,
            "website": "",
        }
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(
                f"/{language}/newsletters/subscribe/",
                data | values,
                headers={"sec-fetch-site": "same-origin"},
            )

    return ask


def subscription(letter: Newsletter, **values) -> Subscription:
    return make.create_subscription(newsletter=letter, email="ana@example.org", **values)


def address(name: str, found: Subscription, language: str = "en") -> str:
    return f"/{language}/newsletters/{name}/{found.token}/"


# -- Asking ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title"), [("fr", "Lettre R8"), ("en", "Letter R8"), ("es", "Boletín R8")]
)
def test_who_asks_is_written_to_in_their_language(ask, letter, language, title):
    response = ask(language)
    assert response.status_code == 302
    assert response.url == f"/{language}/newsletters/subscribe/sent/"
    found = Subscription.objects.get()
    assert (found.newsletter, found.email, found.language) == (letter, "ana@example.org", language)
    assert not found.is_confirmed
    [message] = mail.outbox
    assert message.to == ["ana@example.org"]
    assert title in message.subject
    link = f"http://localhost:8000/{language}/newsletters/confirm/{found.token}/"
    html = message.alternatives[0].content
    assert link in message.body
    assert link in html
    assert re.search(rf'<html[^>]* lang="{language}"', html)
    assert message.extra_headers["Content-Language"] == language
    assert "List-Unsubscribe" not in message.extra_headers


def test_the_answer_is_the_same_for_an_address_that_is_known(ask, letter, client):
    unknown = ask(email="unknown@example.org")
    known = subscription(letter, language="fr")
    answer = ask(email=" ANA@example.org ")
    assert (answer.status_code, answer.url) == (unknown.status_code, unknown.url)
    known.refresh_from_db()
    assert (known.language, known.is_confirmed) == ("fr", True)
    _, message = mail.outbox
    # The mail alone says so, in the language the reader chose, to the reader alone.
    assert "/fr/newsletters/subscription/" in message.body
    assert "/confirm/" not in message.body


def test_who_had_left_is_asked_to_confirm_again(ask, letter):
    left = subscription(letter, ended_at=timezone.now(), language="fr")
    ask()
    left.refresh_from_db()
    assert (left.is_confirmed, left.ended_at, left.language) == (False, None, "en")
    assert "/en/newsletters/confirm/" in mail.outbox[0].body


def test_an_address_that_is_typed_again_and_again_gets_one_mail(ask):
    for _ in range(3):
        ask()
    assert len(mail.outbox) == 1
    assert Subscription.objects.count() == 1


def test_a_program_that_fills_the_trap_is_told_the_same_and_nothing_happens(ask):
    response = ask(website="https://example.org")
    assert (response.status_code, response.url) == (302, "/en/newsletters/subscribe/sent/")
    assert Subscription.objects.count() == 0
    assert mail.outbox == []


@pytest.mark.parametrize(
    "values", [{"email": "nobody"}, {"email": ""}, {"newsletter": "R0"}, {"newsletter": "R7"}]
)
def test_what_cannot_be_is_said_on_the_form(ask, values):
    response = ask(**values)
    assert response.status_code == 200
    assert b'class="errors"' in response.content
    assert Subscription.objects.count() == 0


def test_a_form_of_another_site_is_refused(client, letter):
    data = {"email": "ana@example.org", "newsletter": "R8", "language": "en", "website": ""}
    response = client.post(
        "/en/newsletters/subscribe/", data, headers={"sec-fetch-site": "cross-site"}
    )
    assert response.status_code == 403
    assert Subscription.objects.count() == 0


def test_one_address_may_ask_twenty_times_an_hour(ask):
    for number in range(20):
        assert ask(email=f"reader-{number}@example.org").status_code == 302
    assert ask(email="one-more@example.org").status_code == 429


def test_asking_works_over_real_smtp(mailbox, ask):
    ask("es")
    [message] = mailbox.wait_for(1)
    assert "Boletín R8" in message["Subject"]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


# -- Pages reached from a mail ---------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["confirm", "unsubscribe", "subscription"])
def test_a_link_of_a_mail_opens_a_page_without_cookie_or_copy(client, letter, name, language):
    found = subscription(letter)
    response = client.get(address(name, found, language))
    assert response.status_code == 200
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Content-Language"] == language
    assert b"csrfmiddlewaretoken" not in response.content


@pytest.mark.parametrize("name", ["confirm", "unsubscribe", "subscription"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_token_is_a_page_not_found(client, letter, name, method):
    response = getattr(client, method)(f"/en/newsletters/{name}/{'x' * 40}/")
    assert response.status_code == 404


def test_opening_the_link_confirms_nothing_and_the_button_does(client, letter):
    waiting = subscription(letter, confirmed_at=None)
    client.get(address("confirm", waiting))
    waiting.refresh_from_db()
    assert not waiting.is_confirmed
    for _ in range(2):
        assert client.post(address("confirm", waiting)).status_code == 200
    waiting.refresh_from_db()
    assert waiting.is_confirmed


def test_opening_the_link_leaves_the_subscription_and_posting_ends_it(letter):
    found = subscription(letter)
    strict = Client(enforce_csrf_checks=True)
    strict.get(address("unsubscribe", found))
    found.refresh_from_db()
    assert found.is_confirmed
    # As a mail program does it (RFC 8058): no cookie, no token, no page of ours before it.
    response = strict.post(
        address("unsubscribe", found),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        headers={"sec-fetch-site": "cross-site", "origin": "https://mail.example.org"},
    )
    assert response.status_code == 200
    assert not response.cookies
    found.refresh_from_db()
    first = found.ended_at
    assert not found.is_confirmed
    assert strict.post(address("unsubscribe", found)).status_code == 200
    found.refresh_from_db()
    assert found.ended_at == first


def test_who_left_by_mistake_comes_back_by_one_button(client, letter):
    found = subscription(letter, ended_at=timezone.now())
    page = client.get(address("unsubscribe", found)).content.decode()
    assert f'action="{address("confirm", found)}"' in page
    client.post(address("confirm", found))
    found.refresh_from_db()
    assert found.is_confirmed


def test_the_language_is_changed_on_the_readers_own_page(client, letter):
    found = subscription(letter)
    response = client.post(address("subscription", found), {"language": "es"})
    assert response.status_code == 200
    found.refresh_from_db()
    assert found.language == "es"
    client.post(address("subscription", found), {"language": "de"})
    found.refresh_from_db()
    assert found.language == "es"


def test_a_mail_that_could_not_be_sent_may_be_asked_for_again_at_once(letter, settings):
    waiting = subscription(letter, confirmed_at=None)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(NotSent):
        subscribing.send_mail(waiting)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    subscribing.send_mail(waiting)
    assert len(mail.outbox) == 1
