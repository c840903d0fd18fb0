"""The programme and its events, for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import alternates, feeds, network, reading
from portal.lib.addresses import moved
from portal.lib.public import reads_query
from programme import calendar
from programme import feeds as own_feeds
from programme.models import Activity, Axis, Cycle, Event, EventQuerySet
from regions.models import Region

PER_PAGE = 20
SEVEN = {str(number) for number in range(1, 8)}


@login_not_required
@reads_query()
def programme(request: HttpRequest) -> HttpResponse:
    """The cycle of today with its seven axes; older cycles below it."""
    current = Cycle.current()
    if current is not None:
        reading.note(request, "cycle", current.pk)
    return render(
        request,
        "programme/programme.html",
        {
            "cycle": current,
            "axes": Axis.objects.filter(cycle=current),
            "activities": Activity.objects.under_way(timezone.localdate())
            .select_related("axis")
            .prefetch_related("regions")[:12],
            "older": earlier_than(current),
        },
    )


def earlier_than(cycle: Cycle | None):
    """The cycles before this one; one that is still to come is not shown yet."""
    if cycle is None:
        return Cycle.objects.none()
    return Cycle.objects.filter(first_year__lt=cycle.first_year).prefetch_related("axes")


@login_not_required
@reads_query("region", "axis", "page")
def events(request: HttpRequest) -> HttpResponse:
    """Upcoming events, then the past ones page by page; of one region or axis when asked."""
    now = timezone.now()
    asked = request.GET.get("region", "")
    regions = list(Region.objects.all())
    region = next((region for region in regions if region.code == asked), None)
    axes = list(Axis.objects.of_current_cycle())
    found = asked_for(request).select_related("country", "axis").prefetch_related("regions")
    return render(
        request,
        "programme/events.html",
        {
            "regions": regions,
            "region": region,
            "axes": axes,
            "axis": next((a for a in axes if str(a.number) == request.GET.get("axis")), None),
            "query": feeds.query_of(request).lstrip("?"),
            "is_unknown": bool(asked) and region is None,
            "upcoming": found.upcoming(now),
            "page": Paginator(found.past(now), PER_PAGE).get_page(request.GET.get("page")),
        },
    )


def asked_for(request: HttpRequest) -> EventQuerySet:
    """The public events of the region and the axis in the query; what is unknown is left out."""
    found = Event.objects.public()
    code, number = request.GET.get("region", ""), request.GET.get("axis", "")
    if region := Region.objects.filter(code=code).first() if code else None:
        found = found.in_region(region)
    if number in SEVEN:
        found = found.filter(axis__number=number)
    return found


@login_not_required
@reads_query("region", "axis", "page")
def events_feed(request: HttpRequest) -> HttpResponse:
    """The events of the same list that were announced or changed last."""
    found = feeds.paged(request, own_feeds.newest(asked_for(request)))
    return feeds.answer(
        request,
        map(own_feeds.entry, found.rows),
        title=f"{network.current().name()} – {_('Events')}",
        page=reverse("programme:events") + feeds.query_of(request).rstrip("?"),
        pages=found,
    )


@login_not_required
@reads_query()
def event(request: HttpRequest, slug: str) -> HttpResponse:
    events = Event.objects.public().select_related("country", "axis").prefetch_related("regions")
    found = events.filter(slug=slug).first()
    if found is None:
        return moved(request, Event.objects.public(), slug=slug)
    alternates.tell(request, found)
    reading.note(request, "event", found.pk)
    return render(request, "programme/event.html", {"event": found})


@login_not_required
@reads_query("region", "axis")
def events_calendar(request: HttpRequest) -> HttpResponse:
    """The events of the same list, for a calendar program to subscribe to."""
    query = feeds.query_of(request).rstrip("?")
    name = f"{network.current().name()} – {_('Events')}"
    return calendar_answer(asked_for(request), name=name, source=request.path + query)


def calendar_answer(rows: EventQuerySet, *, name: str, source: str) -> HttpResponse:
    """A calendar to subscribe to, of these public events."""
    content = calendar.as_ical(
        calendar.for_calendars(rows, timezone.now()), name=name, source=source
    )
    return HttpResponse(
        content,
        content_type=calendar.MEDIA_TYPE,
        headers={"Access-Control-Allow-Origin": "*"},
    )


@login_not_required
@reads_query()
def event_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The event for the reader's own calendar (RFC 5545)."""
    found = calendar.with_revisions(Event.objects.public().filter(slug=slug)).first()
    if found is None:
        return moved(request, Event.objects.public(), slug=slug)
    return HttpResponse(
        calendar.as_ical([found], name=str(found)),
        content_type=calendar.MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{found.slug}.ics"'},
    )
