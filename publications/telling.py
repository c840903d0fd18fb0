"""Mails about the editorial life of what members propose: to the proposer, and to the desk."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import notices, preferences
from members.models import Organisation, User
from members.models.mandates import MandateKind
from portal.lib.links import absolute_url
from publications.models import EditorialStep, Publication
from publications.models.life import StepKind

# Who acts for an organisation in what it writes.
WRITERS = (MandateKind.HEAD, MandateKind.CONTACT)
RECEIVED = "proposal_received"
# Steps that the proposer is told, and the kind of the notice.
TOLD = {
    StepKind.SENT_BACK: "proposal_sent_back",
    StepKind.SCHEDULED: "proposal_scheduled",
    StepKind.PUBLISHED: "proposal_published",
    StepKind.WITHDRAWN: "proposal_withdrawn",
}


def subject_of(kind: str) -> str:
    return {
        RECEIVED: _("A text is proposed: %(symbol)s"),
        "proposal_sent_back": _("Your text %(symbol)s comes back to you"),
        "proposal_scheduled": _("Your text %(symbol)s will appear"),
        "proposal_published": _("Your text %(symbol)s has appeared"),
        "proposal_withdrawn": _("Your text %(symbol)s has been withdrawn"),
    }[kind]


def register():
    """Let people choose whether they are written to about proposals."""
    preferences.register(
        preferences.Topic(
            "proposals", gettext_lazy("What becomes of our proposals"), tuple(TOLD.values())
        )
    )
    preferences.register(
        preferences.Topic(
            "proposals_received",
            gettext_lazy("Texts proposed for the library"),
            (RECEIVED,),
            for_desk=True,
        )
    )


def tell(step: EditorialStep):
    """Write to whom the step concerns, once each, and never to who took it."""
    publication = step.publication
    if publication.proposed_for_id is None:
        return
    if step.kind == StepKind.PROPOSED:
        people, kind, page = reviewers(publication), RECEIVED, "publications:desk_edit"
        arguments = {"symbol": publication.dashed_symbol}
    elif step.kind in TOLD:
        people, kind, page = proposers(publication), TOLD[step.kind], "publications:proposal"
        arguments = {"symbol": publication.dashed_symbol}
    else:
        return
    for person in people:
        if person.pk != step.by_id:
            write(step, person, kind=kind, page=page, arguments=arguments)


def write(step: EditorialStep, person: User, *, kind: str, page: str, arguments: dict):
    publication, language = step.publication, person.language
    with translation.override(language):
        notices.write(
            kind,
            f"step:{step.pk}",
            template="proposal_received" if kind == RECEIVED else "proposal_step",
            subject=subject_of(kind) % {"symbol": publication.symbol},
            to=person.email,
            language=language,
            context={
                "person": person,
                "publication": publication,
                "title": publication.text("title", language),
                "step": step,
                "organisation": seen_proposer(publication, person),
                "url": absolute_url(page, language=language, **arguments),
            },
            person=person,
            organisation=publication.proposed_for if kind != RECEIVED else None,
        )


def reviewers(publication: Publication) -> list[User]:
    """The secretariat, and the executives who may decide on the text."""
    regions = list(publication.regions.values_list("pk", flat=True))
    desk = User.objects.acting_as(MandateKind.SECRETARIAT)
    executives = User.objects.acting_as(MandateKind.EXECUTIVE, region__in=regions)
    people = (desk | executives).order_by("pk")
    this = Publication.objects.filter(pk=publication.pk)
    return [person for person in people if this.editable_by(person).exists()]


def proposers(publication: Publication) -> list[User]:
    """Who proposed it, while they act for the organisation; else whoever writes for it now."""
    writers = User.objects.acting_as(*WRITERS, organisation=publication.proposed_for_id)
    people = list(writers.order_by("pk"))
    own = [person for person in people if person.pk == publication.proposed_by_id]
    return own or people


def seen_proposer(publication: Publication, user: User) -> Organisation | None:
    """The organisation that proposed it, for whoever may know of it."""
    if publication.proposed_for_id is None:
        return None
    known = Organisation.objects.visible_to(user)
    return known.filter(pk=publication.proposed_for_id).first()
