"""The regional report: members, groupings, publications, events and letters of a period."""

import datetime
from typing import TypedDict

from django.db.models import Q
from django.utils import timezone

from members import reach
from members.models import Organisation
from programme.models import EmergingIssue
from publications.models import Issue, Publication, Subscription
from publications.reports.figures import (
    AxisCount,
    EventRow,
    GroupingRow,
    PublicationRow,
    RegionData,
    TextData,
    countries_of,
    event_rows,
    events_between,
    groupings_of,
    legend_of,
    members_by_country,
    publication_rows,
    publications_by_axis,
    reach_data,
    reach_rows,
    region_data,
    span,
    text_data,
)
from regions.models import Region

TEMPLATE = "publications/reports/region.html"
BODY = "publications/reports/_region.html"
LATEST = 6


class CountryRow(TypedDict):
    code: str
    name: str
    count: int


class EmergingRow(TypedDict):
    title: TextData
    challenge: TextData
    flagged_on: str
    closed_on: str
    seconds: int
    is_worldwide: bool


class LetterRow(TypedDict):
    symbol: str
    subject: TextData
    date: str


class RegionReport(TypedDict):
    region: RegionData
    description: TextData
    year: int
    quarter: int | None
    first_day: str
    last_day: str
    members: int
    national: int
    up_to_date: int
    countries: int
    countries_with_member: int
    publications: int
    events: int
    emerging: int
    issues: int
    subscribers: int
    groupings: list[GroupingRow]
    legend: list[tuple[str, str]]
    axes: list[AxisCount]
    map: dict[str, int]
    country_list: list[CountryRow]
    reach: dict | None
    latest: list[PublicationRow]
    event_list: list[EventRow]
    emerging_list: list[EmergingRow]
    letters: list[LetterRow]


def data(
    region: Region,
    year: int,
    language: str,
    *,
    quarter: int | None = None,
    today: datetime.date | None = None,
) -> RegionReport:
    """The figures of a region for a year or quarter, as plain values, lists in reading order.

    Members, groupings and readers are those of today, whatever the period."""
    today = today or timezone.localdate()
    first, last = span(year, quarter, today)
    members = Organisation.objects.active().in_region(region)
    counts = members_by_country(region)
    countries = countries_of(region, language)
    publications = Publication.objects.announced().in_region(region).dated_between(first, last)
    subscribers = Subscription.objects.confirmed().filter(newsletter__region=region)
    groupings = groupings_of(region, today, language)
    events = event_rows(
        events_between(first, last).in_region(region).order_by("starts_at", "pk"), language
    )
    emerging = emerging_rows(region, first, last, language)
    letters = letter_rows(region, year, quarter, language)
    return {
        "region": region_data(region, language),
        "description": text_data(region.text("description", language)),
        "year": year,
        "quarter": quarter,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "members": members.count(),
        # By region and category at once a figure is below that of a region: public ones alone.
        "national": Organisation.objects.public().in_region(region).national().count(),
        "up_to_date": members.filter(status="active").count(),
        "countries": len(countries),
        "countries_with_member": len(counts),
        "publications": publications.count(),
        "events": len(events),
        "emerging": len(emerging),
        "issues": len(letters),
        "subscribers": subscribers.count(),
        "groupings": groupings,
        "legend": legend_of(groupings, language),
        "axes": publications_by_axis(region, first, last, language),
        "map": counts,
        "country_list": [
            {
                "code": country.code,
                "name": getattr(country, f"name_{language}"),
                "count": counts[country.code],
            }
            for country in countries
            if country.code in counts
        ],
        "reach": reach_data(reach.of_region(region), language),
        "latest": publication_rows(publications.newest_first()[:LATEST], language),
        "event_list": events,
        "emerging_list": emerging,
        "letters": letters,
    }


def emerging_rows(
    region: Region, first: datetime.date, last: datetime.date, language: str
) -> list[EmergingRow]:
    """What the region saw coming and was open on one of these days, the newest first."""
    lasting = Q(closed_on__isnull=True) | Q(closed_on__gte=first)
    issues = EmergingIssue.objects.public().in_region(region).filter(lasting, flagged_on__lte=last)
    return [
        {
            "title": text_data(issue.text("title", language)),
            "challenge": text_data(issue.challenge.text("title", language)),
            "flagged_on": issue.flagged_on.isoformat(),
            "closed_on": issue.closed_on.isoformat() if issue.closed_on else "",
            "seconds": issue.second_count,
            "is_worldwide": issue.lifted_on is not None,
        }
        for issue in issues.select_related("challenge").with_public_seconds().newest_first()
    ]


def letter_rows(region: Region, year: int, quarter: int | None, language: str) -> list[LetterRow]:
    """The letters that were sent and stand for the period, in their order."""
    sent = Issue.objects.public().filter(newsletter__region=region).standing_for(year, quarter)
    return [
        {
            "symbol": issue.symbol,
            "subject": text_data(issue.text("subject", language)),
            "date": timezone.localdate(issue.sent_at).isoformat() if issue.sent_at else "",
        }
        for issue in sent.order_by("covers_until", "symbol")
    ]


FIGURES = (
    "members",
    "national",
    "up_to_date",
    "countries",
    "countries_with_member",
    "publications",
    "events",
    "emerging",
    "issues",
    "subscribers",
)


def table(data: RegionReport) -> list[list]:
    """The figures as rows, for the attached CSV."""
    rows = [["figure", "key", "value"]]
    rows += [[name, "", data[name]] for name in FIGURES]
    rows += reach_rows(data["reach"])
    rows += [["publications_on_axis", axis["number"], axis["count"]] for axis in data["axes"]]
    rows += [["members_in_country", code, count] for code, count in sorted(data["map"].items())]
    for grouping in data["groupings"]:
        name = grouping["acronym"] or grouping["label"]
        rows += [
            [f"grouping_{key}", name, grouping[key]] for key in ("states", "covered", "national")
        ]
        rows += [
            [f"grouping_state {name}", cell["label"], " ".join(cell["codes"]) or "none"]
            for cell in grouping["cells"]
        ]
    rows += [["event", event["date"], event["title"]["value"]] for event in data["event_list"]]
    rows += [
        ["emerging_issue", issue["flagged_on"], issue["title"]["value"]]
        for issue in data["emerging_list"]
    ]
    rows += [["letter", row["symbol"], row["subject"]["value"]] for row in data["letters"]]
    return rows
