"""From what happened since the last issue of a letter to the draft of the next."""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from portal.lib.sections import registered
from portal.lib.translations import LANGUAGES
from publications.models import Issue, IssueItem, Newsletter
from publications.models.newsletters import POINTERS, IssueState
from publications.models.periods import Period
from publications.newsletters import nudging, rhythm, sections, wording


def newsletter_with_code(code: str) -> Newsletter:
    """The letter of a region or of the world. Raises ValidationError for an unknown code."""
    found = Newsletter.objects.with_code(code).select_related("region").first()
    if found is None:
        raise ValidationError(
            _("“%(code)s” is not the code of a newsletter. Write R1 to R9, or world."),
            code="unknown_newsletter",
            params={"code": code},
        )
    return found


def draft(newsletter: Newsletter, period: Period) -> Issue:
    """The issue of a newsletter for a period, drafted unless there is one already.

    Two processes that draft at once get the same issue: the database keeps it unique.
    """
    found = newsletter.issues.filter(period=str(period)).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _create(newsletter, period)
    except IntegrityError:
        # Somebody was faster: with this very issue, or with the number it would have had.
        found = newsletter.issues.filter(period=str(period)).first()
        return found or _create(newsletter, period)


@transaction.atomic
def _create(newsletter: Newsletter, period: Period) -> Issue:
    span = rhythm.span(newsletter, period)
    issue = Issue(
        newsletter=newsletter,
        period=str(period),
        covers_from=span.first,
        covers_until=span.last,
        symbol=next_symbol(newsletter, period.year),
        original_language=newsletter.original_language,
    )
    for language in LANGUAGES:
        with translation.override(language):
            setattr(issue, f"subject_{language}", wording.subject(issue, language)[:150])
            setattr(issue, f"lead_{language}", wording.lead(issue, empty=True))
    issue.save()
    gather(issue)
    return issue


def next_symbol(newsletter: Newsletter, year: int) -> str:
    """L/R8/2026/03, or L/2026/03 for the world: the running number of the letter in its year."""
    prefix = f"L/{newsletter.code}/{year}/" if newsletter.region else f"L/{year}/"
    taken = Issue.objects.filter(newsletter=newsletter, symbol__startswith=prefix)
    last = max((issue.number for issue in taken.only("symbol")), default=0)
    return f"{prefix}{last + 1:02d}"


@transaction.atomic
def gather(issue: Issue) -> int:
    """Add what its days have and the issue does not tell of yet. Returns how many were added."""
    require_editable(issue)
    added = []
    for section in registered():
        field = POINTERS[section.code]
        told = issue.items.filter(section=section.code)
        new = section.found(issue.region, issue.span).exclude(pk__in=told.values(f"{field}_id"))
        last = told.aggregate(last=Max("position"))["last"] or 0
        added += [
            IssueItem(
                issue=issue,
                section=section.code,
                position=last + place,
                **{f"{field}_id": record.pk},
            )
            for place, record in enumerate(new[: max(section.limit - told.count(), 0)], start=1)
        ]
    if added:
        IssueItem.objects.bulk_create(added)
        take_back_nothing_new(issue)
        reopen(issue)
    return len(added)


def take_back_nothing_new(issue: Issue):
    """An opening text nobody has touched says what the letter holds, once it holds something."""
    changed = False
    for language in LANGUAGES:
        with translation.override(language):
            if issue.own_text("lead", language) == wording.lead(issue, empty=True):
                setattr(issue, f"lead_{language}", wording.lead(issue, empty=False))
                changed = True
    if changed:
        for language in LANGUAGES:
            if issue.is_available(language):
                issue.mark_translated(language)
        issue.save()


def due(now: datetime.datetime | None = None) -> list[tuple[Newsletter, Period]]:
    """The letters whose issue fell due, with its period, and that no issue tells of yet.

    Asks what is missing, not what day it is: a schedule that stood still catches up, with one
    issue that tells of all the days missed. The very first issue of a letter waits until there
    is something to tell.
    """
    waiting = []
    for letter in Newsletter.objects.select_related("region").with_latest_issues():
        period = rhythm.latest_due(letter, now)
        told = [issue.covers_until for issue in letter.latest_issues]
        if told and max(told) >= rhythm.last_day(letter, period):
            continue
        if told or sections.anything_for(letter.region, rhythm.span(letter, period)):
            waiting.append((letter, period))
    return waiting


def draft_due(now: datetime.datetime | None = None) -> list[Issue]:
    """Draft what is due; the editor of an issue without anything new is written to."""
    drafted = []
    for newsletter, period in due(now):
        issue = draft(newsletter, period)
        drafted.append(issue)
        if not issue.items.exists():
            nudging.tell_nothing_new(issue)
    return drafted


def require_editable(issue: Issue):
    """Raises ValidationError once the issue is on its way: what was sent is not rewritten."""
    if not issue.is_editable:
        raise ValidationError(
            _("Issue %(symbol)s has been sent and cannot be changed any more."),
            code="already_sent",
            params={"symbol": issue.symbol},
        )


def require_ready(issue: Issue):
    """Raises ValidationError unless it has passed the gate, and is not on its way yet."""
    require_editable(issue)
    if issue.state != IssueState.READY:
        raise ValidationError(
            _("Issue %(symbol)s is not ready to be sent."),
            code="not_ready",
            params={"symbol": issue.symbol},
        )


def reopen(issue: Issue):
    """Back to a draft: whoever changes an issue that was ready must have it looked at again."""
    if issue.state == IssueState.READY:
        issue.state, issue.ready_by, issue.ready_as = IssueState.DRAFT, None, ""
        issue.approved_by = issue.approved_at = None
        issue.scheduled_for = issue.scheduled_by = None
        issue.save()
