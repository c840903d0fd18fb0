"""The counts beside the filters of the public list, kept as its texts come and go."""

from django.db import models

from portal.lib.tallies import Tally
from publications.models.library import Publication


class FacetCount(Tally):
    """How many texts of the public list have one value of a facet."""

    class Meta:
        ordering = ("facet", "value")
        verbose_name = "count of a facet"
        verbose_name_plural = "counts of facets"
        constraints = (models.UniqueConstraint(fields=("facet", "value"), name="facet_count_once"),)


class Placement(models.Model):
    """A text of the public list under one of the values that it counts for, by its date.

    ``keys`` repeats all of them, between spaces: what the newest texts of a value have in common
    is told by an index alone.
    """

    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="placements", db_index=False
    )
    key = models.CharField(max_length=91, help_text="facet:value")
    day = models.DateField()
    keys = models.TextField()

    class Meta:
        ordering = ("key", "-day", "-publication")
        verbose_name = "placement of a publication"
        verbose_name_plural = "placements of publications"
        indexes = (
            models.Index(
                fields=("key", "-day", "-publication"), include=("keys",), name="placement_newest"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("publication", "key"), name="placement_once"),
        )

    def __str__(self):
        return f"{self.publication_id} {self.key}"
