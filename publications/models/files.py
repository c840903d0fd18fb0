"""The documents themselves: one file of a publication per language."""

import datetime
from pathlib import PurePath

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.lib.files import SUFFIXES, FileFacts, base_language, kind_name, language_label
from portal.lib.translations import Language
from publications.models.library import Publication


def file_path(instance: "PublicationFile", filename: str) -> str:
    """Named from the symbol and the language; the name it came with is never trusted."""
    suffix = SUFFIXES.get(instance.media_type) or PurePath(filename).suffix.lower()
    return f"publications/{instance.publication.dashed_symbol}-{instance.language}{suffix}"


def thumbnail_path(instance: "PublicationFile", filename: str) -> str:
    """Beside its document; by its content, so that a new picture never has an old one's name."""
    symbol = instance.publication.dashed_symbol
    return f"publications/{symbol}-{instance.language}-{instance.digest[:12]}.webp"


# After so many attempts a file is left as it is: without a picture, its words not searched.
MOST_READINGS = 3
# A worker that has held a file for longer has died.
LONGEST_READING = datetime.timedelta(minutes=5)


class PublicationFileQuerySet(models.QuerySet):
    def due_for_reading(self, now: datetime.datetime):
        """Files whose words and first page no worker has read yet, nor is reading now."""
        free = Q(reading_since__isnull=True) | Q(reading_since__lt=now - LONGEST_READING)
        return self.filter(free, read_at__isnull=True, readings__lt=MOST_READINGS)

    def forget_on_commit(self):
        """Take what these rows store out of the storage once their end is certain."""
        for row in self:
            row.forget_on_commit()

    def delete(self):
        self.forget_on_commit()
        return super().delete()

    # Of a set of rows alone, as Django's own.
    delete.queryset_only = True
    delete.alters_data = True


class PublicationFileManager(models.Manager.from_queryset(PublicationFileQuerySet)):
    """Rows without their words: a list of publications would read whole books for nothing."""

    def get_queryset(self):
        return super().get_queryset().defer("words")


class PublicationFile(models.Model):
    """The document itself in one language; what is said of it was read from the file."""

    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="files", verbose_name=_("publication")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    file = models.FileField(_("file"), upload_to=file_path, max_length=200)
    media_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(_("size"), default=0, editable=False)
    pages = models.PositiveIntegerField(_("pages"), default=0, editable=False)
    is_tagged = models.BooleanField(_("tagged"), default=False, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    declared_language = models.CharField(
        _("language the file declares"), max_length=35, blank=True, editable=False
    )
    is_stripped = models.BooleanField(_("personal data taken out"), default=False, editable=False)
    # What a worker reads from the file after it was kept: see publications.reading.
    words = models.TextField(blank=True, editable=False)
    thumbnail = models.FileField(
        upload_to=thumbnail_path, max_length=200, blank=True, editable=False
    )
    thumbnail_width = models.PositiveSmallIntegerField(default=0, editable=False)
    thumbnail_height = models.PositiveSmallIntegerField(default=0, editable=False)
    reading_since = models.DateTimeField(null=True, editable=False)
    readings = models.PositiveSmallIntegerField(default=0, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)

    objects = PublicationFileManager()

    class Meta:
        ordering = ("language",)
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = (
            models.UniqueConstraint(
                fields=("publication", "language"),
                name="publication_file_once_per_language",
                violation_error_message=_("There is already a file in this language."),
            ),
        )

    def __str__(self):
        return f"{self.publication.symbol} {self.language}"

    def get_absolute_url(self):
        return reverse(
            "publications:file",
            kwargs={"symbol": self.publication.dashed_symbol, "file_language": self.language},
        )

    def delete(self, *args, **kwargs):
        self.forget_on_commit()
        return super().delete(*args, **kwargs)

    def forget_on_commit(self):
        """Take the present file and its picture out of the storage once their end is certain."""
        for stored in (self.file, self.thumbnail):
            if stored:
                storage, name = stored.storage, stored.name
                transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))

    def take_facts(self, facts: FileFacts, *, is_stripped: bool):
        """What was found in a new file; the words and the picture of the former one are gone."""
        self.media_type, self.size, self.pages, self.is_tagged, self.digest = facts[:5]
        self.declared_language, self.is_stripped = facts.language[:35], is_stripped
        self.words, self.thumbnail = "", ""
        self.thumbnail_width = self.thumbnail_height = self.readings = 0
        self.reading_since = self.read_at = None

    @property
    def declares_another_language(self) -> bool:
        declared = base_language(self.declared_language)
        return bool(declared) and declared != self.language

    @property
    def declared_language_label(self) -> str:
        return language_label(self.declared_language)

    @property
    def short_digest(self) -> str:
        return self.digest[:16]

    @property
    def kind(self) -> str:
        """The kind in capitals, as a reader knows it: PDF, EPUB."""
        return kind_name(self.media_type)
