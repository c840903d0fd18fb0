"""What has happened to a publication: the steps of its editorial life, and its corrections."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import User
from portal.lib.translations import Translatable, TranslatableManager
from publications.models.library import Publication, PublicationState


class StepKind(models.TextChoices):
    RECORDED = "recorded", _("recorded")
    PROPOSED = "proposed", _("proposed")
    SENT_BACK = "sent_back", _("sent back")
    SCHEDULED = "scheduled", _("scheduled")
    UNSCHEDULED = "unscheduled", _("taken off the schedule")
    PUBLISHED = "published", _("published")
    CORRECTED = "corrected", _("corrected")
    REPLACED = "replaced", _("replaced")
    WITHDRAWN = "withdrawn", _("withdrawn")


class EditorialStep(models.Model):
    """One step: who took it, when, and why. Never changed afterwards."""

    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="steps", verbose_name=_("publication")
    )
    kind = models.CharField(_("step"), max_length=12, choices=StepKind)
    state = models.CharField(_("state"), max_length=10, choices=PublicationState)
    by = models.ForeignKey(
        User,
        models.SET_NULL,
        related_name="+",
        null=True,
        verbose_name=_("by"),
        help_text="Nobody when the schedule took the step.",
    )
    at = models.DateTimeField(_("on"), default=timezone.now)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("editorial step")
        verbose_name_plural = _("editorial steps")

    def __str__(self):
        return f"{self.publication_id} {self.kind} {self.at:%Y-%m-%d}"


class Correction(Translatable):
    """What was put right in a text after it appeared, told to its readers."""

    translated_fields = ("wording",)

    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="corrections", verbose_name=_("publication")
    )
    made_on = models.DateField(_("date"), default=timezone.localdate)
    wording = models.TextField(_("correction"))

    objects = TranslatableManager()

    class Meta:
        ordering = ("made_on", "pk")
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self):
        return f"{self.publication_id} {self.made_on:%Y-%m-%d}"
