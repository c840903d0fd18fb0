"""Mails, composed from templates in one language; ``portal.lib.post`` hands them to the server.

A mail has a plain-text twin (``<template>.txt``) and, where it is worth it, a designed one in
MJML (``<template>.mjml``), which the Rust renderer turns into tables that mail programs agree on.
"""

import re
from email.utils import formataddr

import mjml
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from portal.lib import network
from portal.lib.post import AnswerLost, HeldBack, NotNow, NotSent, Post, Refused
from portal.lib.text import NARROW_NO_BREAK, NO_BREAK

__all__ = [
    "AnswerLost",
    "HeldBack",
    "NotNow",
    "NotSent",
    "Post",
    "Refused",
    "assemble",
    "compose",
    "fold_lines",
    "one_line",
    "render_html",
    "render_text",
    "sender",
]

# RFC 5322 allows 998 octets a line; beyond it a mail would have to be re-encoded whole.
LONGEST_LINE = 900
_BETWEEN_BLOCKS = re.compile(r"(</(?:tr|td|table|tbody|div|p|h[1-6]|style|head|title)>)(?=<)")


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
