"""What newsletters tell of the programme."""

import datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.links import absolute
from portal.lib.sections import Layout, Section, Span, Told
from portal.lib.translations import LANGUAGES
from programme.models import EmergingIssue, Event
from regions.models import Region

DAYS_AHEAD = 120


def events_ahead(region: Region | None, span: Span) -> QuerySet:
    """Public events that begin in the four months after these days.

    The world's letter has the world conferences and what does not belong to one region alone.
    """
    after = span.last + datetime.timedelta(days=1)
    ahead = (
        Event.objects.public()
        .taking_place()
        .beginning_between(after, after + datetime.timedelta(days=DAYS_AHEAD))
    )
    if region:
        return ahead.in_region(region).order_by("starts_at", "slug")
    of_the_world = ~Q(region_count=1) | Q(kind=Event.Kind.CONFERENCE)
    return (
        ahead.annotate(region_count=Count("regions"))
        .filter(of_the_world)
        .order_by("starts_at", "slug")
    )


def emerging_issues(region: Region | None, span: Span) -> QuerySet:
    """Open issues that the region flagged in these days, and those of any region that were lifted
    to the world in these days. The world's letter has what was lifted; lifted ones come first.
    """
    lifted = Q(lifted_on__range=span)
    flagged = Q(region=region, flagged_on__range=span) if region else Q(pk__in=())
    found = EmergingIssue.objects.public().open().filter(lifted | flagged)
    return found.order_by(F("lifted_on").asc(nulls_last=True), "flagged_on", "pk")


def emerging_issue_told(issue: EmergingIssue, language: str) -> Told:
    countries = [getattr(country, f"name_{language}") for country in issue.countries.all()]
    details = [issue.region.code, *countries, issue.get_urgency_display()]
    if issue.lifted_on:
        details.append(gettext("seen by three regions"))
    return Told(
        title=issue.text("title", language),
        text=issue.text("why", language),
        url=absolute(issue.get_absolute_url()),
        languages=[code for code in LANGUAGES if issue.is_available(code)],
        details=details,
    )


def event_told(event: Event, language: str) -> Told:
    return Told(
        title=event.text("title", language),
        url=absolute(event.get_absolute_url()),
        languages=[code for code in LANGUAGES if event.is_available(code)],
        date=event.local_start.date(),
        last_date=event.local_end.date(),
        place=event.text("place", language),
        country=getattr(event.country, f"name_{language}") if event.country else "",
    )


EMERGING = Section(
    code="emerging",
    title=_("Emerging issues"),
    layout=Layout.TEXTS,
    found=emerging_issues,
    whole=lambda: EmergingIssue.objects.select_related("region").prefetch_related("countries"),
    shown=lambda issue: issue.is_public,
    tell=emerging_issue_told,
    position=10,
    page="programme:emerging_issue",
    limit=10,
)
EVENTS = Section(
    code="events",
    title=_("Dates"),
    layout=Layout.DATES,
    found=events_ahead,
    whole=lambda: Event.objects.select_related("country"),
    shown=lambda event: event.is_public,
    tell=event_told,
    position=50,
    page="programme:event",
)
