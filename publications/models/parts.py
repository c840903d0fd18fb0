"""The parts of an issue, each of which may be left out of the letter in some languages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import LANGUAGES


class Part(models.Model):
    """An item or a free block, which stands in the letter of each language unless it is left out.

    What concerns the readers of one language alone is so told to them alone. The order is the same
    in all languages, so that whoever compares two of them finds each text in its place, unless the
    editor has chosen one of its own for a language: then each row has its place in it, and what
    came later stands at the end.
    """

    in_fr = models.BooleanField(_("in the French letter"), default=True)
    in_en = models.BooleanField(_("in the English letter"), default=True)
    in_es = models.BooleanField(_("in the Spanish letter"), default=True)
    # The place in the own order of a language, where it has one.
    position_fr = models.PositiveSmallIntegerField(null=True, editable=False)
    position_en = models.PositiveSmallIntegerField(null=True, editable=False)
    position_es = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def somewhere() -> Q:
        """What is left out of every language is no part of the letter."""
        return Q(in_fr=True) | Q(in_en=True) | Q(in_es=True)

    def is_in(self, language: str) -> bool:
        return getattr(self, f"in_{language}")

    def order_in(self, language: str) -> tuple:
        """By what the rows of a language are sorted; of no language, by the common order."""
        own = getattr(self, f"position_{language}") if language else None
        return own is None, own or 0, self.position, self.pk

    @property
    def languages_without(self) -> list[str]:
        """The languages whose letter leaves it out."""
        return [code for code in LANGUAGES if not self.is_in(code)]
