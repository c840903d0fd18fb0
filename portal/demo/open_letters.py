"""Letters of the demonstration that are about to leave, one for each way it can stand."""

import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from members.models import User
from portal.demo.letters import editor
from publications.models import Issue, Newsletter
from publications.models.newsletters import HeldBack, IssueState
from publications.models.periods import Period
from publications.newsletters import accepting, drafting, gate

REASON = "Notre traductrice est en congé ; la version complète suivra."


def create_open_issues(secretary: User) -> int:
    """What is incomplete, accepted, scheduled, held back, and what a second person must approve."""
    made = 0
    for code, finish in STANDINGS.items():
        newsletter = Newsletter.objects.with_code(code).first()
        period = Period.of(timezone.localdate())
        if newsletter is None or newsletter.issues.filter(period=str(period)).exists():
            continue
        issue = drafting.draft(newsletter, period)
        finish(issue, editor(newsletter, secretary))
        made += 1
    return made


def leave_incomplete(issue: Issue, by: User):
    """The gate says what is missing."""


def declare_ready(issue: Issue, by: User):
    """Through the gate, with what is incomplete accepted; what is empty stays a draft."""
    try:
        for language in gate.readiness(issue):
            if not language.may_leave:
                accepting.accept(issue, language=language.language, reason=REASON, by=by)
        gate.make_ready(issue, by=by)
    except ValidationError:
        return


def schedule(issue: Issue, by: User):
    declare_ready(issue, by)
    if issue.state == IssueState.READY:
        soon = timezone.now() + datetime.timedelta(days=9)
        issue.scheduled_for = soon.replace(hour=7, minute=0, second=0, microsecond=0)
        issue.scheduled_by = by
        issue.save()


def hold_back(issue: Issue, by: User):
    declare_ready(issue, by)
    if issue.state == IssueState.READY:
        before = timezone.now() - datetime.timedelta(days=1)
        issue.held_back = HeldBack.MISSED
        issue.held_back_from = before.replace(hour=8, minute=0, second=0, microsecond=0)
        issue.save()


STANDINGS = {
    "R2": leave_incomplete,
    "R4": declare_ready,
    "R5": schedule,
    "R8": hold_back,
    "world": declare_ready,
}
