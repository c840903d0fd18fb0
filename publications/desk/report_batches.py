"""Reports in bulk at the desk: ordered, followed, cancelled, completed, fetched."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import perms
from portal.lib.files import serving
from publications.forms.report_batches import ReportBatchForm
from publications.models import ReportArchive, ReportBatch
from publications.reports import batches as batch_verbs

PER_PAGE = 50
ZIP = "application/zip"


def batches(request: HttpRequest) -> HttpResponse:
    """The batches a person runs, newest first, with a form to order another."""
    if not perms.may_open_desk(request.user):
        raise Http404
    form = ReportBatchForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            ordered = batch_verbs.order(**form.wanted(), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                _(
                    "The reports are being made. You can leave this page; we will write to you "
                    "when they are ready."
                ),
            )
            return redirect(ordered)
    rows = ReportBatch.objects.run_by(request.user).with_counts()
    page = Paginator(rows.select_related("region", "category"), 25)
    return render(
        request,
        "publications/reports/batches.html",
        {"form": form, "page": page.get_page(request.GET.get("page"))},
    )


def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """A batch with its archives and its reports, those that did not come first."""
    found = get_object_or_404(
        ReportBatch.objects.run_by(request.user).select_related("region", "category"), pk=pk
    )
    entries = found.entries.in_reading_order().select_related("organisation", "region", "report")
    return render(
        request,
        "publications/reports/batch.html",
        {
            "batch": found,
            "counts": found.counts,
            "archives": found.archives.exclude(file=""),
            "page": Paginator(entries, PER_PAGE).get_page(request.GET.get("page")),
            "refresh": not found.is_finished and request.GET.get("follow") == "1",
        },
    )


@require_POST
def cancel_batch(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ReportBatch.objects.run_by(request.user), pk=pk)
    if batch_verbs.cancel(found):
        messages.success(request, _("The batch has been cancelled."))
    else:
        messages.info(request, _("This batch is already finished."))
    return redirect(found)


@require_POST
def retry_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the reports that did not come, and only those."""
    return put_to_work(
        request, pk, verb=batch_verbs.retry, said=_("The missing reports are being made.")
    )


@require_POST
def make_batch_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Make archives again that have expired."""
    return put_to_work(
        request, pk, verb=batch_verbs.make_again, said=_("The files are being made again.")
    )


def put_to_work(
    request: HttpRequest, pk: int, *, verb: Callable[..., None], said: str
) -> HttpResponse:
    found = get_object_or_404(ReportBatch.objects.run_by(request.user), pk=pk)
    try:
        verb(found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)
    return redirect(found)


def archive(request: HttpRequest, pk: int, archive_language: str) -> HttpResponse:
    """The reports of a finished batch in one language; 404 to whoever may not run it."""
    found = get_object_or_404(
        ReportArchive.objects.filter(batch__in=ReportBatch.objects.run_by(request.user)),
        batch=pk,
        language=archive_language,
    )
    return serving.answer(
        request, found.file, name=found.download_name, media_type=ZIP, as_attachment=True
    )
