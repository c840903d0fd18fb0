"""What the region says about an application, and what an acceptance has made."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.applications import Application
from members.models.memberships import Membership, StatusChange
from members.models.organisations import Organisation
from regions.models import Region


class Opinion(models.TextChoices):
    FAVOURABLE = "favourable", _("favourable")
    RESERVED = "reserved", _("reserved")
    UNFAVOURABLE = "unfavourable", _("unfavourable")


class Advice(models.Model):
    """A region's opinion on an application, by its executive. It is never shown to the applicant.

    A later one of the same region replaces an earlier one, which stays on record.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="advice")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    opinion = models.CharField(_("opinion"), max_length=12, choices=Opinion)
    text = models.TextField(_("grounds"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("given by"),
    )
    given_at = models.DateTimeField(_("given on"), default=timezone.now)

    class Meta:
        ordering = ("-given_at", "-pk")
        verbose_name = _("advice of a region")
        verbose_name_plural = _("advice of the regions")

    def __str__(self):
        return f"{self.region}: {self.get_opinion_display()}"


class AcceptanceQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(taken_back_at__isnull=True)


class Acceptance(models.Model):
    """What the acceptance of an application has made, so that it can be taken back for a while.

    ``before`` is what a former member was when it was accepted again; it is empty for a new
    organisation, which goes again when the acceptance is taken back.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="acceptances")
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, related_name="acceptances"
    )
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    status_change = models.ForeignKey(StatusChange, models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(default=dict, blank=True)
    invitations = models.JSONField(default=list, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided on"), default=timezone.now)
    final_at = models.DateTimeField(_("final from"))
    taken_back_at = models.DateTimeField(_("taken back on"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        ordering = ("-decided_at", "-pk")
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints = (
            models.UniqueConstraint(
                fields=("application",),
                condition=Q(taken_back_at__isnull=True),
                name="acceptance_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(final_at__gte=F("decided_at")), name="acceptance_final_after_decision"
            ),
        )

    def __str__(self):
        return f"{self.application} {self.decided_at:%Y-%m-%d}"

    @property
    def key(self) -> str:
        """What the mails of this acceptance are kept under."""
        return f"acceptance:{self.pk}"

    @property
    def is_new(self) -> bool:
        return not self.before

    @property
    def can_be_taken_back(self) -> bool:
        return self.taken_back_at is None and timezone.now() < self.final_at
