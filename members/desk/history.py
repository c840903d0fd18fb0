"""The history of one organisation or one person, on one page."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from members import timeline
from members.desk.organisations import run
from members.models import Organisation, User
from members.perms import may_open_desk
from portal.lib.access import permitted

PER_PAGE = 30


@permitted(may_open_desk)
def organisation_history(request: HttpRequest, slug: str) -> HttpResponse:
    found = run(request, slug)
    context = {"organisation": found, **paged(request, timeline.of_organisation(found))}
    return render(request, "members/desk_history.html", context)


@permitted(may_open_desk)
def person_history(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened to a person; to a regional executive, as far as the region is concerned."""
    found = get_object_or_404(User.objects.run_by(request.user), pk=pk)
    entries = timeline.of_person(found, seen=seen_by(request.user))
    context = {"organisation": None, "person": found, **paged(request, entries)}
    return render(request, "members/desk_history.html", context)


def seen_by(user: User):
    """Which versions of records a person may read: None for all of them."""
    if user.standing.is_secretariat:
        return None
    own = set(Organisation.objects.run_by(user).values_list("pk", flat=True))
    regions = {region.pk for region in user.standing.regions}

    def seen(row) -> bool:
        if getattr(row, "organisation_id", None) is not None:
            return row.organisation_id in own
        if getattr(row, "region_id", None) is not None:
            return row.region_id in regions
        return getattr(row, "instance_type", None) is User

    return seen


def paged(request: HttpRequest, entries: list[timeline.Entry]) -> dict:
    group = request.GET.get("kind", "")
    shown = [entry for entry in entries if not group or entry.group == group]
    return {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "groups": timeline.groups_of(entries),
        "group": group,
    }
