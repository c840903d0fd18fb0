"""Mails that come back to the network: reports of delivery (RFC 3464) and of abuse (RFC 5965).

Anybody can write such a report. It counts only if it encloses our mail's headers, whose link to
leave carries the reader's secret, or if it came back to the signed address of one mail
(``envelopes``); the address that the report names is not asked.
"""

import email
import re
from email.message import Message
from typing import NamedTuple

from django.conf import settings

from portal.lib import mailboxes
from publications.models import AxisDelivery, Bounce, Delivery, Subscriber
from publications.models.subscribers import BounceKind
from publications.newsletters import bounces, copies, envelopes

MAX_SIZE = 5 * 1024 * 1024
TOKEN = re.compile(r"/newsletters/unsubscribe/([A-Za-z0-9]{40})/")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class Returned(NamedTuple):
    """What a report says of one of our mails: by whose token it is known, or by what address."""

    token: str
    kind: str
    status: str
    message_id: str
    tag: envelopes.Tag | None


def read(raw: bytes) -> Returned | None:
    """What is reported; None for a mail that is no report, or not about a letter of ours.

    Reports of success, and of relaying, say nothing that counts."""
    if len(raw) > MAX_SIZE:
        return None
    try:
        message = email.message_from_bytes(raw)
        parts = list(message.walk())
    except (RecursionError, ValueError, LookupError, TypeError):
        return None
    headers = enclosed(parts)
    token = TOKEN.search(headers.get("List-Unsubscribe", "")) if headers else None
    tag = None if token else envelopes.tag_in(addressed(message))
    verdict = of_delivery(parts) or of_abuse(parts)
    if (token is None and tag is None) or verdict is None:
        return None
    kind, status = verdict
    message_id = str(headers.get("Message-ID", "")).strip() if token else ""
    return Returned(token[1] if token else "", kind, status, message_id, tag)


def addressed(message: Message) -> list[str]:
    """Whom the report is to: where the mail came back to, by its own words and the server's."""
    names = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
    return [str(value) for name in names for value in message.get_all(name, ())]


def enclosed(parts: list[Message]) -> Message | None:
    """The headers of the mail that is reported: the last part, whole or its head alone."""
    for part in reversed(parts):
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            content = part.get_payload(decode=True) or b""
            return email.message_from_bytes(content)
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            return part.get_payload(0)
    return None


def of_delivery(parts: list[Message]) -> tuple[str, str] | None:
    for part in parts:
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for fields in part.get_payload():
            action = str(fields.get("Action", "")).strip().lower()
            if action in ("failed", "delayed"):
                text = f"{fields.get('Status', '')} {fields.get('Diagnostic-Code', '')}"
                status = STATUS.search(text)
                code = status[1] if status else ""
                return bounces.kind_of(code, is_final=action == "failed"), code
    return None


def of_abuse(parts: list[Message]) -> tuple[str, str] | None:
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            fields = part.get_payload(0) if part.is_multipart() else part
            text = f"{fields} {part.get_payload()}".lower()
            return None if "not-spam" in text else (BounceKind.COMPLAINT, "")
    return None


def take(raw: bytes) -> Bounce | None:
    """Record what a mail reports. None when there is nothing, or nothing new, to record."""
    found = read(raw)
    if found is None:
        return None
    reader, message_id = meant(found)
    if reader is None:
        return None
    about = message_id or f"{found.tag.kind}{found.tag.key}"
    return bounces.record(
        reader, found.kind, about=about, status=found.status, message_id=message_id
    )


def meant(found: Returned) -> tuple[Subscriber | None, str]:
    """The reader whose mail it was, and its Message-ID, as far as it is known."""
    if found.tag is None:
        readers = Subscriber.objects.filter(token=found.token, erased_at__isnull=True)
        return readers.first(), found.message_id
    if found.tag.kind == envelopes.DIGEST:
        deliveries, message_id = AxisDelivery.objects, ""
    else:
        deliveries = Delivery.objects.select_related("issue")
    delivery = deliveries.filter(pk=found.tag.key, subscriber__erased_at__isnull=True).first()
    if delivery is None or delivery.subscriber is None:
        return None, ""
    if isinstance(delivery, Delivery):
        message_id = copies.message_id(delivery.issue, delivery.pk)
    return delivery.subscriber, message_id


def read_mailbox(address: str = "") -> tuple[int, int]:
    """Empty the mailbox of the settings, or another: how many reports were read, and how many
    mails are left for somebody to look at. Raises mailboxes.Unreachable."""
    address = address or settings.BOUNCE_MAILBOX
    if not address:
        return 0, 0
    return mailboxes.empty(address, understood)


def understood(raw: bytes) -> bool:
    """Whether the mail is a report about a letter of ours, known or new, and is dealt with."""
    if read(raw) is None:
        return False
    take(raw)
    return True
