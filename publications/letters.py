"""Mails to readers without an account: the question whether it is their address, and what follows.

They are kept in no ledger: once they have left, nothing of the reader needs to stay.
"""

import hashlib

from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives

from portal.lib import mail, network
from publications.models.follows import AskedFor

# An address that somebody else keeps typing gets one mail about a thing in so many seconds, and
# so many questions an hour in all.
MAIL_EVERY = 15 * 60
QUESTIONS_AN_HOUR = 5


def letter(
    asked: AskedFor, *, template: str, subject: str, context: dict, stop_url: str = ""
) -> EmailMultiAlternatives:
    """A plain mail in the reader's language. With ``stop_url`` mail programs offer to stop it
    (RFC 8058)."""
    headers = {"Auto-Submitted": "auto-generated"}
    if stop_url:
        headers |= {
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    text = mail.render_text(
        f"publications/follows/{template}.txt",
        {"network": network.current(), "subject": subject, **context},
        language=asked.language,
    )
    return mail.assemble(
        subject=subject,
        text=text,
        html=None,
        to=asked.email,
        language=asked.language,
        headers=headers,
    )


def ask_to_confirm(asked: AskedFor, *, template: str, subject: str, context: dict):
    """Send the question, unless the address has just been asked.

    Raises one of the failures of portal.lib.mail; the reader may then ask again at once.
    """
    key = f"confirm-mail:{asked._meta.label_lower}:{asked.pk}"
    if not cache.add(key, True, timeout=MAIL_EVERY):
        return
    if not may_ask(asked.email):
        return
    try:
        with mail.Post() as post:
            post.send(letter(asked, template=template, subject=subject, context=context))
    except (mail.NotSent, mail.NotNow):
        cache.delete(key)
        raise


def may_ask(email: str) -> bool:
    """Whether the address may be asked once more this hour."""
    # The address itself is in no key: a cache may be kept on a disk.
    key = f"questions:{hashlib.sha256(email.encode()).hexdigest()[:20]}"
    cache.add(key, 0, timeout=3600)
    return cache.incr(key) <= QUESTIONS_AN_HOUR
