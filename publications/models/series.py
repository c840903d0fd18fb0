"""Series of publications, some of them journals owned with others."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.lib.addresses import Addressed, AddressedQuerySet, FormerAddress
from portal.lib.said import said
from portal.lib.translations import Translatable, TranslatableManager, TranslatableQuerySet

ISSN = re.compile(r"^[0-9]{4}-[0-9]{3}[0-9X]\Z")


def known_issn(value: str):
    """Raises ValidationError unless the text is an ISSN whose check digit is right (ISO 3297)."""
    digits = value.replace("-", "")
    weighed = sum(
        (10 if digit == "X" else int(digit)) * weight
        for digit, weight in zip(digits, range(8, 0, -1), strict=False)
        if digit.isascii() and (digit.isdigit() or digit == "X")
    )
    if not ISSN.match(value) or weighed % 11:
        raise ValidationError(
            _("“%(value)s” is not an ISSN. It is written like 1234-5679; a digit may be wrong."),
            code="wrong_issn",
            params={"value": value},
        )


class SeriesQuerySet(AddressedQuerySet, TranslatableQuerySet):
    def in_order(self):
        return self.order_by("slug")


class Series(Addressed, Translatable):
    """Publications that appear one after the other under a common title, with numbers."""

    translated_fields = ("title", "description")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    issn = models.CharField(
        "ISSN",
        max_length=9,
        blank=True,
        validators=(known_issn,),
        help_text=_("For example 1234-5679."),
    )
    owners = models.CharField(
        _("owned together with"),
        max_length=200,
        blank=True,
        help_text=_("The other owners of a journal, separated by semicolons."),
    )
    website = models.URLField(_("website"), blank=True)

    objects = TranslatableManager.from_queryset(SeriesQuerySet)()

    class Meta:
        ordering = ("slug",)
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = (
            models.UniqueConstraint(
                fields=("issn",),
                condition=~Q(issn=""),
                name="series_issn_once",
                violation_error_message=_("Another series already has this ISSN."),
            ),
        )

    def __str__(self):
        return said(self.text("title"))

    def get_absolute_url(self):
        return reverse("publications:series", kwargs={"slug": self.slug})


class SeriesAddress(FormerAddress):
    """An address that a series had, and that leads to it from there."""

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="old_addresses", verbose_name=_("series")
    )

    class Meta:
        ordering = ("slug",)
        verbose_name = _("old address of a series")
        verbose_name_plural = _("old addresses of series")
        constraints = (
            models.UniqueConstraint(fields=("slug", "series"), name="series_old_address_once"),
        )
