"""A long job is a row somebody can see: its state, progress, error and result.

The row is the truth and the queue only a bell: a job whose worker died is found by its silent
heartbeat and rung for again. Why one failed is kept as what happened, and worded for each reader.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SILENCE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
STOPPED = "stopped"


class JobState(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("in progress")
    DONE = "done", _("ready")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class JobCancelled(Exception):
    """Raised inside a running job when somebody cancelled its row."""


class JobQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=JobState.QUEUED)

    def unfinished(self):
        return self.filter(state__in=(JobState.QUEUED, JobState.RUNNING))

    def silent(self, now: datetime):
        """Running jobs whose worker has not been heard of for five minutes."""
        return self.filter(state=JobState.RUNNING, heartbeat_at__lt=now - SILENCE)

    def forgotten(self, now: datetime):
        """Queued jobs the bell was never heard for, or got lost with a broker."""
        return self.filter(state=JobState.QUEUED, queued_at__lt=now - timedelta(minutes=2))


class Job(models.Model):
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.QUEUED)
    progress = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    # What happened, with the values of its sentence in REASONS; in words where there is none.
    reason = models.CharField(max_length=20, blank=True, editable=False)
    reason_values = models.JSONField(default=dict, blank=True, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    queued_at = models.DateTimeField(_("requested on"), default=timezone.now, editable=False)
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(_("finished on"), null=True, blank=True, editable=False)

    objects = JobQuerySet.as_manager()

    REASONS: ClassVar[dict[str, str]] = {
        STOPPED: _("The work stopped three times without finishing.")
    }

    class Meta:
        abstract = True

    @property
    def why(self) -> str:
        """Why it failed, in the language of whoever reads it."""
        sentence = self.REASONS.get(self.reason)
        return sentence % self.told_values() if sentence else self.error

    def told_values(self) -> dict:
        """What the sentences name: what was kept with the reason, and what the row says itself."""
        return {"number": self.pk, **self.reason_values}

    @property
    def is_finished(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)

    def claim(self) -> bool:
        """Take the job for this worker. False when another has it or it is over."""
        now = timezone.now()
        claimed = (
            type(self)
            .objects.filter(pk=self.pk, state=JobState.QUEUED)
            .update(
                state=JobState.RUNNING,
                heartbeat_at=now,
                attempts=models.F("attempts") + 1,
                progress=0,
                reason="",
                reason_values={},
                error="",
            )
        )
        self.refresh_from_db()
        return bool(claimed)

    def beat(self, progress: int, total: int):
        """Record progress and life. Raises JobCancelled when the row is no longer ours."""
        alive = (
            type(self)
            .objects.filter(pk=self.pk, state=JobState.RUNNING, attempts=self.attempts)
            .update(progress=progress, total=total, heartbeat_at=timezone.now())
        )
        self.progress, self.total = progress, total
        if not alive:
            raise JobCancelled

    def finish(self):
        self._end(JobState.DONE)

    def fail(self, error: str = "", *, reason: str = "", **values):
        """End it without a result: for one of its reasons, else in words."""
        self._end(JobState.FAILED, error=error[:2000], reason=reason, reason_values=values)

    def cancel(self) -> bool:
        """Stop a job that is not over. False when it already is."""
        return bool(
            type(self)
            .objects.unfinished()
            .filter(pk=self.pk)
            .update(state=JobState.CANCELLED, finished_at=timezone.now())
        )

    def requeue(self):
        """Put the job back in the queue, or give it up after the third attempt."""
        if self.attempts >= MAX_ATTEMPTS:
            self.fail(reason=STOPPED)
            return
        type(self).objects.filter(pk=self.pk, state=self.state).update(
            state=JobState.QUEUED, queued_at=timezone.now()
        )
        self.refresh_from_db()

    def _end(self, state: str, **values):
        type(self).objects.filter(pk=self.pk).exclude(state=JobState.CANCELLED).update(
            state=state, finished_at=timezone.now(), **values
        )
        self.refresh_from_db()
