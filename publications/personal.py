"""What the library and the newsletters hold on people."""

from portal.lib.holdings import DONE, Holding, leave_out, register
from publications import credits
from publications.models import (
    Author,
    LetterLeft,
    ListFollow,
    Publication,
    Subscriber,
    TranslationWish,
)
from publications.newsletters import readers_data


def empty(reader: Subscriber):
    """No letter goes to the address any more; the deliveries stay as figures."""
    readers_data.empty(reader)


def take_out(author: Author) -> str:
    credits.forget(author)
    return DONE


def listen():
    register(
        Holding(Subscriber, emails=("email",), people=("person",), erase=empty, secret=("token",)),
        Holding(LetterLeft, people=("person",), goes=True),
        Holding(
            TranslationWish, emails=("email",), people=("person",), goes=True, secret=("token",)
        ),
        Holding(ListFollow, emails=("email",), people=("person",), goes=True, secret=("token",)),
        # Who wrote a published text is part of its reference: taken out only when asked for.
        Holding(Author, names=("name", "family_name"), published=True, erase=take_out),
        Holding(Publication, names=("authors",), published=True),
    )
    leave_out("the name of an organisation", "publications.Certificate.name")
