"""How an applicant follows an application: the link, the steps, and the mails on the way."""

import datetime

from django.core import signing
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members import notices
from members.models import Application, ApplicationEvent
from members.models.applications import ApplicationEventKind, ApplicationState
from portal.lib import network
from portal.lib.links import absolute_url
from portal.lib.templatetags.text import plain_date

SALT = "members.application"
# A decided application can be read again for a year.
READABLE_AFTER = datetime.timedelta(days=365)


# -- The link --------------------------------------------------------------------------------------


def signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")


def token_of(application: Application) -> str:
    return signer().sign(application.key.hex)


def key_in(token: str) -> str | None:
    """The key of the application that a link was made for, or None when nobody made it."""
    try:
        return signer().unsign(token)
    except signing.BadSignature:
        return None


def find(token: str) -> Application | None:
    """The application of a link, unless it was erased or decided long ago."""
    key = key_in(token)
    if key is None:
        return None
    related = Application.objects.select_related("category", "country__region")
    application = related.filter(key=key).first()
    if application is None or is_over(application):
        return None
    return application


def is_over(application: Application) -> bool:
    closed = application.closed_at
    return closed is not None and closed + READABLE_AFTER < timezone.now()


def address_of(application: Application) -> str:
    return absolute_url(
        "members:apply_follow", language=application.language, token=token_of(application)
    )


# -- The steps -------------------------------------------------------------------------------------


def public_state(application: Application) -> str:
    """The state the applicant knows of: a decision that may yet be taken back is not told."""
    told = application.events.public().exclude(kind=ApplicationEventKind.NOTE).last()
    return told.state if told else application.state


# How many of the four steps are behind an application in each state.
BEHIND = {
    ApplicationState.DRAFT: 0,
    ApplicationState.SUBMITTED: 1,
    ApplicationState.MORE_ASKED: 1,
    ApplicationState.WITHDRAWN: 1,
    ApplicationState.ADVISED: 2,
    ApplicationState.REFUSED: 3,
    ApplicationState.ACCEPTED: 4,
}
ENDED = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)


def steps(application: Application, *, is_public: bool = True) -> list[dict]:
    """The way of an application in four steps, for the stepper: applicant and staff see the same.

    The applicant's has the days of what may be known; the desk's those of everything.
    """
    state = public_state(application) if is_public else application.state
    events = application.events.public() if is_public else application.events.all()
    days = {event.kind: plain_date(timezone.localdate(event.at)) for event in events}
    decided = "refused" if state == ApplicationState.REFUSED else "accepted"
    behind = BEHIND[ApplicationState(state)]
    found = [
        {"title": title, "note": days.get(kind, ""), "state": "done" if n < behind else ""}
        for n, (title, kind) in enumerate(
            (
                (_("Application"), "submitted"),
                (_("Advice of the region"), "advised"),
                (_("Decision"), decided),
                (_("Membership"), ""),
            )
        )
    ]
    if state in ENDED:
        found[2]["note"] = f"{ApplicationState(state).label}, {days.get(state, '')}".rstrip(", ")
    elif behind < len(found):
        found[behind]["state"] = "current"
    if state == ApplicationState.MORE_ASKED:
        found[behind]["note"] = _("waits for your answer") if is_public else _("more is asked")
    return found


# -- The mails -------------------------------------------------------------------------------------


def key_of(application: Application) -> str:
    """What the keys of all mails about the application begin with."""
    return f"application:{application.pk}:"


def write_link(application: Application):
    """Mail the link to an application; at most once an hour, whoever asks for it."""
    now = timezone.now()
    with translation.override(application.language):
        write(
            application,
            "application_link",
            f"{now:%Y-%m-%dT%H}",
            subject=_("Your application to %(network)s"),
        )


def write_links(email: str):
    """Mail the links to every application of an address that can still be read."""
    for application in Application.objects.filter(email=email.lower()):
        if not is_over(application):
            write_link(application)


def write_received(application: Application, event: ApplicationEvent):
    with translation.override(application.language):
        if event.kind == ApplicationEventKind.ANSWERED:
            subject = _("We have received your answer")
        else:
            subject = _("We have received your application")
        write(application, "application_received", str(event.pk), subject=subject, event=event)


def write_more_asked(application: Application, event: ApplicationEvent):
    with translation.override(application.language):
        subject = _("Your application: something more is asked")
        write(application, "application_more_asked", str(event.pk), subject=subject, event=event)


def write(application: Application, kind: str, key: str, *, subject: str, **context):
    notices.write(
        kind,
        f"{key_of(application)}{key}",
        template=kind,
        subject=subject % {"network": network.current().name(application.language)},
        to=application.email,
        language=application.language,
        context={
            "application": application,
            "url": address_of(application),
            **context,
        },
    )
