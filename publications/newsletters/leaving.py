"""How an issue leaves: after the checks, approved where two people must, now or at a set hour.

The hour is kept on the issue, and the schedule asks what is due and not yet under way. What it
finds more than an hour late it does not send: whoever holds the issue is asked again.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import notices
from members.models import User
from portal.lib.links import absolute_url
from publications.models import Issue
from publications.models.newsletters import HeldBack, IssueState
from publications.newsletters import gate, nudging, preflight, sending
from publications.newsletters.drafting import require_editable, require_ready

# A sending that could not begin within so long is not begun by itself any more.
PATIENCE = datetime.timedelta(hours=1)
HELD_BACK = "letter_held_back"


def send(issue: Issue) -> Issue:
    """Send it now. Raises ValidationError with what stands in the way."""
    require_open(issue)
    return sending.start(issue)


def require_open(issue: Issue):
    """Raises ValidationError unless it is ready, unchanged, approved, and passes the checks."""
    require_ready(issue)
    gate.require_unchanged(issue)
    if issue.needs_second_person and issue.approved_at is None:
        raise ValidationError(
            _("A second person must approve the letter of the world before it leaves."),
            code="not_approved",
        )
    preflight.require_passed(issue)


# -- The second person -----------------------------------------------------------------------------


@transaction.atomic
def approve(issue: Issue, *, by: User) -> Issue:
    """The word of a second person. Raises ValidationError for who declared the issue ready."""
    issue = locked(issue)
    require_ready(issue)
    if issue.ready_by_id == by.pk:
        raise ValidationError(
            _(
                "You have declared this letter ready yourself. Somebody else of the secretariat "
                "must look at it and approve it."
            ),
            code="same_person",
        )
    gate.require_unchanged(issue)
    issue.approved_by, issue.approved_at = by, timezone.now()
    issue.save()
    return issue


# -- A set hour ------------------------------------------------------------------------------------


def schedule(issue: Issue, *, moment: datetime.datetime, by: User) -> Issue:
    """Let it leave by itself at a moment. Raises ValidationError with what stands in the way."""
    require_open(issue)
    if moment <= timezone.now():
        raise ValidationError(_("Choose a moment that is still to come."), code="past")
    with transaction.atomic():
        issue = locked(issue)
        require_ready(issue)
        issue.scheduled_for, issue.scheduled_by = moment, by
        issue.held_back, issue.held_back_from = "", None
        issue.save()
    return issue


@transaction.atomic
def cancel(issue: Issue) -> Issue:
    """Cancel the scheduled sending; it stays ready. Raises ValidationError once it has begun."""
    issue = locked(issue)
    require_editable(issue)
    if not issue.is_scheduled:
        raise ValidationError(_("No sending is scheduled."), code="not_scheduled")
    issue.scheduled_for = issue.scheduled_by = None
    issue.save()
    return issue


def leave_due(now: datetime.datetime | None = None):
    """Start what is due; hold back what is late, or no longer passes."""
    now = now or timezone.now()
    for issue in Issue.objects.due_to_leave(now).select_related("newsletter__region"):
        leave(issue, now)


def leave(issue: Issue, now: datetime.datetime):
    """Start one issue that is due, unless somebody was faster or cancelled it."""
    when = issue.scheduled_for
    if now - when > PATIENCE:
        hold_back(issue, when, HeldBack.MISSED)
        return
    try:
        require_open(issue)
    except ValidationError:
        hold_back(issue, when, HeldBack.CHECKS)
        return
    try:
        with transaction.atomic():
            current = locked(issue)
            if current.is_scheduled and current.scheduled_for == when:
                sending.start(current)
    except ValidationError:
        # Sending is paused: the schedule asks again, and gives up after an hour.
        return


@transaction.atomic
def hold_back(issue: Issue, when: datetime.datetime, because: str):
    """Do not send what was scheduled, and ask once: who holds the issue, or else set the hour."""
    by, current = issue.scheduled_by, locked(issue)
    asked = next((one for one in (current.holder, by) if one and one.is_active), None)
    if current.state not in (IssueState.DRAFT, IssueState.READY):
        return
    if current.scheduled_for != when and current.state == IssueState.READY:
        return  # cancelled, or set anew, meanwhile
    current.scheduled_for = current.scheduled_by = None
    current.held_back, current.held_back_from = because, when
    current.save()
    people = [asked] if asked else nudging.editors(current.newsletter)
    for person in people:
        tell_held_back(current, person)


def tell_held_back(issue: Issue, person: User):
    language = person.language
    with translation.override(language):
        notices.write(
            HELD_BACK,
            f"issue:{issue.pk}:{issue.held_back_from:%Y-%m-%dT%H:%M}",
            template="letter_held_back",
            subject=_("Letter %(symbol)s has not left") % {"symbol": issue.symbol},
            to=person.email,
            language=language,
            context={
                "person": person,
                "issue": issue,
                "is_missed": issue.held_back == HeldBack.MISSED,
                "url": absolute_url(
                    "publications:newsletter_checks",
                    language=language,
                    symbol=issue.dashed_symbol,
                ),
            },
            person=person,
        )


def locked(issue: Issue) -> Issue:
    rows = Issue.objects.select_for_update(of=("self",)).select_related("newsletter__region")
    return rows.get(pk=issue.pk)
