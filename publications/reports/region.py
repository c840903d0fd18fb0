"""The regional report: members, groupings, publications, events and letters of a period."""

import datetime

from django.utils import timezone

from members import reach
from members.models import Organisation
from programme.models import Event
from publications.models import Issue, Publication, Subscription
from publications.reports.figures import (
    countries_of,
    groupings_of,
    members_by_country,
    publications_by_axis,
    reach_data,
    reach_rows,
    region_data,
    span,
    text_data,
)
from regions.models import Region

TEMPLATE = "publications/reports/region.html"


def data(
    region: Region,
    year: int,
    language: str,
    *,
    quarter: int | None = None,
    today: datetime.date | None = None,
) -> dict:
    """The figures of a region for a year or quarter, as plain values, lists in reading order.

    Members, groupings and readers are those of today, whatever the period."""
    today = today or timezone.localdate()
    first, last = span(year, quarter, today)
    members = Organisation.objects.active().in_region(region)
    counts = members_by_country(region)
    countries = countries_of(region, language)
    publications = Publication.objects.announced().in_region(region).dated_between(first, last)
    subscribers = Subscription.objects.confirmed().filter(newsletter__region=region)
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
        "events": Event.objects.public().in_region(region).beginning_between(first, last).count(),
        "issues": Issue.objects.public()
        .filter(newsletter__region=region)
        .standing_for(year, quarter)
        .count(),
        "subscribers": subscribers.count(),
        "groupings": groupings_of(region, today, language),
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
        "latest": [
            {
                "symbol": publication.symbol,
                "title": text_data(publication.text("title", language)),
                "date": publication.published_on.isoformat(),
                "languages": publication.languages(),
            }
            for publication in publications.newest_first()[:6]
        ],
    }


def table(data: dict) -> list[list]:
    """The figures as rows, for the attached CSV."""
    rows = [["figure", "key", "value"]]
    for name in (
        "members",
        "national",
        "up_to_date",
        "countries",
        "countries_with_member",
        "publications",
        "events",
        "issues",
        "subscribers",
    ):
        rows.append([name, "", data[name]])
    rows += reach_rows(data["reach"])
    rows += [["publications_on_axis", axis["number"], axis["count"]] for axis in data["axes"]]
    rows += [["members_in_country", code, count] for code, count in sorted(data["map"].items())]
    rows += [["grouping_states", g["acronym"], g["states"]] for g in data["groupings"]]
    rows += [["grouping_covered", g["acronym"], g["covered"]] for g in data["groupings"]]
    return rows
