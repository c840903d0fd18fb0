"""One search over everything public, blind to accents, stemmed in three languages."""

from django.db import models


def follow(changed: list[models.Model]):
    """A receiver of changes: bring the search documents of these records up to date."""


def repair() -> int:
    """Compare the index with the records, mend what differs, and say how many did."""
    return 0
