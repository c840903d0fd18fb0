"""Handing mails to the mail server, one by one over one connection."""

import email
import email.policy
import re
import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

# The answer with which a server closes the connection, at any step.
GOODBYE = 421
# The answer to DATA: go on.
GO_ON = 354
# How long the answer to a whole mail may take, in seconds: some servers look through it first, and
# who hangs up before the answer never knows whether the mail has left.
PATIENCE = 120
# What a server says of the address, at whatever step: no such mailbox, domain or person (RFC 3463).
_OF_ADDRESS = re.compile(r"\b5\.(?:1|2)\.\d")

_PLAIN = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


class Refused(Exception):
    """The server will not take this mail, now or ever.

    ``is_address``: because of whom it is to, and not because of what it says.
    """

    def __init__(self, text: str, *, is_address: bool = False):
        super().__init__(text)
        self.is_address = is_address or bool(_OF_ADDRESS.search(text))


class NotNow(Exception):
    """The server refuses for the moment; the mail may be tried again."""


class NotSent(Exception):
    """The server was not reached, went away or refuses us as a sender: the mail has not left."""


class AnswerLost(Exception):
    """The connection was lost after the mail was handed over: whether it left is unknown."""


class HeldBack(Exception):
    """The mail was not to leave after all, and has not."""


class Post:
    """One open connection for many mails, which tells four kinds of failure apart.

    ``with Post() as post: post.send(message)``. Over SMTP the steps of the protocol are taken
    one by one, since only the step at which a connection broke says whether the mail can have
    left; other backends (files, memory) are handed the message whole.
    """

    def __init__(self):
        self.backend = get_connection()
        # Of the next mail, announced together with the end of the one before: whose answers the
        # server has given or is about to give.
        self._announced: tuple[str, ...] = ()

    def __enter__(self) -> "Post":
        self.open()
        return self

    def __exit__(self, kind: type | None, error: Exception | None, trace: TracebackType | None):
        self.close()

    @property
    def is_smtp(self) -> bool:
        return isinstance(self.backend, smtp.EmailBackend)

    def open(self):
        """Raises NotSent when the server does not answer."""
        try:
            is_new = self.backend.open()
            connection = getattr(self.backend, "connection", None)
            if is_new and isinstance(connection, smtplib.SMTP):
                # The final dot is a packet of its own; without this it waits for 40 ms.
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(explain(error)) from error

    def close(self):
        # A server that waits for an announced mail would take a farewell for its beginning.
        if not self._announced:
            with suppress(OSError, smtplib.SMTPException):
                self.backend.close()
        self._drop()

    def send(self, message: EmailMessage):
        """Hand over one mail. Raises Refused, NotNow, NotSent or AnswerLost."""
        try:
            content = message.message().as_bytes(linesep="\r\n")
            addresses = [
                sanitize_address(address, message.encoding or settings.DEFAULT_CHARSET)
                for address in (message.from_email, *message.recipients())
            ]
        except ValueError as error:
            raise Refused(explain(error), is_address=True) from error
        if self.is_smtp:
            self._hand_over(stuffed(content), *addresses)
        else:
            self.backend.send_messages([message])

    def send_written(
        self,
        content: bytes,
        *,
        sender: str,
        to: str,
        following: tuple[str, str] | None = None,
        may_leave: Callable[[], bool] = lambda: True,
    ):
        """Hand over a mail that is bytes already, none of whose lines begins with a dot.

        ``following`` is sender and recipient of the mail that is sent next over this connection:
        it is announced in one go with the end of this one, where the server allows it (RFC 2920
        does for just this). ``may_leave`` is asked at the last moment, while the server reads
        what it has been sent: it takes no mail without the final dot. Raises as ``send`` does, and
        HeldBack.
        """
        if self.is_smtp:
            self._hand_over(content, sender, to, following=following, may_leave=may_leave)
        elif may_leave():
            self.backend.send_messages([read_back(content)])
        else:
            raise HeldBack

    def _hand_over(
        self,
        content: bytes,
        sender: str,
        *recipients: str,
        following: tuple[str, str] | None = None,
        may_leave: Callable[[], bool] = lambda: True,
    ):
        envelope = (sender, *recipients)
        if any(re.search(r"[\r\n]", address) for address in envelope):
            raise Refused("an address has a line break in it", is_address=True)
        if self._announced not in ((), envelope):
            self._drop()
        self.open()
        connection = self.backend.connection
        try:
            self._introduce(connection, envelope)
            connection.send(content)
        except (OSError, smtplib.SMTPException) as error:
            # Without the final dot, which is what is sent last, no server takes a mail.
            self._drop()
            raise NotSent(explain(error)) from error
        except (Refused, NotNow):
            self._begin_anew(connection)
            raise
        try:
            if not may_leave():
                raise HeldBack
        except BaseException:
            # Only hanging up takes back what the server has read.
            self._drop()
            raise
        try:
            connection.sock.settimeout(PATIENCE)
            end = b".\r\n"
            if following and may_pipeline(connection):
                end += announcement(connection, following)
                self._announced = following
            connection.send(end)
            code, text = connection.getreply()
            connection.sock.settimeout(self.backend.timeout)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise AnswerLost(explain(error)) from error
        if code == GOODBYE:
            self._drop()
        check(code, text)

    def _introduce(self, connection: smtplib.SMTP, envelope: tuple[str, ...]):
        """Tell the server who writes to whom. Raises SMTPException when it refuses us as such.

        All in one go where the server allows it, with the answers read after it; but only for one
        recipient: of several, one that is refused must stop the mail.
        """
        answers = []
        if self._announced or (len(envelope) == 2 and may_pipeline(connection)):
            if not self._announced:
                connection.send(announcement(connection, envelope))
            self._announced = ()
            answers = [connection.getreply() for _ in range(3)]
        else:
            for line in announcement(connection, envelope).splitlines(keepends=True):
                connection.send(line)
                answers.append(connection.getreply())
                if answers[-1][0] >= 400:
                    break
        if answers[-1][0] == GO_ON and any(code >= 400 for code, _ in answers):
            # It waits for a mail to nobody, which only hanging up takes back.
            self._drop()
        code, text = answers[0]
        if code >= 400:
            # Not this mail is refused but every one: a wrong password must fail no recipient.
            raise smtplib.SMTPResponseException(code, text)
        for code, text in answers[1 : len(envelope)]:
            proceed(code, text, is_address=True)
        code, text = answers[-1]
        proceed(code, text)
        if code != GO_ON:
            raise smtplib.SMTPResponseException(code, text)

    def _begin_anew(self, connection: smtplib.SMTP):
        """Clear the half-made transaction before the next mail."""
        if connection.sock is None:
            return
        try:
            connection.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self):
        """Forget a connection that is no longer of use; the next mail opens another."""
        self._announced = ()
        connection = getattr(self.backend, "connection", None)
        if isinstance(connection, smtplib.SMTP):
            connection.close()
            self.backend.connection = None


def may_pipeline(connection: smtplib.SMTP) -> bool:
    connection.ehlo_or_helo_if_needed()
    return connection.has_extn("pipelining")


def announcement(connection: smtplib.SMTP, envelope: tuple[str, ...]) -> bytes:
    """The commands before a mail: sender, recipients, and that the mail follows."""
    connection.ehlo_or_helo_if_needed()
    sender, *recipients = (
        f"<{address}>" if _PLAIN.fullmatch(address) else smtplib.quoteaddr(address)
        for address in envelope
    )
    body = " BODY=8BITMIME" if connection.has_extn("8bitmime") else ""
    said = [f"MAIL FROM:{sender}{body}", *(f"RCPT TO:{one}" for one in recipients), "DATA", ""]
    return "\r\n".join(said).encode("ascii")


def stuffed(content: bytes) -> bytes:
    """The mail as it goes over the wire but for the final dot: leading dots are doubled."""
    return re.sub(rb"(?m)^\.", b"..", content).rstrip(b"\r\n") + b"\r\n"


def read_back(content: bytes) -> EmailMultiAlternatives:
    """A mail that is bytes, as Django's backends for files and memory want it."""
    found = email.message_from_bytes(content.replace(b"\r\n", b"\n"), policy=email.policy.default)
    plain, html = found.get_body(("plain",)), found.get_body(("html",))
    kept = ("from", "to", "subject", "mime-version", "content-type")
    message = EmailMultiAlternatives(
        subject=str(found["Subject"]),
        body=plain.get_content() if plain else "",
        from_email=str(found["From"]),
        to=[str(found["To"])],
        headers={name: str(value) for name, value in found.items() if name.lower() not in kept},
    )
    if html is not None:
        message.attach_alternative(html.get_content(), "text/html")
    return message


def proceed(code: int, text: bytes, *, is_address: bool = False):
    """Go on unless the server refuses this mail, or says goodbye before it had it."""
    if code == GOODBYE:
        raise smtplib.SMTPResponseException(code, text)
    check(code, text, is_address=is_address)


def check(code: int, text: bytes, *, is_address: bool = False):
    """Raises what the code of the server's answer means for this mail."""
    if code >= 500:
        raise Refused(f"{code} {explain(text)}", is_address=is_address)
    if code >= 400:
        raise NotNow(f"{code} {explain(text)}")


def explain(error: Exception | bytes) -> str:
    text = error.decode(errors="replace") if isinstance(error, bytes) else str(error)
    return " ".join(text.split())[:250]
