"""Feeds and calendars of a region, an axis, everything; and of the portal's own pages."""

import html
from itertools import chain

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from members import feeds as members
from members.models import Organisation
from portal.lib import feeds, network
from portal.lib.public import reads_query
from portal.lib.translations import Text
from portal.models import Page
from programme import feeds as programme
from programme.models import Axis, Event
from programme.views.programme import calendar_answer
from publications import feeds as publications
from publications.models import Issue, Publication
from regions.feeds import label
from regions.models import Region

SUMMARY = 300


@login_not_required
@reads_query()
def everything(request: HttpRequest) -> HttpResponse:
    """What is new: publications, letters, events and members."""
    entries = latest(
        Publication.objects.announced(),
        Event.objects.public(),
        Issue.objects.public(),
        Organisation.objects.public(),
    )
    title = network.current().name()
    return feeds.answer(request, entries, title=title, page=reverse("portal:home"))


@login_not_required
@reads_query()
def region(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Region, code=code)
    entries = latest(
        Publication.objects.announced().in_region(found),
        Event.objects.public().in_region(found),
        Issue.objects.public().filter(newsletter__region=found),
        Organisation.objects.public().in_region(found),
    )
    title = titled(name_of_region(found))
    return feeds.answer(request, entries, title=title, page=found.get_absolute_url())


@login_not_required
@reads_query()
def axis(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Axis.objects.of_current_cycle(), number=number)
    entries = latest(
        Publication.objects.announced().on_axis(found), Event.objects.public().filter(axis=found)
    )
    title = titled(name_of_axis(found))
    return feeds.answer(request, entries, title=title, page=found.get_absolute_url())


def name_of_region(region: Region) -> str:
    return " ".join(part for part in (region.code, label(region)) if part)


def name_of_axis(axis: Axis) -> str:
    return _("Axis %(number)s") % {"number": axis.number}


def titled(name: str) -> str:
    return f"{network.current().name()} – {name}"


def latest(texts, events, letters=None, organisations=None) -> list[feeds.Entry]:
    """The entries of these rows that changed last, of every kind together."""
    most = feeds.PER_PAGE
    texts = publications.with_what_a_feed_tells(texts.newest_first())
    letters = () if letters is None else publications.newest_issues(letters)[:most]
    organisations = () if organisations is None else members.newest(organisations)[:most]
    found = chain(
        map(publications.entry, texts[:most]),
        map(programme.entry, programme.newest(events)[:most]),
        map(publications.issue_entry, letters),
        map(members.entry, organisations),
    )
    return sorted(found, key=lambda one: (one.updated, one.id), reverse=True)[:most]


# -- Calendars ------------------------------------------------------------------------------------


@login_not_required
@reads_query()
def region_calendar(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Region, code=code)
    rows = Event.objects.public().in_region(found)
    return calendar_answer(rows, name=titled(name_of_region(found)), source=request.path)


@login_not_required
@reads_query()
def axis_calendar(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Axis.objects.of_current_cycle(), number=number)
    rows = Event.objects.public().filter(axis=found)
    return calendar_answer(rows, name=titled(name_of_axis(found)), source=request.path)


# -- The portal's own pages -----------------------------------------------------------------------


@login_not_required
@reads_query("page")
def pages(request: HttpRequest) -> HttpResponse:
    """The pages about the network, those that changed last first."""
    found = feeds.paged(request, Page.objects.order_by("-updated_at", "slug"))
    return feeds.answer(
        request,
        map(page_entry, found.rows),
        title=titled(_("Pages")),
        page=reverse("portal:home"),
        pages=found,
    )


def page_entry(page: Page) -> feeds.Entry:
    told = feeds.entry(page, id=feeds.name_of("page", page.pk), updated=page.updated_at)
    body = page.text("body")
    words = " ".join(html.unescape(strip_tags(body.value.replace("<", " <"))).split())
    return told._replace(summary=Text(words[:SUMMARY], body.language))
