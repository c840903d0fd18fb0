"""How far the numbers of a year have come."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberSeries(models.Model):
    """The last number given in a year: M for certificates, F for invoices, R for receipts.

    A row to lock, so that no two get the same number; ``numbering`` counts it up.
    """

    letter = models.CharField(max_length=1)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("letter", "-year")
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        constraints = (
            models.UniqueConstraint(fields=("letter", "year"), name="number_series_once_a_year"),
        )

    def __str__(self):
        return f"{self.letter}/{self.year}/{self.last}"
