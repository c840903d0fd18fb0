"""The counts beside the filters of the public list, kept as its texts come and go."""

from django.db import models


class FacetCount(models.Model):
    """How many texts of the public list have one value of a facet."""

    facet = models.CharField(max_length=10)
    value = models.CharField(max_length=80, blank=True)
    number = models.IntegerField(default=0)

    class Meta:
        ordering = ("facet", "value")
        verbose_name = "count of a facet"
        verbose_name_plural = "counts of facets"
        constraints = (models.UniqueConstraint(fields=("facet", "value"), name="facet_count_once"),)

    def __str__(self):
        return f"{self.facet}:{self.value} {self.number}"
