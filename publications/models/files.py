"""The documents themselves: one file of a publication per language."""

from pathlib import PurePath

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.lib.files import SUFFIXES, kind_name
from portal.lib.translations import Language
from publications.models.library import Publication


def file_path(instance: "PublicationFile", filename: str) -> str:
    """Named from the symbol and the language; the name it came with is never trusted."""
    suffix = SUFFIXES.get(instance.media_type) or PurePath(filename).suffix.lower()
    return f"publications/{instance.publication.dashed_symbol}-{instance.language}{suffix}"


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

    @property
    def kind(self) -> str:
        """The kind in capitals, as a reader knows it: PDF, EPUB."""
        return kind_name(self.media_type)
