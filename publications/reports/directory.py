"""The directory of members, of the world or of one region: who they are and how to reach them.

Public members alone, in every figure: a count that included a discreet one would give it away
beside the names. What is too long for one document comes in volumes.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TypedDict

from django.core.exceptions import ValidationError
from django.utils import timezone

from members.models import Category, Organisation
from portal.lib.text import sort_key
from portal.lib.translations import LANGUAGES
from publications.models.report_reasons import NothingToReport
from publications.reports.figures import RegionData, TextData, region_data, text_data
from regions.models import Country, Region

TEMPLATE = "publications/reports/directory.html"
BODY = "publications/reports/_directory.html"
# A volume has about a hundred pages.
TIMES_THE_LIMITS = 3


class MemberEntry(TypedDict):
    key: str  # of its place in the document: R8-12 for the member 12 under the region R8
    name: TextData
    acronym: str
    category: str
    since: int | None
    founded: int | None
    site: str
    email: str


class CountryPart(TypedDict):
    code: str  # empty for members without one country
    name: str
    members: list[MemberEntry]


class RegionPart(TypedDict):
    region: RegionData | None  # None for members that are active in no single one
    members: int
    countries: list[CountryPart]


class Directory(TypedDict):
    region: RegionData | None
    year: int
    day: str
    members: int
    countries: int
    categories: list[tuple[str, str, int]]
    parts: list[RegionPart]


def data(
    region: Region | None, year: int, language: str, *, today: datetime.date | None = None
) -> Directory:
    """The public members of today by region, country and name; those without one country last.

    A member active in several regions without belonging to a country stands in each of them.
    Raises ValidationError for another year than this: of the past no directory can be made.
    """
    today = today or timezone.localdate()
    if year != today.year:
        raise ValidationError(
            NothingToReport.NOT_TODAY.label,
            code=NothingToReport.NOT_TODAY,
            params={"this_year": today.year},
        )
    parts = list(parts_of(region, language))
    category_of = {
        entry["key"].split("-")[1]: entry["category"]
        for _part, _country, entry in entries_of(parts)
    }
    counts = Counter(category_of.values())
    return {
        "region": region_data(region, language),
        "year": year,
        "day": today.isoformat(),
        "members": len(category_of),
        "countries": len(
            {country["code"] for part in parts for country in part["countries"]} - {""}
        ),
        "categories": [
            (category.code, category.text("label", language).value, counts[category.code])
            for category in Category.objects.filter(code__in=counts)
        ],
        "parts": parts,
    }


def parts_of(region: Region | None, language: str) -> Iterator[RegionPart]:
    regions = [region] if region else list(Region.objects.order_by("code"))
    countries = {
        country.code: country
        for country in Country.objects.filter(region__in=regions).order_by(f"sort_{language}")
    }
    order = {code: place for place, code in enumerate(countries)}
    members = sorted(public_members(language), key=lambda m: order.get(m.country_id, len(order)))
    placed = set()
    for place in regions:
        own = [member for member in members if is_in(member, place, countries)]
        placed.update(own)
        if own:
            yield part_of(place, own, countries, language)
    elsewhere = [member for member in members if member not in placed]
    if elsewhere and region is None:
        yield part_of(None, elsewhere, countries, language)


def public_members(language: str):
    return (
        Organisation.objects.public()
        .with_first_year()
        .defer(*(f"description_{code}" for code in LANGUAGES))
        .select_related("category")
        .prefetch_related("regions")
        .order_by(f"sort_{language}", "pk")
    )


def is_in(member: Organisation, region: Region, countries: dict[str, Country]) -> bool:
    if member.country_id:
        country = countries.get(member.country_id)
        return country is not None and country.region_id == region.pk
    return region in member.regions.all()


def part_of(
    region: Region | None,
    members: list[Organisation],
    countries: dict[str, Country],
    language: str,
) -> RegionPart:
    code = region.code if region else "R0"
    return {
        "region": region_data(region, language),
        "members": len(members),
        "countries": [
            {
                "code": country or "",
                "name": getattr(countries[country], f"name_{language}") if country else "",
                "members": [entry_of(member, f"{code}-{member.pk}", language) for member in found],
            }
            for country, found in groupby(members, key=lambda member: member.country_id)
        ],
    }


def entry_of(member: Organisation, key: str, language: str) -> MemberEntry:
    return {
        "key": key,
        "name": text_data(member.text("name", language)),
        "acronym": member.acronym,
        "category": member.category.code,
        "since": member.first_year,
        "founded": member.founded,
        "site": member.website,
        "email": member.email,
    }


def entries_of(
    parts: Iterable[RegionPart],
) -> Iterator[tuple[RegionPart, CountryPart, MemberEntry]]:
    for part in parts:
        for country in part["countries"]:
            for entry in country["members"]:
                yield part, country, entry


def by_acronym(data: Directory, language: str) -> list[tuple[str, str]]:
    """Each acronym with the key of its member, as a reader looks them up."""
    found = {
        (entry["acronym"], entry["key"])
        for _part, _country, entry in entries_of(data["parts"])
        if entry["acronym"]
    }
    return sorted(found, key=lambda pair: (sort_key(pair[0], language), pair))


def by_country(data: Directory, language: str) -> list[tuple[str, str]]:
    """Each country with its code, in the order of the language."""
    found = {
        (country["name"], country["code"])
        for part in data["parts"]
        for country in part["countries"]
        if country["code"]
    }
    return sorted(found, key=lambda pair: (sort_key(pair[0], language), pair))


def table(data: Directory) -> list[list]:
    """The members as rows, for the attached CSV."""
    rows = [
        ["region", "country", "name", "acronym", "category", "since", "founded", "site", "email"]
    ]
    rows += [
        [
            part["region"]["code"] if part["region"] else "",
            country["code"],
            entry["name"]["value"],
            entry["acronym"],
            entry["category"],
            entry["since"] or "",
            entry["founded"] or "",
            entry["site"],
            entry["email"],
        ]
        for part, country, entry in entries_of(data["parts"])
    ]
    return rows
