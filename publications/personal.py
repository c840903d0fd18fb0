"""What the library and the newsletters hold on people."""

from django.utils import timezone

from portal.lib.holdings import DONE, Holding, register
from publications import credits
from publications.models import Author, ListFollow, Publication, Subscription, TranslationWish


def end(subscription: Subscription):
    """No letter goes to the address any more; the deliveries stay as figures."""
    Subscription.objects.filter(pk=subscription.pk, ended_at__isnull=True).update(
        ended_at=timezone.now()
    )


def take_out(author: Author) -> str:
    credits.forget(author)
    return DONE


def listen():
    register(
        Holding(Subscription, emails=("email",), erase=end, secret=("token",)),
        Holding(
            TranslationWish, emails=("email",), people=("person",), goes=True, secret=("token",)
        ),
        Holding(ListFollow, emails=("email",), people=("person",), goes=True, secret=("token",)),
        # Who wrote a published text is part of its reference: taken out only when asked for.
        Holding(Author, names=("name", "family_name"), published=True, erase=take_out),
        Holding(Publication, names=("authors",), published=True),
    )
