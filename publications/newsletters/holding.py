"""Who holds an issue: it is taken by who works on it, given over, and put down."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.models import User
from members.models.mandates import MandateKind
from publications.models import Issue
from publications.newsletters.drafting import require_editable


def take(issue: Issue, *, by: User):
    """Take an issue that nobody holds. Raises ValidationError when a colleague does."""
    require_editable(issue)
    require_free(issue, by)
    hand(issue, by)


def give(issue: Issue, *, to: User, by: User):
    """Give an issue over to somebody who may edit it, who then holds it.

    Raises ValidationError when a colleague holds it, unless the secretariat gives it on.
    """
    require_editable(issue)
    if not by.standing.is_secretariat:
        require_free(issue, by)
    if not Issue.objects.editable_by(to).filter(pk=issue.pk).exists():
        raise ValidationError(
            _("%(person)s does not edit this letter."), code="unseen", params={"person": to}
        )
    hand(issue, to)


def put_down(issue: Issue, *, by: User):
    """Hold an issue no longer. Raises ValidationError when a colleague holds it."""
    if not by.standing.is_secretariat:
        require_free(issue, by)
    hand(issue, None)


def hand(issue: Issue, person: User | None):
    """Write down who holds it; whoever may is asked before."""
    issue.holder = person
    issue.save(update_fields=["holder"])


def require_free(issue: Issue, by: User):
    if issue.holder not in (None, by):
        raise ValidationError(
            _("%(person)s holds this letter."), code="taken", params={"person": issue.holder}
        )


def editors(issue: Issue) -> QuerySet[User]:
    """Who edits an issue: the executives of its region and the secretariat."""
    staff = User.objects.acting_as(MandateKind.SECRETARIAT)
    if issue.region is None:
        return staff.order_by("full_name", "pk")
    own = User.objects.acting_as(MandateKind.EXECUTIVE, region=issue.region)
    return (staff | own).distinct().order_by("full_name", "pk")


def candidates(issue: Issue) -> QuerySet[User]:
    """Whom an issue can be given to: its editors without whoever holds it."""
    return editors(issue).exclude(pk=issue.holder_id)
