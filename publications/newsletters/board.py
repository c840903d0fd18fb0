"""The ten letters at a glance: last issue, what is due, how it stands, and who holds it."""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import LANGUAGES, TranslationState
from publications.models import Issue, Newsletter
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.models.subscribers import Audience
from publications.newsletters import recipients, rendering, rhythm


class Standing(TextChoices):
    """How the issue that is due, or comes next, stands."""

    TO_DRAFT = "to_draft", _("to draft")
    DRAFT = "draft", _("draft")
    EDITING = "editing", _("being edited")
    WAITING = "waiting", _("waiting for a language")
    READY = "ready", _("ready to send")
    SCHEDULED = "scheduled", _("scheduled")
    HELD_BACK = "held_back", _("held back")
    SENDING = "sending", _("being sent")
    PAUSED = "paused", _("sending paused")
    CANCELLED = "cancelled", _("rest cancelled")
    SENT = "sent", _("sent")


PILLS = {
    Standing.TO_DRAFT: "neutral",
    Standing.DRAFT: "warn",
    Standing.EDITING: "info",
    Standing.WAITING: "warn",
    Standing.READY: "ok",
    Standing.SCHEDULED: "info",
    Standing.HELD_BACK: "warn",
    Standing.SENDING: "info",
    Standing.PAUSED: "warn",
    Standing.CANCELLED: "neutral",
    Standing.SENT: "ok",
}


@dataclass(frozen=True)
class Row:
    """A letter on the board.

    ``last`` is the issue that was sent last, ``issue`` the one at hand (drafted and not sent, else
    the last), ``due`` the period that comes next and ``due_at`` its moment in the letter's own
    time zone; ``lacking`` are the languages whose own words are missing.
    """

    newsletter: Newsletter
    last: Issue | None
    issue: Issue | None
    due: Period
    due_at: datetime.datetime
    standing: Standing
    is_late: bool
    lacking: list[str]
    readers: list[tuple[str, int]]

    @property
    def pill(self) -> str:
        return PILLS[self.standing]

    @property
    def is_open(self) -> bool:
        """Whether an issue is at hand that has not left."""
        return self.issue is not None and self.issue.is_editable

    @property
    def is_at_hand(self) -> bool:
        """Whether an issue is open, or leaves just now."""
        return self.issue is not None and self.issue.state != IssueState.SENT


def rows(newsletters, now: datetime.datetime | None = None) -> list[Row]:
    """The rows of a queryset of newsletters, in eight queries."""
    now = now or timezone.now()
    letters = list(newsletters.select_related("region").with_latest_issues())
    counted = recipients.counts(letters)
    return [
        row(
            letter,
            [
                (code, sum(counted[letter.pk][code, audience] for audience in Audience.values))
                for code in LANGUAGES
            ],
            now,
        )
        for letter in letters
    ]


def row(letter: Newsletter, readers: list[tuple[str, int]], now: datetime.datetime) -> Row:
    issues = letter.latest_issues
    at_hand = [issue for issue in issues if issue.state != IssueState.SENT]
    issue = at_hand[-1] if at_hand else next(iter(issues), None)
    due = rhythm.next_due(letter, issues, now)
    lacking = languages_lacking(issue) if issue and issue.is_editable else []
    return Row(
        newsletter=letter,
        last=next((one for one in issues if one.state == IssueState.SENT), None),
        issue=issue,
        due=due,
        due_at=rhythm.due_at(letter, due).astimezone(ZoneInfo(letter.time_zone)),
        standing=standing(issue, lacking, is_due=rhythm.due_at(letter, due) <= now),
        is_late=rhythm.is_late(letter, issues, now),
        lacking=lacking,
        readers=readers,
    )


def standing(issue: Issue | None, lacking: list[str], *, is_due: bool) -> Standing:
    """The state of an issue, of a draft whether somebody works on it or a language lacks, and of
    one on its way whether it was stopped."""
    if issue is None or (is_due and issue.state == IssueState.SENT):
        return Standing.TO_DRAFT
    if issue.is_cancelled:
        return Standing.CANCELLED
    if issue.is_paused:
        return Standing.PAUSED
    if issue.is_scheduled:
        return Standing.SCHEDULED
    if issue.is_editable and issue.held_back:
        return Standing.HELD_BACK
    if issue.state != IssueState.DRAFT:
        return Standing(issue.state)
    if lacking:
        return Standing.WAITING
    return Standing.EDITING if issue.holder_id else Standing.DRAFT


def languages_lacking(issue: Issue) -> list[str]:
    """The languages in which the issue's own words or one of its blocks are not ready."""
    return [
        code for code in LANGUAGES if rendering.own_words(issue, code) != TranslationState.READY
    ]
