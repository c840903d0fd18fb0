"""The life of an application, from its first step to its end."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Application, ApplicationEvent, User
from members.models.applications import CLOSED, STEPS, ApplicationEventKind, ApplicationState


def move(
    application: Application,
    to: str,
    *,
    kind: str,
    by: User | None = None,
    text: str = "",
    public_from=None,
) -> ApplicationEvent:
    """Take an application to another state and keep what happened, who did it and who may know.

    Raises ValidationError when there is no such step from where it stands by now: the row is
    locked and read again, since two people may decide at once.
    """
    with transaction.atomic():
        locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if to not in STEPS[ApplicationState(locked.state)]:
            raise ValidationError(
                _("An application that is “%(before)s” cannot become “%(after)s”."),
                code="no_such_step",
                params={
                    "before": locked.get_state_display(),
                    "after": ApplicationState(to).label,
                },
            )
        now = timezone.now()
        application.state = to
        application.submitted_at = locked.submitted_at or now
        application.closed_at = now if to in CLOSED else None
        application.touched_at = now
        application.save(update_fields=["state", "submitted_at", "closed_at", "touched_at"])
        return note(application, kind=kind, by=by, text=text, public_from=public_from)


def note(
    application: Application, *, kind: str, by: User | None = None, text: str = "", public_from=None
) -> ApplicationEvent:
    """Keep an event without a change of state. ``public_from`` None keeps it from the applicant."""
    now = timezone.now()
    return application.events.create(
        kind=ApplicationEventKind(kind),
        state=application.state,
        by=by,
        text=text,
        at=now,
        public_from=None if public_from is None else max(public_from, now),
    )
