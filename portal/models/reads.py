"""How often a text is read a day, in which language and how. Nothing is kept of who read it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connections, models, router, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import Language

# What counts as recent: a quarter, so that one busy week does not decide what is translated next.
RECENT_DAYS = 90


class Medium(models.TextChoices):
    PAGE = "page", _("page")
    FILE = "file", _("file")
    LIGHT = "light", _("light edition")


class Read(NamedTuple):
    """One reading: a text, named as at the translation desk, for a reader of a language."""

    day: date
    kind: str
    key: str
    language: str
    medium: str


class DailyReadsQuerySet(models.QuerySet):
    def of(self, kind: str, keys: Iterable[str]):
        return self.filter(kind=kind, key__in=[str(key) for key in keys])

    def in_language(self, language: str):
        return self.filter(language=language)

    def recent(self, days: int = RECENT_DAYS):
        return self.filter(day__gt=timezone.localdate() - timedelta(days=days))

    def by_key(self) -> dict[str, int]:
        """The sum of the reads of each text."""
        rows = self.order_by().values_list("key").annotate(Sum("count"))
        return dict(rows)

    def add(self, counted: Mapping[Read, int]):
        """Add these reads, in one transaction and one statement a row, whoever else is adding."""
        alias = router.db_for_write(self.model)
        table = self.model._meta.db_table
        statement = (
            f"INSERT INTO {table} (day, kind, key, language, medium, count)"
            " VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (day, kind, key, language, medium)"
            f" DO UPDATE SET count = {table}.count + excluded.count"
        )
        # Always in one order, so that two processes never wait for each other.
        rows = [(*read, count) for read, count in sorted(counted.items())]
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.executemany(statement, rows)


class DailyReads(models.Model):
    """``language`` is the reader's, that of the address: who reads a text in another language
    for want of a translation is a reader whom the translation would reach."""

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind of text"), max_length=30)
    key = models.CharField(max_length=40)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    medium = models.CharField(_("read as"), max_length=10, choices=Medium)
    count = models.PositiveIntegerField(_("reads"))

    objects = DailyReadsQuerySet.as_manager()

    class Meta:
        ordering = ("day", "pk")
        verbose_name = _("reads of a day")
        verbose_name_plural = _("reads of a day")
        constraints = (
            models.UniqueConstraint(
                fields=("day", "kind", "key", "language", "medium"), name="reads_once_a_day"
            ),
        )
        indexes = (models.Index(fields=("kind", "key", "day"), name="reads_of_a_text"),)

    def __str__(self):
        return f"{self.day} {self.kind}:{self.key} {self.language} {self.count}"

    @classmethod
    def sums(cls, kind: str, keys: Collection[str], language: str) -> dict[str, int]:
        """The recent reads of these texts by readers of a language, for the desk's order."""
        return cls.objects.of(kind, keys).in_language(language).recent().by_key()
