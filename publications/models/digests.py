"""Digests of an axis: once a month, what the letters that were sent told about it."""

import datetime

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programme.models import Axis
from publications.models.deliveries import Posted
from publications.models.newsletters import IssueItem
from publications.models.periods import Period, valid_period
from publications.models.subscribers import Subscriber


class AxisDigest(models.Model):
    """What is told of an axis for a month. Its items are the blocks of issues as they were sent."""

    axis = models.ForeignKey(Axis, models.CASCADE, related_name="digests", verbose_name=_("axis"))
    month = models.CharField(_("month"), max_length=7, validators=(valid_period,))
    made_at = models.DateTimeField(_("made on"), default=timezone.now)
    items = models.ManyToManyField(IssueItem, related_name="digests", verbose_name=_("items"))

    class Meta:
        ordering = ("-month", "axis")
        verbose_name = _("digest of an axis")
        verbose_name_plural = _("digests of axes")
        constraints = (
            models.UniqueConstraint(fields=("axis", "month"), name="axis_digest_once_a_month"),
        )

    def __str__(self):
        return f"{self.axis_id} {self.month}"

    def get_absolute_url(self):
        return reverse("publications:axis_digest", kwargs={"pk": self.pk})

    @property
    def first_day(self) -> datetime.date:
        return Period.parse(self.month).first_day


class AxisDelivery(Posted):
    """One digest to one follower."""

    digest = models.ForeignKey(AxisDigest, models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="axis_deliveries")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("delivery of a digest")
        verbose_name_plural = _("deliveries of digests")
        constraints = (
            models.UniqueConstraint(
                fields=("digest", "subscriber"), name="axis_delivery_once_per_subscriber"
            ),
        )

    def __str__(self):
        return f"{self.digest_id} → {self.subscriber_id}: {self.state}"
