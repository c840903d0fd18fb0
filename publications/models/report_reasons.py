"""Why there is no report: rows keep the reason, and each reader is told in their language."""

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from regions.models import Region

TOO_LONG = "too_long"
TOO_LARGE = "too_large"
PORTAL_FAILED = "portal_failed"
REASONS = {
    TOO_LONG: _("It took longer than %(seconds)s seconds, and was stopped."),
    TOO_LARGE: _("It needed more than %(megabytes)s MB of memory, and was stopped."),
    # The fault is the portal's own, and the log has the rest.
    PORTAL_FAILED: _(
        "The portal itself failed. Ask for it again; if that fails too, tell your administrator "
        "that it was report %(number)s: the log says why."
    ),
}


class NothingToReport(models.TextChoices):
    """What keeps a report from being made whatever is tried."""

    NO_MEMBERSHIP = (
        "no_membership",
        _("%(name)s has no membership in %(year)s, so there is nothing to certify."),
    )
    NOT_YET_MEMBER = "not_yet_member", _("%(name)s was not yet a member in %(year)s.")
    NOT_TODAY = (
        "not_today",
        _("A directory lists the members of today. Choose the year %(this_year)s."),
    )


def nothing_to_report(reason: str, subject: Organisation | Region | None, year: int) -> str:
    """The sentence of a reason, in the active language."""
    name = subject.text("name", get_language()).value if subject else ""
    values = {"name": name, "year": year, "this_year": timezone.localdate().year}
    return NothingToReport(reason).label % values
