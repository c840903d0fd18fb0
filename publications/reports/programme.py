"""The programme report: what was done under each axis in a year or quarter, by whom and where,
and which of its texts are not translated."""

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import TypedDict

from django.db.models import Prefetch
from django.utils import timezone

from members.models import Organisation
from portal.lib.translations import LANGUAGES, Translatable
from programme.models import Activity, Axis, Cycle, Event
from publications.models import Publication
from publications.reports.figures import (
    EventRow,
    PublicationRow,
    TextData,
    event_rows,
    events_between,
    publication_rows,
    span,
    text_data,
)
from regions.models import Region

TEMPLATE = "publications/reports/programme.html"
BODY = "publications/reports/_programme.html"


class ActivityRow(TypedDict):
    title: TextData
    level: str
    starts_on: str
    regions: list[str]


class AxisYear(TypedDict):
    number: int
    title: TextData
    activities: list[ActivityRow]
    events: list[EventRow]
    publications: list[PublicationRow]
    members: list[TextData]
    regions: list[str]
    # Region code → how many activities, events and publications of the axis it has.
    by_region: dict[str, int]


class Untranslated(TypedDict):
    kind: str
    key: str
    title: TextData
    lacking: list[str]


class ProgrammeReport(TypedDict):
    cycle: TextData | None
    year: int
    quarter: int | None
    first_day: str
    last_day: str
    activities: int
    events: int
    publications: int
    members: int
    regions: int
    region_codes: list[str]
    axes: list[AxisYear]
    texts: int
    untranslated: list[Untranslated]
    lacking: dict[str, int]


def data(
    _network: None,
    year: int,
    language: str,
    *,
    quarter: int | None = None,
    today: datetime.date | None = None,
) -> ProgrammeReport:
    """What was done in the period under the axes of the cycle that it lies in.

    A text on two axes stands under each and counts once in the sums. Members are public ones that
    an activity names or that signed a publication.
    """
    first, last = span(year, quarter, today or timezone.localdate())
    cycle = Cycle.objects.filter(first_year__lte=year).order_by("-first_year").first()
    axes = list(Axis.objects.filter(cycle=cycle))
    activities = list(
        Activity.objects.filter(axis__in=axes)
        .during(first, last)
        .prefetch_related("regions", public_members())
        .order_by("starts_on", "pk")
    )
    events = list(
        events_between(first, last)
        .filter(axis__in=axes)
        .prefetch_related("regions")
        .order_by("starts_at", "pk")
    )
    publications = list(
        Publication.objects.announced()
        .filter(axes__in=axes)
        .dated_between(first, last)
        .prefetch_related("regions", "axes", public_members())
        .distinct()
        .order_by("published_on", "pk")
    )
    done = [*activities, *events, *publications]
    lacking = untranslated(done, language)
    return {
        "cycle": text_data(cycle.text("title", language)) if cycle else None,
        "year": year,
        "quarter": quarter,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "activities": len(activities),
        "events": len(events),
        "publications": len(publications),
        "members": len({member.pk for member in members_of([*activities, *publications])}),
        "regions": len({region.code for record in done for region in record.regions.all()}),
        "region_codes": list(Region.objects.values_list("code", flat=True)),
        "axes": [
            axis_year(
                axis,
                [activity for activity in activities if activity.axis_id == axis.pk],
                [event for event in events if event.axis_id == axis.pk],
                [found for found in publications if axis in found.axes.all()],
                language,
            )
            for axis in axes
        ],
        "texts": len(done),
        "untranslated": lacking,
        "lacking": {
            code: count
            for code in LANGUAGES
            if (count := sum(code in row["lacking"] for row in lacking))
        },
    }


def public_members() -> Prefetch:
    """The public organisations of each record: nobody finds a discreet one in what it did."""
    return Prefetch(
        "organisations",
        Organisation.objects.public().defer(*(f"description_{code}" for code in LANGUAGES)),
    )


def members_of(records: Iterable[Activity | Publication]) -> list[Organisation]:
    return list(
        dict.fromkeys(member for record in records for member in record.organisations.all())
    )


def axis_year(
    axis: Axis,
    activities: list[Activity],
    events: list[Event],
    publications: list[Publication],
    language: str,
) -> AxisYear:
    places = Counter(
        region.code
        for record in (*activities, *events, *publications)
        for region in record.regions.all()
    )
    members = sorted(
        members_of([*activities, *publications]), key=lambda m: getattr(m, f"sort_{language}")
    )
    return {
        "number": axis.number,
        "title": text_data(axis.text("title", language)),
        "activities": [
            {
                "title": text_data(activity.text("title", language)),
                "level": activity.level,
                "starts_on": activity.starts_on.isoformat(),
                "regions": sorted(region.code for region in activity.regions.all()),
            }
            for activity in activities
        ],
        "events": event_rows(events, language),
        "publications": publication_rows(publications, language),
        "members": [text_data(member.text("name", language)) for member in members],
        "regions": sorted(places),
        "by_region": dict(sorted(places.items())),
    }


def untranslated(records: Iterable[Translatable], language: str) -> list[Untranslated]:
    """The records of the period that cannot be read in one of the languages."""
    rows = []
    for record in records:
        readable = record.readable_languages()
        lacking = [code for code in LANGUAGES if code not in readable]
        if lacking:
            rows.append(
                {
                    "kind": record._meta.model_name,
                    "key": getattr(record, "symbol", "") or record.slug,
                    "title": text_data(record.text("title", language)),
                    "lacking": lacking,
                }
            )
    return rows


FIGURES = ("activities", "events", "publications", "members", "regions", "texts")
COUNTED = ("activities", "events", "publications", "members", "regions")


def table(data: ProgrammeReport) -> list[list]:
    """The figures as rows, for the attached CSV."""
    rows = [["figure", "axis", "key", "value"]]
    rows += [[name, "", "", data[name]] for name in FIGURES]
    rows += [["lacking", "", code, count] for code, count in sorted(data["lacking"].items())]
    for axis in data["axes"]:
        number = axis["number"]
        rows += [[name, number, "", len(axis[name])] for name in COUNTED]
        rows += [["in_region", number, code, count] for code, count in axis["by_region"].items()]
        rows += [
            ["activity", number, row["starts_on"], row["title"]["value"]]
            for row in axis["activities"]
        ]
        rows += [["event", number, row["date"], row["title"]["value"]] for row in axis["events"]]
        rows += [
            ["publication", number, row["symbol"], row["title"]["value"]]
            for row in axis["publications"]
        ]
        rows += [["member", number, "", member["value"]] for member in axis["members"]]
    rows += [
        ["not_translated", "", row["key"], " ".join(row["lacking"])] for row in data["untranslated"]
    ]
    return rows
