"""What the search reads: a document for each record and language, and words to suggest."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import Language


class SearchAudience(models.TextChoices):
    """Who finds a document. Of a members' text there are two, since its readers find more."""

    EVERYBODY = "everybody", _("everybody")
    PUBLIC = "public", _("the public alone")
    MEMBERS = "members", _("members alone")


class SearchDocument(models.Model):
    """One record in one language, as the search reads it.

    Words and stems are made in Python (see portal.lib.lexemes), so that SQLite and PostgreSQL
    find the same documents. Later rows are newer: the search of a common word begins with them.
    ``digest`` tells in a few bytes whether the record still says the same.
    """

    kind = models.CharField(max_length=20)
    object_id = models.CharField(max_length=40)
    language = models.CharField(max_length=2, choices=Language)
    audience = models.CharField(
        max_length=10, choices=SearchAudience, default=SearchAudience.EVERYBODY
    )
    title = models.CharField(max_length=300)
    title_language = models.CharField(max_length=2, choices=Language)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=200, help_text="Without the language prefix.")
    regions = models.CharField(max_length=30, blank=True, help_text="Codes between spaces.")
    day = models.PositiveIntegerField(default=0, help_text="As a number, 20261231; 0 without.")
    file_kind = models.CharField(max_length=10, blank=True)
    title_words = models.TextField()
    title_stems = models.TextField(blank=True)
    body_words = models.TextField(blank=True)
    body_stems = models.TextField(blank=True)
    file_words = models.TextField(blank=True)
    file_stems = models.TextField(blank=True)
    lead = models.TextField(blank=True, help_text="Words and stems the text begins with.")
    begun = models.TextField(blank=True, help_text="Beginnings of all words, as PostgreSQL asks.")
    marks = models.TextField(
        help_text="Kind, language, regions, symbols: what is looked for whole."
    )
    digest = models.CharField(max_length=32)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        indexes = (models.Index(fields=("kind", "id"), name="search_document_kind"),)
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "object_id", "language", "audience"), name="search_document_once"
            ),
        )

    def __str__(self):
        return f"{self.kind} {self.object_id} {self.language}"

    @property
    def date(self) -> datetime.date | None:
        return datetime.date.fromisoformat(str(self.day)) if self.day else None


class SearchWord(models.Model):
    """A word of public titles and beginnings of texts, and in how many documents it stands.

    It is what the search may suggest for a mistyped word.
    """

    word = models.CharField(max_length=60)
    language = models.CharField(max_length=2, choices=Language)
    count = models.IntegerField(default=0)

    class Meta:
        ordering = ("word", "language")
        verbose_name = _("word of the search")
        verbose_name_plural = _("words of the search")
        constraints = (
            models.UniqueConstraint(fields=("word", "language"), name="search_word_once"),
        )

    def __str__(self):
        return self.word


class SearchSpelling(models.Model):
    """A word without its accents and without one of its letters, by which a slip is found."""

    key = models.CharField(max_length=60, db_index=True)
    word = models.ForeignKey(SearchWord, models.CASCADE, related_name="spellings")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("spelling")
        verbose_name_plural = _("spellings")

    def __str__(self):
        return self.key
