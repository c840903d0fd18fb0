"""Mails handed over to a server that is quick, slow, rude or gone."""

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage

from portal.lib.post import AnswerLost, HeldBack, NotNow, NotSent, Post, Refused
from tests.servers import free_port
from tests.sink import HANG_UP, Sink

WRITTEN = (
    b"From: a@example.org\r\nTo: zoe@example.org\r\nSubject: x\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=2E dot\r\n"
)
SINGLE_STEPS = {"extensions": ("8BITMIME",)}
BOTH_WAYS = pytest.mark.parametrize("how", [{}, SINGLE_STEPS], ids=["in one go", "step by step"])


@pytest.fixture
def posted_to(settings):
    """The settings lead to a sink; a function that makes a mail of bytes leave."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    def lead(sink: Sink):
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port

    return lead


def leave(post: Post, to: str = "zoe@example.org"):
    post.send_written(WRITTEN, sender="a@example.org", to=to)


def answering(step: str, answer: str, *, times: int = 1):
    left = [times]

    def script(asked, address, number):
        if asked == step and left[0]:
            left[0] -= 1
            return answer
        return None

    return script


@BOTH_WAYS
def test_mails_go_over_one_connection(posted_to, how):
    with Sink(**how) as sink:
        posted_to(sink)
        with Post() as post:
            for number in range(3):
                leave(post, f"r{number}@example.org")
            post.send(EmailMessage("x", ".\n..\n", "a@example.org", ["zoe@example.org"]))
    assert [mail.to for mail in sink.mails[:3]] == [f"r{number}@example.org" for number in range(3)]
    assert sink.mails[0].content == WRITTEN
    assert sink.mails[3].content.endswith(b"\r\n\r\n.\r\n..\r\n")
    assert sink.connections == 1


@BOTH_WAYS
@pytest.mark.parametrize(
    ("step", "answer", "error", "is_address"),
    [
        ("rcpt", "550 5.1.1 no such person", Refused, True),
        ("rcpt", "550 nobody", Refused, True),
        ("data", "554 no", Refused, False),
        ("dot", "554 5.7.1 spam", Refused, False),
        ("dot", "550 5.1.1 no such person", Refused, True),
        ("rcpt", "451 4.7.1 greylisted", NotNow, None),
        ("dot", "452 disk full", NotNow, None),
        ("mail", "530 log in first", NotSent, None),
        ("mail", "421 too busy", NotSent, None),
        ("rcpt", "421 closing", NotSent, None),
        ("mail", HANG_UP, NotSent, None),
        ("rcpt", HANG_UP, NotSent, None),
        ("data", HANG_UP, NotSent, None),
        ("content", HANG_UP, AnswerLost, None),
        ("dot", HANG_UP, AnswerLost, None),
    ],
)
def test_each_answer_is_what_it_means_and_the_next_mail_leaves(
    posted_to, how, step, answer, error, is_address
):
    with Sink(answering(step, answer), **how) as sink:
        posted_to(sink)
        with Post() as post:
            with pytest.raises(error) as raised:
                leave(post, "first@example.org")
            leave(post, "second@example.org")
    if is_address is not None:
        assert raised.value.is_address is is_address
    assert [mail.to for mail in sink.mails if "second" in mail.to] == ["second@example.org"]


def test_a_server_that_waits_for_a_mail_to_nobody_gets_none(posted_to):
    """Of three commands in one go the second is refused and the third is not."""

    def script(step, address, number):
        if address == "first@example.org" and step == "rcpt":
            return "550 nobody"
        return "354 go on" if step == "data" else None

    with Sink(script) as sink:
        posted_to(sink)
        with Post() as post:
            with pytest.raises(Refused):
                leave(post, "first@example.org")
            leave(post, "second@example.org")
    assert [mail.to for mail in sink.mails] == ["second@example.org"]
    assert sink.connections == 2


@BOTH_WAYS
def test_the_next_mail_is_announced_with_the_end_of_this_one(posted_to, how):
    def script(step, address, number):
        return "550 nobody" if (step, address) == ("rcpt", "r1@example.org") else None

    with Sink(script, **how) as sink:
        posted_to(sink)
        with Post() as post:
            for number in range(4):
                to = f"r{number}@example.org"
                following = ("a@example.org", f"r{number + 1}@example.org")
                try:
                    post.send_written(WRITTEN, sender="a@example.org", to=to, following=following)
                except Refused as error:
                    assert (number, error.is_address) == (1, True)
    assert [mail.to for mail in sink.mails] == [f"r{number}@example.org" for number in (0, 2, 3)]
    assert all(mail.content == WRITTEN for mail in sink.mails)


def test_another_mail_than_the_announced_one_leaves_as_itself(posted_to):
    with Sink() as sink:
        posted_to(sink)
        with Post() as post:
            following = ("a@example.org", "announced@example.org")
            post.send_written(
                WRITTEN, sender="a@example.org", to="x@example.org", following=following
            )
            leave(post, "other@example.org")
    assert [mail.to for mail in sink.mails] == ["x@example.org", "other@example.org"]


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_an_announced_mail_that_the_connection_was_lost_for_can_be_sent_again(posted_to, step):
    def script(asked, address, number):
        return HANG_UP if (asked, number, sink.connections) == (step, 2, 1) else None

    with Sink(script) as sink:
        posted_to(sink)
        with Post() as post:
            following = ("a@example.org", "second@example.org")
            post.send_written(
                WRITTEN, sender="a@example.org", to="first@example.org", following=following
            )
            with pytest.raises(NotSent):
                leave(post, "second@example.org")
            leave(post, "second@example.org")
    assert [mail.to for mail in sink.mails] == ["first@example.org", "second@example.org"]


@BOTH_WAYS
def test_a_mail_is_held_back_at_the_last_moment(posted_to, how):
    steps = []

    def script(step, address, number):
        steps.append(step)

    def held_back():
        steps.append("asked")
        return False

    envelope = {"sender": "a@example.org", "to": "x@example.org"}
    with Sink(script, **how) as sink:
        posted_to(sink)
        with Post() as post:
            with pytest.raises(HeldBack):
                post.send_written(WRITTEN, **envelope, may_leave=held_back)
            leave(post, "other@example.org")
    # When the server was ready for the mail, and had not got the end of it.
    before = [step for step in steps[: steps.index("asked")] if step != "greeting"]
    assert before in (["mail", "rcpt", "data"], ["mail", "rcpt", "data", "content"])
    assert [mail.to for mail in sink.mails] == ["other@example.org"]


def test_who_fails_to_say_whether_a_mail_may_leave_leaves_no_half_of_one(posted_to):
    def failing():
        raise LookupError

    envelope = {"sender": "a@example.org", "to": "x@example.org"}
    with Sink() as sink:
        posted_to(sink)
        with Post() as post:
            with pytest.raises(LookupError):
                post.send_written(WRITTEN, **envelope, may_leave=failing)
            leave(post, "other@example.org")
    assert [mail.to for mail in sink.mails] == ["other@example.org"]


def test_what_is_held_back_is_not_filed_either(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    envelope = {"sender": "a@example.org", "to": "x@example.org"}
    with Post() as post:
        with pytest.raises(HeldBack):
            post.send_written(WRITTEN, **envelope, may_leave=lambda: False)
        post.send_written(WRITTEN, **envelope)
    assert len(outbox.outbox) == 1


@BOTH_WAYS
def test_of_several_recipients_one_that_is_refused_stops_the_mail(posted_to, how):
    def script(step, address, number):
        return "550 nobody" if (step, address) == ("rcpt", "b@example.org") else None

    with Sink(script, **how) as sink:
        posted_to(sink)
        with Post() as post, pytest.raises(Refused):
            post.send(EmailMessage("x", "y", "z@example.org", ["a@example.org", "b@example.org"]))
    assert sink.mails == []


def test_a_line_break_in_an_address_says_nothing_to_the_server(posted_to):
    with Sink() as sink:
        posted_to(sink)
        with Post() as post, pytest.raises(Refused):
            leave(post, "zoe@example.org>\r\nRCPT TO:<all@example.org")
    assert sink.mails == []


def test_a_server_that_is_down_has_not_had_the_mail(posted_to, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(NotSent):
        leave(Post())


def test_without_a_server_the_mail_is_kept_as_it_would_leave():
    with Post() as post:
        leave(post)
    [message] = outbox.outbox
    assert (message.to, message.body) == (["zoe@example.org"], ". dot\n")
