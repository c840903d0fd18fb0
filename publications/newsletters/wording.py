"""The words a draft begins with, in the language that is active."""

from django.utils.translation import gettext as _

from publications.models import Issue
from publications.models.newsletters import Period


def quarter(period: Period) -> str:
    """The quarter as it is said in a sentence: "third quarter of 2026"."""
    wordings = {
        1: _("first quarter of %(year)d"),
        2: _("second quarter of %(year)d"),
        3: _("third quarter of %(year)d"),
        4: _("fourth quarter of %(year)d"),
    }
    return wordings[period.quarter] % {"year": period.year}


def name(issue: Issue, language: str) -> str:
    """Whose letter it is: the region, or the title of the world's letter."""
    if issue.region:
        return issue.region.text("name", language).value
    return issue.newsletter.text("title", language).value


def subject(issue: Issue, language: str) -> str:
    # Translators: the subject of a letter: a region and a quarter of a year.
    return _("%(name)s: %(quarter)s") % {
        "name": name(issue, language),
        "quarter": quarter(issue.quarter),
    }


def lead(issue: Issue, *, empty: bool) -> str:
    """The opening text, its paragraphs separated by an empty line."""
    if empty:
        wording = _(
            "Dear members and readers,\n\nNothing new was recorded for this letter in the "
            "%(quarter)s."
        )
    else:
        wording = _(
            "Dear members and readers,\n\nHere is what was published in the %(quarter)s, the dates "
            "ahead and the members who have joined us."
        )
    return wording % {"quarter": quarter(issue.quarter)}
