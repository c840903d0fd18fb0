"""Reports in the members' area: own documents, asked for and fetched."""

from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import perms
from members.models import Document
from portal.lib import files
from portal.lib.files import serving
from portal.lib.jobs import JobState
from publications.models import Report
from publications.models.reports import ReportKind
from publications.reports import expiring, making, showing, telling
from publications.reports.forms import MemberReportForm
from publications.reports.kinds import KINDS, WITH_PAGE


def documents(request: HttpRequest) -> HttpResponse:
    """What the secretariat has put there for the person's organisations, and the reports on what
    the person acts for, with a form to ask for one."""
    form = MemberReportForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            making.request(**form.wanted(), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                _(
                    "The report is being made. You can leave this page; we will write to you "
                    "when it is ready."
                ),
            )
            return redirect("publications:documents")
    # Before the rows are read: what ends in between is told by mail.
    telling.note_seen(request.user)
    reports = list(
        Report.objects.visible_to(request.user)
        .exclude(state=JobState.CANCELLED)
        .select_related("organisation", "region")
        .without_data()[:50]
    )
    return render(
        request,
        "publications/reports/documents.html",
        {
            "form": form,
            "with_page": WITH_PAGE,
            "reports": reports,
            "shared": Document.objects.visible_to(request.user)
            .with_new(request.user)
            .select_related("category", "region", "organisation")
            .prefetch_related("files")
            .newest_first(),
            "is_busy": any(not report.is_finished for report in reports),
            "refresh": request.GET.get("follow") == "1",
        },
    )


@require_POST
def restore_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a file that has expired again, from the figures it was made from."""
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    expiring.restore_later(report)
    messages.success(
        request,
        _("The report is being made. You can leave this page; it will be listed here."),
    )
    from_desk = request.POST.get("from") == "desk" and perms.may_open_desk(request.user)
    return redirect("publications:reports_desk" if from_desk else "publications:documents")


def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A finished report as a page: the data and the body are those of its PDF, in its language."""
    report = get_object_or_404(finished(request), pk=pk, kind__in=WITH_PAGE)
    return render(
        request,
        "publications/reports/page.html",
        {
            "report": report,
            "body": KINDS[ReportKind(report.kind)].BODY,
            "on_screen": True,
            **showing.context(
                kind=report.kind, data=making.kept_data(report), language=report.language
            ),
        },
    )


def report_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of a finished report as CSV, as they are attached to its PDF."""
    report = get_object_or_404(finished(request), pk=pk, kind__in=WITH_PAGE)
    name = making.file_name(report, suffix=".csv")
    return HttpResponse(
        showing.figures_csv(kind=report.kind, data=making.kept_data(report)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


def finished(request: HttpRequest):
    """The reports a person may open; to all others they answer 404."""
    return Report.objects.visible_to(request.user).filter(state=JobState.DONE)


def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a finished report, for those who may see its subject; 404 to all others."""
    report = get_object_or_404(finished(request), pk=pk)
    suffix = Path(report.file.name).suffix
    return serving.answer(
        request,
        report.file,
        name=making.file_name(report, suffix=suffix),
        media_type=files.PDF if suffix == ".pdf" else "application/zip",
    )
