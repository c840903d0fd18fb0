"""What is held of a reader of the letters: told, erased, and forgotten by itself.

The row stays without its address, so that the figures of what was sent stay true; so does the
keyed hash of a suppressed address, so that it is not written to again.
"""

import datetime
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.lib.holdings import ERASED_DOMAIN
from publications.models import AxisDelivery, Delivery, Subscriber, Subscription
from publications.newsletters import choices, subscribing

# Who has received nothing and asked for nothing is forgotten after so long.
KEPT_UNUSED = datetime.timedelta(days=30)
# Who has left everything is forgotten after so long; until then they come back by one button.
KEPT_AFTER_LEAVING = datetime.timedelta(days=365)


def held(reader: Subscriber) -> dict:
    """All of it as plain values, for the reader to take away; links are left out."""
    subscriptions = reader.subscriptions.select_related("newsletter__region", "axis")
    deliveries = reader.deliveries.select_related("issue").order_by("pk")
    return {
        "email": reader.email,
        "language": reader.language,
        "known_since": moment(reader.since),
        "confirmed_at": moment(reader.confirmed_at),
        "paused_until": reader.paused_until and reader.paused_until.isoformat(),
        "suppressed_at": moment(reader.suppressed_at),
        "has_account": reader.person_id is not None,
        "choices": [
            {
                "code": choices.code_of(one.chosen),
                "requested_at": moment(one.requested_at),
                "confirmed_at": moment(one.confirmed_at),
                "ended_at": moment(one.ended_at),
            }
            for one in subscriptions
        ],
        "mails": [
            {
                "issue": one.issue.symbol,
                "language": one.language,
                "audience": one.audience,
                "state": one.state,
                "sent_at": moment(one.sent_at),
            }
            for one in deliveries
        ],
        "digests": [
            {
                "axis": one.digest.axis.number,
                "month": one.digest.month,
                "language": one.language,
                "state": one.state,
                "sent_at": moment(one.sent_at),
            }
            for one in reader.axis_deliveries.select_related("digest__axis")
        ],
        "bounces": [
            {"kind": one.kind, "at": moment(one.at), "status": one.status}
            for one in reader.bounces.all()
        ],
    }


def moment(value: datetime.datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


@transaction.atomic
def erase(reader: Subscriber):
    """Forget the address and what was chosen. Who has an account leaves the letters of their
    mandates too, else the next one would bring the address back."""
    for choice in subscribing.received(reader):
        subscribing.leave(reader, choice)
    empty(reader)
    reader.email = f"erased-{reader.pk}@{ERASED_DOMAIN}"
    reader.save(update_fields=["email"])


def empty(reader: Subscriber):
    """Forget all but the address itself."""
    now = timezone.now()
    reader.subscriptions.all().delete()
    reader.bounces.all().delete()
    # Mail servers like to repeat the address in their answer.
    for deliveries in (reader.deliveries, reader.axis_deliveries):
        deliveries.exclude(error="").update(error="")
    reader.person, reader.paused_until, reader.confirmed_at = None, None, None
    reader.erased_at = now
    reader.save(update_fields=["person", "paused_until", "confirmed_at", "erased_at"])


def clean_up() -> int:
    """Erase what nobody confirmed, addresses that nothing was ever sent to nor asked by, and those
    of who left everything a year ago."""
    now = timezone.now()
    unconfirmed, _rows = Subscription.objects.never_confirmed(now).delete()
    rows = Subscriber.objects.filter(
        ~Exists(Subscription.objects.filter(subscriber=OuterRef("pk"))),
        ~Exists(Delivery.objects.filter(subscriber=OuterRef("pk"))),
        ~Exists(AxisDelivery.objects.filter(subscriber=OuterRef("pk"))),
        person__isnull=True,
        since__lt=now - KEPT_UNUSED,
    )
    rows.delete()
    recent = Subscription.objects.filter(subscriber=OuterRef("pk")).exclude(
        ended_at__lt=now - KEPT_AFTER_LEAVING
    )
    gone = Subscriber.objects.filter(
        ~Exists(recent),
        subscriptions__isnull=False,
        person__isnull=True,
        erased_at__isnull=True,
    ).distinct()
    for reader in gone:
        erase(reader)
    return unconfirmed


def rows(subscriptions: QuerySet[Subscription]) -> Iterator[list]:
    """Subscriptions as lines of a table, for the secretariat: what each address asked for."""
    yield ["email", "language", "choice", "confirmed_at", "paused_until", "suppressed_at"]
    found = subscriptions.select_related("subscriber", "newsletter__region", "axis")
    for one in found.order_by("subscriber__email", "pk").iterator(chunk_size=1000):
        reader = one.subscriber
        yield [
            reader.email,
            reader.language,
            choices.code_of(one.chosen),
            moment(one.confirmed_at),
            reader.paused_until and reader.paused_until.isoformat(),
            moment(reader.suppressed_at),
        ]
