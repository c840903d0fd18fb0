"""Mails: composed from templates in one language, and handed to the server one by one.

A mail has a plain-text twin (``<template>.txt``) and, where it is worth it, a designed one in
MJML (``<template>.mjml``), which the Rust renderer turns into tables that mail programs agree on.
"""

import re
import smtplib
import socket
from contextlib import suppress
from email.utils import formataddr
from types import TracebackType

import mjml
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address
from django.template.loader import render_to_string
from django.utils import translation

from portal.lib import network
from portal.lib.text import NARROW_NO_BREAK, NO_BREAK

# RFC 5322 allows 998 octets a line; beyond it a mail would have to be re-encoded whole.
LONGEST_LINE = 900
# The answer with which a server closes the connection, at any step.
GOODBYE = 421
_BETWEEN_BLOCKS = re.compile(r"(</(?:tr|td|table|tbody|div|p|h[1-6]|style|head|title)>)(?=<)")


class Refused(Exception):
    """The server will not take this mail, now or ever."""


class NotNow(Exception):
    """The server refuses for the moment; the mail may be tried again."""


class NotSent(Exception):
    """The server was not reached, went away or refuses us as a sender: the mail has not left."""


class AnswerLost(Exception):
    """The connection was lost after the mail was handed over: whether it left is unknown."""


def render_text(template: str, context: dict, *, language: str) -> str:
    """A plain-text template, with ordinary no-break spaces and no runs of empty lines."""
    with translation.override(language):
        text = render_to_string(template, {**context, "language": language})
    return re.sub(r"\n{3,}", "\n\n", text.replace(NARROW_NO_BREAK, NO_BREAK)).strip() + "\n"


def render_html(template: str, context: dict, *, language: str) -> str:
    """An MJML template as the HTML of a mail.

    Mail programs lack the narrow no-break space; no line is longer than a mail may have.
    """
    with translation.override(language):
        source = render_to_string(template, {**context, "language": language})
    html = mjml.mjml2html(source, fonts={}).replace(NARROW_NO_BREAK, NO_BREAK)
    return fold_lines(_BETWEEN_BLOCKS.sub(r"\1\n", html))


def fold_lines(html: str) -> str:
    """The HTML with long lines broken at spaces, which mean the same as a line break in it."""
    return "\n".join(part for line in html.split("\n") for part in _folded(line))


def _folded(line: str) -> list[str]:
    parts, current, size = [], [], 0
    for word in line.split(" "):
        octets = len(word.encode()) + 1
        if current and size + octets > LONGEST_LINE:
            parts.append(" ".join(current))
            current, size = [], 0
        current.append(word)
        size += octets
    return [*parts, " ".join(current)]


def one_line(text: str) -> str:
    """The text without line breaks, which could begin a header; its no-break spaces stay."""
    return re.sub(r"[ \t\r\n\v\f]+", " ", text).strip(" ")


def sender(language: str) -> str:
    """The network, by its name in the language, as the sender of a mail."""
    identity = network.current()
    return formataddr((identity.name(language), identity.sender))


def assemble(
    *,
    subject: str,
    text: str,
    html: str | None,
    to: str,
    language: str,
    headers: dict[str, str] | None = None,
) -> EmailMultiAlternatives:
    """A mail in one language from the network to one address, ready to be sent."""
    identity = network.current()
    message = EmailMultiAlternatives(
        subject=one_line(subject),
        body=text,
        from_email=sender(language),
        to=[to],
        reply_to=[identity.reply_to] if identity.reply_to else None,
        headers={"Content-Language": language, **(headers or {})},
    )
    if html is not None:
        message.attach_alternative(html, "text/html")
    return message


def compose(
    template: str,
    context: dict,
    *,
    subject: str,
    to: str,
    language: str,
    headers: dict[str, str] | None = None,
) -> EmailMultiAlternatives:
    """The mail of a pair of templates, ``<template>.txt`` and ``<template>.mjml``."""
    context = {"network": network.current(), "subject": subject, **context}
    return assemble(
        subject=subject,
        text=render_text(f"{template}.txt", context, language=language),
        html=render_html(f"{template}.mjml", context, language=language),
        to=to,
        language=language,
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )


class Post:
    """One open connection for many mails, which tells four kinds of failure apart.

    ``with Post() as post: post.send(message)``. Over SMTP the steps of the protocol are taken
    one by one, since only the step at which a connection broke says whether the mail can have
    left; other backends (files, memory) are handed the message whole.
    """

    def __init__(self):
        self.backend = get_connection()

    def __enter__(self) -> "Post":
        self.open()
        return self

    def __exit__(self, kind: type | None, error: Exception | None, trace: TracebackType | None):
        self.close()

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
            raise Refused(explain(error)) from error
        if not isinstance(self.backend, smtp.EmailBackend):
            self.backend.send_messages([message])
            return
        self.open()
        connection = self.backend.connection
        try:
            self._announce(connection, *addresses)
            connection.send(stuffed(content))
        except (OSError, smtplib.SMTPException) as error:
            # Without the final dot, which is what is sent last, no server takes a mail.
            self._drop()
            raise NotSent(explain(error)) from error
        except (Refused, NotNow):
            self._begin_anew(connection)
            raise
        try:
            connection.send(b".\r\n")
            code, text = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise AnswerLost(explain(error)) from error
        if code == GOODBYE:
            self._drop()
        check(code, text)

    def _announce(self, connection: smtplib.SMTP, sender_address: str, *recipients: str):
        """Tell the server who writes to whom. Raises SMTPException when it refuses us as such."""
        connection.ehlo_or_helo_if_needed()
        options = ["BODY=8BITMIME"] if connection.has_extn("8bitmime") else []
        code, text = connection.mail(sender_address, options)
        if code >= 400:
            # Not this mail is refused but every one: a wrong password must fail no recipient.
            raise smtplib.SMTPResponseException(code, text)
        for recipient in recipients:
            proceed(*connection.rcpt(recipient))
        proceed(*connection.docmd("data"))

    def _begin_anew(self, connection: smtplib.SMTP):
        """Clear the half-made transaction before the next mail."""
        try:
            connection.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self):
        """Forget a connection that is no longer of use; the next mail opens another."""
        connection = getattr(self.backend, "connection", None)
        if isinstance(connection, smtplib.SMTP):
            connection.close()
            self.backend.connection = None


def stuffed(content: bytes) -> bytes:
    """The mail as it goes over the wire but for the final dot: leading dots are doubled."""
    return re.sub(rb"(?m)^\.", b"..", content).rstrip(b"\r\n") + b"\r\n"


def proceed(code: int, text: bytes):
    """Go on unless the server refuses this mail, or says goodbye before it had it."""
    if code == GOODBYE:
        raise smtplib.SMTPResponseException(code, text)
    check(code, text)


def check(code: int, text: bytes):
    """Raises what the code of the server's answer means for this mail."""
    if code >= 500:
        raise Refused(f"{code} {explain(text)}")
    if code >= 400:
        raise NotNow(f"{code} {explain(text)}")


def explain(error: Exception | bytes) -> str:
    text = error.decode(errors="replace") if isinstance(error, bytes) else str(error)
    return " ".join(text.split())[:250]
