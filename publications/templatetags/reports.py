"""How reports are named on pages."""

from django import template

from publications.models import Report
from publications.models.periods import Period
from publications.newsletters import wording

register = template.Library()


@register.filter
def period_title(report: Report) -> str:
    """The year a report is about, or the quarter: "third quarter of 2026"."""
    if report.quarter:
        return wording.title(Period(report.year, report.quarter))
    return str(report.year)
