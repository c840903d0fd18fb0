"""The members’ area: the dashboard of an organisation, over all apps."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from members import reach, reminders
from members.models import Document, Organisation, Thread
from members.models.threads import Side
from members.perms import may_manage_people
from members.space.own import own_organisations
from members.space.people import acting_for
from portal import dashboard
from programme.models import EmergingIssue, Event
from publications.models import Publication, Report
from publications.models.library import Access

LATEST = 3


def space(request: HttpRequest) -> HttpResponse:
    """The dashboard; a choice between several organisations; the desk; or an honest page."""
    user = request.user
    own = own_organisations(user)
    if slug := request.GET.get("organisation"):
        return organisation_page(request, get_object_or_404(own, slug=slug))
    found = list(own)
    if len(found) == 1:
        return organisation_page(request, found[0])
    if found:
        context = {"organisations": found, "address": request.path}
        return render(request, "members/space_choice.html", context)
    if user.standing.is_treasurer and not user.standing.has_desk:
        return redirect("members:desk_dues")
    if user.standing.has_desk or user.standing.is_locked:
        return redirect("portal:desk")
    return render(request, "portal/space_without.html", without_organisation(request))


def organisation_page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    today = timezone.localdate()
    period = organisation.current_membership
    mandates = list(acting_for(organisation))
    invitations = list(organisation.invitations.open())
    reserved = Publication.objects.visible_to(request.user).published()
    reports = Report.objects.filter(organisation=organisation)
    threads = Thread.objects.of_organisation(organisation).begun().with_latest()
    context = {
        "organisation": organisation,
        "region": organisation.region,
        "period": period,
        "last_change": organisation.history.select_related("history_user").first(),
        "is_up_to_date": period is not None and period.ends_on >= today,
        "to_do": reminders.to_do(
            organisation, period=period, people=mandates, invitations=invitations, today=today
        ),
        "mandates": mandates,
        "invitations": invitations,
        "may_manage": may_manage_people(request.user, organisation),
        "reserved": reserved.filter(access=Access.MEMBERS).newest_first()[:LATEST],
        "reports": reports.order_by("-queued_at")[:LATEST],
        "documents": Document.objects.visible_to(request.user)
        .with_new(request.user)
        .newest_first()[:LATEST],
        "threads": threads.with_unread(request.user, Side.ORGANISATION).order_by(
            "-latest_at", "-pk"
        )[:LATEST],
        "reach": reach.of_organisation(organisation),
        "emerging": EmergingIssue.objects.open_to(organisation).distinct().newest_first()[:LATEST],
        "several": len(request.user.standing.organisations) > 1,
        **news_of(organisation.region),
    }
    return render(request, "portal/space.html", context)


def news_of(region) -> dict:
    """The latest public texts and the next dates of the region."""
    if region is None:
        return {"latest": [], "events": []}
    published = Publication.objects.public().in_region(region).newest_first()
    upcoming = Event.objects.public().taking_place().in_region(region).upcoming(timezone.now())
    return {"latest": published[:LATEST], "events": upcoming[:LATEST]}


def without_organisation(request: HttpRequest) -> dict:
    """A language lead's texts; for somebody whose mandates have ended, which they were."""
    languages = request.user.standing.languages
    return {
        "languages": languages,
        "coverage": [
            *dashboard.coverage(Publication.objects.published(), languages),
        ]
        if languages
        else [],
        "ended": request.user.mandates.select_related("organisation", "region").order_by("-until"),
    }
