"""Axes, activities, events and emerging issues as open data."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.lib.feeds import with_revised_at
from portal.lib.linked import as_list
from portal.lib.links import absolute
from portal.lib.open_data import (
    AT_ONCE,
    Column,
    DataSet,
    page_column,
    text_columns,
    texts,
)
from programme.models import Activity, Axis, EmergingIssue, Event

TITLE, SUMMARY = _("title"), _("summary")
REGIONS = Column("regions", "list", _("codes of the regions, R1 to R9"))
AXIS = Column("axis", "integer", _("number of the axis, 1 to 7"))
REVISED = Column("revised_at", "datetime", _("when it was last changed"))
SLUG = Column(
    "slug", "string", _("its own part of its address; it may change, the number does not")
)
NUMBER = Column("id", "integer", _("number that stays"), True)


def axes() -> Iterator[dict]:
    for axis in Axis.objects.select_related("cycle").order_by("cycle__first_year", "number"):
        yield {
            "first_year": axis.cycle.first_year,
            "last_year": axis.cycle.last_year,
            "number": axis.number,
            **texts(axis, "title", "description"),
        }


def activities() -> Iterator[dict]:
    rows = Activity.objects.select_related("axis__cycle").order_by("pk")
    rows = rows.prefetch_related(
        as_list("regions"), as_list("organisations", Organisation.objects.public().only("slug"))
    )
    for activity in with_revised_at(rows).iterator(chunk_size=AT_ONCE):
        yield {
            "id": activity.pk,
            "slug": activity.slug,
            **texts(activity, "title", "summary"),
            "cycle": activity.axis.cycle.first_year,
            "axis": activity.axis.number,
            "level": activity.level,
            "regions": [region.code for region in activity.own_regions],
            "organisations": [one.slug for one in activity.own_organisations],
            "starts_on": activity.starts_on,
            "ends_on": activity.ends_on,
            "revised_at": activity.revised_at,
        }


def public_events() -> QuerySet:
    return Event.objects.public()


def events() -> Iterator[dict]:
    rows = (
        public_events().select_related("axis").prefetch_related(as_list("regions")).order_by("pk")
    )
    for event in with_revised_at(rows).iterator(chunk_size=AT_ONCE):
        yield {
            "id": event.pk,
            "slug": event.slug,
            "kind": event.kind,
            **texts(event, "title", "summary", "place"),
            "country": event.country_id or "",
            "regions": [region.code for region in event.own_regions],
            "axis": event.axis.number if event.axis else None,
            "time_zone": event.time_zone,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "is_all_day": event.is_all_day,
            "is_cancelled": event.is_cancelled,
            "site": event.website,
            "page": absolute(f"/programme/events/{event.slug}/"),
            "revised_at": event.revised_at,
        }


def public_emerging_issues() -> QuerySet:
    return EmergingIssue.objects.public()


def emerging_issues() -> Iterator[dict]:
    """Of who seconds one only how many public members do."""
    rows = public_emerging_issues().select_related("region", "challenge").order_by("pk")
    rows = rows.with_public_seconds().prefetch_related(as_list("countries"))
    for issue in with_revised_at(rows).iterator(chunk_size=AT_ONCE):
        yield {
            "id": issue.pk,
            **texts(issue, "title", "why", "outcome"),
            "region": issue.region.code,
            "countries": [country.code for country in issue.own_countries],
            "challenge": issue.challenge.number,
            "urgency": issue.urgency,
            "source": issue.source,
            "source_url": issue.source_url,
            "seconds": issue.second_count,
            "flagged_on": issue.flagged_on,
            "lifted_on": issue.lifted_on,
            "closed_on": issue.closed_on,
            "ending": issue.ending,
            "page": absolute(f"/programme/emerging-issues/{issue.pk}/"),
            "revised_at": issue.revised_at,
        }


SETS = (
    DataSet(
        "axes",
        _("Axes of the programme"),
        _("The seven axes of each programme cycle."),
        (
            Column("first_year", "integer", _("first year of the cycle"), True),
            Column("last_year", "integer", _("last year of the cycle"), True),
            Column("number", "integer", _("number of the axis, 1 to 7"), True),
            *text_columns(("title", TITLE), ("description", _("description"))),
        ),
        axes,
        ("first_year", "number"),
    ),
    DataSet(
        "activities",
        _("Activities"),
        _("What is done under the axes."),
        (
            NUMBER,
            SLUG,
            *text_columns(("title", TITLE), ("summary", SUMMARY)),
            Column("cycle", "integer", _("first year of the cycle"), True),
            AXIS,
            Column("level", "string", _("level: national, regional or world"), True),
            REGIONS,
            Column("organisations", "list", _("slugs of the organisations that are public")),
            Column("starts_on", "date", _("first day"), True),
            Column("ends_on", "date", _("last day, empty while it is open")),
            REVISED,
        ),
        activities,
        ("id",),
        is_large=True,
    ),
    DataSet(
        "events",
        _("Events"),
        _("Conferences, forums, meetings and seminars, past and to come."),
        (
            NUMBER,
            SLUG,
            Column(
                "kind", "string", _("kind: conference, forum, leaders, experts or seminar"), True
            ),
            *text_columns(("title", TITLE), ("summary", SUMMARY), ("place", _("place"))),
            Column("country", "string", _("ISO 3166-1 code of two letters")),
            REGIONS,
            AXIS,
            Column(
                "time_zone", "string", _("time zone of the place, from the IANA database"), True
            ),
            Column("starts_at", "datetime", _("beginning"), True),
            Column("ends_at", "datetime", _("end"), True),
            Column("is_all_day", "boolean", _("whether only the days count"), True),
            Column("is_cancelled", "boolean", _("whether it was cancelled"), True),
            Column("site", "uri", _("website")),
            page_column(),
            REVISED,
        ),
        events,
        ("id",),
        is_large=True,
    ),
    DataSet(
        "emerging_issues",
        _("Emerging issues"),
        _("What the regions see coming, and what became of it."),
        (
            NUMBER,
            *text_columns(
                ("title", TITLE),
                ("why", _("why it matters")),
                ("outcome", _("what became of it")),
            ),
            Column("region", "string", _("code of the region, R1 to R9"), True),
            Column("countries", "list", _("ISO 3166-1 codes of two letters")),
            Column("challenge", "integer", _("number of the challenge"), True),
            Column("urgency", "string", _("urgency: now, months or watch"), True),
            Column("source", "string", _("source"), True),
            Column("source_url", "uri", _("address of the source")),
            Column("seconds", "integer", _("number of public members that second it"), True),
            Column("flagged_on", "date", _("flagged on"), True),
            Column("lifted_on", "date", _("lifted to the world on")),
            Column("closed_on", "date", _("closed on")),
            Column("ending", "string", _("why it is closed: acted or passed")),
            page_column(),
            REVISED,
        ),
        emerging_issues,
        ("id",),
        is_large=True,
    ),
)
