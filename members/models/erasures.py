"""That somebody was erased: when, by whom and how much, without a word on who it was."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Ground(models.TextChoices):
    REQUEST = "request", _("the person asked for it")
    NO_LONGER_NEEDED = "not_needed", _("the data are no longer needed")
    MISTAKE = "mistake", _("recorded by mistake or without consent")


class Erasure(models.Model):
    """One erasure of a person. It holds no personal data, on purpose: only counts.

    ``reason`` says why the last contact of an organisation was erased all the same; names and
    addresses of the person are taken out of it.
    """

    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("erased by"),
    )
    erased_at = models.DateTimeField(_("erased on"), default=timezone.now)
    ground = models.CharField(_("on what ground"), max_length=12, choices=Ground)
    reason = models.TextField(_("reason"), blank=True)
    counts = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ("-erased_at", "-pk")
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self):
        return f"{self.erased_at:%Y-%m-%d}"
