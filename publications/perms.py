"""What a person may do with publications, each with its reason."""

from members.models import Organisation, User
from members.models.organisations import STANDING
from members.perms import may_open_desk
from publications import proposing
from publications.models import Publication
from publications.telling import WRITERS


def may_publish(user: User, publication: Publication) -> bool:
    """The secretariat publishes everything, a regional executive what concerns that region alone;
    a language lead translates everything and publishes nothing (network's rules)."""
    return (
        may_open_desk(user)
        and Publication.objects.editable_by(user).filter(pk=publication.pk).exists()
    )


def may_propose(user: User, organisation: Organisation) -> bool:
    """The head and the contacts of a member in good standing write for it. One that has lapsed,
    or is suspended, sees what it proposed and may take it back, and proposes nothing more."""
    own = user.mandates.current().for_organisation(organisation)
    return organisation.status in STANDING and own.filter(kind__in=WRITERS).exists()


def may_write_proposal(user: User, publication: Publication) -> bool:
    """A text is written by its organisation while it has not been sent, or has come back."""
    organisation = publication.proposed_for
    return (
        organisation is not None
        and publication.state in proposing.WITH_ORGANISATION
        and may_propose(user, organisation)
    )


def may_take_back(user: User, publication: Publication) -> bool:
    """Whoever writes for the organisation withdraws what has not appeared, lapsed or not."""
    if publication.proposed_for is None or publication.announced_at is not None:
        return False
    own = user.mandates.current().for_organisation(publication.proposed_for)
    return (
        publication.state in proposing.BEFORE_IT_APPEARS and own.filter(kind__in=WRITERS).exists()
    )
