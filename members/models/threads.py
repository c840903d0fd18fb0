"""Threads between an organisation and the secretariat, written here or by mail."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation
from members.models.people import User
from portal.lib.files import SUFFIXES
from portal.lib.text import accent_blind
from portal.lib.translations import Language
from regions.models import Region

TOKEN_LENGTH = 24
# Mail servers may change the case of an address, so that only small letters tell tokens apart.
TOKEN_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


class Side(models.TextChoices):
    """The two who write to each other; the regional executive writes for the secretariat."""

    ORGANISATION = "organisation", _("the organisation")
    SECRETARIAT = "secretariat", _("the secretariat")


class Via(models.TextChoices):
    SPACE = "space", _("members’ area")
    DESK = "desk", _("desk")
    MAIL = "mail", _("e-mail")


class ThreadQuerySet(models.QuerySet):
    def of_organisation(self, organisation: Organisation):
        return self.filter(organisation=organisation)

    def of_people_of(self, user: User):
        """Those of the organisations the person acts for today, whatever their status."""
        return self.filter(organisation__in=[one.pk for one in user.standing.organisations])

    def begun(self):
        """Those that hold something their organisation may read."""
        return self.filter(Exists(Message.objects.filter(thread=OuterRef("pk")).verified()))

    def run_by(self, user: User):
        """Those a person reads and answers at the desk. What comes from nobody we know is the
        secretariat's alone."""
        if user.standing.is_secretariat:
            return self
        return self.filter(organisation__in=Organisation.objects.run_by(user).values("pk"))

    def open(self):
        return self.filter(closed_at__isnull=True)

    def closed(self):
        return self.filter(closed_at__isnull=False)

    def waiting_for_secretariat(self):
        """Open threads in which the secretariat is to answer, the longest waiting first."""
        return self.open().filter(turn=Side.SECRETARIAT).order_by("waiting_since", "pk")

    def waiting_for_organisation(self):
        return self.open().filter(turn=Side.ORGANISATION).order_by("waiting_since", "pk")

    def unverified(self):
        """Those that hold a mail nobody has vouched for yet."""
        waiting = Message.objects.filter(thread=OuterRef("pk")).unverified()
        return self.filter(Exists(waiting))

    def in_region(self, region: Region):
        place = Q(organisation__country__region=region)
        without = Q(organisation__country__isnull=True, organisation__regions=region)
        return self.filter(place | without).distinct()

    def mentioning(self, words: str):
        """Those whose subject or organisation's name holds all the words, blind to accents."""
        named = Organisation.objects.all()
        found = self
        for word in words.split():
            subject = Q(subject__regex=accent_blind(word))
            found = found.filter(subject | Q(organisation__in=named.named(word).values("pk")))
        return found

    def owned_by(self, user: User):
        return self.filter(owner=user)

    def with_unread(self, user: User, side: str):
        """Each with ``is_unread``: whether somebody else wrote since the person last looked."""
        seen = Reader.objects.filter(thread=OuterRef("pk"), person=user, side=side)
        written = Message.objects.filter(thread=OuterRef("pk")).exclude(author=user)
        if side == Side.ORGANISATION:
            written = written.verified()
        newer = written.filter(pk__gt=OuterRef("seen"))
        known = self.annotate(seen=Coalesce(Subquery(seen.values("seen")[:1]), 0))
        return known.annotate(is_unread=Exists(newer))

    def with_latest(self):
        """Each with ``latest_at``, when the last message that counts was written."""
        latest = Message.objects.filter(thread=OuterRef("pk")).order_by("-pk")
        return self.annotate(latest_at=Subquery(latest.values("written_at")[:1]))


class Thread(models.Model):
    """Messages about one thing between one organisation and the secretariat.

    ``turn`` is whose answer is awaited, ``waiting_since`` from when; both are settled by the
    verbs. Without an organisation it began with a mail from an address nobody here has.
    """

    subject = models.CharField(_("subject"), max_length=200)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="threads",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("in charge"),
    )
    turn = models.CharField(_("whose turn"), max_length=12, choices=Side)
    waiting_since = models.DateTimeField(_("waiting since"), default=timezone.now)
    opened_at = models.DateTimeField(_("opened on"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes = (
            models.Index(fields=("closed_at", "turn", "waiting_since"), name="thread_by_turn"),
        )

    def __str__(self):
        return self.subject

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_ours(self) -> bool:
        """Whether the secretariat is to answer."""
        return self.is_open and self.turn == Side.SECRETARIAT

    @property
    def waiting(self) -> datetime.timedelta:
        return timezone.now() - self.waiting_since


class MessageQuerySet(models.QuerySet):
    def verified(self):
        return self.filter(is_verified=True)

    def unverified(self):
        return self.filter(is_verified=False)

    def visible_to(self, user: User):
        """A mail nobody has vouched for is seen at the desk only."""
        threads = Thread.objects.run_by(user)
        own = Thread.objects.of_people_of(user)
        return self.filter(
            Q(thread__in=threads.values("pk")) | Q(thread__in=own.values("pk"), is_verified=True)
        )


def source_path(instance: "Message", filename: str) -> str:
    return f"threads/{timezone.now():%Y}/{get_random_string(20)}.eml"


class Message(models.Model):
    """What one person wrote. It is never edited afterwards.

    Of a mail ``text`` is what was newly written and ``whole`` all of it with the quoted history;
    ``source`` is the mail as it came. ``is_verified`` is false while nobody knows that the mail
    is from whom it says.
    """

    thread = models.ForeignKey(
        Thread, models.CASCADE, related_name="messages", verbose_name=_("thread")
    )
    side = models.CharField(_("side"), max_length=12, choices=Side)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("author"),
    )
    author_name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    text = models.TextField(_("message"))
    whole = models.TextField(_("the whole mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True)
    via = models.CharField(_("by way of"), max_length=5, choices=Via)
    written_at = models.DateTimeField(_("written on"), default=timezone.now)
    is_verified = models.BooleanField(_("sender is known"), default=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    message_id = models.CharField(max_length=250, blank=True, editable=False)
    # One mail once, however often the mail server hands it over.
    mail_key = models.CharField(max_length=64, blank=True, editable=False)
    source = models.FileField(upload_to=source_path, max_length=200, blank=True, editable=False)
    # Files of the mail that were not kept, each with the reason.
    left_out = models.JSONField(default=list, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = (
            models.CheckConstraint(
                condition=Q(is_verified=True) | Q(via=Via.MAIL),
                name="message_unverified_came_by_mail",
            ),
            models.UniqueConstraint(
                fields=("mail_key",), condition=~Q(mail_key=""), name="message_of_a_mail_once"
            ),
        )

    def __str__(self):
        return f"{self.sender_name} {self.written_at:%Y-%m-%d}"

    @property
    def sender_name(self) -> str:
        return str(self.author) if self.author_id else self.author_name or self.email

    @property
    def has_more(self) -> bool:
        """Whether the mail held more than what is shown first."""
        return bool(self.whole) and self.whole.strip() != self.text.strip()


def attachment_path(instance: "Attachment", filename: str) -> str:
    """A name of our own; the one it came with is never trusted."""
    suffix = SUFFIXES.get(instance.media_type, "")
    return f"threads/{timezone.now():%Y}/{get_random_string(20)}{suffix}"


class Attachment(models.Model):
    """A document sent with a message; what is said of it was read from the file."""

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="attachments", verbose_name=_("message")
    )
    name = models.CharField(_("name"), max_length=150)
    file = models.FileField(_("file"), upload_to=attachment_path, max_length=200)
    media_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(_("size"), default=0, editable=False)
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("members:attachment", kwargs={"pk": self.pk})

    @property
    def kind(self) -> str:
        return SUFFIXES.get(self.media_type, "")[1:].upper()


def reader_token() -> str:
    return get_random_string(TOKEN_LENGTH, TOKEN_LETTERS)


class ReaderQuerySet(models.QuerySet):
    def people(self):
        return self.filter(person__isnull=False)


class Reader(models.Model):
    """Somebody who takes part in a thread: how far they have read, and the secret of their mails.

    Who answers a mail to the address with the token answers in this thread, on this side. An
    address without a person is that of a correspondent who has no account.
    """

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="readers")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    email = models.EmailField(max_length=254, blank=True)
    side = models.CharField(max_length=12, choices=Side)
    token = models.CharField(max_length=40, unique=True, default=reader_token, editable=False)
    # The key of the last message they have seen; later ones are new to them.
    seen = models.PositiveBigIntegerField(default=0, editable=False)

    objects = ReaderQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("reader of a thread")
        verbose_name_plural = _("readers of threads")
        constraints = (
            models.UniqueConstraint(
                fields=("thread", "person", "side"),
                condition=Q(person__isnull=False),
                name="reader_of_thread_once",
            ),
            models.UniqueConstraint(
                fields=("thread", "email"),
                condition=Q(person__isnull=True),
                name="reader_by_address_once",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(email=""),
                name="reader_is_a_person_or_an_address",
            ),
        )

    def __str__(self):
        return f"{self.person or self.email}, {self.side}"
