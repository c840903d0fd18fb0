"""Series at the desk: what is common to publications that appear one after the other."""

from django.contrib import messages
from django.db.models import Count, ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.perms import may_run_everything
from portal.lib.access import permitted
from publications.forms.series import SeriesForm
from publications.models import Series


@permitted(may_run_everything)
def series_desk(request: HttpRequest) -> HttpResponse:
    rows = Series.objects.in_order().annotate(number=Count("publications"))
    return render(request, "publications/series/desk.html", {"series": rows})


@permitted(may_run_everything)
def new_series(request: HttpRequest) -> HttpResponse:
    return form_page(request, SeriesForm(request.POST or None))


@permitted(may_run_everything)
def edit_series(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Series, slug=slug)
    return form_page(request, SeriesForm(request.POST or None, instance=found), found)


def form_page(request: HttpRequest, form: SeriesForm, found: Series | None = None) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and form.saved():
        messages.success(request, _("The series has been saved."))
        return redirect("publications:desk_series")
    # What was typed is in the form; the heading is of what is stored.
    stored = Series.objects.get(pk=found.pk) if found else None
    context = {"form": form, "series": stored, "number": stored and stored.publications.count()}
    return render(request, "publications/series/desk_form.html", context)


@require_POST
@permitted(may_run_everything)
def delete_series(request: HttpRequest, slug: str) -> HttpResponse:
    """Only one in which nothing has appeared: its publications refer to it."""
    found = get_object_or_404(Series, slug=slug)
    try:
        found.delete()
    except ProtectedError:
        messages.error(request, _("Publications belong to this series, so it stays."))
        return redirect("publications:desk_series_edit", slug=slug)
    messages.success(request, _("The series has been deleted."))
    return redirect("publications:desk_series")
