"""PDF reports on a member, a region, the programme or all members. Each is a job with a file."""

import datetime
from pathlib import PurePath
from typing import ClassVar

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, User
from portal.lib.jobs import Job, JobQuerySet, JobState
from portal.lib.translations import Language
from publications.models import periods
from publications.models.report_reasons import (
    REASONS,
    NothingToReport,
    nothing_to_report,
)
from regions.models import Region


class ReportKind(models.TextChoices):
    CERTIFICATE = "certificate", _("certificate of membership")
    MEMBER = "member", _("yearly report of a member")
    REGION = "region", _("regional report")
    PROGRAMME = "programme", _("programme report")
    DIRECTORY = "directory", _("directory of members")


ON_ORGANISATION = (ReportKind.CERTIFICATE, ReportKind.MEMBER)
# About a quarter, if one is named, and otherwise about the year.
BY_QUARTER = (ReportKind.REGION, ReportKind.PROGRAMME)
# What a member may read whoever asked for it: nothing in these is about one member's affairs.
SHARED = (ReportKind.PROGRAMME, ReportKind.DIRECTORY)
# What makes two reports reports of the same.
SAME = ("kind", "organisation", "region", "language", "year", "quarter")
RUNNING = Q(state__in=(JobState.QUEUED, JobState.RUNNING))


class ReportQuerySet(JobQuerySet):
    def visible_to(self, user: User):
        """Reports on what the user acts for: own organisation, own region, everything.

        Who acts for an organisation also reads the finished reports on the whole network and the
        directories, and follows the one asked for."""
        standing = user.standing
        if standing.is_secretariat:
            return self
        organisations = Organisation.objects.editable_by(user).values("pk")
        members_region = [o.region.pk for o in standing.organisations if o.region]
        seen = (
            Q(organisation__in=organisations)
            | Q(region__in=[region.pk for region in standing.regions])
            | Q(region__in=members_region, kind=ReportKind.REGION)
        )
        if standing.organisations or standing.regions:
            seen |= Q(kind__in=SHARED, state=JobState.DONE)
            seen |= Q(kind__in=SHARED, requested_by=user)
        if standing.regions:
            seen |= Q(kind__in=SHARED, region=None)
        return self.filter(seen)

    def run_by(self, user: User):
        """Reports a person may ask for, cancel or make again at the desk: a regional executive
        those of the own region and of the whole network."""
        standing = user.standing
        if standing.is_secretariat:
            return self
        run = Q(organisation__in=Organisation.objects.run_by(user).values("pk"))
        if standing.regions:
            run |= Q(region__in=standing.regions) | Q(kind__in=SHARED, region=None)
        return self.filter(run)

    def of_the_same(self, report: "Report"):
        """Reports of the same thing, in the same language, for the same time."""
        return self.filter(**{name: getattr(report, name) for name in SAME})

    def outdated(self, now: datetime.datetime):
        """Those whose file has been kept as long as the setting says; certificates stay."""
        if not settings.REPORT_FILE_DAYS:
            return self.none()
        kept = datetime.timedelta(days=settings.REPORT_FILE_DAYS)
        ready = self.filter(state=JobState.DONE, finished_at__lt=now - kept)
        return ready.exclude(kind=ReportKind.CERTIFICATE).exclude(file="")

    def awaited(self, now: datetime.datetime):
        """Those that came to an end more than a minute ago, and whoever asked has not seen it."""
        return self.filter(
            state__in=(JobState.DONE, JobState.FAILED),
            told_at=None,
            requested_by__is_active=True,
            finished_at__gt=now - datetime.timedelta(days=1),
            finished_at__lt=now - datetime.timedelta(minutes=1),
        )

    def seen_by(self, user: User):
        """Those in the list that tell who asked for them what they wait for."""
        return self.filter(
            state__in=(JobState.DONE, JobState.FAILED), told_at=None, requested_by=user
        )

    def without_data(self):
        """For lists: the data of a directory is megabytes."""
        return self.defer("data")


def report_path(instance: "Report", filename: str) -> str:
    """One for each attempt, which nobody can guess, also where a storage is open by mistake: what
    a killed worker left is found by it."""
    secret = salted_hmac("publications.report", f"{instance.pk}-{instance.attempts}").hexdigest()
    return f"reports/{instance.queued_at:%Y}/{instance.pk}-{secret[:20]}-{filename}"


def report_storage() -> Storage:
    """Where files of reports lie: beside all others, unless the settings name another place."""
    return storages["reports"]


class Report(Job):
    """One PDF in one language, for one year or quarter: about one organisation, one region, or
    the whole network, which is neither."""

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
    quarter = models.PositiveSmallIntegerField(
        _("quarter"),
        null=True,
        blank=True,
        validators=(MinValueValidator(1), MaxValueValidator(4)),
    )
    file = models.FileField(
        _("file"), upload_to=report_path, storage=report_storage, max_length=200, blank=True
    )
    # Of all that the file shows but the day: what has the same is not laid out again.
    digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    data = models.JSONField(default=dict, blank=True, editable=False)
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # When whoever asked for it saw how it ended, or was written to.
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When its file was removed; it is made again from the same data.
    expired_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What the schedule asked for, once: member:2025:14. Null for what somebody else asked for.
    due = models.CharField(max_length=40, null=True, blank=True, unique=True, editable=False)

    objects = ReportQuerySet.as_manager()

    REASONS: ClassVar = Job.REASONS | REASONS

    class Meta:
        ordering = ("-queued_at", "-pk")
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=ON_ORGANISATION, organisation__isnull=False, region=None)
                | Q(kind=ReportKind.REGION, region__isnull=False, organisation=None)
                | Q(kind=ReportKind.PROGRAMME, organisation=None, region=None)
                | Q(kind=ReportKind.DIRECTORY, organisation=None),
                name="report_is_about_what_its_kind_asks",
                violation_error_message=_("Choose the organisation or the region of the report."),
            ),
            models.CheckConstraint(
                condition=Q(quarter=None) | Q(kind__in=BY_QUARTER, quarter__range=(1, 4)),
                name="report_on_quarter_of_a_kind_that_has_them",
                violation_error_message=_("This report is about a whole year."),
            ),
            # A second request for the same thing joins the first while that is under way. Rows
            # with a null never collide, so that each set of nulls has a constraint of its own.
            models.UniqueConstraint(
                fields=("kind", "organisation", "language", "year"),
                condition=RUNNING & Q(organisation__isnull=False),
                name="report_on_organisation_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("kind", "region", "language", "year"),
                condition=RUNNING & Q(region__isnull=False, quarter=None),
                name="report_on_region_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("kind", "region", "language", "year", "quarter"),
                condition=RUNNING & Q(region__isnull=False, quarter__isnull=False),
                name="report_on_quarter_of_region_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("kind", "language", "year"),
                condition=RUNNING & Q(organisation=None, region=None, quarter=None),
                name="report_on_network_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("kind", "language", "year", "quarter"),
                condition=RUNNING & Q(organisation=None, region=None, quarter__isnull=False),
                name="report_on_quarter_of_network_once_at_a_time",
            ),
        )

    def __str__(self):
        about = f"{self.subject}, " if self.subject else ""
        return f"{self.get_kind_display()}: {about}{self.period} ({self.language})"

    def get_absolute_url(self):
        return reverse("publications:report_file", kwargs={"pk": self.pk})

    @property
    def subject(self) -> Organisation | Region | None:
        """What it is about; None for the whole network."""
        return self.organisation or self.region

    @property
    def why(self) -> str:
        if self.reason in NothingToReport:
            return nothing_to_report(self.reason, self.subject, self.year)
        return super().why

    @property
    def suffix(self) -> str:
        """How its file is called on a page: PDF, or ZIP for several documents."""
        return PurePath(self.file.name).suffix.removeprefix(".").upper()

    @property
    def period(self) -> str:
        """2026, or 2026-Q3."""
        return periods.written(self.year, self.quarter)

    @property
    def is_expired(self) -> bool:
        return self.state == JobState.DONE and not self.file

    def unfinished_twin(self) -> "Report | None":
        """The same report, being made."""
        return Report.objects.unfinished().of_the_same(self).first()

    @property
    def age(self):
        return timezone.now() - self.queued_at
