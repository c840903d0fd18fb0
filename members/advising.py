"""The region's advice on an application: whom it is asked of, and the link that leads to it."""

import datetime

from django.core import signing
from django.utils import translation
from django.utils.translation import gettext as _

from members import notices
from members.models import Advice, Application, User
from members.models.applications import ApplicationEventKind, ApplicationState
from members.models.mandates import MandateKind
from portal.lib.links import absolute_url
from regions.models import Region

SALT = "members.advice"


def token_of(application: Application) -> str:
    return signing.Signer(salt=SALT).sign_object(application.pk)


def application_in(token: str) -> int | None:
    """The number of the application a link was made for, or None when nobody made it.

    The link opens nothing by itself: whoever follows it logs in, and needs the mandate.
    """
    try:
        return signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None


def regions_of(application: Application) -> list[Region]:
    """The regions that are asked: the country's, or all those the organisation is active in."""
    if application.country_id:
        return [application.country.region]
    return list(application.regions.all())


def ask_regions(application: Application) -> int:
    """Ask the executives of its regions for their advice, once each time it was sent.

    Returns the number of new mails; a region without an executive gets none, and the secretariat
    decides without its advice.
    """
    sent = application.events.filter(
        kind__in=(ApplicationEventKind.SUBMITTED, ApplicationEventKind.ANSWERED)
    ).last()
    written = 0
    for person in User.objects.acting_as(MandateKind.EXECUTIVE, region__in=regions_of(application)):
        language = person.language
        with translation.override(language):
            subject = _("Your advice is asked: %(name)s") % {"name": application.name}
        notice = notices.write(
            "advice_asked",
            f"application:{application.pk}:{sent.pk if sent else 0}",
            template="advice_asked",
            subject=subject,
            to=person.email,
            language=language,
            person=person,
            context={
                "person": person,
                "application": application,
                "url": absolute_url(
                    "members:desk_advice_link", language=language, token=token_of(application)
                ),
            },
        )
        written += notice is not None
    return written


def ask_all(today: datetime.date | None = None) -> int:
    """Ask for the advice that is due and was not asked for: of an executive named since, too."""
    waiting = Application.objects.filter(state=ApplicationState.SUBMITTED)
    return sum(
        ask_regions(application)
        for application in waiting.select_related("category", "country__region")
    )


def latest_advice(application: Application) -> list[Advice]:
    """The advice that counts: the last one of each region."""
    latest: dict[int, Advice] = {}
    for advice in application.advice.select_related("region", "given_by"):
        latest.setdefault(advice.region_id, advice)
    return list(latest.values())
