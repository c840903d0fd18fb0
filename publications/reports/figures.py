"""Figures that several reports share, each counted in one place.

A discreet member counts in the figures of a region, and nowhere below that level: not in
the count of a country, not on a map, not among the countries with a member.
"""

import datetime
from collections.abc import Iterable
from typing import TypedDict

from django.db.models import Count

from members.models import Category, Organisation
from members.reach import Reach
from portal.lib.translations import Text
from programme.models import Axis, Event
from publications.models import Publication
from publications.models.periods import Period
from regions.models import Country, Grouping, GroupingMember, Region


class TextData(TypedDict):
    value: str
    language: str


class RegionData(TypedDict):
    code: str
    number: int
    name: TextData


class AxisCount(TypedDict):
    number: int
    title: TextData
    count: int


class PublicationRow(TypedDict):
    symbol: str
    title: TextData
    date: str
    languages: list[tuple[str, str]]


class EventRow(TypedDict):
    title: TextData
    place: TextData
    date: str


class StateCell(TypedDict):
    label: str  # the state's code
    name: str
    codes: list[str]  # of the categories of its public members


class GroupingRow(TypedDict):
    acronym: str
    label: str
    states: int
    covered: int
    national: int
    cells: list[StateCell]


def text_data(text: Text) -> TextData:
    """A text with its language, as plain values a report can keep."""
    return {"value": text.value, "language": text.language}


def region_data(region: Region | None, language: str) -> RegionData | None:
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
) -> list[AxisCount]:
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


def events_between(first: datetime.date, last: datetime.date):
    """What a report counts as an event: public, begun in these days, and not cancelled."""
    return Event.objects.public().taking_place().beginning_between(first, last)


def publication_rows(publications: Iterable[Publication], language: str) -> list[PublicationRow]:
    return [
        {
            "symbol": publication.symbol,
            "title": text_data(publication.text("title", language)),
            "date": publication.published_on.isoformat(),
            "languages": publication.languages(),
        }
        for publication in publications
    ]


def event_rows(events: Iterable[Event], language: str) -> list[EventRow]:
    return [
        {
            "title": text_data(event.text("title", language)),
            "place": text_data(event.text("place", language)),
            "date": event.local_start.date().isoformat(),
        }
        for event in events
    ]


def groupings_of(region: Region, today: datetime.date, language: str) -> list[GroupingRow]:
    """The region's groupings, each with its states today and the categories of their members.

    Public members alone: a discreet one is not told from none."""
    held: dict[str, list[str]] = {}
    found = (
        Organisation.objects.public()
        .filter(country__isnull=False)
        .order_by("country", "category__position", "category__code")
        .values_list("country", "category__code")
        .distinct()
    )
    for country, code in found:
        held.setdefault(country, []).append(code)
    national = set(Category.objects.filter(unique_per_country=True).values_list("code", flat=True))
    states: dict[int, list[StateCell]] = {}
    links = GroupingMember.objects.on(today).full().filter(grouping__regions=region)
    for link in links.select_related("country").order_by(f"country__sort_{language}"):
        country = link.country
        states.setdefault(link.grouping_id, []).append(
            {
                "label": country.code,
                "name": getattr(country, f"name_{language}"),
                "codes": held.get(country.code, []),
            }
        )
    result = []
    for grouping in Grouping.objects.filter(regions=region):
        cells = states.get(grouping.pk, [])
        result.append(
            {
                "acronym": getattr(grouping, f"acronym_{language}") or "",
                "label": getattr(grouping, f"name_{language}"),
                "states": len(cells),
                "covered": sum(bool(cell["codes"]) for cell in cells),
                "national": sum(not national.isdisjoint(cell["codes"]) for cell in cells),
                "cells": cells,
            }
        )
    return result


def legend_of(groupings: Iterable[GroupingRow], language: str) -> list[tuple[str, str]]:
    """What the letters of a coverage grid mean, in the order of the categories."""
    used = {code for row in groupings for cell in row["cells"] for code in cell["codes"]}
    return [
        (category.code, category.text("label", language).value)
        for category in Category.objects.filter(code__in=used)
    ]


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
