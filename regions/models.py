"""Nine regions, the countries of the world, their income, and the groupings they belong to."""

import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.lib.said import said
from portal.lib.text import sort_key
from portal.lib.translations import (
    LANGUAGES,
    Translatable,
    TranslatableManager,
    current_language,
)


class Region(Translatable):
    """One of the nine regions. Its code R1–R9 is its place in the three-by-three grid."""

    translated_fields = ("name", "description")
    stands_alone = ("name",)

    code = models.CharField(_("code"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)

    objects = TranslatableManager()

    class Meta:
        ordering = ("code",)
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^R[1-9]$"),
                name="region_code_is_r1_to_r9",
                violation_error_message=_("A region’s code is R1 to R9."),
            ),
        )

    def __str__(self):
        return said(self.text("name"), before=f"{self.code} ")

    def get_absolute_url(self):
        return reverse("portal:region", kwargs={"code": self.code})

    @property
    def number(self) -> int:
        """The cell of the region in the grid, numbered like a keypad from top left."""
        return int(self.code[1])


class CountryQuerySet(models.QuerySet):
    def in_order(self):
        """In the alphabetical order of the reader's language."""
        return self.order_by(f"sort_{current_language()}")

    def un_members(self):
        return self.filter(un_status=Country.UnitedNations.MEMBER)

    def in_region(self, region: Region):
        return self.filter(region=region)


class Country(models.Model):
    """An entry of ISO 3166-1, or a user-assigned code in use. A country is not a member."""

    class UnitedNations(models.TextChoices):
        MEMBER = "member", _("member state")
        OBSERVER = "observer", _("observer state")
        NON_MEMBER = "non_member", _("not a member")
        TERRITORY = "territory", _("territory")

    code = models.CharField(_("ISO code"), max_length=2, primary_key=True)
    alpha3 = models.CharField(_("three-letter code"), max_length=3, unique=True)
    numeric = models.CharField(_("numeric code"), max_length=3, blank=True)
    name = models.CharField(_("name"), max_length=100)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="countries",
        verbose_name=_("region"),
        error_messages={"null": _("Every country belongs to one region. Choose its region.")},
    )
    un_status = models.CharField(
        _("status at the United Nations"), max_length=10, choices=UnitedNations
    )
    sovereign = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("part of or dependent on")
    )
    sort_fr = models.CharField(max_length=400, editable=False, db_index=True)
    sort_en = models.CharField(max_length=400, editable=False, db_index=True)
    sort_es = models.CharField(max_length=400, editable=False, db_index=True)

    objects = CountryQuerySet.as_manager()

    class Meta:
        ordering = ("code",)
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{2}$"),
                name="country_code_is_two_capitals",
                violation_error_message=_("A country’s code is two capital letters."),
            ),
        )

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.set_sort_keys()
        super().save(*args, **kwargs)

    def set_sort_keys(self):
        for code in LANGUAGES:
            setattr(self, f"sort_{code}", sort_key(getattr(self, f"name_{code}") or "", code))


class Grouping(models.Model):
    """An intergovernmental grouping such as SADC; its acronym differs between languages."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=150)
    site = models.URLField(_("website"), blank=True)
    regions = models.ManyToManyField(
        Region, related_name="groupings", blank=True, verbose_name=_("regions")
    )
    countries = models.ManyToManyField(
        Country, through="GroupingMember", related_name="groupings", verbose_name=_("countries")
    )

    class Meta:
        ordering = ("code",)
        verbose_name = _("grouping")
        verbose_name_plural = _("groupings")

    def __str__(self):
        return f"{self.acronym}: {self.name}" if self.acronym else self.name


class GroupingMemberQuerySet(models.QuerySet):
    def on(self, day: datetime.date):
        """The links in force that day; an unknown beginning counts as long ago."""
        return self.filter(
            Q(since__isnull=True) | Q(since__lte=day), Q(until__isnull=True) | Q(until__gt=day)
        )

    def full(self):
        return self.filter(kind=GroupingMember.Kind.MEMBER)


class GroupingMember(models.Model):
    """A state's link to a grouping from a day to a day: memberships change."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("member")
        ASSOCIATE = "associate", _("associate")
        OBSERVER = "observer", _("observer")
        SUSPENDED = "suspended", _("suspended")

    grouping = models.ForeignKey(Grouping, models.CASCADE, related_name="memberships")
    country = models.ForeignKey(Country, models.CASCADE, related_name="grouping_links")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MEMBER)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = GroupingMemberQuerySet.as_manager()

    class Meta:
        ordering = ("grouping", "country", "since")
        verbose_name = _("member of a grouping")
        verbose_name_plural = _("members of groupings")
        constraints = (
            models.CheckConstraint(
                condition=Q(since__isnull=True)
                | Q(until__isnull=True)
                | Q(until__gt=models.F("since")),
                name="grouping_member_ends_after_it_begins",
                violation_error_message=_("The end must come after the beginning."),
            ),
            models.UniqueConstraint(
                "grouping",
                "country",
                "kind",
                Coalesce("since", datetime.date.min),
                name="grouping_member_once",
            ),
        )

    def __str__(self):
        return f"{self.grouping.code} {self.country_id}"


class IncomeGroup(models.TextChoices):
    """The World Bank's four groups, and a fifth for countries that it does not classify."""

    LOW = "low", _("low income")
    LOWER_MIDDLE = "lower_middle", _("lower-middle income")
    UPPER_MIDDLE = "upper_middle", _("upper-middle income")
    HIGH = "high", _("high income")
    NOT_CLASSIFIED = "not_classified", _("not classified")


class CountryIncomeQuerySet(models.QuerySet):
    def by_country(self) -> dict[str, list[tuple[int, str]]]:
        """For each country's code its (year, group), oldest first: for many countries at once."""
        found: dict[str, list[tuple[int, str]]] = {}
        for code, year, group in self.order_by("year").values_list("country_id", "year", "group"):
            found.setdefault(code, []).append((year, group))
        return found

    def group_on(self, country: Country, day: datetime.date) -> str:
        """The group of a country on a day; a territory without one is in its state's."""
        codes = [code for code in (country.code, country.sovereign_id) if code]
        found = self.filter(country__in=codes).by_country()
        return income_on(day, *(found.get(code, []) for code in codes))


def income_on(day: datetime.date, *known: list[tuple[int, str]]) -> str:
    """The group in force on a day: a year's list holds from its 1 July to the next.

    ``known`` are the (year, group) of a country, oldest first, then those of its state. Where
    the year is not known the last one before it stands, else the first one after it.
    """
    year = day.year if day.month >= 7 else day.year - 1
    for rows in known:
        if rows:
            return next((group for since, group in reversed(rows) if since <= year), rows[0][1])
    return IncomeGroup.NOT_CLASSIFIED.value


class CountryIncome(models.Model):
    """The income group of a country from 1 July of a year, as the World Bank classifies it."""

    country = models.ForeignKey(
        Country, models.CASCADE, related_name="incomes", verbose_name=_("country")
    )
    year = models.PositiveSmallIntegerField(
        _("year"), help_text=_("The list of a year holds from its 1 July.")
    )
    group = models.CharField(_("income group"), max_length=14, choices=IncomeGroup)

    objects = CountryIncomeQuerySet.as_manager()

    class Meta:
        ordering = ("country", "-year")
        verbose_name = _("income group of a country")
        verbose_name_plural = _("income groups of countries")
        constraints = (
            models.UniqueConstraint(fields=("country", "year"), name="country_income_once_a_year"),
        )

    def __str__(self):
        return f"{self.country_id} {self.year}: {self.get_group_display()}"
