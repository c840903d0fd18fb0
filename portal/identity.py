"""Reading the network's identity once per process and minute, for every page and mail."""

from django.core.cache import cache
from django.db import models

from portal.lib.changes import announce
from portal.lib.network import Network
from portal.lib.said import said
from portal.lib.translations import LANGUAGES
from portal.models import NetworkIdentity

KEY = "network-identity-3"  # another number for another shape of what is kept


def read() -> Network:
    """The identity as it stands; a network not yet set up has neutral names."""
    found = cache.get(KEY)
    if found is None:
        row = NetworkIdentity.objects.filter(pk=1).first()
        found = as_network(row) if row else Network()
        cache.set(KEY, found, timeout=60)
    return found


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
    """Stop or resume every newsletter, at once and for all processes."""
    NetworkIdentity.objects.filter(pk=1).update(sending_paused=paused)
    announce(NetworkIdentity(pk=1))
    cache.delete(KEY)


def forget(changed: list[models.Model]):
    """A receiver of changes: a renamed network shows its new name at once."""
    if any(isinstance(record, NetworkIdentity) for record in changed):
        cache.delete(KEY)
