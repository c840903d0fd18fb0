"""The words a draft begins with, in the language that is active."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.templatetags.text import plain_date
from publications.models import Issue
from publications.models.periods import Period


def title(period: Period) -> str:
    """The month or quarter as it is named: "third quarter of 2026", "August 2026"."""
    if period.is_month:
        return date_format(period.first_day, "YEAR_MONTH_FORMAT")
    wordings = {
        1: _("first quarter of %(year)d"),
        2: _("second quarter of %(year)d"),
        3: _("third quarter of %(year)d"),
        4: _("fourth quarter of %(year)d"),
    }
    return wordings[period.number] % {"year": period.year}


def when(issue: Issue) -> str:
    """The days it tells of, within a sentence: a month or quarter, or from a day to a day."""
    period = issue.stands_for
    if issue.span != (period.first_day, period.last_day):
        days = {"first": plain_date(issue.covers_from), "last": plain_date(issue.covers_until)}
        return _("from %(first)s to %(last)s") % days
    if period.is_month:
        return _("in %(month)s") % {"month": title(period)}
    wordings = {
        1: _("in the first quarter of %(year)d"),
        2: _("in the second quarter of %(year)d"),
        3: _("in the third quarter of %(year)d"),
        4: _("in the fourth quarter of %(year)d"),
    }
    return wordings[period.number] % {"year": period.year}


def name(issue: Issue, language: str) -> str:
    """Whose letter it is: the region, or the title of the world's letter."""
    if issue.region:
        return issue.region.text("name", language).value
    return issue.newsletter.text("title", language).value


def subject(issue: Issue, language: str) -> str:
    # Translators: the subject of a letter: a region and a quarter of a year, or a month.
    return _("%(name)s: %(quarter)s") % {
        "name": name(issue, language),
        "quarter": title(issue.stands_for),
    }


def lead(issue: Issue, *, empty: bool) -> str:
    """The opening text, its paragraphs separated by an empty line."""
    if empty:
        wording = _(
            "Dear members and readers,\n\nNothing new was recorded for this letter %(when)s."
        )
    else:
        wording = _(
            "Dear members and readers,\n\nHere is what was published %(when)s, the dates "
            "ahead and the members who have joined us."
        )
    return wording % {"when": when(issue)}
