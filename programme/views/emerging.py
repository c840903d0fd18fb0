"""Emerging issues for everybody: what the regions see coming, and what became of it."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Organisation
from portal.lib import alternates, feeds, network, reading
from portal.lib.public import reads_query
from programme import feeds as own_feeds
from programme.models import EmergingIssue
from regions.models import Region

PER_PAGE = 20


def asked_for(request: HttpRequest):
    """The public issues of the region in the query; a region that is unknown is left out."""
    found = EmergingIssue.objects.public()
    code = request.GET.get("region", "")
    region = Region.objects.filter(code=code).first() if code else None
    return found.in_region(region) if region else found


@login_not_required
@reads_query("region", "page")
def emerging_issues(request: HttpRequest) -> HttpResponse:
    """What was flagged, the newest first; of one region when asked."""
    rows = asked_for(request).select_related("region", "challenge").with_public_seconds()
    return render(
        request,
        "programme/emerging/list.html",
        {
            "regions": Region.objects.all(),
            "chosen": request.GET.get("region", ""),
            "query": feeds.query_of(request).lstrip("?"),
            "page": Paginator(rows.newest_first(), PER_PAGE).get_page(request.GET.get("page")),
        },
    )


@login_not_required
@reads_query("region", "page")
def emerging_feed(request: HttpRequest) -> HttpResponse:
    found = feeds.paged(request, own_feeds.newest_issues(asked_for(request)))
    return feeds.answer(
        request,
        map(own_feeds.issue_entry, found.rows),
        title=f"{network.current().name()} – {_('Emerging issues')}",
        page=reverse("programme:emerging_issues") + feeds.query_of(request).rstrip("?"),
        pages=found,
    )


@login_not_required
@reads_query()
def emerging_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """One issue: why, where, how urgent, who seconds it, and what became of it."""
    issues = EmergingIssue.objects.public().select_related("region", "challenge")
    found = get_object_or_404(issues.prefetch_related("countries"), pk=pk)
    alternates.tell(request, found)
    reading.note(request, "emerging_issue", found.pk)
    seconds = found.seconds.public().values("organisation")
    beside = issues.lifted().filter(challenge=found.challenge_id).exclude(pk=found.pk)
    return render(
        request,
        "programme/emerging/issue.html",
        {
            "issue": found,
            "seconds": Organisation.objects.public().filter(pk__in=seconds).in_order(),
            # The other regions with which it was lifted.
            "beside": beside.order_by("region__code", "-flagged_on") if found.lifted_on else [],
        },
    )
