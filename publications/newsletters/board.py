"""The ten letters at a glance: last issue, what is due, who reads them."""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from portal.lib.translations import LANGUAGES
from publications.models import Issue, Newsletter
from publications.models.periods import Period
from publications.models.subscribers import Audience
from publications.newsletters import recipients, rhythm


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
    """The rows of a queryset of newsletters, in seven queries."""
    latest = Issue.objects.filter(newsletter=OuterRef("pk")).newest_first().values("pk")[:1]
    letters = list(newsletters.select_related("region").annotate(last_pk=Subquery(latest)))
    issues = Issue.objects.in_bulk([letter.last_pk for letter in letters if letter.last_pk])
    counted = recipients.counts(letters)
    return [
        row(
            letter,
            issues.get(letter.last_pk),
            [
                (code, sum(counted[letter.pk][code, audience] for audience in Audience.values))
                for code in LANGUAGES
            ],
        )
        for letter in letters
    ]


def row(letter: Newsletter, last: Issue | None, readers: list[tuple[str, int]]) -> Row:
    """The next issue is for what fell due last, or else for the first period not told of yet."""
    due = rhythm.latest_due(letter)
    overdue = last is None or last.covers_until < rhythm.last_day(letter, due)
    while not overdue and last.covers_until >= rhythm.last_day(letter, due):
        due = due.next
    return Row(letter, last, due, overdue, readers)
