"""Answers by mail: they join their thread once, and prove who wrote them or stay at the desk."""

import io
import mailbox
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, connections
from PIL import Image

from members import receiving, threads
from members.models import Message, Notice, Reader, Thread
from members.models.threads import Side
from members.receiving import Fate
from tests.documents import a_pdf
from tests.factories import (
    create_contact,
    create_executive,
    create_mandate,
    create_network,
    create_organisation,
    create_person,
    create_secretary,
    create_thread,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def network(settings):
    settings.REPLY_ADDRESS = "reply@members.example.org"
    return create_network(sender="council@example.org")


@pytest.fixture
def talk():
    """A thread that a contact began and the secretary answered, so that both hold a secret."""
    contact = create_contact(create_organisation(name="Lake Council"), email="awa@example.org")
    secretary = create_secretary(email="lina@example.org")
    thread = create_thread(contact.standing.organisations[0], by=contact, subject="Dues")
    threads.write(thread, text="In May.", by=secretary, side=Side.SECRETARIAT, language="en")
    Notice.objects.all().delete()
    return thread


def token(person_email: str) -> str:
    return Reader.objects.get(person__email=person_email).token


def mail_from(
    sender: str, *, to: str = "", text: str = "Thank you.", number: int = 1, head: str = ""
) -> bytes:
    return (
        f"From: Somebody <{sender}>\r\n"
        f"To: {to or 'reply@members.example.org'}\r\n"
        f"Message-ID: <{number}@example.org>\r\n"
        "Subject: Re: Dues\r\n"
        f"{head}"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{text}"
    ).encode()


def secret(email: str) -> str:
    return f"reply+{token(email)}@members.example.org"


# -- Answers that join their thread ----------------------------------------------------------------


def test_an_answer_by_mail_joins_its_thread_without_what_it_quotes(talk):
    text = "Thank you, Lina.\r\n\r\nOn Monday, Council wrote:\r\n> In May.\r\n"
    receipt = receiving.receive(
        mail_from("AWA@example.org", to=secret("awa@example.org"), text=text)
    )
    assert receipt.fate == Fate.ADDED
    message = talk.messages.last()
    assert (message.author.email, message.side, message.via) == (
        "awa@example.org",
        "organisation",
        "mail",
    )
    assert message.text == "Thank you, Lina."
    assert "> In May." in message.whole and message.has_more and message.is_verified
    with message.source.open() as source:
        assert source.read().startswith(b"From: Somebody")
    assert list(Thread.objects.waiting_for_secretariat()) == [talk]
    assert [notice.email for notice in Notice.objects.all()] == ["lina@example.org"]


def test_the_secretariat_answers_by_mail_too(talk):
    receipt = receiving.receive(mail_from("lina@example.org", to=secret("lina@example.org")))
    assert (receipt.message.side, receipt.message.is_verified) == ("secretariat", True)
    assert [notice.email for notice in Notice.objects.all()] == ["awa@example.org"]
    assert list(Thread.objects.waiting_for_organisation()) == [talk]


def test_a_mail_that_really_left_can_really_be_answered(
    talk, mailbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        threads.write(
            talk,
            text="Déjà fait.",
            by=create_secretary(),
            side=Side.SECRETARIAT,
            language="fr",
        )
    [sent] = mailbox.wait_for(1)
    raw = (
        f"From: awa@example.org\r\nTo: {sent['Reply-To']}\r\n"
        f"In-Reply-To: {sent['Message-ID']}\r\nMessage-ID: <9@example.org>\r\n\r\nGood."
    ).encode()
    assert receiving.receive(raw).fate == Fate.ADDED
    assert talk.messages.last().text == "Good."


def test_what_is_answered_tells_the_thread_where_the_address_was_lost(talk):
    answered = f"<{token('awa@example.org')}.1@members.example.org>"
    raw = mail_from("awa@example.org", head=f"References: <x@y> {answered}\r\n")
    assert receiving.receive(raw).fate == Fate.ADDED
    assert receiving.receive(raw.replace(b"References", b"In-Reply-To")).fate == Fate.DUPLICATE


def test_the_same_mail_is_taken_once(talk):
    raw = mail_from("awa@example.org", to=secret("awa@example.org"))
    assert receiving.receive(raw).fate == Fate.ADDED
    assert receiving.receive(raw).fate == Fate.DUPLICATE
    assert talk.messages.count() == 3
    assert Notice.objects.count() == 1


def test_nobody_takes_the_name_of_another_persons_mail(talk):
    stolen = mail_from("thief@example.net", to=secret("awa@example.org"), number=5)
    receiving.receive(stolen)
    real = mail_from("awa@example.org", to=secret("awa@example.org"), number=5)
    assert receiving.receive(real).fate == Fate.ADDED


def test_an_answer_opens_a_closed_thread_again(talk):
    threads.close(talk, by=create_secretary())
    receiving.receive(mail_from("awa@example.org", to=secret("awa@example.org")))
    assert list(Thread.objects.waiting_for_secretariat()) == [talk]


def test_a_colleague_to_whom_the_mail_was_passed_on_answers_for_the_organisation(talk):
    colleague = create_contact(talk.organisation, email="jean@example.org")
    receipt = receiving.receive(mail_from("jean@example.org", to=secret("awa@example.org")))
    assert (receipt.message.author, receipt.message.is_verified) == (colleague, True)


@pytest.mark.parametrize("status", ["lapsed", "suspended", "excluded"])
def test_whatever_its_status_an_organisation_answers_by_mail(talk, status):
    talk.organisation.status = status
    talk.organisation.save()
    receipt = receiving.receive(mail_from("awa@example.org", to=secret("awa@example.org")))
    assert receipt.message.is_verified


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_mail_handed_over_twice_at_once_is_taken_once(talk):
    raw = mail_from("awa@example.org", to=secret("awa@example.org"))
    ready = threading.Barrier(2)

    def hand_over_at_once() -> Fate:
        try:
            ready.wait(timeout=20)
            return receiving.receive(raw).fate
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as servers:
        fates = [future.result() for future in [servers.submit(hand_over_at_once) for _ in "ab"]]
    assert sorted(fates) == [Fate.ADDED, Fate.DUPLICATE]
    assert talk.messages.count() == 3
    assert Notice.objects.count() == 1


# -- Mails that nobody vouches for -----------------------------------------------------------------


@pytest.fixture(params=["stranger", "ended", "elsewhere", "no account", "staff of another"])
def impostor(request, talk) -> bytes:
    """A mail with a real secret, from somebody who may not use it."""
    to = secret("awa@example.org")
    if request.param == "ended":
        left = create_person(email="left@example.org")
        create_mandate(left, organisation=talk.organisation, until="2021-01-01")
        return mail_from("left@example.org", to=to)
    if request.param == "elsewhere":
        create_contact(email="other@example.org")
        return mail_from("other@example.org", to=to)
    if request.param == "no account":
        create_contact(talk.organisation, email="gone@example.org", is_active=False)
        return mail_from("gone@example.org", to=to)
    if request.param == "staff of another":
        # The secret of one person of the secretariat, used by another.
        create_secretary(email="other@example.org")
        return mail_from("other@example.org", to=secret("lina@example.org"))
    return mail_from("stranger@example.net", to=to)


@pytest.mark.slow
def test_a_mail_that_proves_nothing_is_seen_at_the_desk_alone(talk, impostor, client):
    receipt = receiving.receive(impostor)
    assert receipt.fate == Fate.ADDED
    assert (receipt.message.is_verified, receipt.message.author) == (False, None)
    assert not Notice.objects.exists()
    contact = talk.messages.first().author
    client.force_login(contact)
    seen = client.get(f"/en/space/messages/{talk.pk}/").content.decode()
    assert "Thank you." not in seen
    listed = client.get("/en/space/messages/")
    assert [thread.is_unread for thread in listed.context["page"]] == [False]
    client.force_login(create_executive(talk.organisation.country.region))
    at_desk = client.get(f"/en/secretariat/correspondence/{talk.pk}/").content.decode()
    assert "Thank you." in at_desk and "sender not verified" in at_desk
    unverified = client.get("/en/secretariat/correspondence/?state=unverified")
    assert list(unverified.context["page"].object_list) == [talk]


def test_the_secretariat_vouches_for_a_sender(talk, client):
    receipt = receiving.receive(mail_from("home@example.net", to=secret("awa@example.org")))
    client.force_login(create_secretary())
    client.post(f"/en/secretariat/correspondence/mails/{receipt.message.pk}/confirm/")
    client.force_login(talk.messages.first().author)
    assert "Thank you." in client.get(f"/en/space/messages/{talk.pk}/").content.decode()
    assert not Thread.objects.unverified().exists()


def test_what_staff_wrote_from_elsewhere_is_passed_on_once_it_is_confirmed(talk):
    receipt = receiving.receive(mail_from("home@example.net", to=secret("lina@example.org")))
    assert not Notice.objects.exists()
    secretary = create_secretary()
    for _twice in range(2):
        threads.vouch(receipt.message, by=secretary)
    assert [notice.email for notice in Notice.objects.all()] == ["awa@example.org"]


@pytest.mark.slow
def test_a_mail_without_a_secret_opens_a_thread_of_the_secretariat_alone(talk, client):
    receipt = receiving.receive(mail_from("awa@example.org", text="A new question."))
    assert receipt.fate == Fate.OPENED
    thread = receipt.message.thread
    assert (thread.organisation, thread.subject) == (None, "Re: Dues")
    assert not receipt.message.is_verified
    client.force_login(create_executive(talk.organisation.country.region))
    assert client.get(f"/en/secretariat/correspondence/{thread.pk}/").status_code == 404
    client.force_login(create_secretary())
    page = client.get(f"/en/secretariat/correspondence/{thread.pk}/")
    # Whose address it is, is said; that it is theirs is for a person to find out.
    assert "Lake Council (example)" in page.content.decode()
    path = f"/en/secretariat/correspondence/{thread.pk}/organisation/"
    client.post(path, {"organisation": "no-such"})
    thread.refresh_from_db()
    assert thread.organisation is None
    client.post(path, {"organisation": talk.organisation.slug})
    thread.refresh_from_db()
    assert thread.organisation == talk.organisation
    client.force_login(talk.messages.first().author)
    assert client.get(f"/en/space/messages/{thread.pk}/").status_code == 404
    threads.vouch(receipt.message, by=create_secretary())
    assert client.get(f"/en/space/messages/{thread.pk}/").status_code == 200


def test_a_stranger_is_answered_by_mail_and_answers_with_a_secret_of_their_own(
    django_capture_on_commit_callbacks,
):
    receipt = receiving.receive(mail_from("journalist@example.net", text="Who are you?"))
    thread = receipt.message.thread
    with django_capture_on_commit_callbacks(execute=True):
        threads.write(
            thread,
            text="A council.",
            by=create_secretary(),
            side=Side.SECRETARIAT,
            language="en",
        )
    [sent] = mail.outbox
    assert sent.to == ["journalist@example.net"]
    assert "/space/" not in sent.body and "answer this mail" in sent.body
    to = sent.extra_headers["Reply-To"]
    answered = receiving.receive(mail_from("journalist@example.net", to=to, number=2))
    assert (answered.message.thread, answered.message.is_verified) == (thread, True)
    foreign = receiving.receive(mail_from("other@example.net", to=to, number=3))
    assert not foreign.message.is_verified


def test_a_thread_is_filed_once(talk):
    with pytest.raises(Exception, match="already belongs"):
        threads.file_under(talk, organisation=create_organisation())


# -- What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    ["Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n", "Return-Path: <>\r\n"],
)
def test_what_a_program_wrote_is_refused(talk, head):
    raw = mail_from("awa@example.org", to=secret("awa@example.org"), head=head)
    assert receiving.receive(raw).fate == Fate.AUTOMATIC
    assert talk.messages.count() == 2


def test_a_bounce_is_known_by_the_envelope():
    raw = b"From MAILER-DAEMON Mon Nov  2 10:00:00 2026\n" + mail_from("a@example.org")
    assert receiving.receive(raw).fate == Fate.AUTOMATIC
    kept = b"From a@example.org Mon Nov  2 10:00:00 2026\n" + mail_from("a@example.org")
    assert receiving.receive(kept).fate == Fate.OPENED


@pytest.mark.parametrize("sender", ["council@example.org", "reply+abc@members.example.org"])
def test_the_portal_does_not_talk_to_itself(sender):
    assert receiving.receive(mail_from(sender)).fate == Fate.LOOP
    assert not Message.objects.exists()


@pytest.mark.slow
def test_two_programs_do_not_talk_to_each_other_for_ever(talk):
    to = secret("awa@example.org")
    fates = [
        receiving.receive(mail_from("awa@example.org", to=to, number=number)).fate
        for number in range(receiving.MAX_PER_HOUR + 2)
    ]
    assert set(fates[: receiving.MAX_PER_HOUR]) == {Fate.ADDED}
    assert set(fates[receiving.MAX_PER_HOUR :]) == {Fate.LOOP}


def test_too_large_and_empty_mails_are_refused():
    assert receiving.receive(b"x" * (receiving.MAX_SIZE + 1)).fate == Fate.TOO_LARGE
    assert receiving.receive(b"\r\n").fate == Fate.EMPTY
    assert not Thread.objects.exists()


# -- Files -----------------------------------------------------------------------------------------


def with_files(*files: tuple[str, bytes], to: str) -> bytes:
    from email.message import EmailMessage  # noqa: PLC0415

    message = EmailMessage()
    message["From"], message["To"] = "awa@example.org", to
    message["Message-ID"] = "<files@example.org>"
    message.set_content("See the files.")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="x", filename=name)
    return message.as_bytes()


def a_picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "JPEG")
    return content.getvalue()


def test_files_are_judged_by_their_content_and_what_is_not_kept_is_said(talk, client):
    files = (("résumé.dat", a_pdf()), ("bill.pdf", b"MZ program"), ("two.PDF", a_pdf(3)))
    files = (*files, ("scan.JPEG", a_picture()))
    raw = with_files(*files, to=secret("awa@example.org"))
    message = receiving.receive(raw).message
    assert [one.name for one in message.attachments.all()] == [
        "résumé.dat.pdf",
        "two.PDF",
        "scan.JPEG",
    ]
    assert message.left_out == [{"name": "bill.pdf", "reason": "unknown_type"}]
    client.force_login(talk.messages.first().author)
    page = client.get(f"/en/space/messages/{talk.pk}/").content.decode()
    assert "“bill.pdf” is of a kind that is not accepted" in page
    client.force_login(create_secretary())
    source = client.get(f"/en/secretariat/correspondence/mails/{message.pk}/")
    assert b"".join(source.streaming_content) == raw
    assert source["Content-Type"] == "message/rfc822"


def test_too_many_and_too_large_files_are_left_out(talk, monkeypatch):
    monkeypatch.setattr(receiving, "MAX_FILES", 1)
    monkeypatch.setattr(threads, "MAX_FILE_SIZE", 2000)
    files = (("large.pdf", a_pdf(200)), ("one.pdf", a_pdf(1)), ("two.pdf", a_pdf(1)))
    message = receiving.receive(with_files(*files, to=secret("awa@example.org"))).message
    assert message.attachments.count() == 1
    assert [left["reason"] for left in message.left_out] == ["too_large", "too_many"]


# -- Whatever comes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"no header at all",
        b"\x00\xff\xfe" * 100,
        b"From: \xff\xfe <a@example.org>\r\nSubject: \xe9\x00\r\n\r\n\x00\x81\xff",
        b"Subject: " + b"x" * 5000 + b"\r\n\r\ny",
        b"Message-ID: " + b"<x" * 500 + b"\r\nFrom: a@example.org\r\n\r\ny",
        b"From: " + b"a" * 500 + b"@example.org\r\n\r\ny",
    ],
)
def test_a_malformed_mail_is_kept_as_well_as_can_be(raw, client):
    receipt = receiving.receive(raw)
    assert receipt.fate == Fate.OPENED
    assert receiving.receive(raw).fate == Fate.DUPLICATE
    client.force_login(create_secretary())
    pk = receipt.message.thread_id
    assert client.get(f"/en/secretariat/correspondence/{pk}/").status_code == 200
    assert client.get("/en/secretariat/correspondence/").status_code == 200


def test_where_no_mail_is_received_an_address_holds_no_secret(talk, settings):
    to = secret("awa@example.org")
    settings.REPLY_ADDRESS = ""
    assert receiving.receive(mail_from("awa@example.org", to=to)).fate == Fate.OPENED


# -- The command -----------------------------------------------------------------------------------


def hand_over(raw: bytes, monkeypatch) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    output = io.StringIO()
    call_command("receive-mail", stdout=output)
    return output.getvalue().strip()


def test_the_mail_server_hands_over_one_mail(talk, monkeypatch):
    raw = mail_from("awa@example.org", to=secret("awa@example.org"))
    assert hand_over(raw, monkeypatch) == "added to its thread"
    assert hand_over(raw, monkeypatch) == "was here already"


def test_the_mail_server_is_told_what_is_too_large_and_what_to_try_again(monkeypatch):
    with pytest.raises(SystemExit) as too_large:
        hand_over(b"x" * (receiving.MAX_SIZE + 1), monkeypatch)
    assert too_large.value.code == 65
    with connection.execute_wrapper(broken), pytest.raises(SystemExit) as later:
        hand_over(mail_from("a@example.org"), monkeypatch)
    assert later.value.code == 75


def broken(execute, sql, params, many, context):
    raise OSError("The database is away.")


@pytest.mark.parametrize("kind", [mailbox.mbox, mailbox.Maildir])
def test_a_whole_mailbox_is_taken_in_once(talk, tmp_path, kind):
    box = kind(tmp_path / "box")
    for number in range(3):
        box.add(mail_from("awa@example.org", to=secret("awa@example.org"), number=number))
    box.add(mail_from("awa@example.org", number=9, head="Precedence: bulk\r\n"))
    box.flush()
    box.close()
    for expected in ("3 added to its thread", "3 was here already"):
        output = io.StringIO()
        call_command("receive-mail", str(tmp_path / "box"), stdout=output)
        assert output.getvalue().splitlines() == [expected, "1 refused: written by a program"]
    assert talk.messages.count() == 5


def test_a_mailbox_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="There is no mailbox"):
        call_command("receive-mail", str(tmp_path / "nothing"))
