"""Emerging issues from the flag to the outcome: second, lift, close.

Flagging is saving a new issue; whoever saves one calls ``lift`` after it.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organisation, User
from programme.models import EmergingIssue, Ending, Second


def lift(day: datetime.date | None = None) -> list[EmergingIssue]:
    """Lift what three regions share to the world, and keep the day. Returns what was lifted.

    What was lifted once stays lifted, whatever becomes of the issues beside it.
    """
    day = day or timezone.localdate()
    with transaction.atomic():
        found = list(EmergingIssue.objects.to_lift(day).order_by("pk"))
        for issue in found:
            issue.lifted_on = day
            issue.save(update_fields=["lifted_on"])
    return found


def second(issue: EmergingIssue, organisation: Organisation, *, by: User) -> Second:
    """Say for an organisation that it sees the issue too; twice is once.

    Raises ValidationError for an issue that is closed or not open to the organisation.
    """
    if not EmergingIssue.objects.open_to(organisation).filter(pk=issue.pk).exists():
        raise ValidationError(
            _("This issue is not open to your organisation any more."), code="not_open"
        )
    return Second.objects.get_or_create(
        issue=issue, organisation=organisation, defaults={"by": by}
    )[0]


def take_back(issue: EmergingIssue, organisation: Organisation) -> bool:
    """Take back what an organisation has seconded. Returns whether there was anything."""
    return bool(Second.objects.filter(issue=issue, organisation=organisation).delete()[0])


def close(issue: EmergingIssue, *, ending: str, day: datetime.date | None = None):
    """Close an open issue for a reason. Raises ValidationError when it is closed already."""
    if not issue.is_open:
        raise ValidationError(_("This issue is closed already."), code="closed")
    issue.closed_on, issue.ending = day or timezone.localdate(), Ending(ending)
    issue.save(update_fields=["closed_on", "ending"])


def reopen(issue: EmergingIssue):
    """Open a closed issue again; that it was lifted stays, and so does what was written."""
    issue.closed_on, issue.ending = None, ""
    issue.save(update_fields=["closed_on", "ending"])
