"""How often a letter comes out, and the month or quarter that an issue stands for."""

import datetime
import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    MONTHLY = "monthly", _("every month")
    QUARTERLY = "quarterly", _("every quarter")

    @property
    def months(self) -> int:
        """The months that one issue stands for."""
        return 1 if self == Rhythm.MONTHLY else 3


class Period(NamedTuple):
    """A quarter of a year, written 2026-Q3, or a month, written 2026-08 (``months`` is 1)."""

    year: int
    number: int
    months: int = 3

    @classmethod
    def parse(cls, text: str) -> "Period":
        """The period of such a text. Raises ValidationError for anything else."""
        match = re.fullmatch(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))", text.strip().upper())
        if match is None:
            raise ValidationError(
                _(
                    "“%(text)s” is not a period. Write a quarter, such as 2026-Q3, or a month, "
                    "such as 2026-08."
                ),
                code="wrong_period",
                params={"text": text},
            )
        year, quarter, month = match.groups()
        return cls(int(year), int(quarter)) if quarter else cls(int(year), int(month), 1)

    @classmethod
    def of(cls, day: datetime.date, months: int = 3) -> "Period":
        return cls(day.year, (day.month - 1) // months + 1, months)

    def __str__(self):
        return f"{self.year}-{self.number:02d}" if self.is_month else f"{self.year}-Q{self.number}"

    @property
    def is_month(self) -> bool:
        return self.months == 1

    @property
    def first_day(self) -> datetime.date:
        return datetime.date(self.year, self.months * (self.number - 1) + 1, 1)

    @property
    def last_day(self) -> datetime.date:
        return self.next.first_day - datetime.timedelta(days=1)

    @property
    def next(self) -> "Period":
        is_last = self.number == 12 // self.months
        return Period(self.year + is_last, 1 if is_last else self.number + 1, self.months)

    @property
    def previous(self) -> "Period":
        return Period.of(self.first_day - datetime.timedelta(days=1), self.months)


def written(year: int, quarter: int | None) -> str:
    """A year, or a quarter of it: 2026, or 2026-Q3."""
    return str(Period(year, quarter)) if quarter else str(year)


def valid_period(text: str):
    Period.parse(text)
