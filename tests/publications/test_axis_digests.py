"""The monthly digest of an axis, made of what the letters told."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone, translation

from portal.lib.templatetags.text import plain_date
from publications.models import AxisDelivery, AxisDigest, IssueItem, Subscriber, Subscription
from publications.models.periods import Period
from publications.newsletters import digests, rendering
from publications.tasks import send_axis_digests
from tests import factories as make
from tests.servers import free_port

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


def last_month() -> datetime.datetime:
    first = Period.of(timezone.localdate(), 1).previous.first_day
    return datetime.datetime.combine(first, datetime.time(12), datetime.UTC)


def told(axis, *, sent_at: datetime.datetime | None = None, state: str = "sent", **values):
    """An issue that tells of a text about the axis."""
    text = make.create_publication(axes=[axis], **values)
    issue = make.create_issue(
        newsletter=make.create_newsletter(make.create_region("R8")),
        period=f"2026-{make.number() % 12 + 1:02d}",
        state=state,
        sent_at=sent_at or last_month(),
    )
    IssueItem.objects.create(issue=issue, section="publications", publication=text)
    return text


@pytest.fixture
def axis():
    make.create_network()
    return make.create_axis(3)


def follow(axis, **values) -> Subscription:
    long_ago = timezone.now() - datetime.timedelta(days=90)
    return make.create_subscription(axis=axis, confirmed_at=long_ago, **values)


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("fr", "Axe 3\u00a0: ce que les lettres ont dit"),
        ("en", "Axis 3: what the letters said"),
        ("es", "Eje 3: lo que contaron los boletines"),
    ],
)
def test_each_follower_gets_it_once_in_their_language(axis, language, subject):
    text = told(axis)
    token = follow(axis, language=language).subscriber.token
    for _ in range(3):
        send_axis_digests()
    [message] = mail.outbox
    assert message.subject == subject
    assert text.text("title", language).value in message.body
    assert text.symbol in message.alternatives[0].content
    leave = f"http://localhost:8000/{language}/newsletters/unsubscribe/{token}/axis-{axis.pk}/"
    headers = message.extra_headers
    assert headers["List-Unsubscribe"] == f"<{leave}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Id"] == f"<axis-{axis.pk}.newsletters.localhost>"
    assert headers["Precedence"] == "bulk"
    assert leave in message.body
    with translation.override(language):
        since = plain_date(timezone.localdate() - datetime.timedelta(days=90))
    for body in (message.body, message.alternatives[0].content):
        assert since in body
        assert rendering.SINCE not in body
    assert AxisDelivery.objects.get().state == "sent"


def test_a_month_that_told_nothing_of_it_has_no_digest(axis):
    told(make.create_axis(4))
    told(axis, state="draft")
    told(axis, sent_at=timezone.now() - datetime.timedelta(days=200))
    follow(axis)
    assert digests.send_due() == 0
    assert AxisDigest.objects.count() == 0


def test_what_nobody_follows_is_not_made(axis):
    told(axis)
    follow(axis, ended_at=timezone.now())
    assert digests.make_due() == []


def test_what_was_told_in_a_digest_is_not_told_again(axis):
    told(axis)
    month = Period.of(timezone.localdate(), 1).previous
    assert digests.make(axis, month) is not None
    assert digests.make(axis, month) is None
    assert digests.make(axis, month.next) is None
    late = told(axis)
    again = digests.make(axis, month.next)
    assert [item.publication for item in again.items.all()] == [late]


def test_one_record_of_two_letters_is_told_once(axis):
    text = told(axis)
    world = make.create_issue(
        newsletter=make.create_newsletter(None), state="sent", sent_at=last_month()
    )
    IssueItem.objects.create(issue=world, section="publications", publication=text)
    digest = digests.make(axis, Period.of(timezone.localdate(), 1).previous)
    [section] = digests.contents(digest, "en")
    assert len(section["items"]) == 1


def test_what_was_withdrawn_since_is_left_out_and_no_empty_mail_leaves(axis):
    text = told(axis)
    follow(axis)
    digests.make_due()
    text.access = "secretariat"
    text.save()
    assert digests.send_due() == 0
    assert mail.outbox == []
    row = AxisDelivery.objects.get()
    assert (row.state, row.error) == ("skipped", "nothing was left to tell")


@pytest.mark.parametrize(
    "change",
    [
        {"paused_until": timezone.localdate() + datetime.timedelta(days=9)},
        {"suppressed_at": timezone.now()},
        {"erased_at": timezone.now()},
    ],
)
def test_nobody_gets_it_who_is_out_of_reach(axis, change):
    told(axis)
    follow(axis)
    Subscriber.objects.update(**change)
    assert digests.send_due() == 0


def test_who_follows_only_now_waits_for_the_next(axis):
    told(axis)
    follow(axis)
    digests.make_due()
    make.create_subscription(axis=axis)
    assert digests.send_due() == 1


def test_a_server_that_does_not_answer_is_tried_again(axis, settings):
    told(axis)
    follow(axis)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert digests.send_due() == 0
    row = AxisDelivery.objects.get()
    assert (row.state, row.attempts) == ("queued", 0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert digests.send_due() == 1


def test_nothing_leaves_while_sending_is_paused(axis):
    told(axis)
    follow(axis)
    make.create_network(sending_paused=True)
    digest = digests.make(axis, Period.of(timezone.localdate(), 1).previous)
    assert digests.send(digest) == 0


# -- On the web ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_digest_has_a_page_that_its_mail_leads_to(axis, client, language):
    text = told(axis)
    follow(axis, language=language)
    digests.send_due()
    digest = AxisDigest.objects.get()
    address = f"/{language}/newsletters/axes/{digest.pk}/"
    page = client.get(address)
    title = text.text("title", language).value
    assert title in page.content.decode()
    links = page["Link"]
    assert f'<{SITE}{address}>; rel="canonical"' in links
    assert all(f'hreflang="{code}"' in links for code in ("fr", "en", "es"))
    sent = mail.outbox[0]
    for code in ("fr", "en", "es"):
        there = f"{SITE}/{code}/newsletters/axes/{digest.pk}/"
        assert there in sent.body
        assert f'href="{there}"' in sent.alternatives[0].content
    assert address in client.get(f"/{language}/programme/3/").content.decode()


def test_the_page_of_a_digest_follows_what_is_withdrawn_and_leads_to_other_months(axis, client):
    text = told(axis)
    follow(axis)
    [digest] = digests.make_due()
    other = AxisDigest.objects.create(axis=axis, month="2025-01")
    page = client.get(digest.get_absolute_url())
    assert other.get_absolute_url() in page.content.decode()
    text.state = "withdrawn"
    text.save()
    page = client.get(digest.get_absolute_url()).content.decode()
    assert text.title_en not in page
    assert "has since been withdrawn" in page
    assert client.get("/en/newsletters/axes/999999/").status_code == 404


def test_what_a_letter_left_out_of_a_language_its_digests_leave_out_too(axis):
    told(axis, title_en="Everywhere")
    told(axis, title_en="Not in Spanish")
    IssueItem.objects.filter(publication__title_en="Not in Spanish").update(in_es=False)
    follow(axis)
    [digest] = digests.make_due()
    counts = [
        sum(len(section["items"]) for section in digests.contents(digest, code))
        for code in ("fr", "en", "es")
    ]
    assert counts == [2, 2, 1]
