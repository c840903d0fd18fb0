"""Translation files that were sent in: looked at first, then recorded as one or left."""

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.exchange.formats import FORMATS
from portal.lib.translations import Language

# A file that nobody records is forgotten after so many days; a recorded one leaves a line.
KEPT_DAYS = 30


class TextFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; all to the secretariat."""
        return self if user.standing.is_secretariat else self.filter(sent_by=user)

    def waiting(self):
        return self.filter(recorded_at__isnull=True)

    def forgotten(self, today: datetime.date):
        return self.waiting().filter(sent_at__date__lt=today - datetime.timedelta(days=KEPT_DAYS))


class TextFile(models.Model):
    """``content`` is the file as it came, until it is recorded. ``told`` is what was done then:
    the number of fields by outcome, and the reasons of refusals."""

    name = models.CharField(_("name of the file"), max_length=200)
    format = models.CharField(_("format"), max_length=10, choices=FORMATS)
    source_language = models.CharField(_("from"), max_length=2, choices=Language)
    target_language = models.CharField(_("into"), max_length=2, choices=Language)
    content = models.BinaryField(blank=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("sent by"),
    )
    sent_at = models.DateTimeField(_("sent on"), default=timezone.now, editable=False)
    recorded_at = models.DateTimeField(_("recorded on"), null=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    told = models.JSONField(default=dict, editable=False)

    objects = TextFileQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-pk")
        verbose_name = _("translation file")
        verbose_name_plural = _("translation files")

    def __str__(self):
        return f"{self.name} ({self.source_language} → {self.target_language})"

    @property
    def is_recorded(self) -> bool:
        return self.recorded_at is not None
