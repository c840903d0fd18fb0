"""Light editions: a text as one small file, and a region's library as one archive a month."""

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import Language


class Form(models.TextChoices):
    TEXT = "txt", _("plain text")
    PDF = "pdf", "PDF"
    ARCHIVE = "zip", "ZIP"


def path_of(edition: "LightEdition", filename: str) -> str:
    return f"light/{edition.kind}/{edition.key}-{edition.language}.{edition.form}"


class LightEditionQuerySet(models.QuerySet):
    def of(self, kind: str, key: object):
        return self.filter(kind=kind, key=str(key))

    def made_since(self, kind: str, language: str, moment):
        """Of the row of an outer query: its editions in a language that are younger than a
        column of that row."""
        key = Cast(models.OuterRef("pk"), models.CharField())
        return self.filter(
            kind=kind, key=key, language=language, form=Form.PDF, made_at__gte=moment
        )


class LightEdition(models.Model):
    """A small file made from a public text in one language. The text it was made from decides who
    may have it, each time it is asked for."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=40)
    language = models.CharField(max_length=2, choices=Language)
    form = models.CharField(max_length=3, choices=Form)
    file = models.FileField(upload_to=path_of, max_length=120)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    period = models.CharField(max_length=7, blank=True, help_text="Of an archive: 2026-11.")
    made_at = models.DateTimeField()
    # How such files looked when it was made: what looks otherwise today is made anew.
    look = models.CharField(max_length=64, blank=True)

    objects = LightEditionQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "key", "language", "form")
        verbose_name = _("light edition")
        verbose_name_plural = _("light editions")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "key", "language", "form"), name="light_edition_once"
            ),
        )

    def __str__(self):
        return f"{self.kind} {self.key} {self.language} {self.form}"

    def delete(self, *args, **kwargs):
        name = self.file.name
        result = super().delete(*args, **kwargs)
        transaction.on_commit(lambda: default_storage.delete(name))
        return result
