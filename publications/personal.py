"""What the library and the newsletters hold on people."""

from django.utils import timezone

from portal.lib.holdings import Holding, register
from publications.models import Publication, Subscription


def end(subscription: Subscription):
    """No letter goes to the address any more; the deliveries stay as figures."""
    Subscription.objects.filter(pk=subscription.pk, ended_at__isnull=True).update(
        ended_at=timezone.now()
    )


def listen():
    register(
        Holding(Subscription, emails=("email",), erase=end, secret=("token",)),
        # Who wrote a published text is part of its reference: taken out only when asked for.
        Holding(Publication, names=("authors",), published=True),
    )
