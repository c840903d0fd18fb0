"""The secretariat’s pages on regions: their descriptions, and the countries of each."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.lib.access import permitted
from regions import assignment
from regions.forms import CountryForm, RegionForm
from regions.models import Country
from regions.perms import may_assign_countries, may_open_desk, regions_run_by


@permitted(may_open_desk)
def regions(request: HttpRequest) -> HttpResponse:
    found = regions_run_by(request.user)
    countries = Country.objects.filter(region__in=found).select_related("region").in_order()
    context = {
        "regions": found,
        "countries": countries,
        "may_assign": may_assign_countries(request.user),
    }
    return render(request, "regions/desk_regions.html", context)


@permitted(may_open_desk)
def region(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(regions_run_by(request.user), code=code)
    form = RegionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and form.saved():
        messages.success(request, _("The region has been saved."))
        return redirect("regions:desk_regions")
    return render(request, "regions/desk_region.html", {"region": found, "form": form})


@permitted(may_assign_countries)
def country(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Country.objects.select_related("region"), code=code)
    before = found.region
    form = CountryForm(request.POST or None, instance=Country.objects.get(pk=found.pk))
    if request.method == "POST" and form.is_valid():
        assignment.assign(found, region=form.cleaned_data["region"])
        said = _("%(country)s has moved from %(before)s to %(after)s.") % {
            "country": found,
            "before": before,
            "after": found.region,
        }
        messages.success(request, said)
        return redirect("regions:desk_regions")
    return render(request, "regions/desk_country.html", {"country": found, "form": form})
