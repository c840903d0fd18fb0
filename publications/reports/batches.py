"""Reports in bulk: ordered, followed, cancelled, and what is missing made again."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Category, Membership, Organisation, User
from portal.lib.jobs import JobState
from portal.lib.translations import LANGUAGES
from publications.models import Report, ReportBatch, ReportBatchEntry
from publications.models.report_batches import UNFINISHED
from publications.models.reports import BY_QUARTER, ReportKind
from publications.reports import lots
from regions.models import Region

KINDS = (ReportKind.MEMBER, ReportKind.CERTIFICATE, ReportKind.REGION, ReportKind.DIRECTORY)
# One on each region; the others are one on each member.
ON_REGIONS = (ReportKind.REGION, ReportKind.DIRECTORY)


def order(
    *,
    kind: str,
    year: int,
    quarter: int | None = None,
    region: Region | None = None,
    category: Category | None = None,
    languages: Iterable[str] = (),
    by: User | None = None,
) -> ReportBatch:
    """Order reports for a region, a category, or everybody; a second order joins the first.

    Without languages each report is in its subject's own. Raises ValidationError when there is
    nobody to report on.
    """
    is_on_regions = kind in ON_REGIONS
    chosen = set(languages)
    batch = ReportBatch(
        kind=ReportKind(kind),
        year=year,
        quarter=quarter if kind in BY_QUARTER else None,
        region=region,
        category=None if is_on_regions else category,
        languages=",".join(language for language in LANGUAGES if language in chosen),
    )
    with transaction.atomic():
        under_way = join(batch)
        if under_way is None:
            entries = entries_of(batch)
            if not entries:
                raise ValidationError(_("There is nobody to report on."), code="nobody")
            ReportBatchEntry.objects.bulk_create(entries, batch_size=500)
            lots.ring(batch)
        batch = under_way or batch
        if by is not None:
            batch.readers.add(by)
    return batch


def join(batch: ReportBatch) -> ReportBatch | None:
    """The batch under way for the same thing; None when this one is stored as the first."""
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError:
        under_way = ReportBatch.objects.unfinished().filter(scope=batch.own_scope()).first()
        if under_way is None:
            raise
        return under_way
    return None


def entries_of(batch: ReportBatch) -> list[ReportBatchEntry]:
    """An entry for each report of a new batch, which none of them has been asked for yet."""
    name = "region" if batch.kind in ON_REGIONS else "organisation"
    return [
        ReportBatchEntry(batch=batch, language=language, **{name: subject})
        for subject in subjects_of(batch)
        for language in batch.language_list or [subject.original_language]
    ]


def subjects_of(batch: ReportBatch) -> QuerySet:
    """Whom or what there is a report on: who was a member that year, or regions."""
    if batch.kind in ON_REGIONS:
        regions = Region.objects.order_by("pk")
        return regions.filter(pk=batch.region_id) if batch.region_id else regions
    periods = Membership.objects.filter(
        organisation=OuterRef("pk"), starts_on__year__lte=batch.year
    )
    if batch.kind == ReportKind.CERTIFICATE:
        found = Organisation.objects.filter(Exists(periods.filter(ends_on__year__gte=batch.year)))
    else:
        found = Organisation.objects.active().filter(Exists(periods))
    if batch.region_id:
        found = found.in_region(batch.region)
    if batch.category_id:
        found = found.filter(category=batch.category)
    return found.order_by("pk")


def cancel(batch: ReportBatch) -> bool:
    """Stop a batch, and those of its reports that nobody else waits for. False when it is over."""
    if not batch.cancel():
        return False
    others = ReportBatchEntry.objects.filter(
        report=OuterRef("pk"), batch__state__in=UNFINISHED
    ).exclude(batch=batch)
    own = Report.objects.filter(entries__batch=batch, entries__is_own=True, requested_by=None)
    stopped = own.unfinished().filter(~Exists(others)).values_list("pk", flat=True)
    Report.objects.unfinished().filter(pk__in=list(stopped)).update(
        state=JobState.CANCELLED, finished_at=timezone.now()
    )
    return True


def retry(batch: ReportBatch, *, by: User | None = None):
    """Make what failed or was cancelled again, from the figures of today, and nothing else.

    Raises ValidationError when nothing is missing, or when the batch is under way.
    """
    missing = batch.entries.not_made() | batch.entries.to_ask_for()
    if batch.state == JobState.DONE and not missing.exists():
        raise ValidationError(_("No report is missing."), code="complete")
    with transaction.atomic():
        reopen(batch, by=by)
        failed = list(batch.entries.not_made().values_list("pk", flat=True))
        batch.entries.filter(pk__in=failed).update(report=None, refusal="", is_own=False)


def make_again(batch: ReportBatch, *, by: User | None = None):
    """Make the archives that have expired again, from the files and figures that were kept.

    Raises ValidationError when they have not expired.
    """
    if batch.expired_at is None:
        raise ValidationError(_("The files are still there."), code="there")
    with transaction.atomic():
        reopen(batch, by=by)


def reopen(batch: ReportBatch, *, by: User | None = None):
    """Put a batch that was over back to work. Raises ValidationError when it is not over, or when
    the same has been ordered since."""
    over = ReportBatch.objects.filter(pk=batch.pk).exclude(state__in=UNFINISHED)
    values = {"state": JobState.QUEUED, "stops": 0, "heartbeat_at": None}
    values |= {"reason": "", "reason_values": {}, "error": ""}
    values |= {"finished_at": None, "expired_at": None}
    try:
        with transaction.atomic():
            is_reopened = over.update(**values)
    except IntegrityError:
        is_reopened = False
    if not is_reopened:
        raise ValidationError(_("The same reports are being made already."), code="under_way")
    batch.refresh_from_db()
    if by is not None:
        batch.readers.add(by)
    lots.ring(batch)
