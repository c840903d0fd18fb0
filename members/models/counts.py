"""What stands beside the filters of the directory, kept as members come and go."""

from django.db import models

from portal.lib.tallies import Tally


class MemberCount(Tally):
    """How many members have one value of a facet: public ones, and discreet ones apart."""

    class Meta:
        ordering = ("facet", "value")
        verbose_name = "count of members"
        verbose_name_plural = "counts of members"
        constraints = (
            models.UniqueConstraint(fields=("facet", "value"), name="member_count_once"),
        )


class MemberPlacement(models.Model):
    """A member under one of the values that it counts for.

    ``keys`` repeats all of them: what the members under a value have in common is told by an
    index alone. The organisation is no foreign key: when it is gone, what it counted for is
    still to be read here and taken off the counts.
    """

    organisation = models.BigIntegerField()
    key = models.CharField(max_length=91, help_text="facet:value")
    keys = models.TextField()

    class Meta:
        ordering = ("key", "organisation")
        verbose_name = "placement of a member"
        verbose_name_plural = "placements of members"
        indexes = (
            models.Index(
                fields=("key", "organisation"), include=("keys",), name="member_placement_key"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("organisation", "key"), name="member_placement_once"),
        )

    def __str__(self):
        return f"{self.organisation} {self.key}"
