"""What is said of a cell that is refused: what is wrong with it, and a proposed repair."""

from django.utils.translation import gettext_lazy as _

from members.models.mandates import FOR_ORGANISATIONS
from members.models.organisations import Status
from portal.lib.translations import Language


class Refused(Exception):
    """A cell that cannot be taken. ``proposal`` is a value that could stand there instead."""

    def __init__(self, code: str, *, proposal: str = "", **params: str | int):
        super().__init__(code)
        self.code = code
        self.params = params | ({"proposal": proposal} if proposal else {})


WRITE = _("Write: %(proposal)s")

# code → (what is wrong, what to do when no value can be proposed)
WORDINGS = {
    "formula": (
        _("This cell holds a formula."),
        _("Write the value itself; a text that begins so needs an apostrophe before it."),
    ),
    "control": (
        _("This text holds signs that are no letters; it was perhaps read in a wrong encoding."),
        _("Delete the unreadable signs, and save the file in UTF-8."),
    ),
    "too_long": (
        _("This text has %(length)s characters; %(limit)s are possible."),
        _("Shorten it."),
    ),
    "required": (_("This field must not be empty."), _("Fill it in.")),
    "no_name": (
        _("The name of the organisation is missing."),
        _("Write its name in at least one language, or its identifier."),
    ),
    "no_original": (
        _("The name is missing in the original language."),
        _("Write it, or choose an original language that has a name."),
    ),
    "not_empty": (
        _("This field can be changed, but not emptied."),
        _("Leave the cell empty to keep the value."),
    ),
    "unknown_identifier": (
        _("No organisation that you may change has this identifier."),
        _("Take it from an export, or empty the cell and write the name."),
    ),
    "ambiguous": (
        _("Several organisations have this name."),
        _("Write the identifier of the one that is meant: %(candidates)s."),
    ),
    "unknown_country": (
        _("No country is known under this name."),
        _("Write its name in French, English or Spanish, or its ISO code."),
    ),
    "unknown_category": (_("This category does not exist."), _("Write one of: %(choices)s.")),
    "unknown_choice": (_("This word is not in the list."), _("Write one of: %(choices)s.")),
    "not_yes_no": (_("This is neither yes nor no."), _("Write yes or no.")),
    "mail": (_("This is not a mail address."), _("Write it as name@domain.org.")),
    "website": (
        _("This is not the address of a web site."),
        _("Write it as https://www.domain.org."),
    ),
    "date_impossible": (_("This day does not exist."), _("Write the day as 2026-01-31.")),
    "date_order": (
        _("The day comes before the month: this has no month."),
        _("Write the day as 2026-01-31."),
    ),
    "date_short": (
        _("The year must have four digits."),
        _("Write the day as 2026-01-31."),
    ),
    "date_format": (_("This is not a date."), _("Write the day as 2026-01-31.")),
    "year": (
        _("This is not the year of a foundation."),
        _("Write a year of four digits that has come."),
    ),
    "country_needed": (
        _("An organisation of this category belongs to a country."),
        _("Write the country."),
    ),
    "place_needed": (
        _("Country and regions of activity are both missing."),
        _("Write a country, or at least one region."),
    ),
    "period_half": (
        _("A period needs its first and its last day."),
        _("Fill in both days, or neither."),
    ),
    "backwards": (
        _("The end must not come before the beginning."),
        _("Perhaps both were exchanged: correct them."),
    ),
    "period_other_end": (
        _("A period that begins on this day is recorded until %(until)s."),
        _("A renewal adds a period: write other days, or empty both cells."),
    ),
    "overlap": (
        _("This period overlaps another one of the same organisation (%(other)s)."),
        _("Write days outside it, or empty both cells."),
    ),
    "overlap_line": (
        _("This period overlaps the one on line %(line)s."),
        _("Correct one of the two lines."),
    ),
    "number_taken": (
        _("Another period has this number."),
        _("Empty the cell: a new period gets the next number by itself."),
    ),
    "number_other": (
        _("This period is recorded under the number %(number)s, which cannot change."),
        _("Write that number, or empty the cell."),
    ),
    "number_alone": (
        _("A number belongs to a period, whose days are missing."),
        _("Write both days, or empty the cell."),
    ),
    "no_such_transition": (
        _("An organisation that is “%(before)s” cannot become “%(after)s”."),
        _("Empty the cell to keep the status."),
    ),
    "decided_at_desk": (
        _("The step from “%(before)s” to “%(after)s” is decided with its reason."),
        _("Empty the cell, and take the step on the organisation’s own page."),
    ),
    "seat_taken": (
        _("%(country)s already has an active organisation of category %(category)s: %(holder)s."),
        _("Choose another category or status, or record a derogation first."),
    ),
    "seat_taken_silent": (
        _("%(country)s already has an active organisation of category %(category)s."),
        _("Choose another category or status, or ask the secretariat."),
    ),
    "seat_taken_line": (
        _("Line %(line)s is an active organisation of the same category in %(country)s."),
        _("Keep one of the two, or give one another category or status."),
    ),
    "probable_duplicate": (
        _("This is probably “%(name)s”, which exists already (in common: %(reasons)s)."),
        _(
            "To change that one write its identifier: %(identifier)s. If it is another "
            "organisation, write yes under “Not a duplicate”."
        ),
    ),
    "probable_duplicate_line": (
        _("This is probably the same organisation as on line %(line)s (in common: %(reasons)s)."),
        _(
            "Keep one of the two lines. If it is another organisation, write yes under "
            "“Not a duplicate”."
        ),
    ),
    "same_line": (
        _("Line %(line)s is the same organisation, with other values."),
        _(
            "Keep one of the two lines, or leave on this one only the name, the identifier, people "
            "and a period."
        ),
    ),
    "contact_mail": (
        _("A person needs a mail address."),
        _("Write it, or empty the person’s other cells."),
    ),
    "contact_name": (_("The person’s name is missing."), _("Write it.")),
    "not_yours": (
        _("This organisation belongs to another region."),
        _("Leave the line out, or ask the secretariat."),
    ),
    "country_not_yours": (
        _("This country belongs to another region."),
        _("Leave the line out, or ask the secretariat."),
    ),
    "region_not_yours": (
        _("A regional executive records one region: %(regions)s."),
        _("Leave the line out, or ask the secretariat."),
    ),
    "secretariat_only": (
        _("Only the secretariat decides on this."),
        _("Empty the cell, or ask the secretariat."),
    ),
    "many_cells": (
        _("This line has more cells than there are columns."),
        _("Put quotation marks around texts that hold the delimiter."),
    ),
}


REASONS = {"name": _("name"), "acronym": _("acronym"), "domain": _("web site or mail domain")}
LISTS = {
    "@status": Status.choices,
    "@role": [(kind.value, kind.label) for kind in FOR_ORGANISATIONS],
    "@language": Language.choices,
}


def wording(code: str, params: dict) -> tuple[str, str]:
    """What is wrong and the repair, in the language that is active now."""
    said = dict(params)
    if "reasons" in said:
        said["reasons"] = ", ".join(str(REASONS[reason]) for reason in said["reasons"])
    if said.get("choices") in LISTS:
        said["choices"] = ", ".join(str(label) for _value, label in LISTS[said["choices"]])
    for name in ("before", "after"):
        if name in said:
            said[name] = Status(said[name]).label
    problem, repair = WORDINGS[code]
    return str(problem) % said, str(WRITE if "proposal" in said else repair) % said
