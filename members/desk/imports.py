"""Imports and exports at the secretariat's desk. A regional executive imports one region's rows."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from members.forms.imports import ImportForm
from members.forms.organisations import OrganisationFilter
from members.imports import committing, exporting, inviting, showing, staging, undoing
from members.models import ImportBatch, Organisation
from members.models.imports import ImportStep, Outcome
from members.perms import may_import, may_open_desk
from portal.lib.access import permitted
from portal.lib.sheets import writing
from portal.lib.sheets.writing import CSV, MEDIA_TYPES, Sheet

PER_PAGE = 25
# Excel takes a CSV whose cells are parted by the list separator of its country.
DELIMITERS = {"fr": ";", "es": ";", "en": ","}


@permitted(may_import)
def imports(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = staging.request(file=file, name=file.name, by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect(f"{batch_address(batch)}?follow=1")
    found = ImportBatch.objects.visible_to(request.user).select_related("requested_by")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "kinds": MEDIA_TYPES}
    return render(request, "members/desk_imports.html", context)


@permitted(may_import)
def template(request: HttpRequest, kind: str) -> HttpResponse:
    name = _("members-template")
    return download(request, exporting.template(), kind=kind, name=name)


@permitted(may_open_desk)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The organisations of the list, as it is filtered, in the columns of the template."""
    found = OrganisationFilter(request.GET, user=request.user).apply(
        Organisation.objects.run_by(request.user)
    )
    name = f"{_('members')}-{timezone.localdate().isoformat()}"
    return download(request, exporting.sheets(found.order_by("pk")), kind=kind, name=name)


@permitted(may_import)
def corrections(request: HttpRequest, pk: int) -> HttpResponse:
    batch = own(request, pk)
    kind = batch.layout.get("kind", CSV)
    name = f"{_('to-correct')}-{batch.number.replace('/', '-')}"
    delimiter = batch.layout.get("delimiter") or ","
    sheets = exporting.corrections(batch)
    return download(request, sheets, kind=kind, name=name, delimiter=delimiter)


def download(
    request: HttpRequest, sheets: list[Sheet], *, kind: str, name: str, delimiter: str = ""
) -> StreamingHttpResponse:
    """A file that is sent while it is written."""
    if kind not in MEDIA_TYPES:
        raise Http404
    delimiter = delimiter or DELIMITERS.get(request.LANGUAGE_CODE, ",")
    pieces = writing.written(kind, sheets, delimiter=delimiter)
    return StreamingHttpResponse(
        pieces,
        content_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )


def own(request: HttpRequest, pk: int) -> ImportBatch:
    found = ImportBatch.objects.visible_to(request.user).select_related("requested_by")
    return get_object_or_404(found, pk=pk)


def batch_address(batch: ImportBatch) -> str:
    return redirect("members:desk_import", pk=batch.pk).url


@permitted(may_import)
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: its progress, what it would change or has changed, and what can be done now."""
    batch = own(request, pk)
    outcome = request.GET.get("outcome", "")
    rows = batch.rows.order_by("line")
    if outcome in Outcome.values:
        rows = rows.filter(outcome=outcome)
    else:
        outcome = ""
        rows = rows.exclude(outcome=Outcome.UNCHANGED)
    if line := request.GET.get("line", ""):
        rows = rows.filter(line__gte=int(line) if line.isdigit() and len(line) < 8 else 0)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "page": page,
        "shown": showing.shown(list(page.object_list)),
        "outcome": outcome,
        "outcomes": [(value, label, getattr(batch, value)) for value, label in Outcome.choices],
        "refresh": batch.is_busy and request.GET.get("follow") == "1",
        "may_record": may_record(request, batch),
        "may_undo": may_undo(request, batch),
        "may_check": batch.is_finished and batch.committed_at is None and bool(batch.file),
        "newcomers": inviting.newcomers(batch).count(),
        "ignored": ignored(batch),
    }
    return render(request, "members/desk_import.html", context)


def ignored(batch: ImportBatch) -> list[str]:
    """The headers of columns that were not understood."""
    headers, columns = batch.layout.get("headers", []), batch.layout.get("columns", [])
    return [header for header, key in zip(headers, columns, strict=True) if header and not key]


def may_record(request: HttpRequest, batch: ImportBatch) -> bool:
    return (
        batch.is_preview
        and batch.step == ImportStep.CHECK
        and batch.state == "done"
        and batch.writes > 0
        and committing.may_confirm(batch, by=request.user)
    )


def may_undo(request: HttpRequest, batch: ImportBatch) -> bool:
    return (
        batch.is_recorded
        and batch.is_finished
        and timezone.localdate() <= batch.undo_until
        and committing.may_confirm(batch, by=request.user)
    )


def acted(request: HttpRequest, batch: ImportBatch, act: Callable[[], object]) -> HttpResponse:
    """Back to the import, with what the verb refused if it did."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(f"{batch_address(batch)}?follow=1")


@require_POST
@permitted(may_import)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    batch = own(request, pk)
    return acted(request, batch, lambda: committing.confirm(batch, by=request.user))


@require_POST
@permitted(may_import)
def check_again(request: HttpRequest, pk: int) -> HttpResponse:
    batch = own(request, pk)
    return acted(request, batch, lambda: staging.again(batch, by=request.user))


@require_POST
@permitted(may_import)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    batch = own(request, pk)
    return acted(request, batch, lambda: undoing.request(batch, by=request.user))


@require_POST
@permitted(may_import)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    if own(request, pk).cancel():
        messages.success(request, _("The import has been cancelled. Nothing was recorded."))
    else:
        messages.info(request, _("This import is already finished."))
    return redirect("members:desk_imports")


@require_POST
@permitted(may_import)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    batch = own(request, pk)

    def act():
        count = inviting.invite(batch, by=request.user)
        text = ngettext(
            "%(count)d person has been written to.", "%(count)d people have been written to.", count
        )
        messages.success(request, text % {"count": count})

    return acted(request, batch, act)
