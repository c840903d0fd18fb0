"""A category of membership is a row of rules: a fourth one needs no code."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.said import said
from portal.lib.translations import Text, Translatable, TranslatableManager


class Category(Translatable):
    """What an organisation is to the network, and what follows from it.

    Seeded from the statutes: A national organisation (umbrella body), B international
    organisation, C other organisation.
    """

    translated_fields = ("label", "description", "benefits", "invitations")
    stands_alone = ("label",)

    code = models.CharField(_("code"), max_length=4, unique=True)
    label = models.CharField(_("label"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    needs_country = models.BooleanField(_("needs a country"), default=True)
    unique_per_country = models.BooleanField(
        _("one active organisation per country"), default=False
    )
    has_own_members = models.BooleanField(_("has members of its own"), default=False)
    votes = models.BooleanField(_("votes"), default=False)
    benefits = models.TextField(
        _("what it gives"),
        blank=True,
        help_text=_("One line for each. Shown to members and to those who apply."),
    )
    invitations = models.TextField(
        _("what it is invited to"),
        blank=True,
        help_text=_("One line for each. Shown to members and to those who apply."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TranslatableManager()

    class Meta:
        ordering = ("position", "code")
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self):
        return said(self.text("label"), before=f"{self.code}, ")

    def benefit_lines(self) -> list[Text]:
        return lines(self.text("benefits"))

    def invitation_lines(self) -> list[Text]:
        return lines(self.text("invitations"))


def lines(text: Text) -> list[Text]:
    """What is written one thing a line, as a list."""
    return [text._replace(value=line.strip()) for line in text.value.splitlines() if line.strip()]
