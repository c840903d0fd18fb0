"""What must follow a change: the search index now, a public cache later.

Every change of a public record is announced by one explicit call; what the roof registered
is carried out once the change is committed, and never when it is rolled back.
"""

from collections.abc import Callable, Iterable

from django.db import models, transaction

Receiver = Callable[[list[models.Model]], None]
_receivers: list[Receiver] = []


def register(receiver: Receiver):
    """Have the receiver called with each list of changed records after their commit."""
    if receiver not in _receivers:
        _receivers.append(receiver)


def announce(*records: models.Model):
    """Tell, after the commit, that these records were changed or deleted.

    A deleted record is announced with its primary key still set.
    """
    changed = [record for record in records if record.pk is not None]
    if changed:
        transaction.on_commit(lambda: _carry_out(changed))


def announce_all(records: Iterable[models.Model]):
    announce(*records)


def _carry_out(changed: list[models.Model]):
    for receiver in _receivers:
        receiver(changed)


class Announced(models.Model):
    """An abstract record whose saves and deletions are announced."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        announce(self)

    def delete(self, *args, **kwargs):
        pk = self.pk
        result = super().delete(*args, **kwargs)
        self.pk = pk
        announce(self)
        return result
