"""Reports at the secretariat's desk: asked for, watched, made again."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import perms
from publications.models import Report
from publications.reports import making, telling
from publications.reports.forms import DeskReportForm
from publications.reports.kinds import WITH_PAGE


def reports_desk(request: HttpRequest) -> HttpResponse:
    """The reports a person runs, newest first, with a form to ask for another."""
    if not perms.may_open_desk(request.user):
        raise Http404
    form = DeskReportForm(request.POST or None, user=request.user)
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
            return redirect("publications:reports_desk")
    # Before the rows are read: what ends in between is told by mail.
    telling.note_seen(request.user)
    rows = (
        Report.objects.run_by(request.user).select_related("organisation", "region").without_data()
    )
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(
        request,
        "publications/reports/desk.html",
        {
            "form": form,
            "with_page": WITH_PAGE,
            "page": page,
            "is_busy": Report.objects.run_by(request.user).unfinished().exists(),
            "refresh": request.GET.get("follow") == "1",
        },
    )


@require_POST
def cancel_report(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    owns = report.requested_by_id == request.user.pk
    if not (owns or Report.objects.run_by(request.user).filter(pk=pk).exists()):
        raise Http404
    if report.cancel():
        messages.success(request, _("The report has been cancelled."))
    else:
        messages.info(request, _("This report is already finished."))
    return redirect(_back(request))


@require_POST
def remake_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a failed or finished report again, from the figures of today."""
    report = get_object_or_404(Report.objects.run_by(request.user), pk=pk)
    try:
        making.request(
            kind=report.kind,
            subject=report.subject,
            language=report.language,
            year=report.year,
            quarter=report.quarter,
            by=request.user,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The report is being made again."))
    return redirect("publications:reports_desk")


def _back(request: HttpRequest) -> str:
    """The page the form stood on: the desk for those who have one, else the own documents."""
    from_space = request.POST.get("from") == "space" or not perms.may_open_desk(request.user)
    return "publications:documents" if from_space else "publications:reports_desk"
