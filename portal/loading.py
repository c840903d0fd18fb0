"""What every network starts from, loaded from data files as often as one likes.

Regions, countries and groupings come from ``regions/data``, the rest from ``portal/data``. A
row that exists belongs to the network: names, texts and the region of a country are never
overwritten. Only facts that nobody edits here (ISO codes, status at the United Nations) follow
the files. ``reset`` puts regions, countries and groupings back as the files have them.
"""

import datetime
import json
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from members.models import Category, DuesBand, Facet, Question
from portal.lib import changes
from portal.lib.translations import LANGUAGES
from portal.models import NetworkIdentity, Page, Term
from portal.translating import glossary
from programme.models import Axis, Challenge, Cycle
from publications.models import Newsletter
from regions.models import Country, CountryIncome, Grouping, GroupingMember, Region

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
REGIONS_DATA = HERE.parent / "regions" / "data"
PAGES = ("about", "help", "privacy", "accessibility")
COUNTRY_COLUMNS = (
    *("alpha3", "numeric", "un_status", "sovereign_id", "region_id"),
    *(f"name_{code}" for code in LANGUAGES),
    *(f"sort_{code}" for code in LANGUAGES),
)


@dataclass
class Tally:
    """How many rows of one kind were created, changed, and found as they should be."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __str__(self):
        return f"{self.created} created, {self.changed} changed, {self.unchanged} unchanged"


@transaction.atomic
def load_network(*, reset: bool = False) -> dict[str, Tally]:
    """Load everything, and say what became of each kind of row."""
    data = tomllib.loads((DATA / "network.toml").read_text("utf-8"))
    return {
        "identity": load_identity(data["identity"]),
        "regions": load_regions(reset=reset),
        "countries": load_countries(reset=reset),
        "income groups": load_incomes(reset=reset),
        "groupings": load_groupings(reset=reset),
        "links to groupings": load_links(reset=reset),
        "categories": load_categories(data["categories"]),
        "bands of dues": load_bands(data["dues"]),
        "facets": load_facets(),
        "cycles": load_cycle(data["cycle"]),
        "axes": load_axes(data["axes"], first_year=data["cycle"]["first_year"]),
        "challenges": load_challenges(data["challenges"]),
        "newsletters": load_newsletters(data["newsletters"]),
        "pages": load_pages(),
        "terms": load_terms(),
    }


def read_json(name: str) -> dict:
    return json.loads((REGIONS_DATA / name).read_text("utf-8"))


def in_languages(field: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{field}_{code}": texts[code] for code in LANGUAGES}


def assign(record, values: dict) -> bool:
    """Set the values, and tell whether any of them was another before."""
    differing = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in differing.items():
        setattr(record, name, value)
    return bool(differing)


def ensure(tally: Tally, model, key: dict, values: dict, *, reset: bool = False):
    """The row of the key: made when missing, and left alone when it exists unless on reset."""
    record = model.objects.filter(**key).first()
    if record is None:
        record = model(**key, **values)
        record.save()
        tally.created += 1
    elif reset and assign(record, values):
        record.save()
        tally.changed += 1
    else:
        tally.unchanged += 1
    return record


def load_identity(values: dict) -> Tally:
    tally = Tally()
    identity = ensure(tally, NetworkIdentity, {"pk": 1}, values)
    if tally.created:
        changes.announce(identity)
    return tally


def load_regions(*, reset: bool) -> Tally:
    tally = Tally()
    for row in read_json("regions.json")["regions"]:
        values = in_languages("name", row["names"])
        values |= in_languages("description", row["descriptions"])
        ensure(tally, Region, {"code": row["code"]}, values, reset=reset)
    return tally


def load_countries(*, reset: bool) -> Tally:
    regions = {region.code: region.pk for region in Region.objects.all()}
    existing = Country.objects.in_bulk()
    created, changed = [], []
    rows = read_json("countries.json")["countries"]
    for row in rows:
        facts = {
            "alpha3": row["alpha3"],
            "numeric": row["numeric"],
            "un_status": row["un"],
            "sovereign_id": row.get("of"),
        }
        editable = {"region_id": regions[row["region"]], **in_languages("name", row["names"])}
        country = existing.get(row["code"])
        if country is None:
            country = Country(code=row["code"], **facts, **editable)
            country.set_sort_keys()
            created.append(country)
            continue
        before = [getattr(country, name) for name in COUNTRY_COLUMNS]
        assign(country, facts | editable if reset else facts)
        country.set_sort_keys()
        if before != [getattr(country, name) for name in COUNTRY_COLUMNS]:
            changed.append(country)
    Country.objects.bulk_create(created)
    if changed:
        columns = [name.removesuffix("_id") for name in COUNTRY_COLUMNS]
        Country.objects.bulk_update(changed, columns, batch_size=100)
    changes.announce_all(created + changed)
    return Tally(len(created), len(changed), len(rows) - len(created) - len(changed))


def load_incomes(*, reset: bool) -> Tally:
    """The income group of each country by year; a row the network has corrected stands."""
    existing = {(row.country_id, row.year): row for row in CountryIncome.objects.all()}
    countries = set(Country.objects.values_list("code", flat=True))
    created, changed = [], []
    years = read_json("income.json")["years"]
    rows = [
        (code, int(year), group)
        for year, groups in years.items()
        for group, codes in groups.items()
        for code in codes.split()
        if code in countries
    ]
    for code, year, group in rows:
        row = existing.get((code, year))
        if row is None:
            created.append(CountryIncome(country_id=code, year=year, group=group))
        elif reset and row.group != group:
            row.group = group
            changed.append(row)
    CountryIncome.objects.bulk_create(created)
    CountryIncome.objects.bulk_update(changed, ["group"], batch_size=100)
    return Tally(len(created), len(changed), len(rows) - len(created) - len(changed))


def load_groupings(*, reset: bool) -> Tally:
    tally = Tally()
    regions = {region.code: region for region in Region.objects.all()}
    for row in read_json("groupings.json")["groupings"]:
        values = {"site": row["site"]}
        values |= in_languages("acronym", row["acronyms"]) | in_languages("name", row["names"])
        before = tally.created
        grouping = ensure(tally, Grouping, {"code": row["code"].lower()}, values, reset=reset)
        if reset or tally.created > before:
            grouping.regions.set(regions[code] for code in row["regions"])
            changes.announce(grouping)
    return tally


def load_links(*, reset: bool) -> Tally:
    """Who belongs to which grouping.

    A link the network has given dates of its own stands; one that has ended since is closed.
    """
    tally = Tally()
    groupings = {grouping.code: grouping for grouping in Grouping.objects.all()}
    links = [
        GroupingMember(
            grouping=groupings[row["code"].lower()],
            country_id=member["country"],
            kind=member["kind"],
            since=day(member["since"]),
            until=day(member["until"]),
        )
        for row in read_json("groupings.json")["groupings"]
        for member in row["members"]
    ]
    if reset:
        drop_others(links)
    existing: dict[tuple, list[GroupingMember]] = {}
    for link in GroupingMember.objects.all():
        existing.setdefault((link.grouping_id, link.country_id, link.kind), []).append(link)
    created, closed = [], []
    for link in links:
        rivals = existing.get((link.grouping_id, link.country_id, link.kind), ())
        found = next((rival for rival in rivals if overlap(rival, link)), None)
        if found is None:
            created.append(link)
        elif link.until and found.until is None and found.since == link.since:
            found.until = link.until
            closed.append(found)
        else:
            tally.unchanged += 1
    GroupingMember.objects.bulk_create(created)
    GroupingMember.objects.bulk_update(closed, ["until"], batch_size=100)
    changes.announce_all({link.grouping_id: link.grouping for link in created + closed}.values())
    tally.created, tally.changed = len(created), len(closed)
    return tally


def drop_others(links: list[GroupingMember]):
    """Delete every link of the files’ groupings that is not exactly one of these."""
    as_filed = {
        (link.grouping_id, link.country_id, link.kind, link.since, link.until) for link in links
    }
    strays = [
        link.pk
        for link in GroupingMember.objects.filter(grouping__in={link.grouping for link in links})
        if (link.grouping_id, link.country_id, link.kind, link.since, link.until) not in as_filed
    ]
    GroupingMember.objects.filter(pk__in=strays).delete()


def day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def overlap(one: GroupingMember, other: GroupingMember) -> bool:
    """Whether two links were ever in force on the same day; an unknown beginning is long ago."""
    return (one.since or datetime.date.min) < (other.until or datetime.date.max) and (
        other.since or datetime.date.min
    ) < (one.until or datetime.date.max)


def load_categories(rows: list[dict]) -> Tally:
    tally = Tally()
    for row in rows:
        values = {name: value for name, value in row.items() if name != "code"}
        before = tally.created
        category = ensure(tally, Category, {"code": row["code"]}, values)
        if tally.created > before:
            ask(category)
    return tally


def ask(category: Category):
    """Give a new category its questions to applicants."""
    rows = tomllib.loads((DATA / "questions.toml").read_text("utf-8")).get(category.code, [])
    for position, row in enumerate(rows, start=1):
        question = Question.objects.create(
            category=category,
            kind=row["kind"],
            required=row.get("required", True),
            position=position,
            **in_languages("text", row),
            **{f"help_{code}": row.get(f"help_{code}", "") for code in LANGUAGES},
        )
        for place, option in enumerate(row.get("options", []), start=1):
            question.options.create(position=place, **in_languages("label", option))


def load_facets() -> Tally:
    """The words of the lists that are missing, after those the network has."""
    lists = tomllib.loads((DATA / "facets.toml").read_text("utf-8"))
    existing = set(Facet.objects.values_list("kind", "code"))
    wanted = [
        Facet(kind=kind, code=row["code"], position=position, **in_languages("label", row))
        for kind, rows in lists.items()
        for position, row in enumerate(rows, start=1)
    ]
    missing = [facet for facet in wanted if (facet.kind, facet.code) not in existing]
    Facet.objects.bulk_create(missing)
    return Tally(created=len(missing), unchanged=len(wanted) - len(missing))


def load_terms() -> Tally:
    """The glossary that a network starts from; one that it has is its own, and left alone."""
    rows = tomllib.loads((DATA / "glossary.toml").read_text("utf-8"))["terms"]
    if Term.objects.exists():
        return Tally(unchanged=len(rows))
    for values in glossary.well_formed(rows):
        Term.objects.create(**values)
    return Tally(created=len(rows))


def load_bands(rows: list[dict]) -> Tally:
    """What each category costs, unless the network has bands of its own for it."""
    tally = Tally()
    categories = {category.code: category for category in Category.objects.all()}
    own = set(DuesBand.objects.values_list("category__code", flat=True))
    for row in rows:
        category = categories.get(row["category"])
        if category is None or row["category"] in own:
            tally.unchanged += 1
            continue
        DuesBand.objects.create(
            category=category,
            group=row.get("group", ""),
            from_year=row["from_year"],
            amount=Decimal(row["amount"]),
            currency=row["currency"],
        )
        tally.created += 1
    return tally


def load_cycle(row: dict) -> Tally:
    """The programme cycle, unless the network has cycles of its own."""
    tally = Tally()
    if Cycle.objects.exclude(first_year=row["first_year"]).exists():
        tally.unchanged = 1
        return tally
    values = {name: value for name, value in row.items() if name != "first_year"}
    ensure(tally, Cycle, {"first_year": row["first_year"]}, values)
    return tally


def load_axes(rows: list[dict], *, first_year: int) -> Tally:
    tally = Tally()
    cycle = Cycle.objects.filter(first_year=first_year).first()
    if cycle is None:
        return tally
    for row in rows:
        values = {name: value for name, value in row.items() if name != "number"}
        ensure(tally, Axis, {"cycle": cycle, "number": row["number"]}, values)
    return tally


def load_challenges(rows: list[dict]) -> Tally:
    tally = Tally()
    for row in rows:
        values = {name: value for name, value in row.items() if name != "number"}
        ensure(tally, Challenge, {"number": row["number"]}, values)
    return tally


def load_newsletters(data: dict) -> Tally:
    tally = Tally()
    ensure(tally, Newsletter, {"region": None}, data["world"])
    for region in Region.objects.all():
        titles = {
            f"title_{code}": data["region"][f"title_{code}"].format(
                name=region.text("name", code).value
            )
            for code in LANGUAGES
        }
        zone = {"time_zone": data["time_zones"].get(region.code, "UTC")}
        ensure(tally, Newsletter, {"region": region}, titles | zone)
    return tally


def load_pages() -> Tally:
    tally = Tally()
    for slug in PAGES:
        values = {}
        for code in LANGUAGES:
            text = (DATA / "pages" / f"{slug}.{code}.html").read_text("utf-8")
            heading, values[f"body_{code}"] = text.split("\n", 1)
            values[f"title_{code}"] = re.sub(r"</?h1>", "", heading)
        ensure(tally, Page, {"slug": slug}, values)
    return tally
