"""PDF reports: certificate, a member's year, a region's year. Each is a job with a file."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, User
from portal.lib.jobs import Job, JobQuerySet
from portal.lib.translations import Language
from regions.models import Region


class ReportKind(models.TextChoices):
    CERTIFICATE = "certificate", _("certificate of membership")
    MEMBER = "member", _("yearly report of a member")
    REGION = "region", _("regional report")


class ReportQuerySet(JobQuerySet):
    def visible_to(self, user: User):
        """Reports on what the user acts for: own organisation, own region, everything."""
        standing = user.standing
        if standing.is_secretariat:
            return self
        organisations = Organisation.objects.editable_by(user).values("pk")
        members_region = [o.region.pk for o in standing.organisations if o.region]
        return self.filter(
            Q(organisation__in=organisations)
            | Q(region__in=[region.pk for region in standing.regions])
            | Q(region__in=members_region, kind=ReportKind.REGION)
        )

    def run_by(self, user: User):
        """Reports a person may ask for, cancel or make again at the desk."""
        standing = user.standing
        if standing.is_secretariat:
            return self
        return self.filter(
            Q(organisation__in=Organisation.objects.run_by(user).values("pk"))
            | Q(region__in=standing.regions)
        )


def report_path(instance: "Report", filename: str) -> str:
    return f"reports/{instance.queued_at:%Y}/{instance.pk}-{filename}"


class Report(Job):
    """One PDF about one organisation or region, in one language, for one year."""

    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="reports",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )
    region = models.ForeignKey(
        Region,
        models.CASCADE,
        related_name="reports",
        null=True,
        blank=True,
        verbose_name=_("region"),
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    year = models.PositiveSmallIntegerField(_("year"))
    file = models.FileField(_("file"), upload_to=report_path, max_length=200, blank=True)
    data = models.JSONField(default=dict, blank=True, editable=False)
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-queued_at", "-pk")
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="region", region__isnull=False, organisation__isnull=True)
                | Q(
                    kind__in=("certificate", "member"),
                    organisation__isnull=False,
                    region__isnull=True,
                ),
                name="report_is_about_what_its_kind_asks",
                violation_error_message=_("Choose the organisation or the region of the report."),
            ),
            # A second request for the same thing joins the first while that is under way.
            models.UniqueConstraint(
                fields=("kind", "organisation", "language", "year"),
                condition=Q(state__in=("queued", "running"), organisation__isnull=False),
                name="report_on_organisation_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("kind", "region", "language", "year"),
                condition=Q(state__in=("queued", "running"), region__isnull=False),
                name="report_on_region_once_at_a_time",
            ),
        )

    def __str__(self):
        return f"{self.get_kind_display()}: {self.subject} ({self.language}, {self.year})"

    def get_absolute_url(self):
        return reverse("publications:report_file", kwargs={"pk": self.pk})

    @property
    def subject(self) -> Organisation | Region:
        return self.organisation or self.region

    @property
    def age(self):
        return timezone.now() - self.queued_at
