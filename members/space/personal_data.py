"""What the portal holds on oneself: to read, and to take away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from members import privacy
from members.desk.privacy import as_file


@never_cache
def own_data(request: HttpRequest) -> HttpResponse:
    context = {"groups": privacy.grouped(privacy.own(request.user))}
    return render(request, "members/space_own_data.html", context)


@never_cache
def own_data_json(request: HttpRequest) -> HttpResponse:
    return as_file(privacy.as_json(privacy.own(request.user)))
