"""What the regions say about the example applications."""

from members.models import Advice, Application, User
from members.models.applications import ApplicationEventKind
from members.models.decisions import Opinion
from members.models.mandates import MandateKind
from portal.demo.texts import chance

GROUNDS = {
    Opinion.FAVOURABLE: {
        "fr": "Nous travaillons avec elle depuis plusieurs années. Elle est sérieuse.",
        "en": "We have worked with it for several years. It is reliable.",
        "es": "Trabajamos con ella desde hace varios años. Es seria.",
    },
    Opinion.RESERVED: {
        "fr": "Ses statuts ne disent pas comment sa direction est élue. À préciser.",
        "en": "Its statutes do not say how its board is elected. To be cleared up.",
        "es": "Sus estatutos no dicen cómo se elige su dirección. Conviene aclararlo.",
    },
}


def create_advice() -> int:
    """The advice that is missing of applications on which one was given."""
    advised = Application.objects.filter(
        events__kind=ApplicationEventKind.ADVISED, advice__isnull=True
    )
    created = 0
    for application in advised.distinct().order_by("pk"):
        region = application.region
        executive = User.objects.acting_as(MandateKind.EXECUTIVE, region=region).first()
        if executive is None:
            continue
        opinion = chance("advice", application.email).choice(list(GROUNDS))
        event = application.events.filter(kind=ApplicationEventKind.ADVISED).last()
        Advice.objects.create(
            application=application,
            region=region,
            opinion=opinion,
            text=GROUNDS[opinion][executive.language],
            given_by=executive,
            given_at=event.at,
        )
        created += 1
    return created
