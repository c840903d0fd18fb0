"""The same columns, written: exports of organisations, the template, and lines to correct."""

import datetime
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.imports import records
from members.imports.belonging import EXAMPLE
from members.imports.columns import COLUMNS, CONTACTS, TO_CORRECT, title_of
from members.imports.records import LISTS, Contact, Period, State
from members.imports.wording import wording
from members.models import Category, Facet, ImportBatch
from members.models.mandates import FOR_ORGANISATIONS, MandateKind
from members.models.organisations import Status
from portal.lib.sheets.cells import Value
from portal.lib.sheets.writing import Sheet
from portal.lib.translations import Language, current_language
from regions.models import Region
from regions.naming import Countries

LOT = 1000
KEYS = [made.key for made in COLUMNS]
BETWEEN = ("; ", ";", ",", "/", "\n")


def sheets(organisations: QuerySet) -> list[Sheet]:
    """The organisations with their people and periods, in the language that is active now."""
    rows = Wording().rows(organisations)
    return [Sheet(_("Organisations"), rows)]


class Wording:
    """The words of cells in one language, looked up once."""

    def __init__(self):
        countries = Countries()
        # A name that another country has too would not lead back to this one.
        self.countries = {
            code: country.name if countries.find(country.name or "") is country else code
            for code, country in countries.by_code.items()
        }
        self.statuses = {value: str(label) for value, label in Status.choices}
        self.kinds = {value: str(label) for value, label in MandateKind.choices}
        self.yes, self.no = _("yes"), _("no")
        self.words = {
            (facet.kind, facet.code): facet.code
            if any(mark in (facet.label or "/") for mark in BETWEEN)
            else facet.label
            for facet in Facet.objects.all()
        }
        self.titles = [made.title for made in COLUMNS]

    def rows(self, organisations: QuerySet) -> Iterator[list[Value]]:
        yield self.titles
        pks = list(organisations.values_list("pk", flat=True))
        for start in range(0, len(pks), LOT):
            lot = pks[start : start + LOT]
            model = organisations.model
            states = records.states(model.objects.filter(pk__in=lot))
            periods, contacts = records.periods(lot), records.contacts(lot)
            for pk in lot:
                if pk in states:
                    yield from self.lines(states[pk], periods.get(pk, []), contacts.get(pk, []))

    def lines(
        self, state: State, periods: list[Period], contacts: list[Contact]
    ) -> Iterator[list[Value]]:
        """The line of an organisation, and further lines for what does not fit on it."""
        people = self.people(contacts)
        first = True
        while first or periods or people:
            own = self.own(state) if first else self.again(state)
            yield self.line(own, periods[:1], people[: len(CONTACTS)])
            periods, people, first = periods[1:], people[len(CONTACTS) :], False

    def line(self, own: dict, periods: list[Period], people: list[list[str]]) -> list[Value]:
        for period in periods:
            own |= {
                "number": period.number,
                "starts_on": period.starts_on,
                "ends_on": period.ends_on,
            }
        for number, person in zip(CONTACTS, people, strict=False):
            for name, value in zip(("name", "email", "role", "language"), person, strict=True):
                own[f"contact{number}_{name}"] = value
        return [own.get(key) for key in KEYS]

    def own(self, state: State) -> dict[str, Value]:
        own = dict(state)
        own["country"] = self.countries.get(state["country"], "")
        own["status"] = self.statuses[state["status"]]
        own["discreet"] = self.yes if state["discreet"] else self.no
        own["regions"] = "; ".join(state["regions"])
        for field, kind in LISTS.items():
            own[field] = "; ".join(self.words[kind, code] for code in state[field])
        return own

    def again(self, state: State) -> dict[str, Value]:
        key = f"name_{state['original_language']}"
        return {"identifier": state["identifier"], key: state[key]}

    def people(self, contacts: list[Contact]) -> list[list[str]]:
        """Name, address, roles and language of each person."""
        found: dict[str, list[str]] = {}
        for contact in contacts:
            role = self.kinds[contact.kind]
            if contact.email in found:
                found[contact.email][2] += f"; {role}"
            else:
                found[contact.email] = [contact.name, contact.email, role, contact.language]
        return list(found.values())


# -- The template ----------------------------------------------------------------------------------


def template() -> list[Sheet]:
    """The columns with one example, and a sheet of what may be written."""
    values = {
        "identifier": EXAMPLE,
        "name_fr": "Conseil social (exemple)",
        "name_en": "Social Council (example)",
        "name_es": "Consejo social (ejemplo)",
        "original_language": "fr",
        "acronym": "EX",
        "category": "C",
        "country": "KE",
        "status": Status.ACTIVE.label,
        "discreet": _("no"),
        "website": "https://www.example.org",
        "email": "council@example.org",
        "founded": 1987,
        "number": "",
        "starts_on": datetime.date(2026, 1, 1),
        "ends_on": datetime.date(2026, 12, 31),
        "contact1_name": "Awa Exemple",
        "contact1_email": "awa@example.org",
        "contact1_role": f"{MandateKind.HEAD.label}; {MandateKind.CONTACT.label}",
        "contact1_language": "fr",
    }
    titles = [made.title for made in COLUMNS]
    example = [values.get(key) for key in KEYS]
    return [Sheet(_("Organisations"), [titles, example]), Sheet(_("Values"), allowed())]


def allowed() -> Iterator[list[Value]]:
    """What may be written in each column, and what it means."""
    yield [_("Column"), _("Value"), _("Meaning")]
    yield [
        title_of("identifier"),
        EXAMPLE,
        _("An example: such a line is left out. Delete it or leave it."),
    ]
    yield [
        title_of("identifier"),
        "",
        _("The end of the address of an organisation that exists; empty for a new one."),
    ]
    yield [_("(every column)"), "", _("An empty cell changes nothing.")]
    yield [_("(every column)"), _("(empty)"), _("Written so, it empties the field.")]
    for category in Category.objects.all():
        yield [title_of("category"), category.code, category.label]
    for region in Region.objects.all():
        yield [title_of("regions"), region.code, region.text("name").value]
    for value, label in Status.choices:
        yield [title_of("status"), str(label), value]
    for value, label in Language.choices:
        yield [title_of("original_language"), value, str(label)]
    for kind in FOR_ORGANISATIONS:
        yield [title_of("contact1_role"), str(kind.label), ""]
    for field, kind in LISTS.items():
        for facet in Facet.objects.of_kind(kind):
            yield [title_of(field), facet.code, facet.label]
    for day in (title_of("starts_on"), title_of("ends_on")):
        yield [day, "2026-01-31", _("or 31/01/2026")]
    for name in (title_of("discreet"), title_of("not_duplicate")):
        yield [name, _("yes"), ""]
        yield [name, _("no"), ""]
    for country in Countries().by_code.values():
        yield [title_of("country"), country.code, country.name]


# -- Lines to correct ------------------------------------------------------------------------------


def corrections(batch: ImportBatch) -> list[Sheet]:
    """The refused lines as they were written, each with what is wrong and how to repair it."""
    return [Sheet(_("To correct"), correction_rows(batch))]


def correction_rows(batch: ImportBatch) -> Iterator[list[Value]]:
    columns = batch.layout.get("columns", [])
    kept = [index for index, key in enumerate(columns) if key != TO_CORRECT.key]
    headers = batch.layout.get("headers", [])
    yield [*(headers[index] for index in kept), TO_CORRECT.titles[current_language()]]
    for row in batch.rows.refused().iterator(chunk_size=LOT):
        cells = [row.cells[index] if index < len(row.cells) else "" for index in kept]
        yield [*cells, said(row.line, row.problems)]


def said(line: int, problems: Iterable[list]) -> str:
    """Everything that is wrong with a line, in one cell."""
    pieces = []
    for field, value, code, params in problems:
        problem, repair = wording(code, params)
        shown = f" “{value}”" if value else ""
        pieces.append(f"{title_of(field)}{shown}: {problem} {repair}")
    return _("Line %(line)d.") % {"line": line} + " " + " | ".join(pieces)
