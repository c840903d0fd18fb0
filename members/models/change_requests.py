"""What an organisation may not change by itself, asked for and decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation
from members.models.people import User


class ChangedField(models.TextChoices):
    NAME_FR = "name_fr", _("name in French")
    NAME_EN = "name_en", _("name in English")
    NAME_ES = "name_es", _("name in Spanish")
    CATEGORY = "category", _("category")
    COUNTRY = "country", _("country")


class ChangeState(models.TextChoices):
    WAITING = "waiting", _("waiting for the secretariat")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ChangeRequestQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=ChangeState.WAITING)

    def oldest_first(self):
        return self.order_by("asked_at", "pk")

    def run_by(self, user: User):
        """Those of the organisations the user runs at the desk."""
        if user.standing.is_secretariat:
            return self
        return self.filter(organisation__in=Organisation.objects.run_by(user).values("pk"))


class ChangeRequest(models.Model):
    """One field, from what to what and why; advised by the region, decided by the secretariat.

    ``before`` and ``after`` hold what is stored: a name, the code of a category or a country.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="change_requests",
        verbose_name=_("organisation"),
    )
    field = models.CharField(_("what"), max_length=10, choices=ChangedField)
    before = models.CharField(_("before"), max_length=200, blank=True)
    after = models.CharField(_("after"), max_length=200)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked on"), default=timezone.now)
    state = models.CharField(
        _("state"), max_length=10, choices=ChangeState, default=ChangeState.WAITING
    )
    advice = models.TextField(_("advice of the region"), blank=True)
    advised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("advised by"),
    )
    advised_at = models.DateTimeField(_("advised on"), null=True)
    decision = models.TextField(_("reason of the decision"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided on"), null=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "field"),
                condition=Q(state=ChangeState.WAITING),
                name="change_request_waits_once_per_field",
                violation_error_message=_("This change has already been asked for."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=(ChangeState.WAITING, ChangeState.WITHDRAWN))
                | Q(decided_at__isnull=False),
                name="change_request_is_decided_on_a_day",
            ),
        )

    def __str__(self):
        return f"{self.organisation}: {self.get_field_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.state == ChangeState.WAITING
