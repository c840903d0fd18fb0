"""Asking for reports and making them: one row each, joined when asked twice, never half a file."""

import datetime
import itertools
import json
import logging

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.text import slugify

from members.models import Organisation, User
from portal.lib import pdf
from portal.lib.jobs import JobCancelled, JobState
from publications.models import Report
from publications.models.report_reasons import PORTAL_FAILED, TOO_LARGE, TOO_LONG
from publications.models.reports import ReportKind, report_path
from publications.reports import volumes
from publications.reports.kinds import KINDS
from publications.reports.showing import AS_OF, context, digest_of, figures_csv
from regions.models import Region

logger = logging.getLogger(__name__)

STEPS = 4
# Of one document, and of several.
SUFFIXES = (".pdf", ".zip")


def request(
    *,
    kind: str,
    subject: Organisation | Region | None = None,
    language: str,
    year: int,
    quarter: int | None = None,
    by: User | None = None,
) -> Report:
    """Ask for a report; a second request for the same thing joins the first, while that is under
    way and as long as its file shows what one of today would show.

    ``subject`` is None for a report on the whole network, ``quarter`` is None for one on the
    year. Raises ValidationError when there would be nothing to report.
    """
    report = Report(
        kind=kind,
        organisation=subject if isinstance(subject, Organisation) else None,
        region=subject if isinstance(subject, Region) else None,
        language=language,
        year=year,
        quarter=quarter,
        requested_by=by,
    )
    return standing(report) or place(report)


def place(report: Report) -> Report:
    """Have a report made of which none is there, or join the one that is being made."""
    by = report.requested_by
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError:
        waiting = report.unfinished_twin()
        if waiting is None:
            raise
        if by is not None and waiting.requested_by is None:
            # So that they are written to, and nobody who cancels a batch takes it from them.
            Report.objects.filter(pk=waiting.pk, requested_by=None).update(requested_by=by)
            waiting.requested_by = by
        return waiting
    ring(report)
    return report


def frozen_data(report: Report) -> dict:
    """The figures of today that a report, asked for or not yet saved, is made from, as they come
    back from the database; and the day, which the file carries as its own.

    Raises ValidationError when there would be nothing to report.
    """
    module = KINDS[ReportKind(report.kind)]
    if hasattr(module, "prepare"):
        module.prepare([report.subject], report.year)
    quarter = {"quarter": report.quarter} if report.quarter else {}
    with translation.override(report.language):
        data = module.data(report.subject, report.year, report.language, **quarter)
    return frozen(data)


def frozen(data: dict) -> dict:
    return json.loads(json.dumps(data | {AS_OF: timezone.localdate().isoformat()}))


def kept_data(report: Report) -> dict:
    """The figures a report was made from, in the form of today."""
    module = KINDS[ReportKind(report.kind)]
    return module.read(report.data, report.language) if hasattr(module, "read") else report.data


def standing(wanted: Report) -> Report | None:
    """A report of the same whose file is there and shows what one of today would show.

    Raises ValidationError when there would be nothing to report.
    """
    digest = digest_of(wanted.kind, frozen_data(wanted), wanted.language)
    ready = Report.objects.of_the_same(wanted).filter(state=JobState.DONE, digest=digest)
    return ready.exclude(file="").first()


def ring(report: Report):
    """Tell the worker, once the row is committed, that a report waits."""
    from publications.tasks import make_report  # noqa: PLC0415  tasks call this module

    transaction.on_commit(lambda: make_report.delay(report.pk))


def make(report: Report) -> bool:
    """Make the file of a waiting report. False when somebody else has it, or it was cancelled.

    What goes wrong is told on the row; a cancelled report leaves no file.
    """
    if not report.claim():
        return False
    try:
        content = produce(report)
        report.beat(report.total - 1, report.total)
        discard_files(report)
        with transaction.atomic():
            report.file.save(file_name(report), ContentFile(content), save=False)
            report.save(update_fields=["file", "data", "digest", "expired_at"])
            report.beat(report.total, report.total)
            report.finish()
    except JobCancelled:
        # Another may have taken it over: what the others wrote is theirs.
        report.file.storage.delete(report_path(report, file_name(report)))
        return False
    except ValidationError as error:
        report.fail(reason=error.code)
        return False
    except Exception as error:
        discard_files(report)
        report.fail(**what_happened(report, error))
        return False
    return True


def what_happened(report: Report, error: Exception) -> dict:
    """The reason that is kept of a failure, and the values of its sentence."""
    if isinstance(error, pdf.TooLong):
        return {"reason": TOO_LONG, "seconds": limits(report.kind).seconds}
    if isinstance(error, pdf.TooLarge):
        return {"reason": TOO_LARGE, "megabytes": limits(report.kind).megabytes}
    logger.error("report %s failed", report.pk, exc_info=error)
    return {"reason": PORTAL_FAILED}


def limits(kind: str) -> pdf.Limits:
    """Time and memory for a report of a kind; kinds of many pages say how many times as much."""
    times = getattr(KINDS[ReportKind(kind)], "TIMES_THE_LIMITS", 1)
    return pdf.Limits(settings.REPORT_SECONDS * times, settings.REPORT_MEGABYTES * times)


def discard_files(report: Report):
    """Take away what this attempt and those before it have written of an unfinished report.

    Whether that was in volumes only the figures would say, which were not kept either."""
    for attempt, suffix in itertools.product(range(1, report.attempts + 1), SUFFIXES):
        tried = Report(pk=report.pk, queued_at=report.queued_at, attempts=attempt)
        report.file.storage.delete(report_path(tried, file_name(report, suffix=suffix)))
    report.file = ""


def produce(report: Report) -> bytes:
    """The file of a report, keeping on the row the data it was made from.

    One whose file expired is made from the data it was made from the first time.
    """
    report.beat(1, STEPS)
    anew = report.expired_at is None or not report.data
    report.data = frozen_data(report) if anew else kept_data(report)
    report.expired_at = None
    report.digest = digest_of(report.kind, report.data, report.language)
    if is_in_volumes(report):
        return in_volumes(report)
    return render_data(
        kind=report.kind,
        data=report.data,
        language=report.language,
        limits=limits(report.kind),
        on_page_count=lambda _count: report.beat(2, STEPS),
        while_waiting=lambda: report.beat(report.progress, STEPS),
    )


def is_in_volumes(report: Report) -> bool:
    return report.kind == ReportKind.DIRECTORY and volumes.is_long(report.data)


def in_volumes(report: Report) -> bytes:
    """A directory in several documents, each a step of the progress with limits of its own."""
    parts = volumes.cut(report.data)
    steps, total = itertools.count(2), len(parts) + STEPS

    def printed(**values) -> bytes:
        content = render_data(
            kind=report.kind,
            language=report.language,
            limits=limits(report.kind),
            while_waiting=lambda: report.beat(report.progress, total),
            **values,
        )
        report.beat(next(steps), total)
        return content

    return volumes.bind(report.data, parts, report.language, printed=printed)


def render_data(
    *,
    kind: str,
    data: dict,
    language: str,
    template: str = "",
    more: dict | None = None,
    **options,
) -> bytes:
    """The PDF of frozen data for reading and for archives, with the same figures attached as CSV.

    A document of several is given another template and what more that needs. The options are
    those of ``pdf.from_html``."""
    module = KINDS[ReportKind(kind)]
    values = context(kind=kind, data=data, language=language) | (more or {})
    figures = pdf.AttachedFile(
        values["files"][0], figures_csv(kind=kind, data=data), f"{values['symbol']} CSV"
    )
    return pdf.render(
        template or module.TEMPLATE,
        values,
        language=language,
        attachments=(figures,),
        dated=values["today"],
        archived=True,
        **options,
    )


def file_name(report: Report, *, suffix: str = "") -> str:
    """region-r8-2026-q3-fr.pdf; without a subject, programme-2026-fr.pdf."""
    subject = report.region.code if report.region else getattr(report.organisation, "slug", "")
    suffix = suffix or SUFFIXES[is_in_volumes(report)]
    return f"{slugify(f'{report.kind} {subject} {report.period} {report.language}')}{suffix}"


def requeue_stale(now: datetime.datetime | None = None) -> int:
    """Ring again for reports whose worker fell silent or whose bell got lost."""
    now = now or timezone.now()
    count = 0
    for report in Report.objects.silent(now):
        report.requeue()
        if report.state == JobState.QUEUED:
            ring(report)
            count += 1
        elif report.state == JobState.FAILED:
            discard_files(report)
    for report in Report.objects.forgotten(now):
        Report.objects.filter(pk=report.pk).update(queued_at=now)
        ring(report)
        count += 1
    return count
