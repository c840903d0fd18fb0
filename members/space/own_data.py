"""Everything the portal holds of an organisation, to be taken away whatever its status."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from members import own_data
from members.models import Organisation
from members.perms import may_take_data
from members.space.own import for_own_organisation, page_of
from portal.lib.translations import current_language


@for_own_organisation
def data(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    context = {
        "organisation": organisation,
        "parts": own_data.parts(),
        "may_take": may_take_data(request.user, organisation),
        "address": page_of("members:space_data_archive", organisation, request.user),
    }
    return render(request, "members/space_data.html", context)


@for_own_organisation
def archive(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    if not may_take_data(request.user, organisation):
        raise PermissionDenied
    name = f"{organisation.slug}-{timezone.localdate().isoformat()}.zip"
    return StreamingHttpResponse(
        own_data.archive(organisation, language=current_language()),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
