"""Figures that several reports share, each counted in one place.

A discreet member counts in the figures of a region, and nowhere below that level: not in
the count of a country, not on a map, not among the countries with a member.
"""

import datetime

from django.db.models import Count

from members.models import Organisation
from members.reach import Reach
from portal.lib.translations import Text
from programme.models import Axis
from publications.models import Publication
from publications.models.periods import Period
from regions.models import Country, Grouping, GroupingMember, Region


def text_data(text: Text) -> dict:
    """A text with its language, as plain values a report can keep."""
    return {"value": text.value, "language": text.language}


def region_data(region: Region | None, language: str) -> dict | None:
    if region is None:
        return None
    return {
        "code": region.code,
        "number": region.number,
        "name": text_data(region.text("name", language)),
    }


def span(
    year: int, quarter: int | None, today: datetime.date
) -> tuple[datetime.date, datetime.date]:
    """The first and last day a report on the year or quarter covers; the present one ends today."""
    period = Period(year, quarter) if quarter else Period(year, 1, 12)
    return period.first_day, min(period.last_day, max(today, period.first_day))


def members_by_country(region: Region) -> dict[str, int]:
    """Country code → number of public organisations, for the countries that have one."""
    rows = (
        Organisation.objects.public()
        .filter(country__region=region)
        .order_by()
        .values("country")
        .annotate(count=Count("pk"))
    )
    return {row["country"]: row["count"] for row in rows}


def publications_by_axis(
    region: Region, first: datetime.date, last: datetime.date, language: str
) -> list[dict]:
    """The seven axes in order, each with the number of announced texts of the region."""
    counts = dict(
        Publication.objects.announced()
        .in_region(region)
        .dated_between(first, last)
        .order_by()
        .values("axes__number")
        .annotate(count=Count("pk", distinct=True))
        .values_list("axes__number", "count")
    )
    return [
        {
            "number": axis.number,
            "title": text_data(axis.text("title", language)),
            "count": counts.get(axis.number, 0),
        }
        for axis in Axis.objects.of_current_cycle()
    ]


def groupings_of(region: Region, today: datetime.date, language: str) -> list[dict]:
    """The region's groupings, each with its states today and those that have a public member."""
    with_member = set(
        Organisation.objects.public()
        .filter(country__isnull=False)
        .order_by()
        .values_list("country", flat=True)
    )
    result = []
    for grouping in Grouping.objects.filter(regions=region):
        states = set(
            GroupingMember.objects.on(today)
            .full()
            .filter(grouping=grouping)
            .values_list("country", flat=True)
        )
        result.append(
            {
                "acronym": getattr(grouping, f"acronym_{language}") or "",
                "name": getattr(grouping, f"name_{language}"),
                "states": len(states),
                "covered": len(states & with_member),
            }
        )
    return result


def countries_of(region: Region, language: str) -> list[Country]:
    return list(Country.objects.in_region(region).order_by(f"sort_{language}"))


def reach_data(reach: Reach, language: str) -> dict | None:
    """For how many organisations is spoken, with sources and days; None when for nobody."""
    if not reach:
        return None
    return {
        "organisations": reach.organisations,
        "countries": reach.countries,
        "as_of": reach.as_of.isoformat(),
        "others": reach.others,
        "sources": [
            {
                "name": text_data(source.organisation.text("name", language)),
                "is_list": source.is_list,
                "number": source.number,
                "as_of": source.as_of.isoformat(),
                "origin": source.origin,
            }
            for source in reach.sources
        ],
    }


def reach_rows(reach: dict | None) -> list[list]:
    """The same as rows of the attached CSV."""
    if reach is None:
        return []
    return [
        ["speaks_for", reach["as_of"], reach["organisations"]],
        ["speaks_for_in_countries", "", reach["countries"]],
        *(["speaks_for_source", s["name"]["value"], s["number"]] for s in reach["sources"]),
    ]
