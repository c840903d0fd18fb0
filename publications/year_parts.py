"""What the library and the letters tell in a member's yearly report.

Which letters its people read is theirs alone: the report tells of the letters that had its news.
"""

import datetime
from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.lib.year_parts import YearLine, YearPart, by_organisation, register
from publications.models import Issue, IssueItem, Publication


def publications(
    organisations: Collection[Organisation],
    first: datetime.date,
    last: datetime.date,
    language: str,
) -> dict[int, list[YearLine]]:
    """The announced texts that name them among those who contributed, the newest first."""
    found = Publication.objects.announced().of_organisations(organisations)
    return by_organisation(
        (
            publication.organisation_id,
            YearLine(
                publication.published_on,
                publication.text("title", language),
                publication.symbol,
                [" ".join(code.upper() for code in publication.readable_languages())],
            ),
        )
        for publication in found.dated_between(first, last).newest_first()
    )


def letters(
    organisations: Collection[Organisation],
    first: datetime.date,
    last: datetime.date,
    language: str,
) -> dict[int, list[YearLine]]:
    """The letters that were sent whole, began to leave on one of the days, and told of them or of
    a text that names them."""
    letters = Issue.objects.public().filter(sent_at__date__range=(first, last))
    items = IssueItem.objects.filter(issue__in=letters).order_by()
    of_them = items.filter(organisation__in=organisations).values_list("issue", "organisation")
    of_texts = items.filter(publication__organisations__in=organisations)
    told = set(of_them.union(of_texts.values_list("issue", "publication__organisations")))
    sent = letters.in_bulk({issue for issue, _organisation in told})
    found = [(sent[issue], organisation) for issue, organisation in told]
    found.sort(key=lambda one: (one[0].sent_at, one[0].symbol))
    return by_organisation(
        (
            organisation,
            YearLine(
                timezone.localdate(issue.sent_at), issue.text("subject", language), issue.symbol
            ),
        )
        for issue, organisation in found
    )


def register_all():
    register(
        YearPart("publications", _("Documents contributed to"), 30, publications),
        YearPart("letters", _("Letters with your news"), 40, letters),
    )
