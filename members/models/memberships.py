"""Periods of membership, derogations from the statutes, and every change of status."""

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models.categories import Category
from members.models.organisations import Organisation, Status
from regions.models import Country


class MembershipQuerySet(models.QuerySet):
    def on(self, day: datetime.date):
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def overlapping(self, first: datetime.date, last: datetime.date):
        return self.filter(starts_on__lte=last, ends_on__gte=first)

    def begun_between(self, first: datetime.date, last: datetime.date):
        return self.filter(starts_on__range=(first, last))


class Membership(models.Model):
    """A period of membership, both days included. Renewal adds one, it never overwrites one.

    Periods of one organisation never overlap: ``members.guards`` has the database keep it.
    ``country`` is the organisation's when the period was recorded, whatever it becomes later.
    """

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="memberships",
        null=True,
        blank=True,
        verbose_name=_("country"),
    )
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

    def save(self, *args, **kwargs):
        if self._state.adding and self.country_id is None:
            self.country_id = self.organisation.country_id
        super().save(*args, **kwargs)

    def clean(self):
        if not (self.organisation_id and self.starts_on and self.ends_on):
            return
        others = Membership.objects.filter(organisation=self.organisation_id).exclude(pk=self.pk)
        if others.overlapping(self.starts_on, self.ends_on).exists():
            raise overlapping()


def overlapping() -> ValidationError:
    return ValidationError(
        gettext("This period overlaps another one of the same organisation."), code="overlap"
    )


class DerogationQuerySet(models.QuerySet):
    def in_force(self, day: datetime.date | None = None):
        day = day or timezone.localdate()
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), granted_on__lte=day)


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

    objects = DerogationQuerySet.as_manager()

    class Meta:
        ordering = ("-granted_on",)
        verbose_name = _("derogation")
        verbose_name_plural = _("derogations")

    def __str__(self):
        return f"{self.organisation} {self.granted_on}"


class StatusChangeQuerySet(models.QuerySet):
    def until_the_end_of(self, day: datetime.date):
        """Those made on the day or before it, the latest first."""
        next_day = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min)
        return self.filter(changed_at__lt=timezone.make_aware(next_day))


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

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        ordering = ("-changed_at", "-pk")
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")

    def __str__(self):
        return f"{self.organisation}: {self.before} → {self.after}"
