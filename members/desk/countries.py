"""A country at the desk: its members, and who has held its seats."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from members import seats
from members.models import Derogation, Organisation
from members.perms import may_open_desk, may_run_everything
from portal.lib.access import permitted
from regions.models import Country
from regions.perms import regions_run_by


@permitted(may_open_desk)
def country(request: HttpRequest, code: str) -> HttpResponse:
    own = Country.objects.filter(region__in=regions_run_by(request.user)).select_related("region")
    found = get_object_or_404(own, code=code)
    organisations = Organisation.objects.run_by(request.user).in_country(found)
    derogations = Derogation.objects.in_force().filter(country=found)
    context = {
        "country": found,
        "tenures": seats.history(found),
        "derogations": derogations.select_related("organisation", "granted_by"),
        "organisations": organisations.select_related("category").in_order(),
        "may_assign": may_run_everything(request.user),
        "today": timezone.localdate(),
    }
    return render(request, "members/desk_country.html", context)
