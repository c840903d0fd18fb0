"""Certificates of membership: what each paper says, and the code by which anybody can check it."""

import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Category, Membership
from members.models.organisations import STANDING


class CertificateState(models.TextChoices):
    VALID = "valid", pgettext_lazy("certificate", "valid")
    EARLY = "early", pgettext_lazy("certificate", "not valid yet")
    EXPIRED = "expired", pgettext_lazy("certificate", "expired")
    REPLACED = "replaced", pgettext_lazy("certificate", "replaced")
    WITHDRAWN = "withdrawn", pgettext_lazy("certificate", "no longer valid")


class CertificateQuerySet(models.QuerySet):
    def current(self):
        """Those that no newer one has replaced."""
        return self.filter(replaced_at=None)


class Certificate(models.Model):
    """What the certificate of a period says, whatever the language it is printed in.

    A period has one current certificate; when what it says has changed, the next paper gets a new
    code and this one is replaced. It outlives its period, so that a paper that is about can still
    be answered for.
    """

    code = models.CharField(_("code"), max_length=10, unique=True, editable=False)
    membership = models.ForeignKey(
        Membership,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="certificates",
        verbose_name=_("membership period"),
    )
    number = models.CharField(_("certificate number"), max_length=20, editable=False)
    name = models.CharField(_("name"), max_length=250, editable=False)
    category = models.ForeignKey(
        Category, models.PROTECT, editable=False, related_name="+", verbose_name=_("category")
    )
    starts_on = models.DateField(_("from"), editable=False)
    ends_on = models.DateField(_("until"), editable=False)
    issued_at = models.DateTimeField(_("issued on"), default=timezone.now, editable=False)
    replaced_at = models.DateTimeField(_("replaced on"), null=True, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ("-issued_at", "-pk")
        verbose_name = _("certificate of membership")
        verbose_name_plural = _("certificates of membership")
        constraints = (
            models.UniqueConstraint(
                fields=("membership",),
                condition=Q(replaced_at=None),
                name="certificate_once_a_period",
            ),
        )

    def __str__(self):
        return f"{self.number} {self.code}"

    def get_absolute_url(self):
        return reverse("publications:certificate", kwargs={"code": self.code})

    def state_on(self, day: datetime.date) -> CertificateState:
        """Whether the paper holds that day: for no longer than it says, nor than the period does,
        and not while the membership is interrupted."""
        if self.replaced_at is not None:
            return CertificateState.REPLACED
        if self.membership is None:
            return CertificateState.WITHDRAWN
        if day > min(self.ends_on, self.membership.ends_on):
            return CertificateState.EXPIRED
        if self.membership.organisation.status not in STANDING:
            return CertificateState.WITHDRAWN
        return CertificateState.EARLY if day < self.starts_on else CertificateState.VALID

    @property
    def is_public(self) -> bool:
        """Whether anybody may be told whose it is: nobody of a discreet or a former member."""
        if self.membership is None:
            return False
        organisation = self.membership.organisation
        return organisation.status in STANDING and not organisation.discreet
