"""The first day of a real network: its name, what it starts from, and its first person."""

from django.core.exceptions import ValidationError
from django.db import transaction

from members.models import Invitation, Mandate, Organisation
from members.models.mandates import MandateKind
from portal.lib import changes
from portal.lib.translations import LANGUAGES
from portal.loading import load_network
from portal.models import NetworkIdentity


class AlreadyStarted(Exception):
    """The database holds a network; starting another would mix the two."""


@transaction.atomic
def start_network(*, names: dict[str, str], sender: str, email: str, language: str) -> Invitation:
    """Write the network’s identity, load what it starts from, and invite its first secretary.

    ``names`` maps each language to the network’s name. The mail is the caller’s to send, once
    this is committed. Raises AlreadyStarted, or ValidationError for a value that is not valid;
    nothing is written then.
    """
    refuse_a_second_start()
    load_network()
    identity = NetworkIdentity.objects.get(pk=1)
    for code in LANGUAGES:
        setattr(identity, f"name_{code}", names[code].strip())
        if not getattr(identity, f"name_{code}"):
            raise ValidationError({f"name_{code}": "The network needs a name in each language."})
    identity.sender = sender
    identity.full_clean()
    identity.save()
    changes.announce(identity)
    invitation = Invitation(
        kind=MandateKind.SECRETARIAT, email=email.lower(), mail_language=language
    )
    invitation.full_clean()
    invitation.save()
    return invitation


def refuse_a_second_start():
    if Organisation.objects.exists():
        raise AlreadyStarted("This database holds organisations already.")
    if Mandate.objects.filter(kind=MandateKind.SECRETARIAT).exists():
        raise AlreadyStarted("This network has a secretariat already.")
