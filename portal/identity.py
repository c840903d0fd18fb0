"""Reading the network's identity once per process and revision, for every page and mail."""

from portal.lib import revision
from portal.lib.changes import announce
from portal.lib.network import Network
from portal.lib.said import said
from portal.lib.translations import LANGUAGES
from portal.models import NetworkIdentity
from publications.newsletters import restored

_known: tuple[str, Network] | None = None


def read() -> Network:
    """The identity as it stands; a network not yet set up has neutral names."""
    global _known
    try:
        holding = revision.current()
    except Exception:  # without Redis the portal is slow, not dumb
        return fresh()
    known = _known
    if known is None or known[0] != holding:
        known = _known = (holding, fresh())
    return known[1]


def fresh() -> Network:
    row = NetworkIdentity.objects.filter(pk=1).first()
    return as_network(row) if row else Network()


def as_network(row: NetworkIdentity) -> Network:
    defaults = Network()
    return Network(
        names={code: said(row.text("name", code)) for code in LANGUAGES},
        short_names={
            code: getattr(row, f"short_name_{code}") or defaults.short_names[code]
            for code in LANGUAGES
        },
        sender=row.sender,
        reply_to=row.reply_to,
        postal_address=row.postal_address,
        sending_paused=row.sending_paused,
        mottos={code: getattr(row, f"motto_{code}") or "" for code in LANGUAGES},
        introductions={code: getattr(row, f"introduction_{code}") or "" for code in LANGUAGES},
    )


def pause_sending(*, paused: bool):
    """Stop or resume every newsletter, at once and for all processes.

    Who resumes it has looked: a database that was restored holds from now on.
    """
    if not paused:
        restored.confirm()
    NetworkIdentity.objects.filter(pk=1).update(sending_paused=paused)
    announce(NetworkIdentity(pk=1))
    revision.move()  # also for what follows within this transaction
