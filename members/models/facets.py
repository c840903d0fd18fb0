"""What an organisation works on, with whom and in which languages: words chosen from lists."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FacetKind(models.TextChoices):
    THEME = "theme", _("theme")
    POPULATION = "population", _("population")
    LANGUAGE = "language", _("working language")


class FacetQuerySet(models.QuerySet):
    def of_kind(self, kind: str):
        return self.filter(kind=kind)


class Facet(models.Model):
    """One word of a list, by which organisations are found. The lists are the network's data."""

    kind = models.CharField(_("kind"), max_length=10, choices=FacetKind)
    code = models.SlugField(_("code"), max_length=30)
    label = models.CharField(_("label"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = FacetQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "position", "code")
        verbose_name = _("facet")
        verbose_name_plural = _("facets")
        constraints = (
            models.UniqueConstraint(fields=("kind", "code"), name="facet_once_in_its_list"),
            models.CheckConstraint(
                condition=Q(kind__in=FacetKind.values), name="facet_is_of_a_known_kind"
            ),
        )

    def __str__(self):
        return self.label
