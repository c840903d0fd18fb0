"""What comes back from mail servers and providers, and when an address is written to no more."""

import base64
import json
import mailbox
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from portal.lib import mailboxes
from publications.models import Bounce, Subscriber, Suppression
from publications.newsletters import bounces, readers_data, recipients, returned, suppressing
from publications.tasks import read_bounces
from tests import factories as make
from tests.mailboxes import Served

pytestmark = pytest.mark.django_db
ANA = "ana@example.org"


@pytest.fixture
def reader() -> Subscriber:
    make.create_network()
    return make.create_subscription(
        newsletter=make.create_newsletter(make.create_region("R8")), email=ANA
    ).subscriber


def headers_of(reader: Subscriber, number: int = 1) -> str:
    return (
        f"Message-ID: <l-r8-2026-01.{number}@council.example>\r\n"
        "Subject: =?utf-8?q?L=E2=80=99=C3=A9t=C3=A9?=\r\n"
        "List-Unsubscribe: <https://council.example/fr/newsletters/unsubscribe/"
        f"{reader.token}/R8/>\r\n"
    )


def report(
    reader: Subscriber,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    number: int = 1,
    whole: bool = True,
    enclosed: str | None = None,
) -> bytes:
    """A report of delivery as Postfix writes it (RFC 3464)."""
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    content = headers_of(reader, number) if enclosed is None else enclosed
    return (
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f"To: council@example.org\r\nMessage-ID: <dsn-{number}@mx.example>\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry.\r\n\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {reader.email}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} <{reader.email}>: no such user\r\n\r\n"
        f"--B\r\nContent-Type: {kind}\r\n\r\n{content}\r\nText\r\n\r\n--B--\r\n"
    ).encode()


def complaint(reader: Subscriber, kind: str = "abuse") -> bytes:
    """A report of abuse as providers write it (RFC 5965)."""
    return (
        "From: feedback@provider.example\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n\r\n"
        "--B\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {kind}\r\nUser-Agent: Provider/1\r\nVersion: 1\r\n\r\n"
        f"--B\r\nContent-Type: message/rfc822\r\n\r\n{headers_of(reader)}\r\nText\r\n\r\n--B--\r\n"
    ).encode()


# -- Reports that come by mail ---------------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", "hard"),
        ("failed", "5.1.10", "hard"),
        ("failed", "5.2.1", "hard"),
        ("failed", "5.4.1", "hard"),
        ("failed", "", "hard"),
        ("failed", "5.2.2", "soft"),
        ("failed", "5.7.1", "soft"),
        ("failed", "5.4.7", "soft"),
        ("failed", "4.4.7", "soft"),
        ("delayed", "4.4.1", "soft"),
    ],
)
def test_hard_is_what_says_that_nobody_is_there(reader, action, status, kind, whole):
    found = returned.read(report(reader, action=action, status=status, whole=whole))
    assert (found.token, found.kind, found.status) == (reader.token, kind, status)
    assert found.message_id == "<l-r8-2026-01.1@council.example>"


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_says_nothing(reader, action):
    assert returned.read(report(reader, action=action, status="2.0.0")) is None


def test_a_report_without_our_secret_counts_for_nobody(reader):
    """Anybody can write a report that names an address and looks right otherwise."""
    forged = headers_of(reader).replace(reader.token, "x" * 40)
    for enclosed in (forged, "Message-ID: <l-r8-2026-01.1@council.example>\r\n", ""):
        assert returned.take(report(reader, enclosed=enclosed)) is None
    assert Bounce.objects.count() == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: somebody@example.org\r\nSubject: Away\r\n\r\nI am away.\r\n",
        b"Content-Type: multipart/report; boundary=B\r\n\r\n--B\r\nContent-Type: message/"
        b"delivery-status\r\n\r\nnonsense",
        b"\xff\xfe\x00" * 200,
        b"x" * (returned.MAX_SIZE + 1),
    ],
)
def test_what_is_no_report_is_left(raw):
    assert returned.read(raw) is None


def test_a_report_is_joined_to_its_delivery_and_counts_once(reader):
    issue = make.create_issue(newsletter=reader.subscriptions.get().newsletter)
    delivery = issue.deliveries.create(subscriber=reader, language="en", state="sent")
    raw = report(reader, number=delivery.pk)
    assert returned.take(raw).delivery == delivery
    assert returned.take(raw) is None
    assert Bounce.objects.count() == 1
    # Another's delivery is not touched by a report that carries this reader's secret.
    other = issue.deliveries.create(
        subscriber=make.create_subscriber(), language="en", state="sent"
    )
    assert returned.take(report(reader, number=other.pk)).delivery is None


def letters_to(reader: Subscriber) -> bool:
    newsletter = reader.subscriptions.get().newsletter
    return recipients.of(newsletter).filter(pk=reader.pk).exists()


def test_nothing_is_sent_after_three_hard_bounces(reader):
    for number in (1, 2):
        returned.take(report(reader, number=number))
    returned.take(report(reader, number=2))
    for number in (3, 4, 5):
        returned.take(report(reader, number=number, status="4.2.2"))
    assert letters_to(reader)
    returned.take(report(reader, number=6))
    assert not letters_to(reader)
    assert Suppression.objects.get().reason == "bounces"


def test_nothing_is_sent_after_one_complaint(reader):
    assert returned.read(complaint(reader, "not-spam")) is None
    returned.take(complaint(reader))
    assert not letters_to(reader)
    assert Suppression.objects.get().reason == "complaint"


def test_the_secretariat_lifts_a_suppression_with_a_reason(reader):
    secretary = make.create_secretary()
    for number in (1, 2, 3):
        returned.take(report(reader, number=number))
    with pytest.raises(ValidationError) as caught:
        suppressing.lift(ANA, by=secretary, why="  ")
    assert caught.value.code == "no_reason"
    assert not letters_to(reader)
    suppressing.lift(" ANA@example.org", by=secretary, why="Their server was moved.")
    assert letters_to(reader)
    row = Suppression.objects.get()
    assert (row.lifted_by, row.lifted_why) == (secretary, "Their server was moved.")
    with pytest.raises(ValidationError) as caught:
        suppressing.lift(ANA, by=secretary, why="Again.")
    assert caught.value.code == "not_there"
    # What was before does not count any more; three more do.
    returned.take(report(reader, number=4))
    assert letters_to(reader)
    for number in (5, 6):
        returned.take(report(reader, number=number))
    assert not letters_to(reader)


def test_reports_about_an_erased_reader_are_let_go(reader):
    raw = report(reader)
    readers_data.erase(reader)
    assert returned.take(raw) is None


# -- Mailboxes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pop3", "imap"])
def test_a_mailbox_of_a_server_is_emptied_of_what_was_understood(reader, settings, kind):
    away = b"From: a@example.org\r\nSubject: Away\r\n\r\n.Away until Monday.\r\n"
    with Served(kind, [report(reader), away, report(reader, number=2)]) as box:
        settings.BOUNCE_MAILBOX = box.address
        read_bounces()
        assert list(box.mails.values()) == [away]
        assert Bounce.objects.count() == 2
        assert returned.read_mailbox()[0] == 0


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_a_mailbox_on_this_machine_is_emptied_of_what_was_understood(reader, tmp_path, kind):
    path = tmp_path / "bounces"
    box = (mailbox.Maildir if kind == "maildir" else mailbox.mbox)(path, create=True)
    box.add(report(reader).replace(b"\r\n", b"\n"))
    box.add(b"From: a@example.org\nSubject: Away\n\nAway.\n")
    box.close()
    output = StringIO()
    call_command("read-bounces", f"{kind}:{path}", stdout=output)
    assert output.getvalue() == "1 read, 1 left in the mailbox\n"
    assert Bounce.objects.get().subscriber == reader


@pytest.mark.parametrize(
    "address",
    ["pop3://a:b@127.0.0.1:1", "imap://a:b@127.0.0.1:1/", "maildir:/none", "ftp://x", "x"],
)
def test_a_mailbox_that_cannot_be_read_is_said(address):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("read-bounces", address)


@pytest.mark.parametrize("kind", ["pop3", "imap"])
def test_a_wrong_password_is_said(kind):
    with (
        Served(kind, []) as box,
        pytest.raises(mailboxes.Unreachable),
    ):
        mailboxes.empty(box.address.replace("p%40ss", "wrong"), lambda raw: True)


def test_without_a_mailbox_nothing_is_read(settings):
    settings.BOUNCE_MAILBOX = ""
    assert returned.read_mailbox() == (0, 0)


# -- What providers tell ---------------------------------------------------------------------------

SECRET = "a-secret-of-the-provider"


@pytest.fixture
def tell(client, settings):
    settings.MAIL_EVENTS_SECRET = SECRET

    def tell(provider: str, event, *, secret: str = SECRET):
        coded = base64.b64encode(f"portal:{secret}".encode()).decode()
        return client.post(
            f"/hooks/mail/{provider}",
            event if isinstance(event, str) else json.dumps(event),
            content_type="application/json",
            headers={"authorization": f"Basic {coded}"},
        )

    return tell


def postmark(kind: str, number: int = 1) -> dict:
    is_complaint = kind == "SpamComplaint"
    return {
        "RecordType": "SpamComplaint" if is_complaint else "Bounce",
        "ID": number,
        "Type": kind,
        "MessageID": f"message-{number}",
        "Email": "Ana@Example.org",
        "BouncedAt": "2026-10-01T10:00:00Z",
        "Details": "smtp;550 5.1.1 unknown",
    }


@pytest.mark.parametrize(
    ("provider", "event", "kind"),
    [
        ("postmark", postmark("HardBounce"), "hard"),
        ("postmark", postmark("SoftBounce"), "soft"),
        ("postmark", postmark("Transient"), "soft"),
        ("postmark", postmark("SpamComplaint"), "complaint"),
        (
            "brevo",
            {"event": "soft_bounce", "email": ANA, "message-id": "<m@x>", "ts_event": 1790000000},
            "soft",
        ),
        (
            "brevo",
            {"event": "spam", "email": ANA, "message-id": "<m@x>", "ts_event": 1790000000},
            "complaint",
        ),
    ],
)
def test_events_of_providers_are_recorded(reader, tell, provider, event, kind):
    assert tell(provider, event).status_code == 204
    assert tell(provider, event).status_code == 204
    assert [one.kind for one in Bounce.objects.all()] == [kind]
    assert letters_to(reader) == (kind != "complaint")


@pytest.mark.parametrize("record_type", ["Open", "Click", "Delivery"])
def test_what_readers_open_is_not_kept(reader, tell, record_type):
    event = {"RecordType": record_type, "Recipient": ANA, "MessageID": "m"}
    assert tell("postmark", event).status_code == 204
    assert Bounce.objects.count() == 0


def test_an_address_nobody_knows_leaves_no_trace(tell):
    assert tell("postmark", postmark("SpamComplaint")).status_code == 204
    assert (Bounce.objects.count(), Suppression.objects.count()) == (0, 0)


def test_without_the_secret_there_is_nothing_here(reader, tell, client, settings):
    event = postmark("SpamComplaint")
    assert tell("postmark", event, secret="wrong").status_code == 404
    assert client.post("/hooks/mail/postmark").status_code == 404
    assert client.get("/hooks/mail/postmark").status_code == 405
    assert tell("nobody", event).status_code == 404
    settings.MAIL_EVENTS_SECRET = ""
    assert tell("postmark", event, secret="").status_code == 404
    assert Bounce.objects.count() == 0


@pytest.mark.parametrize("event", ["", "nonsense", "[]", '{"RecordType": 3}', "[1]"])
def test_what_no_provider_writes_is_refused_and_changes_nothing(reader, tell, event):
    assert tell("postmark", event).status_code in (204, 400)
    assert Bounce.objects.count() == 0


def test_three_events_of_a_provider_and_of_a_mailbox_count_together(reader, tell):
    tell("postmark", postmark("HardBounce", 1))
    tell("postmark", postmark("HardBounce", 2))
    assert letters_to(reader)
    returned.take(report(reader))
    assert not letters_to(reader)


def test_the_code_decides_where_there_is_one():
    assert bounces.kind_of("5.1.2", is_final=True) == "hard"
    assert bounces.kind_of("5.1.2", is_final=False) == "soft"
