"""Asking for reports and making them: one row each, joined when asked twice, never half a file."""

import csv
import datetime
import io
import logging

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.text import slugify

from members.models import Organisation, User
from portal.lib import links, network, pdf
from portal.lib.jobs import JobCancelled, JobState
from publications.models import Report
from publications.models.reports import ReportKind
from publications.reports import certificate, member, region
from regions import maps
from regions.models import Region

logger = logging.getLogger(__name__)

KINDS = {
    ReportKind.CERTIFICATE: certificate,
    ReportKind.MEMBER: member,
    ReportKind.REGION: region,
}
STEPS = 4
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def request(
    *,
    kind: str,
    subject: Organisation | Region | None = None,
    language: str,
    year: int,
    quarter: int | None = None,
    by: User | None = None,
) -> Report:
    """Ask for a report; a second request for the same thing joins the first.

    ``subject`` is None for a report on the whole network, ``quarter`` is None for one on the
    year. Raises ValidationError when there would be nothing to report.
    """
    wanted = {
        "kind": kind,
        "organisation": subject if isinstance(subject, Organisation) else None,
        "region": subject if isinstance(subject, Region) else None,
        "language": language,
        "year": year,
        "quarter": quarter,
    }
    frozen_data(Report(**wanted))
    try:
        with transaction.atomic():
            report = Report.objects.create(**wanted, requested_by=by)
    except IntegrityError:
        waiting = Report.objects.unfinished().filter(**wanted).first()
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
    """The figures of today that a report, asked for or not yet saved, is made from.

    Raises ValidationError when there would be nothing to report.
    """
    module = KINDS[ReportKind(report.kind)]
    quarter = {"quarter": report.quarter} if report.quarter else {}
    with translation.override(report.language):
        return module.data(report.subject, report.year, report.language, **quarter)


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
        content = render(report)
        report.beat(STEPS - 1, STEPS)
        with transaction.atomic():
            report.file.save(file_name(report), ContentFile(content), save=False)
            report.save(update_fields=["file", "data", "expired_at"])
            report.beat(STEPS, STEPS)
            report.finish()
    except JobCancelled:
        discard_file(report)
        return False
    except ValidationError as error:
        report.fail(" ".join(error.messages))
        return False
    except Exception as error:
        logger.exception("report %s failed", report.pk)
        discard_file(report)
        report.fail(f"{type(error).__name__}: {error}")
        return False
    return True


def discard_file(report: Report):
    """Take away what was written of a report that will not be finished."""
    if report.file:
        report.file.delete(save=False)


def render(report: Report) -> bytes:
    """The PDF of a report, keeping on the row the data it was made from.

    One whose file expired is made from the data it was made from the first time.
    """
    report.beat(1, STEPS)
    if report.expired_at is None or not report.data:
        report.data = frozen_data(report)
    report.expired_at = None
    return render_data(
        kind=report.kind,
        data=report.data,
        language=report.language,
        on_page_count=lambda _pages: report.beat(2, STEPS),
    )


def render_data(*, kind: str, data: dict, language: str, on_page_count=None) -> bytes:
    """The PDF of frozen data, with the same figures attached as CSV."""
    module = KINDS[ReportKind(kind)]
    values = context(kind=kind, data=data, language=language)
    figures = pdf.AttachedFile(
        values["csv_name"], as_csv(module.table(data)), f"{values['symbol']} CSV"
    )
    return pdf.render(
        module.TEMPLATE,
        values,
        language=language,
        attachments=(figures,),
        on_page_count=on_page_count,
    )


def context(*, kind: str, data: dict, language: str) -> dict:
    """What the template of a kind is given: the data, its symbol, its map."""
    symbol = report_symbol(kind, data)
    return {
        "data": data,
        "symbol": symbol,
        "language": language,
        "network": network.current(),
        "demonstration": settings.DEMONSTRATION,
        "site": links.absolute(f"/{language}/"),
        "csv_name": f"{slugify(symbol.replace('/', '-'))}.csv",
        "map": region_map(data, language),
        "today": timezone.localdate(),
    }


def region_map(data: dict, language: str) -> dict | None:
    """The drawing of the report's region, or None for an organisation without one."""
    if not data.get("region") or "map" not in data:
        return None
    place = Region.objects.get(code=data["region"]["code"])
    return maps.of_region(place, data["map"], language=language)


def report_symbol(kind: str, data: dict) -> str:
    """The symbol in the foot: M/2026/014 on a certificate, F/R8/2026-Q3 on a regional report."""
    if kind == ReportKind.CERTIFICATE:
        return data["number"]
    if kind == ReportKind.REGION:
        quarter = f"-Q{data['quarter']}" if data["quarter"] else ""
        return f"F/{data['region']['code']}/{data['year']}{quarter}"
    return f"{data['number']}/{data['year']}"


def as_csv(rows: list[list]) -> bytes:
    """The rows as CSV for a spreadsheet; a text that looks like a formula is made harmless."""
    output = io.StringIO()
    csv.writer(output).writerows([[harmless(cell) for cell in row] for row in rows])
    return output.getvalue().encode("utf-8-sig")


def harmless(cell):
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def file_name(report: Report) -> str:
    """region-r8-2026-q3-fr.pdf; without a subject, programme-2026-fr.pdf."""
    subject = report.region.code if report.region else getattr(report.organisation, "slug", "")
    return f"{slugify(f'{report.kind} {subject} {report.period} {report.language}')}.pdf"


def requeue_stale(now: datetime.datetime | None = None) -> int:
    """Ring again for reports whose worker fell silent or whose bell got lost."""
    now = now or timezone.now()
    count = 0
    for report in Report.objects.silent(now):
        report.requeue()
        if report.state == JobState.QUEUED:
            ring(report)
            count += 1
    for report in Report.objects.forgotten(now):
        Report.objects.filter(pk=report.pk).update(queued_at=now)
        ring(report)
        count += 1
    return count
