"""How reports and what they count are named on pages."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils.translation import gettext as _

from members import dues
from programme.models.programme import Level
from publications.models import Report, ReportBatch
from publications.models.periods import Period
from publications.newsletters import wording
from publications.reports import directory

register = template.Library()


@register.filter
def period_title(report: Report | ReportBatch | dict) -> str:
    """The year a report, a batch or the data is about, or the quarter: "third quarter of 2026"."""
    if not isinstance(report, dict):
        report = {"year": report.year, "quarter": report.quarter}
    if report.get("quarter"):
        return wording.title(Period(report["year"], report["quarter"]))
    return str(report["year"])


@register.filter
def leading(rows: Sequence[dict]) -> dict | None:
    """The highest count and the numbers of the rows that have it; None when nothing was counted."""
    count = max((row["count"] for row in rows), default=0)
    numbers = [row["number"] for row in rows if row["count"] == count]
    return {"count": count, "numbers": numbers, "is_shared": len(numbers) > 1} if count else None


@register.filter
def done_by_axis(axes: Sequence[dict]) -> list[dict]:
    """The axes of a programme report as the rows of a chart of what was done under each."""
    done = ("activities", "events", "publications")
    return [
        {
            "number": axis["number"],
            "label": axis["title"],
            "count": sum(len(axis[key]) for key in done),
        }
        for axis in axes
    ]


@register.filter
def covered_best(groupings: Sequence[dict]) -> dict | None:
    """The groupings of whose states the largest share has a member, and how much that is.

    ``covered`` and ``states`` are of the first of equal ones; None where no state has a member.
    """
    share = max((coverage(row) for row in groupings), default=Fraction(0))
    if not share:
        return None
    best = [row for row in groupings if coverage(row) == share]
    return {
        "names": [row["acronym"] or row["label"] for row in best],
        "covered": best[0]["covered"],
        "states": best[0]["states"],
        "share": round(share * 100),
        "is_shared": len(best) > 1,
    }


def coverage(grouping: dict) -> Fraction:
    return Fraction(grouping["covered"], grouping["states"] or 1)


@register.filter
def labelled(axes: Sequence[dict]) -> list[dict]:
    """Counts by axis as the rows of a chart."""
    return [{**axis, "label": axis["title"]} for axis in axes]


@register.filter
def in_regions(axis: dict, codes: Sequence[str]) -> list[int]:
    """How much an axis has in each of the regions."""
    return [axis["by_region"].get(code, 0) for code in codes]


@register.filter
def text_in(value: str, language: str) -> dict:
    """A text of the template's own, as report data has its texts."""
    return {"value": value, "language": language}


@register.filter
def level_name(level: str) -> str:
    return str(Level(level).label)


@register.filter
def text_kind(kind: str) -> str:
    return {"activity": _("activity"), "event": _("event"), "publication": _("publication")}[kind]


@register.filter
def amount_in(amount: str, currency: str) -> str:
    """An amount that a report has kept as text, with its currency, as the language writes it."""
    return dues.money(Decimal(amount), currency)


@register.filter
def has_lines(parts: Sequence[dict]) -> bool:
    """Whether one of the parts of a member's year found something."""
    return any(part["lines"] for part in parts)


@register.simple_tag
def directory_index(data: directory.Directory, language: str) -> dict:
    """The countries and acronyms of a directory, each with the place it leads to."""
    return {
        "countries": directory.by_country(data, language),
        "acronyms": directory.by_acronym(data, language),
    }
