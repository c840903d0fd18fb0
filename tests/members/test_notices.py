"""Mails the portal writes by itself: once each, and nothing lost on the way."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from members import notices
from members.models import Notice
from members.models.notices import NoticeState
from portal.identity import pause_sending
from tests.factories import create_network, create_organisation
from tests.servers import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def network():
    return create_network()


def write(**values):
    given = {
        "template": "test_notice",
        "subject": "About the dues",
        "to": "contact@example.org",
        "language": "en",
        "context": {"words": "Please look."},
    }
    return notices.write("dues", "invoice:1", **given | values)


@pytest.fixture(autouse=True)
def template(settings, tmp_path):
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "test_notice.txt").write_text("{{ words }}\n")
    engine = {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], str(tmp_path)]}
    settings.TEMPLATES = [engine]


def test_the_same_thing_is_written_once_to_an_address():
    assert write() is not None
    assert write(to="Contact@Example.org") is None
    assert write(to="other@example.org") is not None
    assert Notice.objects.count() == 2


def test_a_notice_leaves_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        write()
    assert notices.send_due() == 0
    assert [(m.subject, m.to, m.body) for m in mail.outbox] == [
        ("About the dues", ["contact@example.org"], "Please look.\n")
    ]
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts) == (NoticeState.SENT, 1)


def test_a_notice_for_later_waits_and_can_be_taken_back(django_capture_on_commit_callbacks):
    later = timezone.now() + datetime.timedelta(minutes=10)
    with django_capture_on_commit_callbacks(execute=True):
        write(leaves_at=later)
        write(leaves_at=later, to="other@example.org")
    assert mail.outbox == []
    Notice.objects.filter(email="other@example.org").update(key="invoice:2")
    assert notices.cancel("dues", "invoice:1") == 1
    assert notices.send_due(later) == 1
    assert [m.to for m in mail.outbox] == [["other@example.org"]]


def test_nothing_leaves_while_sending_is_paused():
    write()
    pause_sending(paused=True)
    assert notices.send_due() == 0
    assert Notice.objects.get().state == NoticeState.WAITING


def test_a_server_that_is_away_loses_nothing(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    write()
    assert notices.send_due() == 0
    notice = Notice.objects.get()
    assert notice.state == NoticeState.WAITING
    assert notice.attempts == 1 and notice.error
    assert notice.leaves_at > timezone.now()


def test_what_a_dead_worker_had_claimed_is_shown_and_not_sent_twice():
    notice = write()
    long_ago = timezone.now() - datetime.timedelta(hours=1)
    Notice.objects.update(state=NoticeState.LEAVING, claimed_at=long_ago)
    assert notices.send_due() == 0
    assert list(Notice.objects.undelivered()) == [notice]
    notices.send_again(notice)
    assert notices.send_due() == 1


def test_a_mail_about_an_organisation_is_found_there():
    organisation = create_organisation()
    notice = write(organisation=organisation)
    assert list(Notice.objects.about(organisation)) == [notice]
