"""The days on which nobody is contact of a member: begun, told, and over."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation


class ContactGapQuerySet(models.QuerySet):
    def open(self):
        return self.filter(until__isnull=True)


class ContactGap(models.Model):
    """From a day to a day an organisation had no contact. The desk was told when it began."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="contact_gaps", verbose_name=_("organisation")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = ContactGapQuerySet.as_manager()

    class Meta:
        ordering = ("-since", "-pk")
        verbose_name = _("days without a contact")
        verbose_name_plural = _("days without a contact")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation",),
                condition=Q(until__isnull=True),
                name="contact_gap_is_open_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="contact_gap_ends_after_it_begins",
            ),
        )

    def __str__(self):
        return f"{self.organisation} {self.since}"

    @property
    def days(self) -> datetime.timedelta | None:
        return self.until - self.since if self.until else None
