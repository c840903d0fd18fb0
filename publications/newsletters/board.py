"""The ten letters at a glance: last issue, what is due, who reads them."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone

from portal.lib.translations import LANGUAGES
from publications.models import Issue, Newsletter, Subscription
from publications.models.newsletters import Period
from publications.newsletters import sections


@dataclass(frozen=True)
class Row:
    """A letter: its last issue (or None), the next period due, its readers per language."""

    newsletter: Newsletter
    last: Issue | None
    due: Period
    is_overdue: bool
    readers: list[tuple[str, int]]

    @property
    def reader_count(self) -> int:
        return sum(number for _, number in self.readers)


def rows(newsletters) -> list[Row]:
    """The rows of a queryset of newsletters, in three queries."""
    latest = Issue.objects.filter(newsletter=OuterRef("pk")).order_by("-period").values("pk")[:1]
    letters = list(newsletters.select_related("region").annotate(last_pk=Subquery(latest)))
    issues = Issue.objects.in_bulk([letter.last_pk for letter in letters if letter.last_pk])
    counted: dict[tuple[int, str], int] = {
        (row["newsletter"], row["language"]): row["number"]
        for row in Subscription.objects.confirmed()
        .order_by()
        .values("newsletter", "language")
        .annotate(number=Count("pk"))
    }
    return [
        row(
            letter,
            issues.get(letter.last_pk),
            [(code, counted.get((letter.pk, code), 0)) for code in LANGUAGES],
        )
        for letter in letters
    ]


def row(letter: Newsletter, last: Issue | None, readers: list[tuple[str, int]]) -> Row:
    """The next issue is due for the last complete quarter, or else for the one under way."""
    complete = sections.last_complete()
    overdue = last is None or last.quarter < complete
    due = complete if overdue else max(Period.of(timezone.localdate()), last.quarter.next)
    return Row(letter, last, due, overdue, readers)
