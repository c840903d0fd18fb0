"""The symbols that publications had before they were given another one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.addresses import FormerAddress
from publications.models.library import Publication


class OldSymbol(FormerAddress):
    """A symbol that a publication had, as it stands in an address: p-2026-14.

    That of a draft was never told to anybody, and leads at the desk alone.
    """

    publication = models.ForeignKey(
        Publication,
        models.CASCADE,
        related_name="old_addresses",
        verbose_name=_("publication"),
    )

    class Meta:
        ordering = ("slug",)
        verbose_name = _("old symbol of a publication")
        verbose_name_plural = _("old symbols of publications")
        constraints = (
            models.UniqueConstraint(
                fields=("slug", "publication"), name="publication_old_symbol_once"
            ),
        )
