"""What is written to a person, how often, and stopping it from any mail."""

import datetime

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from members import notices, preferences, summaries
from members.models import Notice, Preference
from members.models.notices import NoticeState
from tests.factories import (
    create_contact,
    create_organisation,
    create_person,
    create_secretary,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
ONE_DAY = datetime.timedelta(days=1)
CHOICE = {"wanted": ["messages", "requests"], "frequency": "at_once", "language": "en"}


def write(person, kind="message", key="1", **values):
    given = {
        "template": "no_contact",
        "subject": f"About {key}",
        "to": person.email,
        "language": person.language,
        "person": person,
        "context": {"person": person, "organisation": "Lake", "last": None, "url": f"url-{key}"},
    }
    return notices.write(kind, key, **given | values)


def choose(person, **values):
    return preferences.choose(person, **CHOICE | values)


def test_without_a_choice_everything_comes_at_once():
    person = create_person()
    assert preferences.wants(person, "message")
    assert write(person).state == NoticeState.WAITING
    assert not Preference.objects.exists()


@pytest.mark.slow
def test_what_is_switched_off_is_not_written():
    person = create_person()
    choose(person, wanted=[])
    assert write(person) is None
    assert not Notice.objects.exists()


@pytest.mark.parametrize("kind", ["renewal_60", "confirm_roles", "change_decided", "unheard_of"])
@pytest.mark.parametrize("frequency", ["daily", "weekly"])
def test_what_commits_or_protects_is_always_written_at_once(kind, frequency):
    person = create_person()
    choose(person, wanted=[], frequency=frequency)
    notice = write(person, kind)
    assert notice.state == NoticeState.WAITING
    assert "List-Unsubscribe" not in notice.headers
    assert "/stop/" not in notice.text and "/preferences/" in notice.text


@pytest.mark.parametrize(
    ("frequency", "weekday", "days"), [("daily", 0, 1), ("weekly", 0, 7), ("weekly", 4, 3)]
)
def test_the_day_of_the_summary(frequency, weekday, days):
    day = datetime.date(2026, 6, 1) + weekday * ONE_DAY  # the first is a Monday
    assert preferences.next_summary(frequency, day) == day + days * ONE_DAY


def test_messages_kept_for_the_summary_leave_in_one_mail(django_capture_on_commit_callbacks):
    person = create_person(language="fr")
    choose(person, frequency="daily", language="fr")
    with django_capture_on_commit_callbacks(execute=True):
        first, second = write(person, key="1"), write(person, key="2")
        assert first.state == second.state == NoticeState.HELD
        notices.send_due()
        assert summaries.join(TODAY) == 0
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        assert summaries.join(TODAY + ONE_DAY) == 1
        assert summaries.join(TODAY + ONE_DAY) == 0
    (message,) = mail.outbox
    for part in ("About 1", "url-1", "About 2", "url-2"):
        assert part in message.body
    assert message.body.count("/fr/preferences/") == 1
    summary = Notice.objects.get(kind="summary")
    joined = Notice.objects.filter(state=NoticeState.JOINED)
    assert {notice.joined_in for notice in joined} == {summary} and joined.count() == 2


def test_a_single_one_leaves_as_it_was_written(django_capture_on_commit_callbacks):
    person = create_person()
    choose(person, frequency="daily")
    write(person)
    assert summaries.join(TODAY + 5 * ONE_DAY) == 1
    notices.send_due()
    assert [message.subject for message in mail.outbox] == ["About 1"]


def test_nothing_is_summed_up_for_a_closed_account():
    person = create_person()
    choose(person, frequency="daily")
    write(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert summaries.join(TODAY + ONE_DAY) == 0
    assert Notice.objects.get().state == NoticeState.CANCELLED


def test_a_new_choice_holds_for_what_waits_already():
    person = create_person()
    choose(person, frequency="weekly")
    notice = write(person)
    choose(person, frequency="at_once")
    notice.refresh_from_db()
    assert notice.state == NoticeState.WAITING
    choose(person, frequency="daily")
    other = write(person, key="2")
    choose(person, wanted=[])
    other.refresh_from_db()
    assert other.state == NoticeState.CANCELLED


def test_taking_back_reaches_what_is_held():
    person = create_person()
    choose(person, frequency="daily")
    write(person)
    assert notices.cancel("message", "1") == 1


@pytest.mark.parametrize("wrong", [{"frequency": "hourly"}, {"language": "de"}])
def test_an_unknown_choice_is_refused(wrong):
    with pytest.raises(ValidationError):
        choose(create_person(), **wrong)
    assert not Preference.objects.exists()


# -- The link of the footer ------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_the_link_opens_without_a_log_in_and_only_a_post_changes(client, language):
    person = create_secretary()
    address = f"/{language}/preferences/{preferences.token_of(person)}/"
    page = client.get(address)
    assert page.status_code == 200 and not page.cookies
    assert not Preference.objects.exists()
    wanted = ["requests", "translations"]
    sent = {"wanted": wanted, "frequency": "weekly", "language": "es"}
    answer = client.post(address, sent)
    assert answer.status_code == 200
    stored = Preference.objects.get()
    person.refresh_from_db()
    left_out = ["messages", "proposals", "proposals_received", "letters"]
    assert (stored.stopped, stored.frequency, person.language) == (left_out, "weekly", "es")


def test_one_click_stops_a_topic_also_from_a_mail_program(client):
    person = create_person()
    notice = write(person)
    stop = notice.headers["List-Unsubscribe"].strip("<>")
    assert stop in notice.text
    address = stop.removeprefix("http://localhost:8000")
    assert client.get(address).status_code == 200
    assert preferences.wants(person, "message")
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(address).status_code == 200
    assert not preferences.wants(person, "message")
    assert preferences.wants(person, "change_asked")


def test_forged_links_and_unknown_topics(client):
    person = create_person()
    token = preferences.token_of(person)
    assert client.post("/en/preferences/forged/").status_code == 410
    assert client.post(f"/en/preferences/{token}/stop/renewals/").status_code == 404
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(f"/en/preferences/{token}/").status_code == 410
    assert client.post(f"/en/preferences/{token}/stop/messages/").status_code == 410
    assert not Preference.objects.exists()


def test_a_form_from_elsewhere_is_refused(client):
    address = f"/en/preferences/{preferences.token_of(create_person())}/"
    answer = client.post(address, {}, headers={"Origin": "https://evil.example.org"})
    assert answer.status_code == 403


# -- In the members' area --------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_what_was_written_is_listed_with_its_delivery(client, django_assert_num_queries, count):
    person = create_contact(create_organisation())
    for number in range(count):
        write(person, key=str(number))
    Notice.objects.update(state=NoticeState.REFUSED)
    write(create_person(), key="foreign")
    client.force_login(person)
    client.get("/en/space/mail/")
    with django_assert_num_queries(6):
        page = client.get("/en/space/mail/")
    shown = page.content.decode()
    assert shown.count("refused by the mail server") == count
    assert "foreign" not in shown


def test_a_mail_is_read_again_by_its_reader_only(client):
    person = create_contact()
    notice = write(person, key="7")
    client.force_login(person)
    assert "url-7" in client.get(f"/en/space/mail/{notice.pk}/").content.decode()
    client.force_login(create_contact())
    assert client.get(f"/en/space/mail/{notice.pk}/").status_code == 404


def test_the_choice_in_the_area(client):
    person = create_contact()
    client.force_login(person)
    answer = client.post("/en/space/mail/", {"frequency": "daily", "language": "en"})
    assert answer.status_code == 302
    # What only a desk is told is not offered, and nothing is stored about it.
    assert preferences.of(person).stopped == ["messages", "proposals"]
    refused = client.post("/en/space/mail/", {"frequency": "hourly", "language": "en"})
    assert list(refused.context["form"].errors) == ["frequency"]
