"""Reports in bulk: one batch, an entry for each report in it, one archive for each language."""

import datetime
import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from members.models import Category, Organisation, User
from portal.lib.jobs import MAX_ATTEMPTS, STOPPED, Job, JobQuerySet, JobState
from portal.lib.translations import Language
from publications.models import periods
from publications.models.report_reasons import (
    PORTAL_FAILED,
    NothingToReport,
    nothing_to_report,
)
from publications.models.reports import Report, ReportKind, report_storage
from regions.models import Region

UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
NOT_MADE = (JobState.FAILED, JobState.CANCELLED)
# The bell of a batch is rung again when nothing was heard of it for so long.
PATIENCE = datetime.timedelta(minutes=2)


class ReportBatchQuerySet(JobQuerySet):
    def run_by(self, user: User):
        """Batches a person sees, cancels and has made again: an executive those for the own region
        alone, whoever ordered them; nobody else any."""
        if user.standing.is_secretariat:
            return self
        return self.filter(region__in=user.standing.regions)

    def with_counts(self):
        """Each with ``entries_count``, and how many of them are ``made`` and ``not_made``."""
        made = Q(entries__report__state=JobState.DONE)
        not_made = Q(entries__report__state__in=NOT_MADE) | ~Q(entries__refusal="")
        return self.annotate(
            entries_count=Count("entries"),
            made=Count("entries", filter=made),
            not_made=Count("entries", filter=not_made),
        ).order_by("-queued_at", "-pk")

    def with_work(self):
        """Waiting batches for which something can be done now, as none of their reports is being
        made: the next lot is asked for, or what is ready is packed."""
        entries = ReportBatchEntry.objects.filter(batch=OuterRef("pk"))
        return self.waiting().filter(~Exists(entries.being_made()))

    def unheard(self, now: datetime.datetime):
        """Those nobody has worked on for two minutes."""
        return self.filter(
            Q(heartbeat_at__lt=now - PATIENCE) | Q(heartbeat_at=None, queued_at__lt=now - PATIENCE)
        )

    def outdated(self, now: datetime.datetime):
        """Those whose archives have been kept as long as the setting says."""
        kept = datetime.timedelta(days=settings.REPORT_ARCHIVE_DAYS)
        return self.filter(state=JobState.DONE, expired_at=None, finished_at__lt=now - kept)


class ReportBatch(Job):
    """Many reports ordered at once: a kind and a year, for a region, a category or everybody.

    ``languages`` are codes with commas between them, in order; empty means each subject's own
    language. ``stops`` counts the workers that fell silent over it. Those in ``readers`` have
    ordered it and are written to when it is ready.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind)
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"), null=True, blank=True)
    region = models.ForeignKey(
        Region,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("region"),
    )
    category = models.ForeignKey(
        Category,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("category"),
    )
    languages = models.CharField(_("languages"), max_length=8, blank=True)
    scope = models.CharField(max_length=80, editable=False)
    stops = models.PositiveSmallIntegerField(default=0, editable=False)
    expired_at = models.DateTimeField(null=True, blank=True, editable=False)
    readers = models.ManyToManyField(User, related_name="+", blank=True, editable=False)

    objects = ReportBatchQuerySet.as_manager()

    REASONS: ClassVar = Job.REASONS | {
        PORTAL_FAILED: _(
            "The portal itself failed. Have the missing reports made; if that fails too, tell your "
            "administrator that it was batch %(number)s: the log says why."
        )
    }

    class Meta:
        ordering = ("-queued_at", "-pk")
        verbose_name = _("batch of reports")
        verbose_name_plural = _("batches of reports")
        constraints = (
            # A second order of the same joins the first while that is under way.
            models.UniqueConstraint(
                fields=("scope",),
                condition=Q(state__in=UNFINISHED),
                name="reports_ordered_once_at_a_time",
            ),
        )

    def __str__(self):
        return f"{self.get_kind_display()} {self.period} ({self.languages or '–'})"

    def save(self, *args, **kwargs):
        self.scope = self.own_scope()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("publications:report_batch", kwargs={"pk": self.pk})

    def own_scope(self) -> str:
        """What is ordered, as one word: a null is equal to no other null in a constraint."""
        return (
            f"{self.kind}:{self.period}:{self.region_id or ''}:"
            f"{self.category_id or ''}:{self.languages}"
        )

    @property
    def period(self) -> str:
        """2026, or 2026-Q3."""
        return periods.written(self.year, self.quarter)

    @property
    def kept_until(self) -> datetime.date | None:
        """The last day of its archives."""
        if self.finished_at is None:
            return None
        kept = datetime.timedelta(days=settings.REPORT_ARCHIVE_DAYS)
        return timezone.localdate(self.finished_at + kept)

    @property
    def language_list(self) -> list[str]:
        return self.languages.split(",") if self.languages else []

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many reports it has, how many are ready, and how many will not come."""
        found = type(self).objects.with_counts().get(pk=self.pk)
        return {
            "all": found.entries_count,
            "made": found.made,
            "not_made": found.not_made,
            "ended": found.made + found.not_made,
        }

    def put_back(self):
        """Let go of the batch, which waits for its reports or for its next turn."""
        type(self).objects.filter(
            pk=self.pk, state=JobState.RUNNING, attempts=self.attempts
        ).update(state=JobState.QUEUED, stops=0, heartbeat_at=timezone.now())
        self.refresh_from_db()

    def requeue(self):
        """As of any job, but it is taken up many times: only silent workers count."""
        if self.stops + 1 >= MAX_ATTEMPTS:
            self.fail(reason=STOPPED)
            return
        type(self).objects.filter(pk=self.pk, state=self.state).update(
            state=JobState.QUEUED, stops=models.F("stops") + 1, heartbeat_at=timezone.now()
        )
        self.refresh_from_db()


class ReportBatchEntryQuerySet(models.QuerySet):
    def to_ask_for(self):
        """Not yet asked for, or ready once and with no file any more."""
        return self.filter(
            Q(report=None, refusal="") | Q(report__state=JobState.DONE, report__file="")
        )

    def being_made(self):
        return self.filter(report__state__in=UNFINISHED)

    def made(self):
        return self.filter(report__state=JobState.DONE)

    def not_made(self):
        """Failed, cancelled, or refused because there is nothing to report."""
        return self.filter(Q(report__state__in=NOT_MADE) | ~Q(refusal=""))

    def in_reading_order(self):
        """What did not come first, then what is being made, then what is ready."""
        rank = Case(
            When(Q(report__state__in=NOT_MADE) | ~Q(refusal=""), then=0),
            When(report__state=JobState.RUNNING, then=1),
            When(report__state=JobState.DONE, then=3),
            default=2,
        )
        return self.order_by(rank, "pk")


class ReportBatchEntry(models.Model):
    """One report of a batch. ``is_own``: the batch asked for it; otherwise it joined one that
    was there already. ``refusal`` is the reason for which there is nothing to report."""

    batch = models.ForeignKey(ReportBatch, models.CASCADE, related_name="entries")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", null=True, blank=True
    )
    region = models.ForeignKey(Region, models.CASCADE, related_name="+", null=True, blank=True)
    language = models.CharField(max_length=2, choices=Language)
    report = models.ForeignKey(
        Report, models.SET_NULL, related_name="entries", null=True, blank=True
    )
    is_own = models.BooleanField(default=False)
    refusal = models.CharField(max_length=20, choices=NothingToReport, blank=True)

    objects = ReportBatchEntryQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("report of a batch")
        verbose_name_plural = _("reports of a batch")
        constraints = (
            models.CheckConstraint(
                condition=Q(organisation=None, region__isnull=False)
                | Q(organisation__isnull=False, region=None),
                name="report_of_batch_is_about_one_subject",
            ),
            models.UniqueConstraint(
                fields=("batch", "organisation", "language"),
                condition=Q(organisation__isnull=False),
                name="report_on_organisation_once_in_a_batch",
            ),
            models.UniqueConstraint(
                fields=("batch", "region", "language"),
                condition=Q(region__isnull=False),
                name="report_on_region_once_in_a_batch",
            ),
        )

    def __str__(self):
        return f"{self.subject} ({self.language})"

    @property
    def subject(self) -> Organisation | Region:
        return self.organisation or self.region

    @property
    def why_not(self) -> str:
        """Why there is no such report, in the language of whoever reads it."""
        if self.refusal:
            return nothing_to_report(self.refusal, self.subject, self.batch.year)
        return self.report.why if self.report else ""


def archive_path(instance: "ReportArchive", filename: str) -> str:
    """Under a name nobody can guess, whatever serves the folder."""
    batch = instance.batch
    return f"reports/{batch.queued_at:%Y}/batches/{batch.pk}-{secrets.token_hex(8)}-{filename}"


class ReportArchive(models.Model):
    """The reports of a batch in one language, zipped.

    ``pending`` is the name under which a file is being written: written down first, so that what
    a dead worker leaves behind is found and removed.
    """

    batch = models.ForeignKey(ReportBatch, models.CASCADE, related_name="archives")
    language = models.CharField(max_length=2, choices=Language)
    file = models.FileField(
        upload_to=archive_path, storage=report_storage, max_length=200, blank=True
    )
    pending = models.CharField(max_length=200, blank=True)
    reports = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("language",)
        verbose_name = _("archive of reports")
        verbose_name_plural = _("archives of reports")
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "language"), name="one_archive_a_language_in_a_batch"
            ),
        )

    def __str__(self):
        return f"{self.batch} {self.language}"

    def get_absolute_url(self):
        return reverse(
            "publications:report_archive",
            kwargs={"pk": self.batch_id, "archive_language": self.language},
        )

    @property
    def download_name(self) -> str:
        """member-2025-r8-fr.zip: what it holds, for which region, in which language."""
        batch = self.batch
        parts = (batch.kind, batch.period, batch.region and batch.region.code)
        category = batch.category and batch.category.code
        return f"{slugify(' '.join(filter(None, (*parts, category, self.language))))}.zip"
