"""Asking for letters, confirming, one's own page, leaving, and being forgotten."""

import datetime
import json
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from members.models import User
from portal.lib.forms import stamp
from portal.lib.mail import NotSent
from publications.models import (
    Bounce,
    Delivery,
    LetterLeft,
    Newsletter,
    Subscriber,
    Subscription,
    Suppression,
)
from publications.newsletters import choices, readers_data, subscribing, suppressing
from regions.models import Country
from tests import factories as make
from tests.servers import free_port

pytestmark = pytest.mark.django_db
LANGUAGES = ("fr", "en", "es")
ANA = "ana@example.org"


@pytest.fixture
def letter() -> Newsletter:
    make.create_network()
    return make.create_newsletter(make.create_region("R8"))


@pytest.fixture
def shown_at(monkeypatch) -> str:
    """The stamp of a form that was shown ten seconds ago."""
    now = datetime.datetime.now().timestamp()
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: now - 10)
        return stamp()


@pytest.fixture
def ask(client, letter, shown_at, django_capture_on_commit_callbacks):
    """Posts the form as a browser does, and carries out what follows the commit."""

    def ask(language: str = "en", **values):
        data = {
            "email": ANA,
            "letters": ["R8"],
            "language": language,
            "homepage": "",
            "shown_at": shown_at,
        }
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(
                f"/{language}/newsletters/subscribe/",
                data | values,
                headers={"sec-fetch-site": "same-origin"},
            )

    return ask


def reader(letter: Newsletter, **values) -> Subscriber:
    return make.create_subscription(newsletter=letter, email=ANA, **values).subscriber


def address(name: str, found: Subscriber, *, code: str = "", language: str = "en") -> str:
    end = f"{code}/" if code else ""
    return f"/{language}/newsletters/{name}/{found.token}/{end}"


def codes(found: Subscriber) -> set[str]:
    fresh = Subscriber.objects.get(pk=found.pk)
    return {choices.code_of(choice) for choice in subscribing.received(fresh)}


def country_of(region) -> Country:
    return make.create_country(f"X{'ABCDEFGHI'[region.number - 1]}", region=region)


def member(region, *, language: str = "es", email: str = "member@example.org", **values) -> User:
    """Somebody who acts for a member of the region."""
    organisation = make.create_organisation(country=country_of(region), **values)
    person = make.create_person(email=email, language=language)
    make.create_mandate(person, organisation=organisation)
    return person


# -- Asking ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("fr", ("Region R8 (exemple)", "Lettre world")),
        ("en", ("Region R8", "Letter world")),
        ("es", ("Region R8 (ejemplo)", "Boletín world")),
    ],
)
def test_who_asks_is_written_to_in_their_language(ask, letter, language, titles):
    make.create_newsletter(None)
    response = ask(language, letters=["R8", "world"])
    assert response.status_code == 302
    assert response.url == f"/{language}/newsletters/subscribe/sent/"
    found = Subscriber.objects.get()
    assert (found.email, found.language, found.is_confirmed) == (ANA, language, False)
    assert Subscription.objects.waiting().count() == 2
    [message] = mail.outbox
    assert message.to == [ANA]
    link = f"http://localhost:8000/{language}/newsletters/confirm/{found.token}/"
    html = message.alternatives[0].content
    for part in (link, *titles):
        assert part in message.body
        assert part in html
    assert re.search(rf'<html[^>]* lang="{language}"', html)
    assert message.extra_headers["Content-Language"] == language
    assert "List-Unsubscribe" not in message.extra_headers


def test_an_axis_is_followed_like_a_letter(ask, letter):
    axis = make.create_axis(3)
    ask(letters=[], axes=[f"axis-{axis.pk}"])
    found = Subscription.objects.get()
    assert (found.axis, found.newsletter) == (axis, None)
    assert axis.title_en in mail.outbox[0].body


def test_the_answer_is_the_same_for_an_address_that_is_known(ask, letter):
    unknown = ask(email="unknown@example.org")
    known = reader(letter, language="fr")
    answer = ask(email=" ANA@example.org ")
    assert (answer.status_code, answer.url) == (unknown.status_code, unknown.url)
    known.refresh_from_db()
    assert (known.language, known.is_confirmed) == ("fr", True)
    _, message = mail.outbox
    # The mail alone says so, in the language the reader chose, to the reader alone.
    assert "/fr/newsletters/subscription/" in message.body
    assert "/confirm/" not in message.body


def test_what_somebody_else_adds_waits_and_what_was_chosen_stays(ask, letter):
    make.create_newsletter(None)
    known = reader(letter, language="fr")
    ask(letters=["world"])
    assert codes(known) == {"R8"}
    assert "/fr/newsletters/confirm/" in mail.outbox[0].body
    assert "Region R8" not in mail.outbox[0].body


def test_who_had_left_is_asked_to_confirm_again(ask, letter):
    left = reader(letter, ended_at=timezone.now(), language="fr")
    ask()
    assert codes(left) == set()
    assert Subscription.objects.waiting().count() == 1
    assert "/fr/newsletters/confirm/" in mail.outbox[0].body


def test_a_suppressed_address_is_told_the_same_and_nothing_is_sent(ask, letter):
    usual = ask(email="unknown@example.org")
    suppressing.suppress(ANA, "complaint")
    response = ask()
    assert (response.status_code, response.url) == (usual.status_code, usual.url)
    assert [message.to for message in mail.outbox] == [["unknown@example.org"]]
    assert not Subscriber.objects.filter(email=ANA).exists()


def test_an_address_that_is_typed_again_and_again_gets_one_mail(ask):
    for _ in range(3):
        ask()
    assert len(mail.outbox) == 1
    assert Subscription.objects.count() == 1


def test_a_program_that_fills_the_trap_is_told_the_same_and_nothing_happens(ask):
    response = ask(homepage="https://example.org")
    assert (response.status_code, response.url) == (302, "/en/newsletters/subscribe/sent/")
    assert Subscriber.objects.count() == 0
    assert mail.outbox == []


@pytest.mark.parametrize(
    "values",
    [
        {"email": "nobody"},
        {"email": ""},
        {"letters": ["R0"]},
        {"letters": ["R7"]},
        {"letters": []},
        {"shown_at": ""},
        {"shown_at": "shown:forged"},
    ],
)
def test_what_cannot_be_is_said_on_the_form(ask, values):
    response = ask(**values)
    assert response.status_code == 200
    assert b'class="errors"' in response.content or b'class="note error"' in response.content
    assert Subscriber.objects.count() == 0


def test_a_form_that_comes_back_at_once_is_shown_again(ask):
    response = ask(shown_at=stamp())
    assert response.status_code == 200
    assert b'class="note error"' in response.content
    assert Subscriber.objects.count() == 0


def test_the_stamp_of_a_kept_page_is_the_same_for_an_hour(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 7200.0)
    first = stamp(every=3600)
    monkeypatch.setattr("time.time", lambda: 10799.0)
    assert stamp(every=3600) == first
    monkeypatch.setattr("time.time", lambda: 10800.0)
    assert stamp(every=3600) != first


def test_the_form_of_the_home_page_is_taken(client, letter, django_capture_on_commit_callbacks):
    html = client.get("/es/").content.decode()
    shown_at = re.search(r'name="shown_at" value="([^"]+)"', html)[1]
    data = {"email": ANA, "letters": "R8", "language": "es", "homepage": "", "shown_at": shown_at}
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/es/newsletters/subscribe/", data)
    # In the first two seconds of an hour the form comes back once more.
    assert response.status_code == 302 or "shown_at" in response.content.decode()


def test_a_form_of_another_site_is_refused(client, letter, shown_at):
    data = {"email": ANA, "letters": "R8", "language": "en", "shown_at": shown_at}
    response = client.post(
        "/en/newsletters/subscribe/", data, headers={"sec-fetch-site": "cross-site"}
    )
    assert response.status_code == 403
    assert Subscriber.objects.count() == 0


@pytest.mark.slow
def test_one_address_may_ask_twenty_times_an_hour(ask):
    for number in range(20):
        assert ask(email=f"reader-{number}@example.org").status_code == 302
    assert ask(email="one-more@example.org").status_code == 429


def test_asking_works_over_real_smtp(mailbox, ask):
    ask("es")
    [message] = mailbox.wait_for(1)
    assert "suscripción" in message["Subject"]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def sent_last_quarter(letter: Newsletter, number: int):
    end = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)
    for period in ("2026-Q1", "2026-Q2", "2026-Q3")[:number]:
        make.create_issue(newsletter=letter, period=period, state="sent", sent_at=end)


@pytest.mark.parametrize(
    ("language", "none", "three"),
    [
        ("fr", "aucun courriel au dernier trimestre", "reçu 3 courriels au dernier trimestre"),
        ("en", "received no mail last quarter", "received 3 mails last quarter"),
        ("es", "ningún correo en el último trimestre", "recibido 3 correos en el último trimestre"),
    ],
)
def test_the_form_says_how_many_mails_the_choices_would_have_brought(
    client, letter, monkeypatch, language, none, three
):
    world = make.create_newsletter(None)
    sent_last_quarter(letter, 2)
    sent_last_quarter(world, 1)
    make.create_issue(
        newsletter=world,
        period="2025-Q1",
        state="sent",
        sent_at=datetime.datetime(2025, 4, 1, tzinfo=datetime.UTC),
    )
    monkeypatch.setattr(
        "django.utils.timezone.localdate", lambda *_args: datetime.date(2026, 11, 27)
    )
    page = f"/{language}/newsletters/subscribe/"
    data = {"count": "1", "letters": ["R8", "world"], "language": language, "email": "half"}
    html = client.post(page, data).content.decode()
    assert three in html.replace("\u00a0", " ")
    # What was filled in so far is kept, and nobody is scolded for what is not.
    assert 'value="half"' in html
    assert 'class="errors"' not in html
    assert none in client.post(page, {"count": "1"}).content.decode().replace("\u00a0", " ")
    assert Subscriber.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "checked"), [("", "world"), ("?newsletter=R8", "R8"), ("?axis=3", "axis")]
)
def test_the_form_begins_with_what_the_reader_comes_from(client, letter, query, checked):
    make.create_newsletter(None)
    make.create_axis(3)
    html = client.get(f"/en/newsletters/subscribe/{query}").content.decode()
    [found] = re.findall(r'value="([\w-]+)"[^>]* checked', html)
    assert found.startswith(checked)


# -- The link --------------------------------------------------------------------------------------


@pytest.fixture
def ask_for_link(client, letter, shown_at, django_capture_on_commit_callbacks):
    def ask(email: str, language: str = "en"):
        data = {"email": email, "homepage": "", "shown_at": shown_at}
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(f"/{language}/newsletters/link/", data)

    return ask


def test_the_link_goes_to_the_address_alone_and_the_answer_is_always_the_same(ask_for_link, letter):
    known = reader(letter, language="es")
    answers = [ask_for_link(email) for email in ("nobody@example.org", ANA.upper())]
    assert {(answer.status_code, answer.url) for answer in answers} == {
        (302, "/en/newsletters/link/sent/")
    }
    [message] = mail.outbox
    assert message.to == [ANA]
    assert f"/es/newsletters/subscription/{known.token}/" in message.body
    ask_for_link(ANA)
    assert len(mail.outbox) == 1


def test_a_members_person_has_a_page_before_the_first_letter(ask_for_link, letter):
    person = member(letter.region)
    ask_for_link(person.email)
    found = Subscriber.objects.get(email=person.email)
    assert found.person == person
    assert found.token in mail.outbox[0].body
    assert codes(found) == {"R8"}


def test_no_link_goes_to_a_suppressed_address(ask_for_link, letter):
    reader(letter)
    suppressing.suppress(ANA, "bounces")
    assert ask_for_link(ANA).status_code == 302
    assert mail.outbox == []


# -- Pages reached from a mail ---------------------------------------------------------------------

PAGES = ["confirm", "unsubscribe", "subscription"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_link_of_a_mail_opens_a_page_without_cookie_or_copy(client, letter, name, language):
    found = reader(letter)
    response = client.get(address(name, found, language=language))
    assert response.status_code == 200
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Content-Language"] == language
    assert b"csrfmiddlewaretoken" not in response.content


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_token_is_a_page_not_found(client, letter, name, method):
    response = getattr(client, method)(f"/en/newsletters/{name}/{'x' * 40}/")
    assert response.status_code == 404


@pytest.mark.parametrize("code", ["R0", "axis-0", "axis-x"])
def test_a_letter_that_does_not_exist_is_a_page_not_found(client, letter, code):
    found = reader(letter)
    assert client.post(address("unsubscribe", found, code=code)).status_code == 404
    assert codes(found) == {"R8"}


def test_opening_the_link_confirms_nothing_and_the_button_confirms_all(client, letter):
    waiting = reader(letter, confirmed_at=None)
    make.create_subscription(
        newsletter=make.create_newsletter(None), subscriber=waiting, confirmed_at=None
    )
    html = client.get(address("confirm", waiting)).content.decode()
    assert "Region R8" in html
    assert "Letter world" in html
    assert codes(waiting) == set()
    for _ in range(2):
        assert client.post(address("confirm", waiting)).status_code == 200
    waiting.refresh_from_db()
    assert waiting.is_confirmed
    assert codes(waiting) == {"R8", "world"}


def test_opening_the_link_leaves_the_subscription_and_posting_ends_it(letter):
    found = reader(letter)
    make.create_subscription(newsletter=make.create_newsletter(None), subscriber=found)
    link = address("unsubscribe", found, code="R8")
    strict = Client(enforce_csrf_checks=True)
    strict.get(link)
    assert codes(found) == {"R8", "world"}
    # As a mail program does it (RFC 8058): no cookie, no token, no page of ours before it.
    response = strict.post(
        link,
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        headers={"sec-fetch-site": "cross-site", "origin": "https://mail.example.org"},
    )
    assert response.status_code == 200
    assert not response.cookies
    assert codes(found) == {"world"}
    first = Subscription.objects.get(newsletter=letter).ended_at
    assert strict.post(link).status_code == 200
    assert Subscription.objects.get(newsletter=letter).ended_at == first


def test_a_mail_of_earlier_times_still_ends_its_own_letter(client, letter):
    found = reader(letter, old_token="o" * 40)
    make.create_subscription(newsletter=make.create_newsletter(None), subscriber=found)
    assert client.post(f"/fr/newsletters/unsubscribe/{'o' * 40}/").status_code == 200
    assert codes(found) == {"world"}
    html = client.get(f"/fr/newsletters/subscription/{'o' * 40}/").content.decode()
    assert ANA in html


def test_everything_is_left_at_once(client, letter):
    found = reader(letter)
    make.create_subscription(axis=make.create_axis(2), subscriber=found)
    client.post(address("unsubscribe", found))
    assert codes(found) == set()


def test_who_left_by_mistake_comes_back_by_one_button(client, letter):
    found = reader(letter, ended_at=timezone.now())
    link = address("unsubscribe", found, code="R8")
    assert 'name="again"' in client.get(link).content.decode()
    client.post(link, {"again": "1"})
    assert codes(found) == {"R8"}


# -- One's own page --------------------------------------------------------------------------------


def test_everything_is_chosen_on_the_readers_own_page(client, letter):
    make.create_newsletter(None)
    axis = make.create_axis(4)
    found = reader(letter)
    html = client.get(address("subscription", found)).content.decode()
    assert re.findall(r'value="([\w-]+)"[^>]* checked', html) == ["R8"]
    data = {"letters": ["world"], "axes": [f"axis-{axis.pk}"], "language": "es", "pause": "3"}
    assert client.post(address("subscription", found), data).status_code == 200
    assert codes(found) == {"world", f"axis-{axis.pk}"}
    found.refresh_from_db()
    assert found.language == "es"
    assert 88 <= (found.paused_until - timezone.localdate()).days <= 92
    until = found.paused_until
    client.post(address("subscription", found), {"language": "es", "pause": "keep"})
    found.refresh_from_db()
    assert (codes(found), found.paused_until) == (set(), until)
    client.post(address("subscription", found), {"language": "es", "pause": ""})
    found.refresh_from_db()
    assert found.paused_until is None


@pytest.mark.parametrize(
    "values", [{"language": "de"}, {"language": "fr", "pause": "99"}, {"letters": ["R0"]}]
)
def test_what_cannot_be_chosen_changes_nothing(client, letter, values):
    found = reader(letter)
    client.post(address("subscription", found), {"letters": [], "language": "fr", **values})
    found.refresh_from_db()
    assert (codes(found), found.language) == ({"R8"}, "en")


def test_an_axis_of_a_cycle_that_is_over_stays_until_it_is_left(client, letter):
    axis = make.create_axis(1, cycle=make.create_cycle(first_year=2001, last_year=2004))
    make.create_axis(1)
    found = reader(letter)
    make.create_subscription(axis=axis, subscriber=found)
    client.post(address("subscription", found), {"letters": ["R8"], "language": "en"})
    assert codes(found) == {"R8", f"axis-{axis.pk}"}
    client.post(address("unsubscribe", found, code=f"axis-{axis.pk}"))
    assert codes(found) == {"R8"}


def test_a_members_person_leaves_their_letter_and_takes_it_again(client, letter):
    person = member(letter.region, email=ANA)
    found = subscribing.recipients.of_person(person)
    assert codes(found) == {"R8"}
    client.post(address("unsubscribe", found, code="R8"))
    assert codes(found) == set()
    assert LetterLeft.objects.get().person == person
    client.post(address("subscription", found), {"letters": ["R8"], "language": "fr"})
    assert codes(found) == {"R8"}
    # As a member still, not as somebody who asked.
    assert Subscription.objects.count() == 0
    person.refresh_from_db()
    assert person.language == "fr"


def test_an_old_mail_still_leaves_for_who_has_a_new_address(client, letter):
    person = member(letter.region, email=ANA)
    found = subscribing.recipients.of_person(person)
    person.email = "new@example.org"
    person.save()
    client.post(address("unsubscribe", found, code="R8"))
    assert LetterLeft.objects.filter(person=person, newsletter=letter).exists()
    # Whoever reads the old mailbox now changes nothing else of the account.
    client.post(address("subscription", found), {"letters": [], "language": "fr"})
    person.refresh_from_db()
    assert person.language == "es"


# -- One's own data --------------------------------------------------------------------------------


def test_one_takes_away_what_is_held(client, letter):
    found = reader(letter)
    issue = make.create_issue(newsletter=letter)
    issue.deliveries.create(subscriber=found, language="en", state="sent")
    Bounce.objects.create(subscriber=found, kind="soft", key="k", status="4.2.2")
    response = client.get(f"/en/newsletters/subscription/{found.token}/data.json")
    assert response["Content-Disposition"] == 'attachment; filename="letters.json"'
    data = json.loads(response.content)
    assert (data["email"], data["language"]) == (ANA, "en")
    assert [one["code"] for one in data["choices"]] == ["R8"]
    assert [one["issue"] for one in data["mails"]] == [issue.symbol]
    assert [one["status"] for one in data["bounces"]] == ["4.2.2"]
    assert found.token not in response.content.decode()


def test_one_has_oneself_erased_and_the_figures_stay(client, letter):
    found = reader(letter)
    issue = make.create_issue(newsletter=letter)
    issue.deliveries.create(subscriber=found, language="en", state="failed", error=f"550 {ANA}")
    page = f"/en/newsletters/subscription/{found.token}/erase/"
    assert ANA in client.get(page).content.decode()
    assert Subscriber.objects.filter(email=ANA).exists()
    assert client.post(page).status_code == 200
    assert not Subscriber.objects.filter(email=ANA).exists()
    assert Subscription.objects.count() == 0
    assert list(Delivery.objects.values_list("state", "error")) == [("failed", "")]
    # The links of old mails still answer, and change nothing.
    assert client.post(page).status_code == 200
    assert client.get(address("subscription", found)).status_code == 410
    assert client.post(address("unsubscribe", found, code="R8")).status_code == 200


def test_a_members_person_who_is_erased_does_not_come_back_with_the_next_letter(client, letter):
    person = member(letter.region, email=ANA)
    found = subscribing.recipients.of_person(person)
    client.post(f"/en/newsletters/subscription/{found.token}/erase/")
    assert subscribing.recipients.take_in_members(letter) == 0
    assert User.objects.filter(email=ANA).exists()


def test_the_hash_of_a_suppressed_address_survives_its_erasure(ask, letter):
    found = reader(letter)
    suppressing.suppress(ANA, "complaint")
    readers_data.erase(Subscriber.objects.get(pk=found.pk))
    row = Suppression.objects.get()
    assert ANA not in row.digest
    assert suppressing.suppressed_at(ANA.upper()) is not None
    ask()
    assert mail.outbox == []


def test_a_hash_under_an_earlier_secret_still_counts(settings):
    suppressing.suppress(ANA, "bounces")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-fifty-characters-and-more-for-this"
    assert suppressing.suppressed_at(ANA) is not None
    settings.SECRET_KEY_FALLBACKS = []
    assert suppressing.suppressed_at(ANA) is None


def test_what_was_not_confirmed_within_a_week_is_erased(letter):
    long_ago = timezone.now() - datetime.timedelta(days=40)
    old = reader(letter, confirmed_at=None, requested_at=long_ago)
    Subscriber.objects.filter(pk=old.pk).update(since=long_ago)
    make.create_subscription(newsletter=letter, confirmed_at=None)
    kept = make.create_subscription(newsletter=letter, requested_at=long_ago)
    assert readers_data.clean_up() == 1
    assert not Subscriber.objects.filter(pk=old.pk).exists()
    assert Subscription.objects.count() == 2
    assert Subscription.objects.filter(pk=kept.pk).exists()


def test_who_left_everything_a_year_ago_is_forgotten(letter):
    long_ago = timezone.now() - datetime.timedelta(days=400)
    world = make.create_newsletter(None)
    gone = make.create_subscription(newsletter=letter, ended_at=long_ago).subscriber
    lately = make.create_subscription(newsletter=letter, ended_at=timezone.now()).subscriber
    still = make.create_subscription(newsletter=letter, ended_at=long_ago).subscriber
    make.create_subscription(newsletter=world, subscriber=still)
    readers_data.clean_up()
    erased = Subscriber.objects.filter(erased_at__isnull=False)
    assert list(erased) == [gone]
    assert erased[0].email.endswith("@erased.invalid")
    assert codes(still) == {"world"}
    assert Subscription.objects.filter(subscriber=lately).exists()


def test_a_mail_that_could_not_be_sent_may_be_asked_for_again_at_once(letter, settings):
    waiting = reader(letter, confirmed_at=None)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(NotSent):
        subscribing.send_mail(waiting)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    subscribing.send_mail(waiting)
    assert len(mail.outbox) == 1


def test_an_address_is_not_asked_more_than_five_times_an_hour(letter):
    waiting = reader(letter, confirmed_at=None)
    for _ in range(8):
        cache.delete(f"subscription-mail:confirm:{waiting.pk}")
        subscribing.send_mail(waiting)
    assert len(mail.outbox) == 5
