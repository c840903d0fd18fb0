"""Periods of membership, derogations from the statutes, and every change of status."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.categories import Category
from members.models.organisations import Organisation, Status
from regions.models import Country


class MembershipQuerySet(models.QuerySet):
    def on(self, day: datetime.date):
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def begun_between(self, first: datetime.date, last: datetime.date):
        return self.filter(starts_on__range=(first, last))


class Membership(models.Model):
    """A period of membership, both days included. Renewal adds one, it never overwrites one."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    number = models.CharField(_("certificate number"), max_length=20, unique=True, editable=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("organisation", "-starts_on")
        verbose_name = _("membership period")
        verbose_name_plural = _("membership periods")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_begins",
                violation_error_message=_("The end must not come before the beginning."),
            ),
            models.UniqueConstraint(
                fields=("organisation", "starts_on"), name="membership_begins_once_a_day"
            ),
        )

    def __str__(self):
        return f"{self.number} ({self.starts_on}–{self.ends_on})"


class Derogation(models.Model):
    """A recorded exception to "one category-A organisation per country".

    The statutes say "as a general rule", so the secretariat may record an exception, with
    its reason, its author and its dates.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="derogations", verbose_name=_("organisation")
    )
    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"))
    reason = models.TextField(_("reason"))
    granted_on = models.DateField(_("granted on"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("granted by")
    )

    class Meta:
        ordering = ("-granted_on",)
        verbose_name = _("derogation")
        verbose_name_plural = _("derogations")

    def __str__(self):
        return f"{self.organisation} {self.granted_on}"


class StatusChange(models.Model):
    """Who changed the status of an organisation, when and why."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="status_changes", verbose_name=_("organisation")
    )
    before = models.CharField(_("before"), max_length=10, choices=Status)
    after = models.CharField(_("after"), max_length=10, choices=Status)
    reason = models.TextField(_("reason"), blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed on"), default=timezone.now)

    class Meta:
        ordering = ("-changed_at", "-pk")
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")

    def __str__(self):
        return f"{self.organisation}: {self.before} → {self.after}"
