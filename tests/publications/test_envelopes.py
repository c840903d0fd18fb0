"""The address that each letter comes back to, and what its return is known by."""

import pytest

from publications.models import Bounce
from publications.newsletters import digests, envelopes, returned, sending
from tests import factories as make
from tests.publications.test_axis_digests import follow, told
from tests.sending import ready_issue, send_to, started
from tests.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def apart(settings):
    settings.BOUNCE_ADDRESS = "bounces@letters.example.org"


@pytest.fixture
def sink(settings):
    with Sink() as server:
        send_to(server, settings)
        yield server


def came_back(to: str, *, header: str = "To", action: str = "failed") -> bytes:
    """A report of delivery that encloses nothing of our mail."""
    return (
        f"From: MAILER-DAEMON@mx.example\r\n{header}: {to}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; x@mx.example\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\n\r\n--B--\r\n"
    ).encode()


def test_each_letter_has_an_address_of_its_own_to_come_back_to(sink):
    issue = started(ready_issue({"en": 3}))
    sending.deliver(issue)
    rows = {row.subscriber.email: row for row in issue.deliveries.select_related("subscriber")}
    assert len(sink.mails) == 3
    for mail in sink.mails:
        assert mail.sender == envelopes.address("l", rows[mail.to].pk)
        assert mail.sender.startswith(f"bounces+l{rows[mail.to].pk}-")
        # Readers see the network as the sender, and nothing of the other address.
        assert mail.message["From"].addresses[0].addr_spec == "council@example.org"
        assert b"bounces+" not in mail.content
    one = sink.mails[0]
    bounce = returned.take(came_back(one.sender.upper()))
    row = rows[one.to]
    row.refresh_from_db()
    assert (bounce.delivery, bounce.subscriber, row.state) == (row, row.subscriber, "bounced")
    # The same mail by another way, and the report once more: they count once.
    assert returned.take(came_back(one.sender, header="Delivered-To")) is None
    whole = f"Message-ID: {one.message_id}\r\nList-Unsubscribe: {one.message['List-Unsubscribe']}"
    enclosed = f"--B\r\nContent-Type: message/rfc822\r\n\r\n{whole}\r\n\r\nText\r\n--B--\r\n"
    assert returned.take(came_back(one.sender).replace(b"--B--\r\n", enclosed.encode())) is None
    assert Bounce.objects.count() == 1


def test_a_digest_comes_back_to_its_own_address(sink):
    make.create_network()
    axis = make.create_axis(3)
    told(axis)
    reader = follow(axis).subscriber
    assert digests.send_due() == 1
    (mail,) = sink.mails
    assert mail.sender.startswith("bounces+d")
    assert mail.message["From"].addresses[0].addr_spec == "council@example.org"
    bounce = returned.take(came_back(mail.sender))
    assert (bounce.subscriber, bounce.delivery, bounce.kind) == (reader, None, "hard")
    assert returned.take(came_back(mail.sender)) is None


def test_without_the_setting_letters_come_back_to_the_sender(sink, settings):
    settings.BOUNCE_ADDRESS = ""
    sending.deliver(started(ready_issue({"en": 1})))
    assert [mail.sender for mail in sink.mails] == ["council@example.org"]
    assert envelopes.tag_in(["bounces+l1-aaaaaaaaaaaaaaaa@letters.example.org"]) is None


@pytest.mark.parametrize(
    "forged",
    [
        "bounces+l{pk}-aaaaaaaaaaaaaaaa@letters.example.org",
        "bounces+d{pk}-{seal}@letters.example.org",
        "bounces+l{next}-{seal}@letters.example.org",
        "bounces+l{pk}-{seal}@elsewhere.example.org",
        "others+l{pk}-{seal}@letters.example.org",
        "bounces@letters.example.org",
        "bounces+@letters.example.org, =?utf-8?q?x?=",
        "",
    ],
)
def test_an_address_that_we_did_not_write_counts_for_nobody(settings, forged):
    issue = ready_issue({"en": 1})
    row = issue.deliveries.create(subscriber=make.create_subscriber(), language="en", state="sent")
    seal = envelopes.seal(f"l{row.pk}", settings.SECRET_KEY)
    to = forged.format(pk=row.pk, next=row.pk + 1, seal=seal)
    assert returned.read(came_back(to)) is None
    assert not returned.understood(came_back(to))


def test_a_key_that_was_replaced_still_holds(settings):
    before = envelopes.address("l", 7)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, as long as it has to be, of an example portal"
    assert envelopes.tag_in([f"Returns <{before}>"]) == ("l", 7)
    settings.SECRET_KEY_FALLBACKS = []
    assert envelopes.tag_in([before]) is None


def test_a_report_about_who_was_erased_is_let_go():
    issue = ready_issue({"en": 1})
    row = issue.deliveries.create(subscriber=None, language="en", state="sent")
    assert returned.take(came_back(envelopes.address("l", row.pk))) is None
    assert returned.take(came_back(envelopes.address("l", row.pk + 99))) is None
