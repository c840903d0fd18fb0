"""What of our own records is an event in the timeline of an organisation or of a person."""

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import (
    ApplicationEvent,
    Derogation,
    Invitation,
    Merge,
    Organisation,
    Payment,
    StatusChange,
    User,
    Waiver,
)
from members.timeline import Change, Entry, Events, event, follow, register


def morning(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def status_changed(row: StatusChange) -> Entry:
    return event(
        row.changed_at,
        _("Status changed"),
        who=row.changed_by or _("by itself"),
        reason=row.reason,
        changes=[Change(_("Status"), "", row.get_before_display(), row.get_after_display())],
        group=_("Changes of status"),
    )


def derogation_granted(row: Derogation) -> Entry:
    return event(
        morning(row.granted_on),
        _("Derogation granted"),
        about=row.country,
        who=row.granted_by,
        reason=row.reason,
        group=_("Derogations"),
    )


def invited(row: Invitation) -> Entry:
    accepted = _("accepted") if row.accepted_at else ""
    return event(
        row.invited_at,
        _("Invitation sent"),
        about=", ".join(filter(None, (row.email, row.get_kind_display(), accepted))),
        who=row.invited_by,
        group=_("Invitations"),
    )


def application_moved(row: ApplicationEvent) -> Entry:
    return event(
        row.at,
        _("Application: %(event)s") % {"event": row.get_kind_display()},
        about=row.get_state_display(),
        who=row.by or _("the applicant"),
        reason=row.text,
        group=_("Applications"),
    )


def merged(row: Merge) -> Entry:
    undone = _("undone since") if row.undone_at else ""
    return event(
        row.merged_at,
        _("Merged with “%(name)s”") % {"name": row.removed_name},
        about=undone,
        who=row.merged_by,
        reason=row.reason,
        group=_("Merges"),
    )


def listen():
    """Join them to the timelines; what the history keeps joins by itself."""
    register(Organisation, Events(StatusChange, "organisation", status_changed, ("changed_by",)))
    register(
        Organisation,
        Events(Derogation, "organisation", derogation_granted, ("granted_by", "country")),
    )
    register(Organisation, Events(Invitation, "organisation", invited, ("invited_by",)))
    register(
        Organisation,
        Events(ApplicationEvent, "application__organisation", application_moved, ("by",)),
    )
    register(Organisation, Events(Merge, "organisation", merged, ("merged_by",)))
    register(User, Events(Merge, "person", merged, ("merged_by",)))
    follow(Payment, Organisation, "invoice__organisation")
    follow(Waiver, Organisation, "invoice__organisation")
