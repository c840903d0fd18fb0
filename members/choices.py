"""What the filters of the directory offer, and how many organisations each choice would leave.

No choice leads to an empty list. The numbers of the whole directory are kept; those of a narrowed
one are taken from so many of its organisations at most, by what they are placed under.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from members import counting
from members.counting import CATEGORY, DISCREET, FACET, PLACE, TOTAL, Numbers
from members.directory import states_of
from members.models import Category, Facet, MemberPlacement, MemberWords, Organisation
from portal.lib.translations import current_language
from regions.models import Country, Region

MOST = 1000  # organisations of a narrowed list that are counted
CANDIDATES = 4000  # and organisations of one value that are looked through for them
FACETS = ("language", "theme", "population")


class Choice(NamedTuple):
    """One thing to choose in a filter, and how many organisations it would leave.

    With ``is_more`` it is at least so many.
    """

    value: str
    label: str
    count: int
    is_more: bool = False

    @property
    def written(self) -> str:
        return f"{self.count}+" if self.is_more else str(self.count)


class Hits(NamedTuple):
    """How many organisations of a list count for each key; with ``is_more`` it may go on."""

    total: int
    numbers: Numbers
    is_more: bool = False


class Counted(NamedTuple):
    """How many organisations are found, what each filter offers, and how many are in a country.

    ``regions`` have each their ``count`` beside them, ``members`` are all of the network, discreet
    ones included, and ``countries`` those in which the directory has somebody. ``holders`` are
    all that hold the words that are looked for, unless they are too many to be named.
    """

    total: int
    is_more: bool
    offered: dict[str, list[Choice]]
    by_country: Mapping[str, int]
    regions: list[Region]
    members: int
    countries: int
    holders: list[int] | None


def counted(chosen: dict) -> Counted:
    """The directory narrowed by what is chosen, each filter counted as the others leave it.

    Only public members are counted, also by region: the list shows no others.
    """
    return Directory(chosen).counted()


class Directory:
    """The directory as one reader has narrowed it, with the words for what it counts."""

    def __init__(self, chosen: dict):
        self.chosen = chosen
        numbers = counting.numbers()
        # Before anything was counted: what each member counts for, read from the records.
        self.told = counting.told(Organisation.objects.all()) if numbers is None else None
        self.known = counting.tallied(self.told) if numbers is None else numbers
        self.regions = list(Region.objects.all())
        self.states = list(
            states_of()
            .order_by("grouping__code")
            .values_list("grouping__code", f"grouping__acronym_{current_language()}", "country")
        )
        placed = [value for value, number in values_of(PLACE, self.known) if number > 0]
        self.countries = list(Country.objects.filter(code__in=placed).in_order())
        self.categories = list(Category.objects.all())
        self.facets = list(Facet.objects.all())
        self.holders = self.holders_of(chosen["word"]) if "word" in chosen else []
        self.holding = self.keys_of(self.holders)

    def counted(self) -> Counted:
        hits = self.hits(self.chosen)
        offered = {}
        for name in ("region", "country", "category", "grouping", *FACETS):
            left = self.hits(self.without(name)) if name in self.chosen else hits
            every = self.choices(name, left.numbers)
            offered[name] = [one._replace(is_more=left.is_more) for one in every if one.count > 0]
        in_regions = {choice.value: choice.count for choice in offered["region"]}
        for region in self.regions:
            region.count = in_regions.get(region.code, 0)
        return Counted(
            regions=self.regions,
            total=hits.total,
            is_more=hits.is_more,
            offered=offered,
            by_country=dict(values_of(PLACE, hits.numbers)),
            members=self.known.get(f"{TOTAL}:", 0) + self.known.get(f"{DISCREET}:", 0),
            countries=len(self.countries),
            holders=self.holders if len(self.holders) <= MOST else None,
        )

    def without(self, name: str) -> dict:
        return {key: value for key, value in self.chosen.items() if key != name}

    # -- What is found -----------------------------------------------------------------------------

    def hits(self, chosen: dict) -> Hits:
        if not chosen:
            return Hits(self.known.get(f"{TOTAL}:", 0), self.known)
        tests = self.tests(chosen)
        if "word" in chosen:
            rows, most = self.holding, MOST
        elif self.told is not None:
            rows, most = [keys for keys in self.told.values() if f"{TOTAL}:" in keys], None
        else:
            rarest = min(tests, key=lambda keys: sum(self.known.get(key, 0) for key in keys))
            tests.remove(rarest)
            most = CANDIDATES if tests else MOST
            rows = keys_under(MemberPlacement.objects.filter(key__in=rarest), most)
        found = [keys for keys in rows if all(not test.isdisjoint(keys) for test in tests)]
        is_more = len(found) > MOST or (most is not None and len(rows) > most)
        found = found[:MOST]
        return Hits(len(found), Counter(key for keys in found for key in keys), is_more)

    def tests(self, chosen: dict) -> list[frozenset[str]]:
        """Sets of keys, of each of which an organisation that is found has one."""
        tests = []
        places = self.places(chosen)
        if places is not None:
            tests.append(frozenset(f"{PLACE}:{place}" for place in places))
        if category := chosen.get("category"):
            tests.append(frozenset({f"{CATEGORY}:{category.pk}"}))
        tests += [frozenset({f"{FACET}:{chosen[name].pk}"}) for name in FACETS if name in chosen]
        return tests

    def places(self, chosen: dict) -> set[str] | None:
        """Where an organisation that is found may be; None where that was not asked."""
        asked = []
        if region := chosen.get("region"):
            asked.append(self.countries_of(region) | {region.code})
        if country := chosen.get("country"):
            asked.append({country.code})
        if grouping := chosen.get("grouping"):
            asked.append(
                {country for code, _acronym, country in self.states if code == grouping.code}
            )
        return set.intersection(*asked) if asked else None

    def countries_of(self, region: Region) -> set[str]:
        return {country.code for country in self.countries if country.region_id == region.pk}

    def holders_of(self, word: str) -> list[int]:
        """Those that hold the words, of one more than so many at most."""
        if self.told is not None:
            found = Organisation.objects.public().order_by().mentioning(word).values_list("pk")
        else:
            found = MemberWords.objects.order_by().holding(word).values_list("organisation")
        return [pk for (pk,) in found[: MOST + 1]]

    def keys_of(self, pks: list[int]) -> list[list[str]]:
        if not pks:
            return []
        if self.told is not None:
            return [self.told[pk] for pk in pks]
        placed = MemberPlacement.objects.filter(key=f"{TOTAL}:", organisation__in=pks)
        return keys_under(placed, MOST)

    # -- What is offered ---------------------------------------------------------------------------

    def choices(self, name: str, numbers: Numbers) -> list[Choice]:
        match name:
            case "region":
                return [
                    Choice(region.code, str(region), self.number_in(region, numbers))
                    for region in self.regions
                ]
            case "country":
                return [
                    Choice(country.code, country.name, numbers.get(f"{PLACE}:{country.code}", 0))
                    for country in self.countries
                ]
            case "category":
                return [
                    Choice(one.code, str(one), numbers.get(f"{CATEGORY}:{one.pk}", 0))
                    for one in self.categories
                ]
            case "grouping":
                acronyms = {code: acronym or code for code, acronym, _country in self.states}
                found: Counter[str] = Counter()
                for code, _acronym, country in self.states:
                    found[code] += numbers.get(f"{PLACE}:{country}", 0)
                return [Choice(code, acronyms[code], found[code]) for code in acronyms]
        counted = [
            Choice(facet.code, facet.label, numbers.get(f"{FACET}:{facet.pk}", 0))
            for facet in self.facets
            if facet.kind == name
        ]
        return sorted(counted, key=lambda choice: -choice.count)  # else in the order of the list

    def number_in(self, region: Region, numbers: Numbers) -> int:
        places = self.countries_of(region) | {region.code}
        return sum(numbers.get(f"{PLACE}:{place}", 0) for place in places)


def values_of(facet: str, numbers: Numbers) -> Iterable[tuple[str, int]]:
    """The values of a facet and their numbers."""
    prefix = f"{facet}:"
    return [(key[len(prefix) :], n) for key, n in numbers.items() if key.startswith(prefix)]


def keys_under(placed, most: int) -> list[list[str]]:
    """What the organisations of these placements count for, of one more than so many at most."""
    return [keys.split() for keys in placed.order_by().values_list("keys", flat=True)[: most + 1]]
