"""Who counts what is read, also when a page comes from the cache and its view never runs.

A public view notes what it shows; the note is kept with the page, and whoever is registered is
told of every answer. A receiver runs at each reading: it asks no database and keeps nothing of
the reader.
"""

from collections.abc import Callable

from django.http import HttpRequest

Receiver = Callable[..., None]
_receivers: list[Receiver] = []


def register(receiver: Receiver):
    """Have the receiver called with the request and with what was noted, whenever it is read."""
    if receiver not in _receivers:
        _receivers.append(receiver)


def note(request: HttpRequest, kind: str, key: object, *more: str):
    """Say in a view what its answer shows: ``note(request, "publication", record.pk)``.

    ``more`` is handed on: for a file, that it is one.
    """
    request.reading = (kind, str(key), *more)


def noted(request: HttpRequest) -> tuple[str, ...]:
    return getattr(request, "reading", ())


def tell(request: HttpRequest, read: tuple[str, ...]):
    if read and request.method == "GET":
        for receiver in _receivers:
            receiver(request, *read)
