"""Following a filtered list by mail: what is new, to whom, once."""

import datetime
import itertools

import pytest
from django.core import mail, signing
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.mail import Post
from publications import following, publishing, reviewing
from publications.models import Appearance, Correction, Digest, ListFollow, Publication
from tests.factories import (
    create_axis,
    create_contact,
    create_country,
    create_network,
    create_person,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db
HERE = {"sec-fetch-site": "same-origin"}
AGO = datetime.timedelta(days=8)


@pytest.fixture(autouse=True)
def network():
    cache.clear()
    create_network()


def a_follow(query="", **values) -> ListFollow:
    """Somebody who was told a week ago for the last time."""
    past = timezone.now() - AGO
    defaults = {
        "email": "ana@example.org",
        "language": "en",
        "query": query,
        "confirmed_at": past,
        "seen_until": past,
    }
    return ListFollow.objects.create(**defaults | values)


def old_text(**values) -> Publication:
    """A text that the public has known for a long time."""
    text = create_publication(**values)
    past = timezone.now() - 2 * AGO
    Publication.objects.filter(pk=text.pk).update(announced_at=past)
    Appearance.objects.filter(publication=text).delete()
    following.note_appearances()
    text.refresh_from_db()
    return text


# -- The filters of an address ---------------------------------------------------------------------


def test_an_address_is_brought_into_one_form():
    create_region("R8")
    written = following.normalised("year=2026&kind=report&page=3&utm=x&region=R8&year=2025", "en")
    assert written == following.normalised(written, "en")
    assert set(written.split("&")) >= {"kind=report", "region=R8"}
    assert "page" not in written
    assert "utm" not in written
    assert following.normalised("kind=novel&year=abc", "en") == ""


@pytest.mark.slow
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=200))
def test_whatever_is_in_an_address_is_understood_or_left_out(query):
    written = following.normalised(query, "en")
    assert following.normalised(written, "en") == written
    assert len(written) <= following.LONGEST_QUERY
    list(following.narrowed(Publication.objects.public(), written)[:1])
    following.told(written, "fr")


# -- Asking, confirming, leaving -------------------------------------------------------------------


def posted(client, query="", language="en", **values):
    """The form as a reader sends it, who has looked at it for a while."""
    address = f"/{language}/publications/follow/{query}"
    data = {"email": "ana@example.org", "rhythm": "weekly", "homepage": "", "shown_at": aged()}
    return client.post(address, data | values, headers=HERE)


def aged() -> str:
    """The stamp of a page that was shown ten seconds ago."""
    signer = signing.TimestampSigner(salt="portal.form")
    value = f"shown:{signing.b62_encode(int(timezone.now().timestamp()) - 10)}"
    return f"{value}:{signer.signature(value)}"


def test_who_follows_is_asked_to_confirm(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = posted(client, "?kind=report&page=2", "es")
    assert answer.url == "/es/publications/follow/sent/"
    [follow] = ListFollow.objects.all()
    assert (follow.query, follow.language, follow.rhythm) == ("kind=report", "es", "weekly")
    [message] = mail.outbox
    assert message.extra_headers["Content-Language"] == "es"
    assert f"/es/publications/follow/confirm/{follow.token}/" in message.body
    assert "/es/publications/?kind=report" in message.body

    address = f"/es/publications/follow/confirm/{follow.token}/"
    client.get(address)
    follow.refresh_from_db()
    assert not follow.is_confirmed
    client.post(address)
    follow.refresh_from_db()
    assert follow.is_confirmed
    assert follow.seen_until == follow.confirmed_at


def test_the_answer_is_the_same_for_an_address_that_is_known(
    client, django_capture_on_commit_callbacks
):
    a_follow("kind=report")
    with django_capture_on_commit_callbacks(execute=True):
        answers = [
            posted(client, "?kind=report"),
            posted(client, "?kind=report", email="b@b.example"),
        ]
    assert {answer.url for answer in answers} == {"/en/publications/follow/sent/"}
    # What somebody has chosen is not changed by who types the address.
    assert ListFollow.objects.get(email="ana@example.org").rhythm == "weekly"
    assert [message.to for message in mail.outbox] == [["b@b.example"]]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"email": "none"}, 200),
        ({"rhythm": "hourly"}, 200),
        ({"shown_at": ""}, 200),
        ({"homepage": "x"}, 302),
    ],
)
def test_what_is_refused(client, values, status):
    assert posted(client, **values).status_code == status
    assert ListFollow.objects.count() == 0


def test_another_site_cannot_post(client):
    answer = client.post("/en/publications/follow/", {}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_one_click_stops_it_and_erases_the_address(client):
    follow = a_follow()
    address = f"/en/publications/follow/stop/{follow.token}/"
    client.get(address)
    assert ListFollow.objects.exists()
    for _again in range(2):
        assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not ListFollow.objects.exists()


def test_the_follower_changes_how_often(client):
    follow = a_follow()
    address = f"/en/publications/follow/choices/{follow.token}/"
    assert client.get(address).status_code == 200
    client.post(address, {"rhythm": "daily"})
    follow.refresh_from_db()
    assert follow.rhythm == "daily"
    assert "choices" in client.post(address, {"rhythm": "hourly"}).request["PATH_INFO"]
    follow.refresh_from_db()
    assert follow.rhythm == "daily"


def test_unconfirmed_ones_are_erased(client):
    old = timezone.now() - datetime.timedelta(days=8)
    a_follow(confirmed_at=None, seen_until=None, requested_at=old)
    kept = a_follow("kind=report")
    following.clean_up()
    assert list(ListFollow.objects.all()) == [kept]


# -- What is new -----------------------------------------------------------------------------------


def test_new_translated_and_corrected_texts_are_told_and_nothing_else():
    known, translated, corrected = old_text(), old_text(title_en=None), old_text()
    a_follow()
    new = create_publication(title_en="Brand new")
    translated.title_en = "Now in English"
    translated.save()
    correction = Correction(wording_en="A figure.", original_language="en")
    reviewing.correct(corrected, correction, by=create_secretary())
    assert following.send_due() == 1
    [message] = mail.outbox
    assert new.symbol in message.body
    assert f"{translated.symbol} (now in your language)" in message.body
    assert f"{corrected.symbol} (corrected)" in message.body
    assert known.symbol not in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert following.send_due() == 0
    assert Digest.objects.get().texts == 3


def test_a_translation_into_another_language_is_no_news():
    text = old_text()
    a_follow(language="en")
    text.title_es = "Informe"
    text.save()
    assert following.send_due() == 0


@pytest.mark.parametrize("field", ["kind", "region", "country", "axis", "year", "language"])
def test_only_what_the_filters_let_through(field):
    region, axis, country = create_region("R8"), create_axis(3), create_country("KE")
    inside = create_publication(
        kind="handbook",
        regions=[region],
        axes=[axis],
        countries=[country],
        published_on="2024-05-01",
        title_es="Manual",
    )
    outside = create_publication(kind="report", published_on="2023-05-01")
    query = {
        "kind": "kind=handbook",
        "region": "region=R8",
        "country": f"country={country.pk}",
        "axis": "axis=3",
        "year": "year=2024",
        "language": "language=es",
    }[field]
    a_follow(following.normalised(query, "en"))
    assert following.send_due() == 1
    [message] = mail.outbox
    assert inside.symbol in message.body
    assert outside.symbol not in message.body


@pytest.mark.parametrize("access", ["members", "secretariat"])
def test_the_public_is_never_told_of_what_is_not_public(access):
    create_publication(access=access, title_en="Hidden words")
    a_follow()
    assert following.send_due() == 0
    assert mail.outbox == []


@pytest.mark.parametrize("state", ["draft", "proposed", "sent_back", "scheduled", "withdrawn"])
def test_nobody_is_told_of_what_is_not_out(state):
    create_publication(state=state)
    person = create_secretary()
    a_follow(person=person, email=person.email)
    a_follow()
    assert following.send_due() == 0


def test_members_are_told_of_members_texts_as_long_as_they_are_members():
    text = create_publication(access="members")
    member, former = create_contact(), create_person()
    for person in (member, former):
        a_follow(person=person, email=person.email)
    assert following.send_due() == 1
    [message] = mail.outbox
    assert message.to == [member.email]
    assert f"/en/space/library/{text.dashed_symbol}/" in message.body


def test_a_text_withdrawn_before_the_mail_is_not_in_it():
    text = create_publication()
    a_follow()
    publishing.withdraw(text)
    assert following.send_due() == 0


# -- Once ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "days", "is_due"),
    [("daily", 1, True), ("daily", 0, False), ("weekly", 7, True), ("weekly", 6, False)],
)
def test_a_day_or_a_week_passes_between_two_mails(rhythm, days, is_due):
    seen = timezone.now() - datetime.timedelta(days=days, minutes=5)
    a_follow(rhythm=rhythm, seen_until=seen)
    create_publication()
    assert following.send_due() == int(is_due)


def test_two_workers_write_one_digest():
    follow = a_follow()
    create_publication()
    Digest.objects.create(follow=follow, since=follow.seen_until, until=timezone.now())
    assert following.send_due() == 0
    assert mail.outbox == []


def test_a_mail_server_that_is_away_loses_nothing(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    follow, seen = a_follow(), None
    seen = follow.seen_until
    create_publication()
    assert following.send_due() == 0
    follow.refresh_from_db()
    assert follow.seen_until == seen
    assert not Digest.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert following.send_due() == 1


@pytest.mark.slow
def test_many_texts_are_a_number_and_a_link():
    for _text in range(following.NAMED + 2):
        create_publication()
    a_follow()
    following.send_due()
    [message] = mail.outbox
    assert "And 2 more." in message.body


def test_days_without_the_schedule_heal():
    """Announced and translated while nothing rang: both are in the next mail, once."""
    a_follow()
    text = create_publication(title_en=None)
    Publication.objects.filter(pk=text.pk).update(
        announced_at=timezone.now() - datetime.timedelta(days=2)
    )
    text.refresh_from_db()
    text.title_en = "English"
    text.save()
    assert following.send_due() == 1
    assert [one.language for one in Appearance.objects.order_by("language")] == ["en", "fr"]
    assert following.note_appearances() == 0


def test_the_first_languages_of_a_text_appeared_with_it_and_later_ones_now():
    text = create_publication()
    past = timezone.now() - datetime.timedelta(days=30)
    Publication.objects.filter(pk=text.pk).update(announced_at=past)
    assert following.note_appearances() == 2
    assert {one.at for one in text.appearances.all()} == {past}
    text.refresh_from_db()
    text.title_es, text.summary_es = "Informe", "Resumen."
    text.save()
    assert following.note_appearances() == 1
    assert text.appearances.get(language="es").at > past


def test_what_was_not_saved_of_late_is_seen_at_night():
    text = create_publication()
    Publication.objects.filter(pk=text.pk).update(changed_at=timezone.now() - AGO)
    assert following.note_appearances() == 0
    following.clean_up()
    assert text.appearances.count() == 2


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(["publish", "mail", "nothing"]), max_size=8))
def test_each_text_is_told_exactly_once_whenever_mails_leave(acts):
    Publication.objects.all().delete()
    ListFollow.objects.all().delete()
    mail.outbox.clear()
    follow, texts = a_follow(rhythm="daily"), []
    for act in itertools.chain(acts, ["mail"]):
        if act == "publish":
            texts.append(create_publication())
        elif act == "mail":
            following.note_appearances()
            follow.refresh_from_db()
            with Post() as post:
                following.send(follow, timezone.now(), post)
    told = "\n".join(message.body for message in mail.outbox)
    assert [told.count(f"{text.symbol}\n") for text in texts] == [1] * len(texts)


# -- In the members’ area --------------------------------------------------------------------------


def test_a_member_follows_with_one_click(client):
    person = create_contact(language="fr")
    client.force_login(person)
    html = client.get("/fr/space/library/?kind=report").content.decode()
    assert 'action="/fr/space/library/follow/?kind=report"' in html
    for _twice in range(2):
        client.post("/fr/space/library/follow/?kind=report")
    [follow] = ListFollow.objects.all()
    assert (follow.person, follow.query, follow.is_confirmed) == (person, "kind=report", True)
    page = client.get("/fr/space/library/followed/").content.decode()
    assert f"/fr/publications/follow/choices/{follow.token}/" in page


def test_the_public_list_leads_to_following_it(client):
    html = client.get("/en/publications/?kind=report").content.decode()
    assert 'href="/en/publications/follow/?kind=report"' in html
    page = client.get("/en/publications/follow/?kind=report")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
