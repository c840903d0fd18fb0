"""The rows of an import as a page shows them: each cell before and after, each refusal in words."""

import datetime
from typing import NamedTuple

from django.utils import formats
from django.utils.translation import gettext as _

from members.imports.columns import BY_KEY, title_of
from members.imports.wording import wording
from members.models import ImportRow
from members.models.mandates import MandateKind
from members.models.organisations import Status
from portal.lib.translations import Language
from regions.models import Country


class Cell(NamedTuple):
    """One thing to see of a row: a change, something understood, or a refusal."""

    title: str
    old: str = ""
    new: str = ""
    understood: bool = False
    problem: str = ""
    repair: str = ""


class Shown(NamedTuple):
    row: ImportRow
    cells: list[Cell]


def shown(rows: list[ImportRow]) -> list[Shown]:
    """The rows in the language that is active now."""
    countries = {c.code: c.name for c in Country.objects.all()}
    return [Shown(row, cells_of(row, countries)) for row in rows]


def cells_of(row: ImportRow, countries: dict[str, str]) -> list[Cell]:
    cells = []
    for field, value, code, params in row.problems:
        problem, repair = wording(code, params)
        cells.append(Cell(title(field), old=value, problem=problem, repair=repair))
    for field, written, understood in row.notes:
        new = words(field, understood, countries)
        cells.append(Cell(title(field), old=written, new=new, understood=True))
    for field, old, new in row.changes:
        cells.append(Cell(title(field), words(field, old, countries), words(field, new, countries)))
    return cells


def title(field: str) -> str:
    if field not in BY_KEY and field.startswith("contact"):
        return _("Contact %(number)s") % {"number": field[-1]}
    return title_of(field)


def words(field: str, value: object, countries: dict[str, str]) -> str:
    """A value of a cell as people say it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in ("", None, []):
        return ""
    if field == "country":
        return countries.get(value, value)
    if field == "status":
        return str(Status(value).label)
    if field == "original_language":
        return str(Language(value).label)
    if field in ("starts_on", "ends_on"):
        return formats.date_format(datetime.date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if isinstance(value, dict):
        roles = ", ".join(str(MandateKind(kind).label) for kind in value["kinds"])
        name = f"{value['name']} " if value["name"] else ""
        return f"{name}<{value['email']}> ({roles})"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
