"""What comes back: addresses that cannot be reached, and readers who complain.

After three hard bounces or one complaint nothing is sent to an address any more. The same answer
may come by two ways and more than once; it counts once.
"""

import hashlib
import logging
import re

from django.db import transaction

from publications.models import Bounce, Delivery, Subscriber, Suppression
from publications.models.deliveries import DeliveryState
from publications.models.subscribers import BounceKind, SuppressionReason
from publications.newsletters import suppressing

log = logging.getLogger(__name__)

HARD_BOUNCES = 3
# The last part of our Message-ID before the host is the key of the delivery.
DELIVERY = re.compile(r"^<?[a-z0-9-]+\.(\d{1,18})@")
# Codes of RFC 3463 that say no although the address is good: it is full, the way to it was closed,
# or we ourselves are unwelcome.
NOT_THE_ADDRESS = re.compile(r"5\.(?:2\.[0234]|4\.[0235-9]|[3567]\.\d+)$")


def kind_of(status: str, *, is_final: bool) -> str:
    """Hard or soft, from the code of RFC 3463: hard is what says that nobody is there."""
    if not is_final or status.startswith("4") or NOT_THE_ADDRESS.match(status):
        return BounceKind.SOFT
    return BounceKind.HARD


def record(
    reader: Subscriber, kind: str, *, about: str, status: str = "", message_id: str = ""
) -> Bounce | None:
    """Note one answer, and stop writing to the address once it is enough.

    ``about`` names the mail or the event that was answered. None for an answer that is known.
    """
    key = hashlib.sha256(f"{reader.pk} {kind} {about}".encode()).hexdigest()
    with transaction.atomic():
        bounce, is_new = Bounce.objects.get_or_create(
            key=key,
            defaults={
                "subscriber": reader,
                "kind": kind,
                "status": status[:20],
                "delivery": delivery_of(message_id, reader),
            },
        )
        if not is_new:
            return None
        if kind == BounceKind.HARD and bounce.delivery:
            Delivery.objects.filter(pk=bounce.delivery.pk, state=DeliveryState.SENT).update(
                state=DeliveryState.BOUNCED, error=status[:20]
            )
        if kind == BounceKind.COMPLAINT:
            suppressing.suppress(reader.email, SuppressionReason.COMPLAINT)
        elif hard_bounces(reader) >= HARD_BOUNCES:
            suppressing.suppress(reader.email, SuppressionReason.BOUNCES)
    log.debug("bounce: reader %s, %s %s", reader.pk, kind, status)
    return bounce


def hard_bounces(reader: Subscriber) -> int:
    """Those that count: since somebody last said that the address may be written to."""
    hard = reader.bounces.filter(kind=BounceKind.HARD)
    lifted = Suppression.objects.filter(
        digest__in=suppressing.digests_of(reader.email), lifted_at__isnull=False
    ).order_by("-lifted_at")
    last = lifted.first()
    return hard.filter(at__gt=last.lifted_at).count() if last else hard.count()


def delivery_of(message_id: str, reader: Subscriber) -> Delivery | None:
    found = DELIVERY.match(message_id.strip().lower())
    if found is None:
        return None
    return Delivery.objects.filter(pk=int(found[1]), subscriber=reader).first()
