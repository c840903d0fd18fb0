"""Organisations: who belongs to the network, where, and who may see it."""

import datetime

from django.db import models
from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.categories import Category
from members.models.facets import Facet
from members.models.people import User
from portal.lib.addresses import Addressed, AddressedQuerySet
from portal.lib.said import said
from portal.lib.text import sort_key
from portal.lib.translations import (
    LANGUAGES,
    Translatable,
    TranslatableManager,
    TranslatableQuerySet,
    current_language,
)
from regions.models import Country, Region


class Status(models.TextChoices):
    """The life of a membership. Lapsed members can still log in, renew and write."""

    APPLICANT = "applicant", _("applicant")
    ACTIVE = "active", _("active")
    GRACE = "grace", _("renewal due")
    LAPSED = "lapsed", _("lapsed")
    SUSPENDED = "suspended", _("suspended")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXCLUDED = "excluded", _("excluded")


STANDING = (Status.ACTIVE, Status.GRACE)
# What keeps an organisation from its seat although a period of membership covers the day.
INTERRUPTED = (Status.LAPSED, Status.SUSPENDED, Status.WITHDRAWN, Status.EXCLUDED)
# So many days after being asked, whoever has not confirmed a role is shown at the desk.
UNCONFIRMED_AFTER = datetime.timedelta(days=60)
# A membership stays in good standing for so many days after its period has ended.
GRACE_DAYS = 90


class OrganisationQuerySet(AddressedQuerySet, TranslatableQuerySet):
    def active(self):
        """Members in good standing, the period of grace included."""
        return self.filter(status__in=STANDING)

    def public(self):
        """What anybody may see: active members that are not discreet."""
        return self.active().filter(discreet=False)

    def in_region(self, region: Region):
        """Those of the region's countries, and those active in the region without one country."""
        active = self.model.regions.through.objects.filter(region=region)
        return self.filter(
            Q(country__region=region)
            | Q(Exists(active.filter(organisation=OuterRef("pk"))), country__isnull=True)
        )

    def in_country(self, country: Country):
        return self.filter(country=country)

    def of_category(self, code: str):
        return self.filter(category__code=code)

    def having(self, facet: Facet):
        """Those that chose this theme, population or working language."""
        return self.filter(facets=facet)

    def visible_to(self, user: User):
        """Rows the user may see in the members' area and at the desk.

        A discreet organisation is seen by its own people, its regional executive and the
        secretariat, and by a language lead only whose mandate names it.
        """
        if user.standing.is_secretariat:
            return self
        return self.filter(
            Q(status__in=STANDING, discreet=False)
            | Q(pk__in=user.standing.named)
            | self._acted_for_by(user)
        ).distinct()

    def editable_by(self, user: User):
        """Rows the user may change: own organisation, own region, everything."""
        if user.standing.is_secretariat:
            return self
        return self.filter(self._acted_for_by(user)).distinct()

    def run_by(self, user: User):
        """Rows the user administers at the desk: own region, everything; never as a contact."""
        if user.standing.is_secretariat:
            return self
        return self.filter(self._in_regions_of(user)).distinct()

    def in_order(self):
        """In the alphabetical order of the reader's language."""
        return self.order_by(f"sort_{current_language()}", "pk")

    def by_country(self):
        """By country, then by name, as the reader's language sorts them; no country comes last."""
        language = current_language()
        country = models.F(f"country__sort_{language}").asc(nulls_last=True)
        return self.order_by(country, f"sort_{language}", "pk")

    def with_first_year(self):
        """Each with ``first_year``, the year it first became a member, read in the same query."""
        periods = self._periods().order_by("starts_on")
        return self.annotate(first_year=Subquery(periods.values("starts_on__year")[:1]))

    def national(self):
        """Those of a category of which a country has one, whether or not they hold its seat."""
        return self.filter(category__unique_per_country=True)

    def seat_holders(self):
        return self.filter(seat_country__isnull=False)

    def without_their_seat(self, day: datetime.date | None = None):
        """Members that should hold a seat and do not: their derogation has run out."""
        exempt = self._derogations().in_force(day).filter(country=OuterRef("country"))
        return (
            self.active()
            .national()
            .filter(~Exists(exempt), country__isnull=False, seat_country__isnull=True)
        )

    def seat_on(self, country: Country, day: datetime.date):
        """Who held the seat of the country that day, from what is on record: one for each
        category that has a seat, unless the record contradicts itself.

        The holder's latest period is of that country and of a category with one seat, and covers
        the day or ended within the delay of grace; it was not suspended, withdrawn, excluded or
        lapsed at the end of the day, and no derogation exempted it.
        """
        period = self._periods().filter(starts_on__lte=day).order_by("-starts_on")
        seated = self._periods().filter(
            pk=OuterRef("period_then"),
            country=country,
            category__unique_per_country=True,
            ends_on__gte=day - datetime.timedelta(days=GRACE_DAYS),
        )
        exempt = self._derogations().in_force(day).filter(country=country)
        change = self._status_changes().until_the_end_of(day).order_by("-changed_at", "-pk")
        return (
            self.alias(
                period_then=Subquery(period.values("pk")[:1]),
                status_then=Coalesce(Subquery(change.values("after")[:1]), Value("")),
            )
            .filter(Exists(seated), ~Exists(exempt))
            .exclude(status_then__in=INTERRUPTED)
        )

    def named(self, words: str):
        """Those whose name or acronym holds all the words, whatever the language and accents."""
        return self.holding(words, plain=("acronym",), fields=("name",))

    def mentioning(self, words: str):
        """Those whose name, acronym or description holds all the words, in any language."""
        return self.holding(words, plain=("acronym",), fields=("name", "description"))

    def with_period_end(self):
        """Each with ``period_ends_on``, the last day of its latest period."""
        return self.annotate(period_ends_on=Max("memberships__ends_on"))

    def ending_by(self, day: datetime.date):
        """Active members whose latest period ends by the day, and who have not renewed."""
        return self.filter(status=Status.ACTIVE).with_period_end().filter(period_ends_on__lte=day)

    def with_few_contacts(self):
        """Members with fewer than the two contacts that the network asks for."""
        return self.active().with_contact_count().filter(contact_count__lt=2)

    def with_single_contact(self):
        return self.active().with_contact_count().filter(contact_count=1)

    def orphaned(self, day: datetime.date | None = None):
        """Members without any contact: nobody reads what is written to them."""
        return self.active().with_contact_count(day).filter(contact_count=0)

    def with_unconfirmed_people(self, day: datetime.date | None = None):
        """Members of whom somebody has not confirmed a role 60 days after having been asked."""
        asked = (day or timezone.localdate()) - UNCONFIRMED_AFTER
        held = self._held_on(day) & Q(mandates__asked_on__lte=asked)
        return self.active().filter(held).distinct()

    def needing_people(self, need: str = ""):
        """Members without a contact, with a single one, or with somebody unconfirmed."""
        if need == "orphaned":
            return self.orphaned()
        if need == "single":
            return self.with_single_contact()
        unconfirmed = self.model.objects.with_unconfirmed_people().order_by().values("pk")
        rows = self.active().with_contact_count()
        if need == "unconfirmed":
            return rows.filter(pk__in=unconfirmed)
        return rows.filter(Q(contact_count__lt=2) | Q(pk__in=unconfirmed))

    def with_contact_count(self, day: datetime.date | None = None):
        """Each with ``contact_count``, the people who are its contacts that day."""
        contacts = self._held_on(day) & Q(mandates__kind="contact")
        return self.annotate(
            contact_count=Count("mandates__person", filter=contacts, distinct=True)
        )

    @staticmethod
    def _held_on(day: datetime.date | None) -> Q:
        """A mandate in force that day, of somebody who can log in."""
        day = day or timezone.localdate()
        return Q(
            Q(mandates__until__isnull=True) | Q(mandates__until__gte=day),
            mandates__since__lte=day,
            mandates__person__is_active=True,
        )

    def _periods(self):
        return self._rows_of("memberships")

    def _derogations(self):
        return self._rows_of("derogations")

    def _status_changes(self):
        return self._rows_of("status_changes")

    def _rows_of(self, relation: str):
        """The records of each organisation that point to it, for a subquery."""
        related = self.model._meta.get_field(relation).related_model
        return related.objects.filter(organisation=OuterRef("pk"))

    @staticmethod
    def _in_regions_of(user: User) -> Q:
        regions = user.standing.regions
        return Q(country__region__in=regions) | Q(country__isnull=True, regions__in=regions)

    @classmethod
    def _acted_for_by(cls, user: User) -> Q:
        return Q(pk__in=[o.pk for o in user.standing.organisations]) | cls._in_regions_of(user)


class OrganisationManager(TranslatableManager.from_queryset(OrganisationQuerySet)):
    pass


class Organisation(Addressed, Translatable):
    """An organisation of the network, applicant, member or former member.

    ``seat_country`` is filled by the verb ``joining.settle_seat`` alone: it is the country
    whose one seat of its category the organisation holds, empty without a seat or under a
    derogation. The database keeps it unique ("as a general rule, one national organisation
    per country", statutes: category A; another category can be given the same rule).
    """

    translated_fields = ("name", "description")
    stands_alone = ("name",)

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="organisations", verbose_name=_("category")
    )
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="organisations",
        null=True,
        blank=True,
        verbose_name=_("country"),
    )
    regions = models.ManyToManyField(
        Region,
        related_name="organisations",
        blank=True,
        verbose_name=_("regions of activity"),
        help_text=_("For organisations without a single country."),
    )
    facets = models.ManyToManyField(
        Facet,
        related_name="organisations",
        blank=True,
        verbose_name=_("themes, populations and working languages"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.APPLICANT, editable=False
    )
    discreet = models.BooleanField(
        _("discreet member"),
        default=False,
        help_text=_("Appears nowhere public: not in the directory, maps, search or newsletters."),
    )
    seat_country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="seat_holders",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("national seat"),
    )
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("public e-mail address"), blank=True)
    founded = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    sort_fr = models.CharField(max_length=400, editable=False, db_index=True)
    sort_en = models.CharField(max_length=400, editable=False, db_index=True)
    sort_es = models.CharField(max_length=400, editable=False, db_index=True)

    objects = OrganisationManager()

    class Meta:
        ordering = ("slug",)
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = (
            models.CheckConstraint(
                condition=Q(seat_country__isnull=True) | Q(seat_country=models.F("country")),
                name="organisation_sits_for_its_own_country",
            ),
            models.UniqueConstraint(
                fields=("seat_country", "category"),
                name="organisation_seat_country_once_a_category",
            ),
        )

    def __str__(self):
        return said(self.text("name")) or self.slug

    def follow_texts(self):
        for code in LANGUAGES:
            setattr(self, f"sort_{code}", sort_key(self.text("name", code).value, code))

    @classmethod
    def with_open_address(cls):
        return cls._base_manager.filter(discreet=False)

    def get_absolute_url(self):
        return reverse("members:organisation", kwargs={"slug": self.slug})

    @property
    def is_public(self) -> bool:
        return self.status in STANDING and not self.discreet

    @property
    def region(self) -> Region | None:
        """The region of its country, else the first region it is active in."""
        if self.country_id:
            return self.country.region
        return next(iter(self.regions.all()), None)

    @property
    def current_membership(self):
        """The latest period, or None before the first."""
        return self.memberships.order_by("-starts_on").first()

    @property
    def member_since(self):
        """The first day of the first period, or None."""
        first = self.memberships.order_by("starts_on").first()
        return first.starts_on if first else None
