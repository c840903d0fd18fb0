"""Those the network works with who are not members: partners, donors, researchers.

These records are the secretariat's own. No public page, feed or export holds them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.facets import Facet
from members.models.organisations import Organisation
from members.models.people import User
from portal.lib.text import accent_blind, sort_key
from portal.lib.translations import Language
from regions.models import Country, Region


class PartnerKind(models.TextChoices):
    PARTNER = "partner", _("partner")
    DONOR = "donor", _("donor")
    RESEARCH_CENTRE = "research", _("research centre")
    ACADEMIC = "academic", _("academic")


class PartnerQuerySet(models.QuerySet):
    def run_by(self, user: User):
        """All to the secretariat; to an executive those of the own region's countries, and those
        active in the region without a country."""
        if user.standing.is_secretariat:
            return self
        regions = user.standing.regions
        return self.filter(
            Q(country__region__in=regions) | Q(country__isnull=True, regions__in=regions)
        ).distinct()

    def of_kind(self, kind: str):
        return self.filter(kind=kind)

    def in_region(self, region: Region):
        return self.filter(Q(country__region=region) | Q(regions=region)).distinct()

    def having(self, facet: Facet):
        return self.filter(facets=facet)

    def mentioning(self, words: str):
        """Those in which each word stands somewhere, blind to accents and capitals."""
        columns = ("name", "institution", "role", "email", "expertise", "notes")
        found = self
        for word in words.split():
            pattern = accent_blind(word)
            anywhere = Q()
            for column in columns:
                anywhere |= Q(**{f"{column}__regex": pattern})
            found = found.filter(anywhere)
        return found

    def in_order(self):
        return self.order_by("sort", "pk")


class Partner(models.Model):
    """An organisation or a person outside the network, with what it knows and how to reach it.

    Of a person it is kept when and how they agreed to be on record.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=PartnerKind)
    name = models.CharField(_("name"), max_length=200)
    is_person = models.BooleanField(_("this is a person"), default=False)
    institution = models.CharField(
        _("institution"), max_length=200, blank=True, help_text=_("Where a person works.")
    )
    role = models.CharField(_("job title"), max_length=150, blank=True)
    expertise = models.TextField(
        _("expertise"), blank=True, help_text=_("In words, beside the themes below.")
    )
    language = models.CharField(_("writes with us in"), max_length=2, choices=Language, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=50, blank=True)
    website = models.URLField(_("website"), blank=True)
    address = models.TextField(_("postal address"), blank=True)
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="partners",
        null=True,
        blank=True,
        verbose_name=_("country"),
    )
    regions = models.ManyToManyField(
        Region, related_name="partners", blank=True, verbose_name=_("regions of activity")
    )
    facets = models.ManyToManyField(
        Facet, related_name="partners", blank=True, verbose_name=_("facets")
    )
    organisations = models.ManyToManyField(
        Organisation, related_name="partners", blank=True, verbose_name=_("related organisations")
    )
    notes = models.TextField(_("notes"), blank=True)
    consent_source = models.CharField(
        _("how they agreed"),
        max_length=200,
        blank=True,
        help_text=_("For example: mail of 3 March, form at the forum in Nairobi."),
    )
    consent_on = models.DateField(_("agreed on"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(_("recorded on"), default=timezone.now, editable=False)
    sort = models.CharField(max_length=400, editable=False, db_index=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ("sort", "pk")
        verbose_name = _("partner or expert")
        verbose_name_plural = _("partners and experts")
        constraints = (
            models.CheckConstraint(
                condition=Q(is_person=False) | Q(consent_on__isnull=False) & ~Q(consent_source=""),
                name="partner_person_has_agreed",
                violation_error_message=_(
                    "Of a person, write down when and how they agreed to be on record."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(kind=PartnerKind.ACADEMIC) | Q(is_person=True),
                name="partner_academic_is_a_person",
                violation_error_message=_("An academic is a person."),
            ),
        )

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.sort = sort_key(self.name, "fr")
        super().save(*args, **kwargs)

    @property
    def region(self) -> Region | None:
        if self.country_id:
            return self.country.region
        return next(iter(self.regions.all()), None)
