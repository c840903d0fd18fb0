"""Who wrote a publication: people and bodies, in the order of the title page."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from publications.models.library import Publication


def known_orcid(value: str):
    """Raises ValidationError unless the text is an ORCID iD whose last character checks the
    others (ISO 7064, modulus 11-2)."""
    digits = value.replace("-", "")
    is_written_well = (
        len(value) == 19
        and [len(part) for part in value.split("-")] == [4, 4, 4, 4]
        and digits[:15].isascii()
        and digits[:15].isdigit()
    )
    if is_written_well:
        total = 0
        for digit in digits[:15]:
            total = (total + int(digit)) * 2
        check = (12 - total % 11) % 11
        is_written_well = digits[15] == ("X" if check == 10 else str(check))
    if not is_written_well:
        raise ValidationError(
            _("“%(value)s” is not an ORCID iD. It has four groups of four digits."),
            code="wrong_orcid",
            params={"value": value},
        )


class Author(models.Model):
    """One author of a publication: a person with a family name, or a body without one."""

    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="credits", verbose_name=_("publication")
    )
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(
        _("name"), max_length=200, help_text=_("As it is printed, for example Awa Exemple.")
    )
    family_name = models.CharField(
        _("family name"),
        max_length=100,
        blank=True,
        help_text=_("The part of the name it is sorted under; empty for an organisation."),
    )
    affiliation = models.CharField(_("affiliation"), max_length=200, blank=True)
    orcid = models.CharField(
        "ORCID",
        max_length=19,
        blank=True,
        validators=(known_orcid,),
        help_text=_("For example 0000-0002-1825-0097."),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        related_name="credits",
        null=True,
        blank=True,
        verbose_name=_("member organisation"),
    )

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        constraints = (
            models.CheckConstraint(
                condition=~Q(family_name="") | Q(orcid=""),
                name="author_orcid_is_a_person_s",
                violation_error_message=_("Only a person has an ORCID iD: give the family name."),
            ),
        )

    def __str__(self):
        return self.name

    def clean(self):
        if self.family_name and self.family_name not in self.name:
            raise ValidationError(
                {"family_name": _("The family name must stand in the name as it is printed.")},
                code="not_in_name",
            )

    @property
    def is_body(self) -> bool:
        return not self.family_name

    @property
    def given_name(self) -> str:
        """What is left of the name beside the family name."""
        return (
            " ".join(self.name.replace(self.family_name, "", 1).split()) if self.family_name else ""
        )

    @property
    def inverted(self) -> str:
        """As in a list of references: Exemple, Awa; a body stays as it is."""
        given = self.given_name
        return f"{self.family_name}, {given}" if given else self.name
