"""Readers of the letters: an address with its choices, and whom nobody writes to any more."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from members.models import User
from portal.lib.translations import Language
from programme.models import Axis
from publications.models.newsletters import Newsletter

# What nobody has confirmed by then is erased.
CONFIRMED_WITHIN = datetime.timedelta(days=7)


class Audience(models.TextChoices):
    """For whom a mail is written: the readers of one segment get the same words."""

    PUBLIC = "public", _("public")
    MEMBERS = "members", _("members")


def reader_token() -> str:
    return get_random_string(40)


class SubscriberQuerySet(models.QuerySet):
    def confirmed(self):
        """Those whose address has answered a mail once."""
        return self.filter(confirmed_at__isnull=False)

    def reachable(self, day: datetime.date | None = None):
        """Those to whom a letter may go: neither erased nor suppressed, and not pausing."""
        day = day or timezone.localdate()
        return self.filter(
            Q(paused_until__isnull=True) | Q(paused_until__lte=day),
            suppressed_at__isnull=True,
            erased_at__isnull=True,
        )

    def out_of_reach(self, day: datetime.date | None = None):
        """All others; written out, since databases are slow at what is not in a long list."""
        return self.filter(
            Q(paused_until__gt=day or timezone.localdate())
            | Q(suppressed_at__isnull=False)
            | Q(erased_at__isnull=False)
        )


class Subscriber(models.Model):
    """An address, and what holds for all that is sent to it.

    The token stands in every link of its mails, and opens the reader's own page. ``person`` is
    the account the address belongs to or once belonged to: somebody who changes their address
    can still leave by the link in an old mail.
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    token = models.CharField(max_length=40, unique=True, default=reader_token, editable=False)
    person = models.ForeignKey(
        User,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("person"),
    )
    since = models.DateTimeField(_("known since"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, editable=False)
    paused_until = models.DateField(
        _("paused until"), null=True, blank=True, help_text=_("Letters come again from this day.")
    )
    suppressed_at = models.DateTimeField(_("suppressed on"), null=True, editable=False)
    erased_at = models.DateTimeField(_("erased on"), null=True, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self):
        return self.email

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_pausing(self) -> bool:
        return self.paused_until is not None and self.paused_until > timezone.localdate()


class SubscriptionQuerySet(models.QuerySet):
    def confirmed(self):
        """Those who said yes by mail and have not left."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)

    def waiting(self):
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True)

    def never_confirmed(self, now: datetime.datetime):
        """Asked for by somebody who did not answer the mail, perhaps because it was not them."""
        return self.waiting().filter(requested_at__lt=now - CONFIRMED_WITHIN)


class Subscription(models.Model):
    """One choice of a subscriber: a letter, or an axis of the programme."""

    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, related_name="subscriptions", verbose_name=_("subscriber")
    )
    newsletter = models.ForeignKey(
        Newsletter,
        models.CASCADE,
        related_name="subscriptions",
        null=True,
        blank=True,
        verbose_name=_("newsletter"),
    )
    axis = models.ForeignKey(
        Axis,
        models.CASCADE,
        related_name="subscriptions",
        null=True,
        blank=True,
        verbose_name=_("axis"),
    )
    requested_at = models.DateTimeField(_("requested on"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended on"), null=True, editable=False)
    # Mails that left before an address had one token for all its choices lead here.
    old_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = (
            models.UniqueConstraint(
                fields=("subscriber", "newsletter"), name="subscription_once_per_letter"
            ),
            models.UniqueConstraint(
                fields=("subscriber", "axis"), name="subscription_once_per_axis"
            ),
            models.UniqueConstraint(
                fields=("old_token",), condition=~Q(old_token=""), name="subscription_once_per_link"
            ),
            models.CheckConstraint(
                condition=Q(newsletter__isnull=False, axis__isnull=True)
                | Q(newsletter__isnull=True, axis__isnull=False),
                name="subscription_is_to_a_letter_or_an_axis",
            ),
        )

    def __str__(self):
        return f"{self.subscriber_id} {self.newsletter_id or ''}/{self.axis_id or ''}"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None

    @property
    def chosen(self) -> Newsletter | Axis:
        return self.newsletter or self.axis


class LetterLeft(models.Model):
    """A member's own person who does not want the letter of their region."""

    person = models.ForeignKey(
        User, models.CASCADE, related_name="letters_left", verbose_name=_("person")
    )
    newsletter = models.ForeignKey(
        Newsletter, models.CASCADE, related_name="left_by", verbose_name=_("newsletter")
    )
    at = models.DateTimeField(_("on"), default=timezone.now)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("letter that a member has left")
        verbose_name_plural = _("letters that members have left")
        constraints = (
            models.UniqueConstraint(fields=("person", "newsletter"), name="letter_left_once"),
        )

    def __str__(self):
        return f"{self.person_id} {self.newsletter_id}"


class BounceKind(models.TextChoices):
    HARD = "hard", _("not deliverable")
    SOFT = "soft", _("not deliverable for now")
    COMPLAINT = "complaint", _("complaint")


class Bounce(models.Model):
    """What a mail server, or a reader's provider, answered to one of our mails."""

    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, related_name="bounces", verbose_name=_("subscriber")
    )
    kind = models.CharField(_("kind"), max_length=9, choices=BounceKind)
    at = models.DateTimeField(_("on"), default=timezone.now)
    # The same answer may come twice, by two ways: its name is made from what it says.
    key = models.CharField(max_length=64, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=20, blank=True, help_text="As in RFC 3463.")
    delivery = models.ForeignKey(
        "publications.Delivery", models.SET_NULL, related_name="bounces", null=True, editable=False
    )

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")

    def __str__(self):
        return f"{self.subscriber_id} {self.kind} {self.at:%Y-%m-%d}"


class SuppressionReason(models.TextChoices):
    BOUNCES = "bounces", _("three times not deliverable")
    COMPLAINT = "complaint", _("complaint")
    ASKED = "asked", _("asked never to be written to")


class SuppressionQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(lifted_at__isnull=True)


class Suppression(models.Model):
    """An address that no letter goes to, known by a keyed hash alone.

    It outlives the address: whoever has their data erased is still not written to again.
    """

    digest = models.CharField(max_length=64, editable=False)
    reason = models.CharField(_("reason"), max_length=9, choices=SuppressionReason)
    at = models.DateTimeField(_("on"), default=timezone.now)
    lifted_at = models.DateTimeField(_("lifted on"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("lifted by"),
    )
    lifted_why = models.TextField(_("why it was lifted"), blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = (
            models.UniqueConstraint(
                fields=("digest",),
                condition=Q(lifted_at__isnull=True),
                name="suppression_once_in_force",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_why=""),
                name="suppression_is_lifted_with_a_reason",
            ),
        )

    def __str__(self):
        return f"{self.digest[:8]} {self.reason}"
