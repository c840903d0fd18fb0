"""Mails that come in become messages: an answer joins its thread, anything else opens one.

What proves who writes is the secret in the address that is answered, together with the sender's
address. Whatever lacks one of them is kept, shown to the desk as unverified, and passed on to
nobody. Mails that programs write are refused, since answering them would never end.
"""

import datetime
import hashlib
import logging
import re
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from members import threads
from members.models import Message, Organisation, Reader, Thread, User
from members.models.threads import TOKEN_LENGTH, TOKEN_LETTERS, Side, Via
from portal.lib import files as documents
from portal.lib import network, received
from portal.lib.received import Enclosed, ReceivedMail

logger = logging.getLogger(__name__)

MAX_SIZE = 25 * 1024 * 1024
MAX_FILES = 20
# More mails than this from one address within an hour are written by a program.
MAX_PER_HOUR = 20
TOKEN = f"([{TOKEN_LETTERS}]{{{TOKEN_LENGTH}}})"


class Fate(models.TextChoices):
    ADDED = "added", "added to its thread"
    OPENED = "opened", "opened a thread"
    DUPLICATE = "duplicate", "was here already"
    AUTOMATIC = "automatic", "refused: written by a program"
    LOOP = "loop", "refused: comes from the portal itself, or too often"
    TOO_LARGE = "too_large", "refused: larger than 25 MB"
    EMPTY = "empty", "refused: there is no mail"


class Receipt(NamedTuple):
    """What became of a mail, and the message it is now."""

    fate: Fate
    message: Message | None = None


class Claim(NamedTuple):
    """Where a mail belongs, who wrote it, and whether that is proven."""

    thread: Thread | None
    side: str
    author: User | None
    is_verified: bool


def receive(raw: bytes) -> Receipt:
    """Take in one mail as it came from the mail server. Whatever it holds, nothing is raised but
    what the database raises; the same mail again changes nothing."""
    if len(raw) > MAX_SIZE:
        return Receipt(Fate.TOO_LARGE)
    raw, is_bounce = without_envelope(raw)
    if not raw.strip():
        return Receipt(Fate.EMPTY)
    mail = received.read(raw)
    if is_bounce or mail.is_automatic:
        return refused(Fate.AUTOMATIC, mail)
    reader = reader_of(mail)
    key = key_of(mail, reader)
    if found := Message.objects.filter(mail_key=key).first():
        return Receipt(Fate.DUPLICATE, found)
    if is_own(mail.address) or comes_too_often(mail.address):
        return refused(Fate.LOOP, mail)
    try:
        with transaction.atomic():
            return keep(mail, claim(mail, reader), key=key, raw=raw)
    except IntegrityError:
        # The same mail was handed over twice at once; the other one has been kept.
        return Receipt(Fate.DUPLICATE, Message.objects.filter(mail_key=key).first())


def without_envelope(raw: bytes) -> tuple[bytes, bool]:
    """The mail without the "From " line that some servers put above it; whether that line
    says that the mail tells of a failed delivery, which has no sender."""
    if not raw.startswith(b"From "):
        return raw, False
    line, _break, rest = raw.partition(b"\n")
    sender = line.split(b" ")[1].strip().upper() if line.count(b" ") else b""
    return rest, sender in (b"<>", b"MAILER-DAEMON") or sender.startswith(b"MAILER-DAEMON@")


def refused(fate: Fate, mail: ReceivedMail) -> Receipt:
    logger.info("Mail %s from %s %s", mail.message_id, mail.address or "nobody", fate.label)
    return Receipt(fate)


# -- Who writes, and where to ----------------------------------------------------------------------


def reader_of(mail: ReceivedMail) -> Reader | None:
    """Whose secret the mail holds: in the address it went to, else in what it answers."""
    found = [*tokens_in(mail.recipients), *re.findall(rf"<{TOKEN}(?:\.\d+)?@", mail.references)]
    if not found:
        return None
    readers = Reader.objects.filter(token__in=found).select_related("thread__organisation")
    return min(readers, key=lambda reader: found.index(reader.token), default=None)


def tokens_in(addresses: tuple[str, ...]) -> list[str]:
    local, _at, domain = settings.REPLY_ADDRESS.partition("@")
    if not domain:
        return []
    pattern = re.compile(rf"{re.escape(local)}\+{TOKEN}@{re.escape(domain)}")
    return [match[1] for address in addresses if (match := pattern.fullmatch(address))]


def key_of(mail: ReceivedMail, reader: Reader | None) -> str:
    """The same for the same mail to the same thread; a name alone anybody could take."""
    parts = (mail.message_id, mail.address, str(reader.thread_id) if reader else "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_own(address: str) -> bool:
    local, _at, domain = settings.REPLY_ADDRESS.partition("@")
    if domain and address.endswith(f"@{domain}") and address.split("@")[0].split("+")[0] == local:
        return True
    return address == network.current().sender.lower()


def comes_too_often(address: str) -> bool:
    hour_ago = timezone.now() - datetime.timedelta(hours=1)
    lately = Message.objects.filter(via=Via.MAIL, email=address, written_at__gt=hour_ago)
    return lately.count() >= MAX_PER_HOUR


def claim(mail: ReceivedMail, reader: Reader | None) -> Claim:
    if reader is None:
        return Claim(None, Side.ORGANISATION, None, is_verified=False)
    thread, side = reader.thread, reader.side
    if reader.person_id is None:
        return Claim(thread, side, None, is_verified=mail.address == reader.email)
    person = User.objects.active().filter(email__iexact=mail.address).first()
    if person is None or not may_write(person, reader):
        return Claim(thread, side, None, is_verified=False)
    return Claim(thread, side, person, is_verified=True)


def may_write(person: User, reader: Reader) -> bool:
    """A colleague may answer with a mail that was passed on; for the secretariat, only the
    person whom the mail was written to."""
    if reader.side == Side.SECRETARIAT:
        own = person.pk == reader.person_id
        return own and Thread.objects.run_by(person).filter(pk=reader.thread_id).exists()
    return Thread.objects.of_people_of(person).filter(pk=reader.thread_id).exists()


def says_to_be(message: Message) -> tuple[User | None, list[Organisation]]:
    """The person who has the address of an unverified mail, and whom they act for today."""
    person = User.objects.active().filter(email__iexact=message.email).first()
    return person, list(person.standing.organisations) if person else []


# -- Keeping it ------------------------------------------------------------------------------------


def keep(mail: ReceivedMail, claim: Claim, *, key: str, raw: bytes) -> Receipt:
    thread = claim.thread or Thread.objects.create(
        subject=mail.subject or mail.text[:80].split("\n")[0] or "–", turn=Side.SECRETARIAT
    )
    person = claim.author
    message = Message.objects.create(
        thread=thread,
        side=claim.side,
        author=person,
        author_name=person.full_name if person else mail.name,
        email=mail.address,
        text=mail.text,
        whole=mail.whole,
        language=mail.language or (person.language if person else ""),
        via=Via.MAIL,
        is_verified=claim.is_verified,
        message_id=mail.message_id,
        mail_key=key,
    )
    message.left_out = [left for file in mail.files if (left := not_kept(message, file))]
    message.source.save("mail.eml", ContentFile(raw), save=False)
    message.save(update_fields=["left_out", "source"])
    threads.settle(message)
    if person:
        threads.mark_seen(thread, by=person, side=claim.side)
    if message.is_verified:
        threads.tell_others(message)
    return Receipt(Fate.ADDED if claim.thread else Fate.OPENED, message)


def not_kept(message: Message, file: Enclosed) -> dict | None:
    """Keep a file of a mail; or its name, and the code of the reason why it is not kept."""
    if message.attachments.count() >= MAX_FILES:
        return {"name": file.name, "reason": "too_many"}
    content = ContentFile(file.content)
    kind = documents.media_type_of(content) or ""
    suffix = documents.SUFFIXES.get(kind, "")
    # The name is not the sender's to be strict about: it gets the end its content asks for.
    fitting = (suffix, *documents.OTHER_SUFFIXES.get(kind, ()))
    named = file.name if file.name.lower().endswith(fitting) else f"{file.name}{suffix}"
    try:
        threads.attach(message, content, name=named)
    except ValidationError as error:
        return {"name": file.name, "reason": error.code or "unknown_type"}
    return None
