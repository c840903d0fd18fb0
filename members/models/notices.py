"""The ledger of mails that the portal writes to people by itself, each with its delivery."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation
from portal.lib.translations import Language

# A claim older than this belongs to a worker that died between handing over and writing it down.
FORGOTTEN = datetime.timedelta(minutes=15)
# After so many attempts the secretariat is told, though the portal goes on trying.
TRIED_OFTEN = 3


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("waiting to leave")
    LEAVING = "leaving", _("leaving")
    SENT = "sent", _("handed over to the mail server")
    REFUSED = "refused", _("refused by the mail server")
    UNCERTAIN = "uncertain", _("perhaps not delivered")
    CANCELLED = "cancelled", _("cancelled")
    HELD = "held", _("kept for the summary")
    JOINED = "joined", _("sent within a summary")


class NoticeQuerySet(models.QuerySet):
    def due(self, now: datetime.datetime):
        return self.filter(state=NoticeState.WAITING, leaves_at__lte=now)

    def forgotten(self, now: datetime.datetime):
        """Claimed by a worker that has not been heard of since."""
        return self.filter(state=NoticeState.LEAVING, claimed_at__lt=now - FORGOTTEN)

    def undelivered(self):
        """What somebody should look at: refused, uncertain, or tried in vain several times."""
        failed = Q(state__in=(NoticeState.REFUSED, NoticeState.UNCERTAIN))
        return self.filter(failed | Q(state=NoticeState.WAITING, attempts__gte=TRIED_OFTEN))

    def held(self, day: datetime.date):
        """Kept for a summary that is due by the day."""
        return self.filter(state=NoticeState.HELD, leaves_at__date__lte=day)

    def about(self, organisation: Organisation):
        return self.filter(organisation=organisation)


class Notice(models.Model):
    """One mail to one address about one thing; the constraint keeps it from being written twice.

    ``kind`` and ``key`` say what it is about ("renewal_60", "membership:12"). The text is kept
    as it was sent, since "what did you write to us?" is asked years later.
    """

    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(max_length=100)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    headers = models.JSONField(default=dict, blank=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("person"),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("organisation"),
    )
    written_at = models.DateTimeField(_("written on"), default=timezone.now)
    leaves_at = models.DateTimeField(_("leaves on"), default=timezone.now)
    state = models.CharField(
        _("state"), max_length=10, choices=NoticeState, default=NoticeState.WAITING
    )
    claimed_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent on"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=250, blank=True)
    joined_in = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="joined",
        verbose_name=_("summary"),
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-written_at", "-pk")
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = (
            models.UniqueConstraint(fields=("kind", "key", "email"), name="notice_written_once"),
        )
        indexes = (models.Index(fields=("state", "leaves_at"), name="notice_by_state"),)

    def __str__(self):
        return f"{self.subject} → {self.email}"
