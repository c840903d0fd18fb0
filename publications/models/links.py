"""Addresses outside the portal that letters lead to, and whether they answer."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# What was found out is believed for so long.
FRESH = datetime.timedelta(days=1)
# A row that a worker took and did not come back with is another's after so long.
TAKEN = datetime.timedelta(minutes=5)
# What no letter has asked for since then is forgotten.
KEPT = datetime.timedelta(days=90)


class LinkOutcome(models.TextChoices):
    """As portal.lib.outside tells it."""

    OK = "ok", _("answers")
    CLOSED = "closed", _("is there, and answers no programs")
    MISSING = "missing", _("does not exist")
    FAILED = "failed", _("does not answer")
    FORBIDDEN = "forbidden", _("leads where no reader can go")


class OutsideLinkQuerySet(models.QuerySet):
    def stale(self, now: datetime.datetime):
        """Never looked at, or more than a day ago."""
        return self.filter(Q(checked_at__isnull=True) | Q(checked_at__lt=now - FRESH))

    def due(self, now: datetime.datetime):
        """Stale, asked for since it was last looked at, and in no worker's hands."""
        asked = Q(checked_at__isnull=True) | Q(asked_at__gt=models.F("checked_at"))
        free = Q(taken_at__isnull=True) | Q(taken_at__lt=now - TAKEN)
        return self.stale(now).filter(asked, free)

    def forgotten(self, now: datetime.datetime):
        return self.filter(asked_at__lt=now - KEPT)


class OutsideLink(models.Model):
    """One address, looked at when a letter with it is about to leave, at most once a day."""

    url = models.CharField(max_length=1000, unique=True)
    outcome = models.CharField(max_length=10, choices=LinkOutcome, blank=True)
    status = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    objects = OutsideLinkQuerySet.as_manager()

    class Meta:
        ordering = ("url",)
        verbose_name = _("link to the outside")
        verbose_name_plural = _("links to the outside")

    def __str__(self):
        return self.url
