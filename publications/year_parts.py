"""What the library and the letters tell in a member's yearly report.

Which letters its people read is theirs alone: the report tells of the letters that had its news.
"""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.lib.year_parts import YearLine, YearPart, register
from publications.models import Issue, IssueItem, Publication


def publications(
    organisation: Organisation, first: datetime.date, last: datetime.date, language: str
) -> list[YearLine]:
    """The announced texts that name it among those who contributed, the newest first."""
    found = Publication.objects.announced().filter(organisations=organisation)
    return [
        YearLine(
            publication.published_on,
            publication.text("title", language),
            publication.symbol,
            [" ".join(code.upper() for code in publication.readable_languages())],
        )
        for publication in found.dated_between(first, last).newest_first()
    ]


def letters(
    organisation: Organisation, first: datetime.date, last: datetime.date, language: str
) -> list[YearLine]:
    """The letters that were sent whole, began to leave on one of the days, and told of it or of a
    text that names it."""
    of_it = IssueItem.objects.filter(
        Q(organisation=organisation) | Q(publication__organisations=organisation)
    )
    found = Issue.objects.public().filter(
        pk__in=of_it.values("issue"), sent_at__date__range=(first, last)
    )
    return [
        YearLine(timezone.localdate(issue.sent_at), issue.text("subject", language), issue.symbol)
        for issue in found.order_by("sent_at", "symbol")
    ]


def register_all():
    register(
        YearPart("publications", _("Documents contributed to"), 30, publications),
        YearPart("letters", _("Letters with your news"), 40, letters),
    )
