"""Partners, donors, research centres and academics at the desk; an executive sees one region's."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members import partners as verbs
from members.desk.organisations import carried_out
from members.forms.partners import PartnerFilter, PartnerForm
from members.models import Organisation, Partner
from members.perms import may_open_desk
from portal.lib.access import permitted
from portal.lib.sheets.writing import CSV, MEDIA_TYPES, as_csv
from portal.lib.translations import current_language

PER_PAGE = 50


def filtered(request: HttpRequest) -> tuple[PartnerFilter, object]:
    filters = PartnerFilter(request.GET, user=request.user)
    found = filters.apply(Partner.objects.run_by(request.user)).in_order()
    return filters, found.select_related("country__region")


@permitted(may_open_desk)
def partners(request: HttpRequest) -> HttpResponse:
    filters, found = filtered(request)
    found = found.prefetch_related("regions", "facets")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "members/desk_partners.html", {"filters": filters, "page": page})


@permitted(may_open_desk)
def partners_csv(request: HttpRequest) -> HttpResponse:
    """Exactly what the list shows, safe to open in a spreadsheet."""
    _filters, found = filtered(request)
    return StreamingHttpResponse(
        as_csv(verbs.rows(found, reader=request.user, language=current_language())),
        content_type=MEDIA_TYPES[CSV],
        headers={"Content-Disposition": 'attachment; filename="partners.csv"'},
    )


@permitted(may_open_desk)
def partner(request: HttpRequest, pk: int) -> HttpResponse:
    found = own(request, pk)
    context = {
        "partner": found,
        "facets": found.facets.all(),
        "regions": found.regions.all(),
        "organisations": Organisation.objects.visible_to(request.user)
        .filter(partners=found)
        .in_order(),
    }
    return render(request, "members/desk_partner.html", context)


@permitted(may_open_desk)
def new_partner(request: HttpRequest) -> HttpResponse:
    form = PartnerForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and carried_out(form, form.save):
        messages.success(request, _("The record has been saved."))
        return redirect("members:desk_partner", pk=form.instance.pk)
    return render(request, "members/desk_partner_form.html", {"form": form})


@permitted(may_open_desk)
def edit_partner(request: HttpRequest, pk: int) -> HttpResponse:
    found = own(request, pk)
    form = PartnerForm(request.POST or None, user=request.user, instance=found)
    if request.method == "POST" and form.is_valid() and carried_out(form, form.save):
        messages.success(request, _("The record has been saved."))
        return redirect("members:desk_partner", pk=pk)
    # What was typed is in the form; the heading shows what is stored.
    context = {"form": form, "partner": own(request, pk)}
    return render(request, "members/desk_partner_form.html", context)


@permitted(may_open_desk)
@require_POST
def erase_partner(request: HttpRequest, pk: int) -> HttpResponse:
    verbs.erase(own(request, pk))
    messages.success(request, _("The record and its history have been erased."))
    return redirect("members:desk_partners")


def own(request: HttpRequest, pk: int) -> Partner:
    rows = Partner.objects.run_by(request.user).select_related("country__region", "recorded_by")
    return get_object_or_404(rows, pk=pk)
