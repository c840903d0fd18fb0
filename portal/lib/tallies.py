"""How many records have each value that lists are narrowed by, kept as the records come and go."""

from collections.abc import Mapping

from django.db import models, transaction
from django.db.models import F


class Tally(models.Model):
    """An abstract count: how many records have one value of a facet. Its key is facet:value."""

    facet = models.CharField(max_length=10)
    value = models.CharField(max_length=80, blank=True)
    number = models.IntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.facet}:{self.value} {self.number}"


@transaction.atomic
def correct(tallies: type[Tally], differences: Mapping[str, int]):
    """Add to the counts, always in the same order: two that do so at once wait, and go on."""
    for key, difference in sorted(differences.items()):
        if not difference:
            continue
        facet, _colon, value = key.partition(":")
        row, _made = tallies.objects.get_or_create(facet=facet, value=value)
        tallies.objects.filter(pk=row.pk).update(number=F("number") + difference)
