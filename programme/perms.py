"""What a person may do with the programme, each with its reason."""

from members.models import Organisation, User
from members.models.mandates import MandateKind
from members.models.organisations import STANDING
from members.perms import may_open_desk

SPEAKERS = (MandateKind.HEAD, MandateKind.CONTACT)


def may_flag(user: User) -> bool:
    """A regional executive flags for one region, the secretariat for any (network's rules)."""
    return may_open_desk(user)


def may_second(user: User, organisation: Organisation) -> bool:
    """The head and the contacts speak for a member in good standing; a finance or voting mandate
    alone says nothing in its name."""
    own = user.mandates.current().for_organisation(organisation)
    return organisation.status in STANDING and own.filter(kind__in=SPEAKERS).exists()
