"""How many records have each value that lists are narrowed by, kept as the records come and go."""

from collections import Counter
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


def kept(rows: models.QuerySet) -> dict[str, int]:
    """The number of each key among these counts."""
    columns = rows.order_by().values_list("facet", "value", "number")
    return {f"{facet}:{value}": number for facet, value, number in columns}


@transaction.atomic
def mend(tallies: type[Tally], totals: Mapping[str, int]) -> int:
    """Make the counts what was counted anew, without empty ones; how many were not true."""
    differences = Counter(totals)
    differences.subtract(kept(tallies.objects.all()))
    correct(tallies, differences)
    tallies.objects.filter(number__lte=0).delete()
    return sum(1 for difference in differences.values() if difference)
