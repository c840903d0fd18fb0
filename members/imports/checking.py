"""What each line of a file would change: compared with the records, and with the lines before.

Lines are checked some hundred at a time, each lot with a handful of queries. What is remembered
from lot to lot is small: which words name which organisation, which seats and numbers are taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from members.duplicates import Register, keys
from members.imports import belonging, periods, records
from members.imports.lines import Line, Understanding, storable, stored
from members.imports.parsing import Lists
from members.imports.reading import Layout, Row
from members.imports.records import FIELDS, LISTS, NAMES, State
from members.models import ImportBatch, ImportRow, Organisation, User
from members.models.imports import Outcome
from members.models.organisations import STANDING, Status
from portal.lib.sheets.cells import Formula
from portal.lib.text import fold
from portal.lib.translations import LANGUAGES

LIKELY = 20  # so many probable duplicates of one line are looked at
KEEPS = ("category", "status", "original_language", "discreet")  # can change, but not be empty


# A country’s seat of one category.
Seat = tuple[str, str]


@dataclass
class Group:
    """What the lines before say of the same organisation."""

    organisation: State = field(default_factory=dict)
    periods: list[tuple[str, str, int]] = field(default_factory=list)
    contacts: set[tuple[str, str]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    country: str = ""

    def add(self, row: ImportRow):
        self.organisation |= row.values.get("organisation", {})
        if period := row.values.get("period"):
            self.periods.append((period["starts_on"], period["ends_on"], row.line))
        for contact in row.values.get("contacts", ()):
            self.contacts |= {(contact["email"], kind) for kind in contact["kinds"]}
        self.names |= {fold(self.organisation[name]) for name in NAMES if name in self.organisation}
        self.country = self.organisation.get("country", self.country)


class Checker:
    """Checks a file line by line for somebody: the secretariat, or one region's executive."""

    def __init__(self, *, batch: ImportBatch, layout: Layout, user: User | None):
        self.batch, self.layout = batch, layout
        self.rights = belonging.Rights(user)
        self.lists = Lists()
        self.understanding = Understanding(layout, self.lists)
        self.categories = {category.code: category for category in self.lists.categories}
        self.register = Register.of(self.rights.seen)
        taken = Organisation.objects.seat_holders().values_list(
            "seat_country", "category__code", "pk"
        )
        self.holders: dict[Seat, int] = {(country, code): pk for country, code, pk in taken}
        self.sitting = records.states(Organisation.objects.filter(pk__in=self.holders.values()))
        self.claims: dict[Seat, int] = {}  # seat → line
        self.leaders: dict[int, int] = {}  # organisation → the first line about it
        self.numbers: set[int] = set()  # hashes of the membership numbers written so far

    def check(self, rows: Iterable[Row]) -> list[ImportRow]:
        """The staging rows of some lines, not yet saved."""
        lines = [self.understanding.read(number, cells) for number, cells in rows]
        self._load(lines)
        return [self._checked(line) for line in lines if not self._is_example(line)]

    def _is_example(self, line: Line) -> bool:
        """The example line of the template, left as it was: it means nothing."""
        return line.values.get("identifier") == belonging.EXAMPLE

    # -- What a lot needs, in a handful of queries -------------------------------------------------

    def _load(self, lines: list[Line]):
        slugs = {line.values.get("identifier") for line in lines} - {None}
        found = self.rights.seen.filter(slug__in=slugs).values_list("slug", "pk")
        self.identified: dict[str, int] = dict(found) if slugs else {}
        self.keys: dict[int, set[str]] = {}
        self.fresh: set[str] = set()  # keys of this lot's own new organisations
        self.found: dict[int, list] = {}
        wanted = set(self.identified.values())
        leaders = {self.leaders[pk] for pk in wanted if pk in self.leaders}
        for line in lines:
            if line.values.get("identifier") or not line.names():
                continue
            values = line.values
            self.keys[line.number] = keys(
                line.names(),
                values.get("acronym", ""),
                values.get("website", ""),
                values.get("email", ""),
            )
            self.found[line.number] = self._matches(line)
            for match in self.found[line.number]:
                if match.pk > 0:
                    wanted.add(match.pk)
                    leaders |= {self.leaders[match.pk]} if match.pk in self.leaders else set()
                else:
                    leaders.add(-match.pk)
        self.states = records.states(Organisation.objects.filter(pk__in=wanted))
        self.own = self.rights.run_among(wanted)
        self.exempt = records.exempt(wanted)
        self.periods = records.periods(wanted)
        self.contacts = {
            pk: {(c.email, c.kind) for c in found} for pk, found in records.contacts(wanted).items()
        }
        self.people = belonging.people_with(
            {person["email"] for line in lines for person in line.people}
        )
        self.taken = periods.numbers_taken(
            {line.values["number"] for line in lines if line.values.get("number")}
        )
        self.groups = self._groups(leaders)

    def _groups(self, leaders: set[int]) -> dict[int, Group]:
        """What earlier lots said of the organisations that this one meets again."""
        groups: dict[int, Group] = {}
        if leaders:
            earlier = Q(line__in=leaders) | Q(leader__in=leaders)
            rows = ImportRow.objects.filter(earlier, batch=self.batch).exclude(
                outcome=Outcome.REFUSED
            )
            for row in rows.order_by("line"):
                groups.setdefault(row.leader or row.line, Group()).add(row)
        return groups

    def _matches(self, line: Line):
        country = line.country.code if line.country else ""
        return self.register.matches(self.keys[line.number], country=country)[:LIKELY]

    # -- One line ----------------------------------------------------------------------------------

    def _checked(self, line: Line) -> ImportRow:
        problems = len(line.problems)
        pk, leader = self._target(line)
        row = ImportRow(batch=self.batch, line=line.number, organisation_id=pk, leader=leader)
        base = self.states[pk] if pk else records.blank()
        group = self.groups.get(leader) if leader else None
        if group:
            base = base | group.organisation
        row.label = (records.first_name(base) if pk or group else next(iter(line.names()), ""))[
            :200
        ]
        if len(line.problems) > problems:
            return refused(row, line)  # the rest depends on which organisation it is
        is_new = not pk and not leader
        given = self._given(line, base, is_new=is_new)
        period = periods.period_of(self, line, pk=pk, group=group)
        if is_new:
            self._complete(line, given, period)
        elif period and "status" not in given and periods.renews(base["status"], period):
            given["status"] = Status.ACTIVE.value
        changes = [
            [key, base[key], given[key]]
            for key in FIELDS
            if key in given and is_other(key, base[key], given[key])
        ]
        if group and any(key in group.organisation or not pk for key, _old, _new in changes):
            line.refuse("name", "same_line", row.label, line=leader)
        after = base | given
        self._check_texts(line, after)
        self._check_place(line, after)
        self.rights.check(line, base, after, period, changes, is_new=is_new, is_own=pk in self.own)
        if not is_new:
            periods.check_step(line, base["status"], after["status"])
        moved = is_new or {"category", "country", "status"} & {key for key, *_rest in changes}
        claims = self._check_seat(line, after, pk) if moved else None
        people = belonging.joining(self, line, pk=pk, group=group)
        row.notes = line.notes
        if line.problems:
            return refused(row, line)
        row.changes = [*changes, *periods.as_changes(period), *belonging.as_changes(people)]
        if row.changes:
            row.values = values_of(changes, period, people)
        if is_new:
            row.outcome = Outcome.CREATED
        else:
            row.outcome = Outcome.UPDATED if row.changes else Outcome.UNCHANGED
        self._remember(line, row, after, claims=claims)
        return row

    def _target(self, line: Line) -> tuple[int | None, int | None]:
        """The organisation the line is about, and the first line about it, if there are any."""
        identifier = line.values.get("identifier")
        if identifier:
            pk = self.identified.get(identifier)
            if pk is None:
                line.refuse("identifier", "unknown_identifier")
            return pk, self.leaders.get(pk)
        if not line.names():
            if not any(problem[0] in ("name", *NAMES) for problem in line.problems):
                line.refuse("name", "no_name", "")
            return None, None
        if line.values.get("not_duplicate"):
            return None, None
        known = self.keys[line.number].isdisjoint(self.fresh)
        matches = self.found[line.number] if known else self._matches(line)
        names = {fold(name) for name in line.names()}
        same = [match.pk for match in matches if self._is_same(match.pk, names, line)]
        if len(same) == 1:
            pk = same[0]
            return (pk, self.leaders.get(pk)) if pk > 0 else (None, -pk)
        if same:
            known = [self.states[pk]["identifier"] for pk in same if pk > 0]
            line.refuse("name", "ambiguous", line.names()[0], candidates=", ".join(known[:5]))
        elif matches:
            self._point_out(line, matches[0])
        return None, None

    def _is_same(self, pk: int, names: set[str], line: Line) -> bool:
        """Whether a name is the same to the letter, and the country too where it is said."""
        if pk > 0:
            state = self.states[pk]
            known, country = {fold(state[name]) for name in NAMES if state[name]}, state["country"]
        else:
            group = self.groups.get(-pk)
            if group is None:
                return False
            known, country = group.names, group.country
        return bool(names & known) and (line.country is None or line.country.code == country)

    def _point_out(self, line: Line, match):
        value = line.names()[0]
        reasons = sorted(match.reasons)
        if match.pk < 0:
            line.refuse("name", "probable_duplicate_line", value, line=-match.pk, reasons=reasons)
            return
        state = self.states[match.pk]
        line.refuse(
            "name",
            "probable_duplicate",
            value,
            name=records.first_name(state),
            identifier=state["identifier"],
            reasons=reasons,
        )

    def _given(self, line: Line, base: State, *, is_new: bool) -> State:
        """The organisation's fields as the line has them, in the form of a state."""
        values = line.values
        given = {key: stored(values[key]) for key in FIELDS if key in values}
        for key in line.emptied & set(FIELDS):
            if key in KEEPS:
                line.refuse(key, "not_empty", "")
            else:
                given[key] = [] if key in (*LISTS, "regions") else ""
        original = given.get("original_language") or base["original_language"]
        if not original:
            original = self._original(given, bool(values.get("name")))
            given["original_language"] = original
        # What does not say its language is in the original one, unless it is a known name.
        name = values.get("name")
        if name and fold(name) not in {fold(base[key]) for key in NAMES}:
            given.setdefault(f"name_{original}", name)
        if description := values.get("description"):
            given.setdefault(f"description_{original}", description)
        return given

    def _original(self, given: State, has_plain_name: bool) -> str:
        language = self.layout.language
        if has_plain_name or given.get(f"name_{language}"):
            return language
        return next((code for code in LANGUAGES if given.get(f"name_{code}")), language)

    def _complete(self, line: Line, given: State, period):
        """What a new organisation must have, and what follows by itself."""
        if "category" not in given and not line_refused(line, "category"):
            line.refuse("category", "required", "")
        given.setdefault("status", periods.implied_status(period))

    def _check_texts(self, line: Line, after: State):
        if not any(after[name] for name in NAMES):
            return  # said already
        if not after[f"name_{after['original_language']}"]:
            line.refuse("original_language", "no_original", after["original_language"])
        for code in LANGUAGES:
            if after[f"description_{code}"] and not after[f"name_{code}"]:
                line.refuse(f"name_{code}", "required", "")

    def _check_place(self, line: Line, after: State):
        category = self.categories.get(after["category"])
        if after["country"] or line_refused(line, "country"):
            return
        if category and category.needs_country:
            line.refuse("country", "country_needed", "")
        elif not after["regions"] and not line_refused(line, "regions"):
            line.refuse("country", "place_needed", "")

    def _check_seat(self, line: Line, after: State, pk: int | None) -> Seat | None:
        """The seat the line claims, if it does; one that is not free is refused."""
        category, country = self.categories.get(after["category"]), after["country"]
        if not (category and category.unique_per_country and country):
            return None
        if after["status"] not in STANDING or (pk, country) in self.exempt:
            return None
        seat = (country, category.code)
        holder = self.holders.get(seat)
        shown = self.lists.countries.by_code[country].name
        if holder is not None and holder != pk:
            state = self.sitting[holder]
            if self.rights.may_name(state):
                name = records.first_name(state)
                line.refuse("category", "seat_taken", after["category"], country=shown,
                            category=after["category"], holder=name)  # fmt: skip
            else:
                line.refuse("category", "seat_taken_silent", after["category"], country=shown,
                            category=after["category"])  # fmt: skip
        elif seat in self.claims:
            line.refuse("category", "seat_taken_line", after["category"], country=shown,
                        line=self.claims[seat])  # fmt: skip
        return seat

    def _remember(self, line: Line, row: ImportRow, after: State, *, claims: Seat | None):
        if claims:
            self.claims[claims] = line.number
        if number := line.values.get("number"):
            self.numbers.add(hash(number))
        leader = row.leader or row.line
        if row.organisation_id:
            self.leaders.setdefault(row.organisation_id, leader)
        elif not row.leader:
            self.register.add(-row.line, self.keys[row.line], country=after["country"])
            self.fresh |= self.keys[row.line]
        self.groups.setdefault(leader, Group()).add(row)


def refused(row: ImportRow, line: Line) -> ImportRow:
    row.outcome, row.problems = Outcome.REFUSED, line.problems
    row.cells = [kept(cell) for cell in line.cells]
    return row


def kept(cell) -> str | int | float:
    """A cell of a line to correct, for the list that is given back. Formulas are left out."""
    if isinstance(cell, Formula) or (isinstance(cell, str) and cell.lstrip()[:1] == "="):
        return ""
    return cell if isinstance(cell, int | float) else storable(cell)


def line_refused(line: Line, key: str) -> bool:
    return any(problem[0] == key for problem in line.problems)


def is_other(key: str, old: object, new: object) -> bool:
    """Whether a cell says something else than the record; spaces alone are no difference."""
    if not isinstance(old, str) or not isinstance(new, str):
        return old != new
    if key.startswith("description"):
        return [line.rstrip() for line in old.strip().splitlines()] != new.splitlines()
    return " ".join(old.split()) != new


def values_of(changes: list[list], period: dict | None, people: list[dict]) -> dict:
    """What recording writes."""
    values: dict = {}
    if changes:
        values["organisation"] = {key: new for key, _old, new in changes}
    if period:
        values["period"] = period
    if people:
        values["contacts"] = people
    return values
