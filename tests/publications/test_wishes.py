"""“Tell me when it is translated”: asked, confirmed, told once, stopped, erased."""

import datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from members import privacy
from portal.lib.mail import NotSent
from publications import publishing, wishes
from publications.models import Publication, TranslationWish
from tests.factories import (
    create_contact,
    create_network,
    create_person,
    create_publication,
    create_secretary,
)

pytestmark = pytest.mark.django_db
HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(autouse=True)
def network():
    cache.clear()
    create_network()


@pytest.fixture
def text():
    """A text in French and English, which Spanish readers wait for."""
    return create_publication(symbol="P/2026/14")


@pytest.fixture
def ask(client, text, django_capture_on_commit_callbacks):
    def ask(language="es", email="ana@example.org", **values):
        with django_capture_on_commit_callbacks(execute=True):
            address = f"/{language}/publications/P-2026-14/tell-me/"
            return client.post(address, {"email": email} | values, headers=HERE)

    return ask


def translated(text: Publication):
    text.title_es, text.summary_es = "Informe", "Resumen."
    text.save()


def a_wish(text, **values) -> TranslationWish:
    defaults = {"email": "ana@example.org", "language": "es", "confirmed_at": timezone.now()}
    return TranslationWish.objects.create(publication=text, **defaults | values)


# -- Asking ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "is_offered"), [("fr", False), ("en", False), ("es", True)])
def test_the_page_offers_it_where_something_is_missing(client, text, language, is_offered):
    html = client.get(f"/{language}/publications/P-2026-14/").content.decode()
    assert (f'action="/{language}/publications/P-2026-14/tell-me/"' in html) == is_offered
    assert "csrf" not in html


@pytest.mark.parametrize(
    ("state", "is_offered"),
    [
        ("missing", True),
        ("in_progress", True),
        ("machine", True),
        ("outdated", False),
        ("ready", False),
    ],
)
def test_the_state_decides(client, text, state, is_offered):
    translated(text)
    Publication.objects.filter(pk=text.pk).update(state_es=state)
    html = client.get("/es/publications/P-2026-14/").content.decode()
    assert ("/tell-me/" in html) == is_offered
    expected = 200 if is_offered else 302
    assert client.get("/es/publications/P-2026-14/tell-me/").status_code == expected


def test_who_asks_is_asked_back_in_the_language_of_the_page(ask, text):
    answer = ask()
    assert answer.url == "/es/publications/follow/sent/"
    [wish] = TranslationWish.objects.all()
    assert (wish.publication, wish.email, wish.language) == (text, "ana@example.org", "es")
    assert not wish.is_confirmed
    [message] = mail.outbox
    assert message.extra_headers["Content-Language"] == "es"
    assert f"/es/publications/tell-me/confirm/{wish.token}/" in message.body
    assert "P/2026/14" in message.subject


def test_the_answer_is_the_same_for_an_address_that_is_known(ask, client):
    answers = [ask(), ask(), ask(email="other@example.org")]
    assert {(answer.status_code, answer.url) for answer in answers} == {
        (302, "/es/publications/follow/sent/")
    }
    assert TranslationWish.objects.count() == 2
    # Nobody is written to twice within a quarter of an hour.
    assert [message.to for message in mail.outbox] == [["ana@example.org"], ["other@example.org"]]


def test_who_has_confirmed_is_not_asked_again(ask, text):
    wish = a_wish(text)
    ask()
    wish.refresh_from_db()
    assert wish.is_confirmed
    assert mail.outbox == []


@pytest.mark.slow
def test_an_address_is_asked_a_few_times_an_hour_at_most(
    client, django_capture_on_commit_callbacks
):
    for serial in range(8):
        create_publication(symbol=f"P/2025/{serial:02d}")
        with django_capture_on_commit_callbacks(execute=True):
            client.post(
                f"/es/publications/P-2025-{serial:02d}/tell-me/",
                {"email": "ana@example.org"},
                headers=HERE,
            )
    assert len(mail.outbox) == 5


@pytest.mark.parametrize("values", [{"email": "no address"}, {"email": ""}])
def test_what_is_no_address_comes_back(ask, values):
    assert ask(**values).status_code == 200
    assert TranslationWish.objects.count() == 0


def test_a_program_is_told_nothing(ask):
    assert ask(homepage="https://spam.example").status_code == 302
    assert TranslationWish.objects.count() == 0
    assert mail.outbox == []


def test_another_site_cannot_post(client, text):
    answer = client.post(
        "/es/publications/P-2026-14/tell-me/",
        {"email": "ana@example.org"},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


@pytest.mark.slow
def test_it_is_kept_by_nobody_and_limited(client, text):
    address = "/es/publications/P-2026-14/tell-me/"
    assert "no-store" in client.get(address).headers["Cache-Control"]
    for _ in range(20):
        client.post(address, {"email": ""}, headers=HERE)
    assert client.post(address, {"email": ""}, headers=HERE).status_code == 429


@pytest.mark.parametrize("access", ["members", "secretariat"])
def test_the_public_awaits_nothing_that_is_not_public(client, access):
    create_publication(symbol="P/2026/15", access=access)
    assert client.get("/es/publications/P-2026-15/tell-me/").status_code == 404


# -- Confirming, telling ---------------------------------------------------------------------------


def test_opening_the_link_confirms_nothing_and_the_button_does(client, text):
    wish = a_wish(text, confirmed_at=None)
    address = f"/es/publications/tell-me/confirm/{wish.token}/"
    assert client.get(address).status_code == 200
    wish.refresh_from_db()
    assert not wish.is_confirmed
    for _twice in range(2):
        assert client.post(address).status_code == 200
    wish.refresh_from_db()
    assert wish.is_confirmed
    translated(text)
    assert wishes.tell_due() == 1
    [message] = mail.outbox
    assert message.to == ["ana@example.org"]
    assert "/es/publications/P-2026-14/" in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # Told once, and forgotten.
    assert TranslationWish.objects.count() == 0
    assert wishes.tell_due() == 0
    assert client.get(address).status_code == 404


# what keeps a mail back
@pytest.mark.parametrize(
    "values",
    [
        {"confirmed_at": None},
        {"language": "fr", "publication_state": "draft"},
        {"publication_state": "withdrawn"},
        {"access": "members"},
        {"state_es": "in_progress"},
        {"state_es": "machine"},
        {"state_es": "outdated"},
    ],
)
def test_nobody_is_told_before_it_is_there_for_them(text, values):
    translated(text)
    columns = {"publication_state": "state", "access": "access", "state_es": "state_es"}
    changed = {columns[name]: value for name, value in values.items() if name in columns}
    wish_values = {name: value for name, value in values.items() if name not in columns}
    Publication.objects.filter(pk=text.pk).update(**changed)
    a_wish(text, **wish_values)
    assert wishes.tell_due() == 0
    assert mail.outbox == []


def test_two_workers_tell_once(text):
    translated(text)
    wish = a_wish(text)
    claimed = TranslationWish.objects.filter(pk=wish.pk)
    claimed.update(claimed_at=timezone.now())
    assert wishes.tell_due() == 0
    # The other worker died: the mail may have left, so nobody sends it again.
    claimed.update(claimed_at=timezone.now() - datetime.timedelta(hours=1))
    assert wishes.tell_due() == 0
    assert not claimed.exists()
    assert mail.outbox == []


def test_a_mail_server_that_is_away_loses_nothing(text, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    translated(text)
    wish = a_wish(text)
    assert wishes.tell_due() == 0
    wish.refresh_from_db()
    assert wish.claimed_at is None
    with pytest.raises(NotSent):
        wishes.send_confirmation(wish)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert wishes.tell_due() == 1


def test_nothing_leaves_while_the_network_has_paused_sending(text):
    from portal.models import NetworkIdentity  # noqa: PLC0415

    identity = NetworkIdentity.objects.get()
    identity.sending_paused = True
    identity.save()
    translated(text)
    a_wish(text)
    assert wishes.tell_due() == 0
    assert TranslationWish.objects.count() == 1


# -- Stopping, erasing -----------------------------------------------------------------------------


def test_one_click_stops_it_and_erases_the_address(client, text):
    wish = a_wish(text)
    address = f"/es/publications/tell-me/stop/{wish.token}/"
    assert client.get(address).status_code == 200
    assert TranslationWish.objects.exists()
    for _again in range(2):
        answer = client.post(address, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert answer.headers["X-Robots-Tag"] == "noindex"
    assert not TranslationWish.objects.exists()


def test_what_nobody_confirmed_is_erased_within_a_week(text):
    old = timezone.now() - datetime.timedelta(days=8)
    a_wish(text, confirmed_at=None, requested_at=old)
    kept = a_wish(text, email="new@example.org", confirmed_at=None)
    confirmed = a_wish(text, email="old@example.org", requested_at=old)
    wishes.clean_up()
    assert set(TranslationWish.objects.all()) == {kept, confirmed}
    publishing.withdraw(text)
    wishes.clean_up()
    assert not TranslationWish.objects.exists()


def test_it_is_found_and_erased_with_the_rest_of_a_person(text):
    a_wish(text)
    found = privacy.find("ana@example.org")
    assert found


# -- In the members’ area --------------------------------------------------------------------------


def test_a_member_asks_with_one_click_and_for_members_texts_too(client):
    person = create_contact(language="es")
    text = create_publication(symbol="P/2026/15", access="members")
    client.force_login(person)
    html = client.get("/es/space/library/P-2026-15/").content.decode()
    assert 'action="/es/space/library/P-2026-15/tell-me/"' in html
    client.post("/es/space/library/P-2026-15/tell-me/")
    [wish] = TranslationWish.objects.all()
    assert (wish.person, wish.is_confirmed) == (person, True)
    assert "P/2026/15" in client.get("/es/space/library/followed/").content.decode()
    translated(text)
    assert wishes.tell_due() == 1
    [message] = mail.outbox
    assert "/es/space/library/P-2026-15/" in message.body


def test_who_is_no_member_any_more_is_not_told_of_a_members_text():
    text = create_publication(access="members")
    person = create_person()
    a_wish(text, person=person, email=person.email)
    translated(text)
    assert wishes.tell_due() == 0
    assert mail.outbox == []


def test_nobody_awaits_what_is_missing_at_the_desk(client, text):
    client.force_login(create_secretary())
    html = client.get("/es/secretariat/publications/P-2026-14/preview/").content.decode()
    assert "tell-me" not in html
