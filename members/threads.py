"""Writing to each other: an organisation's people and the secretariat, in threads.

Every message is mailed to the people of the other side, in their language. They answer in the
portal or, where the network receives mail (``REPLY_ADDRESS``), by answering the mail.
"""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import notices
from members.models import Attachment, Mandate, Message, Organisation, Reader, Thread, User
from members.models.mandates import MandateKind
from members.models.threads import Side, Via
from portal.lib import files as documents
from portal.lib import mail, network
from portal.lib.links import absolute_url
from portal.lib.quotation import MARK

NOTICE = "message"
MAX_FILES = 5
MAX_FILE_SIZE = 10 * 1024 * 1024
# Who is written to when the secretariat writes to an organisation, beside who took part.
ADDRESSED = (MandateKind.HEAD, MandateKind.CONTACT)


# -- Writing ---------------------------------------------------------------------------------------


def begin(
    *,
    organisation: Organisation,
    subject: str,
    text: str,
    by: User,
    side: str,
    language: str,
    files: Iterable[File] = (),
) -> Thread:
    """Open a thread with its first message, and mail it to the other side.

    Raises ValidationError as ``write`` does.
    """
    subject = mail.one_line(subject)
    if not subject:
        raise ValidationError({"subject": _("Say what it is about.")}, code="no_subject")
    with transaction.atomic():
        thread = Thread.objects.create(
            subject=subject[:200], organisation=organisation, turn=other(side)
        )
        write(thread, text=text, by=by, side=side, language=language, files=files)
    return thread


def write(
    thread: Thread,
    *,
    text: str,
    by: User,
    side: str,
    language: str,
    files: Iterable[File] = (),
) -> Message:
    """Add a message to a thread, and mail it to the other side. A closed thread opens again.

    Raises ValidationError when there is no text, or a file is not accepted.
    """
    if not text.strip():
        raise ValidationError({"text": _("Write a message.")}, code="no_text")
    with transaction.atomic():
        message = Message.objects.create(
            thread=thread,
            side=side,
            author=by,
            author_name=by.full_name,
            email=by.email,
            text=text.strip(),
            language=language,
            via=Via.SPACE if side == Side.ORGANISATION else Via.DESK,
        )
        for file in files:
            attach(message, file, name=file.name or "")
        settle(message)
        mark_seen(thread, by=by, side=side)
        tell_others(message)
    return message


def other(side: str) -> str:
    return Side.SECRETARIAT if side == Side.ORGANISATION else Side.ORGANISATION


def attach(message: Message, file: File, *, name: str) -> Attachment:
    """Keep a file with a message. Raises ValidationError when it is of no accepted kind."""
    kinds = documents.ENCLOSURES
    facts = documents.inspect(file, name=name, limit=MAX_FILE_SIZE, kinds=kinds)
    attachment = Attachment(
        message=message,
        name=name[-150:],
        media_type=facts.media_type,
        size=facts.size,
        digest=facts.digest,
    )
    attachment.file.save(name, file, save=True)
    return attachment


def settle(message: Message):
    """Say whose turn it is after a message. What waits keeps waiting since it began to."""
    thread = Thread.objects.select_for_update(of=("self",)).get(pk=message.thread_id)
    # A mail of an unknown sender is first of all something for the secretariat to look at.
    turn = other(message.side) if message.is_verified else Side.SECRETARIAT
    if thread.turn != turn or not thread.is_open or thread.messages.count() == 1:
        thread.waiting_since = message.written_at
    thread.turn, thread.closed_at, thread.closed_by = turn, None, None
    thread.save(update_fields=["turn", "waiting_since", "closed_at", "closed_by"])
    message.thread = thread


# -- Working on it ---------------------------------------------------------------------------------


def mark_seen(thread: Thread, *, by: User, side: str):
    """Remember that a person has seen all there is by now."""
    latest = thread.messages.order_by("-pk").values_list("pk", flat=True).first() or 0
    reader, is_new = Reader.objects.get_or_create(
        thread=thread, person=by, side=side, defaults={"seen": latest}
    )
    if not is_new and reader.seen < latest:
        Reader.objects.filter(pk=reader.pk, seen__lt=latest).update(seen=latest)


def close(thread: Thread, *, by: User):
    """Take a thread off the queue; the next message opens it again."""
    Thread.objects.open().filter(pk=thread.pk).update(closed_at=timezone.now(), closed_by=by)
    thread.refresh_from_db()


def reopen(thread: Thread):
    """Put a closed thread back on the secretariat's queue."""
    Thread.objects.closed().filter(pk=thread.pk).update(
        closed_at=None, closed_by=None, turn=Side.SECRETARIAT, waiting_since=timezone.now()
    )
    thread.refresh_from_db()


def assign(thread: Thread, *, to: User | None):
    """Put a person in charge, or nobody. Raises ValidationError for who may not answer it."""
    if to is not None and not Thread.objects.run_by(to).filter(pk=thread.pk).exists():
        raise ValidationError(_("This person does not answer for this organisation."), code="owner")
    thread.owner = to
    thread.save(update_fields=["owner"])


def possible_owners(thread: Thread):
    """The people of the secretariat, and the executives of the organisation's region."""
    return staff_for(thread.organisation)


def file_under(thread: Thread, *, organisation: Organisation):
    """Say which organisation a mail from an unknown address is from."""
    with transaction.atomic():
        locked = Thread.objects.select_for_update(of=("self",)).get(pk=thread.pk)
        if locked.organisation_id is not None:
            raise ValidationError(
                _("This thread already belongs to an organisation."), code="filed"
            )
        locked.organisation = organisation
        locked.save(update_fields=["organisation"])
    thread.organisation = organisation


def vouch(message: Message, *, by: User):
    """Confirm that a mail is from whom it says: from now on it counts and is passed on."""
    with transaction.atomic():
        locked = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if locked.is_verified:
            return
        locked.author = User.objects.active().filter(email__iexact=locked.email).first()
        locked.is_verified, locked.verified_by = True, by
        locked.save(update_fields=["author", "is_verified", "verified_by"])
        settle(locked)
        if locked.side == Side.SECRETARIAT:
            tell_others(locked)


# -- Mailing it ------------------------------------------------------------------------------------


def tell_others(message: Message):
    """Mail a message to the people of the other side."""
    thread, side = message.thread, other(message.side)
    for person in people_of(thread, side):
        if person.pk != message.author_id:
            reader, _is_new = Reader.objects.get_or_create(thread=thread, person=person, side=side)
            mail_to(reader, message, address=person.email, language=person.language)
    if side == Side.ORGANISATION and thread.organisation_id is None:
        for reader in correspondents(thread):
            language = message.language or settings.MODELTRANSLATION_DEFAULT_LANGUAGE
            mail_to(reader, message, address=reader.email, language=language)


def people_of(thread: Thread, side: str) -> Iterable[User]:
    if side == Side.ORGANISATION:
        return members_of(thread)
    if thread.owner and Thread.objects.run_by(thread.owner).filter(pk=thread.pk).exists():
        return [thread.owner]
    return staff_for(thread.organisation)


def members_of(thread: Thread):
    """The head and the contacts of the organisation, and who of its people took part."""
    if thread.organisation_id is None:
        return User.objects.none()
    mandates = Mandate.objects.current().for_organisation(thread.organisation)
    took_part = Reader.objects.filter(
        thread=thread, side=Side.ORGANISATION, person__in=thread.messages.values("author")
    )
    addressed = Q(kind__in=ADDRESSED) | Q(person__in=took_part.values("person"))
    return User.objects.active().filter(pk__in=mandates.filter(addressed).values("person"))


def staff_for(organisation: Organisation | None):
    """The people who may answer for the secretariat: its own, and the region's executives."""
    kinds = Q(kind=MandateKind.SECRETARIAT)
    if organisation is not None:
        places = (
            [organisation.country.region_id]
            if organisation.country_id
            else list(organisation.regions.values_list("pk", flat=True))
        )
        kinds |= Q(kind=MandateKind.EXECUTIVE, region__in=places)
    mandates = Mandate.objects.current().filter(kinds)
    return User.objects.active().filter(pk__in=mandates.values("person"))


def correspondents(thread: Thread) -> list[Reader]:
    """Who wrote from outside, each with a secret of their own to answer with."""
    addresses = thread.messages.filter(author=None, side=Side.ORGANISATION).exclude(email="")
    return [
        Reader.objects.get_or_create(
            thread=thread, person=None, email=email, defaults={"side": Side.ORGANISATION}
        )[0]
        for email in dict.fromkeys(addresses.values_list("email", flat=True))
    ]


def mail_to(reader: Reader, message: Message, *, address: str, language: str):
    thread = message.thread
    is_first = not thread.messages.filter(pk__lt=message.pk).exists()
    with translation.override(language):
        notices.write(
            NOTICE,
            f"message:{message.pk}",
            template="thread_message",
            subject=thread.subject if is_first else f"Re: {thread.subject}",
            to=address,
            language=language,
            person=reader.person,
            organisation=thread.organisation,
            headers=headers(reader, message),
            context={
                "message": message,
                "reader": reader,
                "author": author_words(message),
                "attachments": list(message.attachments.all()),
                "url": page_of(reader, language),
                "mark": MARK if reply_address(reader) else "",
            },
        )


def author_words(message: Message) -> str:
    """Who writes, and for whom, as the other side knows them."""
    if message.side == Side.SECRETARIAT or message.thread.organisation is None:
        return message.sender_name
    return f"{message.sender_name} ({message.thread.organisation})"


def page_of(reader: Reader, language: str) -> str:
    """Where a reader finds the thread in the portal; nowhere without an account."""
    if reader.person_id is None:
        return ""
    name = "desk_thread" if reader.side == Side.SECRETARIAT else "space_thread"
    return absolute_url(f"members:{name}", language=language, pk=reader.thread_id)


def reply_address(reader: Reader) -> str:
    """Where a reader's answer by mail goes; nowhere in a network that receives none."""
    if not settings.REPLY_ADDRESS:
        return ""
    local, _at, domain = settings.REPLY_ADDRESS.partition("@")
    return f"{local}+{reader.token}@{domain}"


def headers(reader: Reader, message: Message) -> dict[str, str]:
    """What keeps the mails of a thread together in a mail program, and brings answers back."""
    domain = mail_domain()
    root = f"<{reader.token}@{domain}>"
    found = {
        "Message-ID": f"<{reader.token}.{message.pk}@{domain}>",
        "In-Reply-To": root,
        "References": root,
    }
    if address := reply_address(reader):
        found["Reply-To"] = address
    return found


def mail_domain() -> str:
    return (settings.REPLY_ADDRESS or network.current().sender).rpartition("@")[2]


def waiting_days(thread: Thread, now: datetime.datetime | None = None) -> int:
    return ((now or timezone.now()) - thread.waiting_since).days
