"""The ledger of letters: a row for each mail, and what the workers that send them share."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.models import User
from portal.lib.translations import Language
from publications.models.newsletters import Issue
from publications.models.subscribers import Audience, Subscriber

# How long a worker may say nothing before its rows are looked after by another. Longer than any
# mail may take: several times the patience of portal.lib.post.
SILENCE = datetime.timedelta(minutes=10)
# So long a mail that was under way when its worker died waits before it is sent again.
RESPITE = datetime.timedelta(minutes=5)
# A moment so far ahead was written by a clock that has been set back since.
AHEAD = datetime.timedelta(minutes=1)
# A mail that is refused for the moment is tried again after two minutes, four, eight, …, and at
# most an hour; ten attempts take some five hours.
FIRST_PAUSE = datetime.timedelta(minutes=2)
LONGEST_PAUSE = datetime.timedelta(hours=1)
MAX_ATTEMPTS = 10


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("being sent")
    DEFERRED = "deferred", _("to be tried again")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    BOUNCED = "bounced", _("came back")
    SKIPPED = "skipped", _("left out")
    SUPPRESSED = "suppressed", _("not written to")
    UNKNOWN = "unknown", _("unknown")


UNFINISHED = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)


class DeliveryQuerySet(models.QuerySet):
    """All moments are by the clock of the database, which the workers of several machines share."""

    def unfinished(self):
        return self.filter(state__in=UNFINISHED)

    def queued(self):
        return self.filter(state=DeliveryState.QUEUED)

    def due_again(self):
        """Refused for a while that is over, or that a clock set back has made too long."""
        return self.filter(
            Q(next_attempt_at__lte=Now())
            | Q(next_attempt_at__gt=Now() + LONGEST_PAUSE * 1.25 + AHEAD),
            state=DeliveryState.DEFERRED,
        )

    def claimed(self):
        return self.filter(state=DeliveryState.CLAIMED)

    def forgotten(self):
        """Claimed by a worker that died before it came to them: safe to send."""
        return self.claimed().filter(
            Q(claimed_at__lt=Now() - SILENCE) | Q(claimed_at__gt=Now() + AHEAD),
            attempted_at__isnull=True,
        )

    def unanswered(self):
        """Handed to the mail server by a worker that died before it heard the answer."""
        return self.claimed().filter(
            Q(attempted_at__lt=Now() - SILENCE) | Q(attempted_at__gt=Now() + AHEAD)
        )

    def repeated(self):
        """Sent again after a worker died with the mail under way, or about to be."""
        return self.filter(repeated_at__isnull=False)


class Posted(models.Model):
    """One mail to one subscriber, once.

    A worker claims the row, and marks it as attempted at the very moment the mail goes to the
    server: of a worker that died, what was only claimed can be sent, what was attempted may come
    twice if it is. That is done once, and ``repeated_at`` is the moment of that decision.
    ``claim`` is drawn by lot for each batch, so that a worker that has slept knows its rows from
    those that another has taken over. ``domain`` is that of the address when recipients were
    frozen, for the limits of pace.
    """

    language = models.CharField(max_length=2, choices=Language)
    audience = models.CharField(max_length=7, choices=Audience, default=Audience.PUBLIC)
    domain = models.CharField(max_length=253, blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    claim = models.CharField(max_length=16, blank=True)
    claimed_at = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    repeated_at = models.DateTimeField(_("sent again on"), null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        abstract = True


class Delivery(Posted):
    """One issue to one subscriber."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="deliveries", db_index=False)
    # Whoever has their data erased leaves the row behind, so that the sum still holds.
    subscriber = models.ForeignKey(
        Subscriber, models.SET_NULL, related_name="deliveries", null=True
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        # Each holds only what is under way, and is empty once an issue has gone out; the last one
        # holds the few that may have come twice.
        indexes = (
            models.Index(
                fields=("issue", "id"), name="delivery_queued", condition=Q(state="queued")
            ),
            models.Index(
                fields=("issue", "next_attempt_at"),
                name="delivery_deferred",
                condition=Q(state="deferred"),
            ),
            models.Index(
                fields=("issue", "claimed_at"),
                name="delivery_claimed",
                condition=Q(state="claimed"),
            ),
            models.Index(
                fields=("issue",),
                name="delivery_repeated",
                condition=Q(repeated_at__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("issue", "subscriber"), name="delivery_once_per_subscriber"
            ),
        )

    def __str__(self):
        return f"{self.issue_id} → {self.subscriber_id}: {self.state}"


class PauseReason(models.TextChoices):
    BY_HAND = "by_hand", _("paused by hand")
    OUTAGE = "outage", _("the mail server is out of reach, or refuses the portal")
    REFUSED = "refused", _("the mail server refuses the letter itself")


class SendingQuerySet(models.QuerySet):
    def held(self):
        """Paused, or cancelled for good."""
        return self.filter(Q(paused_at__isnull=False) | Q(cancelled_at__isnull=False))


class Sending(models.Model):
    """How the sending of an issue stands as a whole."""

    issue = models.OneToOneField(Issue, models.CASCADE, primary_key=True, related_name="sending")
    recipients = models.PositiveIntegerField(
        default=0, help_text="How many there were when they were frozen."
    )
    paused_at = models.DateTimeField(_("paused on"), null=True)
    paused_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    pause_reason = models.CharField(_("why"), max_length=8, choices=PauseReason, blank=True)
    pause_error = models.CharField(max_length=300, blank=True)
    cancelled_at = models.DateTimeField(_("rest cancelled on"), null=True)
    cancelled_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="How often in a row the mail server took no mail at all."
    )

    objects = SendingQuerySet.as_manager()

    class Meta:
        ordering = ("issue",)
        verbose_name = _("sending of an issue")
        verbose_name_plural = _("sendings of issues")

    def __str__(self):
        return f"{self.issue_id} {self.pause_reason}"

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None


class Pace(models.Model):
    """When the next mail to a domain may leave; the one without a domain is for all mails."""

    domain = models.CharField(max_length=253, primary_key=True)
    free_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("domain",)

    def __str__(self):
        return self.domain


class SendingMark(models.Model):
    """How many batches have been sent since the portal was set up; one row.

    The same number is kept outside the database. When the database knows of fewer, it is an older
    one that somebody has restored.
    """

    number = models.BigIntegerField(default=0)

    def __str__(self):
        return str(self.number)

    @classmethod
    def advance(cls, *, beyond: int = 0) -> int:
        """Count one more, and at least one more than ``beyond``. Returns the number."""
        cls.objects.get_or_create(pk=1)
        cls.objects.filter(pk=1, number__lt=beyond).update(number=beyond)
        cls.objects.filter(pk=1).update(number=F("number") + 1)
        return cls.objects.values_list("number", flat=True).get(pk=1)
