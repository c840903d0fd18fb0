"""Imports: a file, its rows as they were checked, and what is needed to take it back."""

import datetime

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation
from members.models.people import User
from portal.lib.jobs import Job, JobQuerySet, JobState
from portal.lib.translations import Language

UNDO_DAYS = 30


class ImportStep(models.TextChoices):
    """What the job of an import does, or did last."""

    CHECK = "check", _("dry run")
    COMMIT = "commit", _("recording")
    UNDO = "undo", _("undoing")


class Outcome(models.TextChoices):
    CREATED = "created", _("to be created")
    UPDATED = "updated", _("to be changed")
    UNCHANGED = "unchanged", _("unchanged")
    REFUSED = "refused", _("to be corrected")


class ImportBatchQuerySet(JobQuerySet):
    def visible_to(self, user: User):
        """Own imports; all to the secretariat. A file names people and discreet members."""
        if user.standing.is_secretariat:
            return self
        return self.filter(requested_by=user)

    def outdated(self, today: datetime.date):
        """Those whose file and rows are no longer needed: nothing can be undone any more."""
        return self.filter(queued_at__date__lt=today - datetime.timedelta(days=UNDO_DAYS)).exclude(
            committed_at__date__gte=today - datetime.timedelta(days=UNDO_DAYS)
        )


class ImportBatchManager(models.Manager.from_queryset(ImportBatchQuerySet)):
    def number_next(self, **values) -> "ImportBatch":
        """A new batch under the next number of the year: I/2026/003."""
        prefix = f"I/{timezone.localdate().year}/"
        for _attempt in range(10):
            numbers = self.filter(number__startswith=prefix).values_list("number", flat=True)
            last = max((int(number.rpartition("/")[2]) for number in numbers), default=0)
            try:
                with transaction.atomic():
                    return self.create(number=f"{prefix}{last + 1:03d}", **values)
            except IntegrityError:
                continue  # somebody else took it in the meantime
        raise RuntimeError("no free number for an import")


def import_path(instance: "ImportBatch", filename: str) -> str:
    return f"imports/{instance.queued_at:%Y}/{instance.number.replace('/', '-')}-{filename[-80:]}"


class ImportBatch(Job):
    """One file on its way into the records: checked, looked at, recorded, perhaps undone.

    ``layout`` is how the file was read: format, encoding, delimiter, line of the headers, the
    field of each column. ``newest`` are the highest keys at the time of the check: whoever came
    later was not compared.
    """

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    step = models.CharField(
        max_length=10, choices=ImportStep, default=ImportStep.CHECK, editable=False
    )
    file = models.FileField(_("file"), upload_to=import_path, max_length=250, blank=True)
    file_name = models.CharField(_("name of the file"), max_length=200)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", editable=False
    )
    confirmed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", editable=False
    )
    layout = models.JSONField(default=dict, blank=True, editable=False)
    newest = models.JSONField(default=dict, blank=True, editable=False)
    created = models.PositiveIntegerField(default=0, editable=False)
    updated = models.PositiveIntegerField(default=0, editable=False)
    unchanged = models.PositiveIntegerField(default=0, editable=False)
    refused = models.PositiveIntegerField(default=0, editable=False)
    check_seconds = models.FloatField(default=0, editable=False)
    commit_seconds = models.FloatField(default=0, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    committed_at = models.DateTimeField(_("recorded on"), null=True, editable=False)
    undone_at = models.DateTimeField(_("undone on"), null=True, editable=False)

    objects = ImportBatchManager()

    class Meta:
        ordering = ("-queued_at", "-pk")
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self):
        return self.number

    @property
    def read(self) -> int:
        """The number of rows that were read."""
        return self.created + self.updated + self.unchanged + self.refused

    @property
    def writes(self) -> int:
        """The number of rows that recording writes."""
        return self.created + self.updated

    @property
    def is_recorded(self) -> bool:
        return self.committed_at is not None and self.undone_at is None

    @property
    def is_preview(self) -> bool:
        """Checked and not recorded: it can be looked at and confirmed."""
        return self.checked_at is not None and self.committed_at is None and self.is_finished

    @property
    def is_busy(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def undo_until(self) -> datetime.date | None:
        """The last day on which it can be undone."""
        if self.committed_at is None:
            return None
        return timezone.localdate(self.committed_at) + datetime.timedelta(days=UNDO_DAYS)


class ImportRowQuerySet(models.QuerySet):
    def refused(self):
        return self.filter(outcome=Outcome.REFUSED)

    def written(self):
        """The rows that recording writes, in the order of the file."""
        return self.filter(outcome__in=(Outcome.CREATED, Outcome.UPDATED)).order_by("line")


class ImportRow(models.Model):
    """One row of the file as it was checked. Nothing but these rows is written before a
    confirmation.

    ``values`` is what recording writes; ``changes`` are ``[field, old, new]`` for each cell that
    changes something; ``notes`` are ``[field, written, understood]`` for what was understood
    rather than read; ``problems`` are ``[field, value, code, parameters]``. ``leader`` is the line
    of the same new organisation in the same file. ``cells`` are the row as it was written, kept
    where it must be corrected.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    outcome = models.CharField(max_length=10, choices=Outcome)
    label = models.CharField(max_length=200, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    leader = models.PositiveIntegerField(null=True)
    values = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    cells = models.JSONField(default=list)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ("batch", "line")
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = (
            models.UniqueConstraint(fields=("batch", "line"), name="import_row_once_a_line"),
        )
        indexes = (models.Index(fields=("batch", "outcome", "line"), name="import_row_outcome"),)

    def __str__(self):
        return f"{self.batch_id}: {self.line}"


class ImportTrace(models.Model):
    """What an import wrote: enough to take it back, and to see that nobody changed it since.

    ``before`` is empty for what was created. ``history`` is the key of the row that the import
    wrote into the record's history; a later one says that somebody changed the record.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="traces")
    line = models.PositiveIntegerField()
    model = models.CharField(max_length=20)
    record = models.BigIntegerField()
    before = models.JSONField(null=True)
    history = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("batch", "pk")
        verbose_name = _("trace of an import")
        verbose_name_plural = _("traces of imports")
        indexes = (models.Index(fields=("batch", "model", "record"), name="import_trace_of"),)

    def __str__(self):
        return f"{self.batch_id}: {self.model} {self.record}"
