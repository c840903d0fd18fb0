"""What stands beside the filters of the directory, kept as members come and go."""

from django.db import models

from portal.lib.tallies import Tally
from portal.lib.text import fold


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


class MemberWordsQuerySet(models.QuerySet):
    def holding(self, words: str):
        """Those in which all the words stand, whatever accents and capitals."""
        found = self
        for word in words.split():
            found = found.filter(words__contains=fold(word))
        return found


class MemberWords(models.Model):
    """What a public member is found by: its names, acronym and descriptions, folded to one text.

    Words are looked for inside of others too, so no index helps; but the texts stand close
    together here and are compared as they are.
    """

    organisation = models.BigIntegerField(unique=True)
    words = models.TextField()

    objects = MemberWordsQuerySet.as_manager()

    class Meta:
        ordering = ("organisation",)
        verbose_name = "words of a member"
        verbose_name_plural = "words of members"

    def __str__(self):
        return f"{self.organisation} {self.words[:40]}"
