"""A page of the directory as the public sees it, for those who stand behind it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from members.desk.organisations import run
from members.models import Organisation
from members.perms import may_open_desk
from members.space.own import for_own_organisation
from members.views.organisation import public_page, shown
from portal.lib.access import permitted


@for_own_organisation
def own_preview(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    return preview_page(request, organisation, at_desk=False)


@permitted(may_open_desk)
def desk_preview(request: HttpRequest, slug: str) -> HttpResponse:
    return preview_page(request, run(request, slug), at_desk=True)


def preview_page(
    request: HttpRequest, organisation: Organisation, *, at_desk: bool
) -> HttpResponse:
    """What everybody sees; where nobody sees anything, the page says so and shows nothing.

    Only who the page is for may differ from the public page: both are made of one template.
    """
    context = {"organisation": organisation, "at_desk": at_desk}
    if organisation.is_public:
        found = shown(Organisation.objects.public()).get(pk=organisation.pk)
        context |= public_page(found, page=request.GET.get("page"))
    return render(request, "members/preview.html", context)
