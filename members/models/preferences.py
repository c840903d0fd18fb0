"""What a person wants to be written, and how often."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Frequency(models.TextChoices):
    AT_ONCE = "at_once", _("at once, one mail each")
    DAILY = "daily", _("once a day, in one mail")
    WEEKLY = "weekly", _("once a week, on Monday, in one mail")


class Preference(models.Model):
    """One person's choice. Without a row everything comes at once.

    ``stopped`` lists the topics that are switched off, by their code in ``preferences.TOPICS``.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="preference",
        verbose_name=_("person"),
    )
    frequency = models.CharField(
        _("how often"), max_length=10, choices=Frequency, default=Frequency.AT_ONCE
    )
    stopped = models.JSONField(_("switched off"), default=list, blank=True)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(frequency__in=Frequency.values),
                name="preference_has_a_known_frequency",
            ),
        )

    def __str__(self):
        return f"{self.person}: {self.get_frequency_display()}"
