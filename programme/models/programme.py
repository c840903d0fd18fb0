"""The world programme: cycles of four years, seven axes, and what is done under them."""

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation
from portal.lib.addresses import Addressed, AddressedQuerySet, FormerAddress
from portal.lib.said import said
from portal.lib.translations import (
    Translatable,
    TranslatableManager,
    TranslatableQuerySet,
)
from regions.models import Country, Region


class Level(models.TextChoices):
    """The three levels the network works at."""

    NATIONAL = "national", _("national")
    REGIONAL = "regional", _("regional")
    WORLD = "world", _("world")


class Cycle(Translatable):
    """A programme of four years. Old cycles stay readable."""

    translated_fields = ("title", "introduction")
    stands_alone = ("title",)

    title = models.CharField(_("title"), max_length=200)
    introduction = models.TextField(_("introduction"), blank=True)
    first_year = models.PositiveSmallIntegerField(_("first year"), unique=True)
    last_year = models.PositiveSmallIntegerField(_("last year"))

    objects = TranslatableManager()

    class Meta:
        ordering = ("-first_year",)
        verbose_name = _("programme cycle")
        verbose_name_plural = _("programme cycles")
        constraints = (
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="cycle_ends_after_it_begins",
                violation_error_message=_("The last year must not come before the first."),
            ),
        )

    def __str__(self):
        return f"{self.first_year}–{self.last_year}"

    @classmethod
    def current(cls) -> "Cycle | None":
        """The cycle of this year, else the latest that has begun."""
        year = timezone.localdate().year
        return cls.objects.filter(first_year__lte=year).order_by("-first_year").first()


class AxisQuerySet(TranslatableQuerySet):
    def of_current_cycle(self):
        """The axes of Cycle.current(), in the same query."""
        begun = Cycle.objects.filter(first_year__lte=timezone.localdate().year)
        latest = begun.order_by("-first_year").values("first_year")[:1]
        return self.filter(cycle__first_year=models.Subquery(latest))


class Axis(Translatable):
    """One of the seven axes of a cycle."""

    translated_fields = ("title", "description")
    stands_alone = ("title",)

    cycle = models.ForeignKey(
        Cycle, models.CASCADE, related_name="axes", verbose_name=_("programme cycle")
    )
    number = models.PositiveSmallIntegerField(
        _("number"), validators=(MinValueValidator(1), MaxValueValidator(7))
    )
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)

    objects = TranslatableManager.from_queryset(AxisQuerySet)()

    class Meta:
        ordering = ("cycle", "number")
        verbose_name = _("axis")
        verbose_name_plural = _("axes")
        constraints = (
            models.UniqueConstraint(fields=("cycle", "number"), name="axis_once_per_cycle"),
            models.CheckConstraint(
                condition=Q(number__range=(1, 7)),
                name="axis_number_is_1_to_7",
                violation_error_message=_("An axis has a number from 1 to 7."),
            ),
        )

    def __str__(self):
        return said(self.text("title"), before=f"{self.number}. ")

    def get_absolute_url(self):
        return reverse("portal:axis", kwargs={"number": self.number})


class SharedQuerySet(AddressedQuerySet, TranslatableQuerySet):
    """Of what organisations do together, in regions."""

    def in_region(self, region: Region):
        return self.filter(regions=region)

    def of_organisations(self, organisations: Iterable[Organisation]):
        """Those of any of them, once for each, whose primary key is their ``organisation_id``."""
        found = self.filter(organisations__in=organisations)
        return found.annotate(organisation_id=F("organisations"))


class ActivityQuerySet(SharedQuerySet):
    def under_way(self, day: datetime.date):
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def during(self, first: datetime.date, last: datetime.date):
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last)


class Activity(Addressed, Translatable):
    """Something done under an axis, at one of the three levels."""

    translated_fields = ("title", "summary")
    stands_alone = ("title",)

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    axis = models.ForeignKey(
        Axis, models.PROTECT, related_name="activities", verbose_name=_("axis")
    )
    level = models.CharField(_("level"), max_length=10, choices=Level)
    regions = models.ManyToManyField(
        Region, related_name="activities", blank=True, verbose_name=_("regions")
    )
    organisations = models.ManyToManyField(
        Organisation, related_name="activities", blank=True, verbose_name=_("organisations")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = TranslatableManager.from_queryset(ActivityQuerySet)()

    class Meta:
        ordering = ("-starts_on", "slug")
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="activity_ends_after_it_begins",
                violation_error_message=_("The end must not come before the beginning."),
            ),
        )

    def __str__(self):
        return said(self.text("title"))


class EventQuerySet(SharedQuerySet):
    def public(self):
        return self.filter(is_public=True)

    def taking_place(self):
        return self.filter(is_cancelled=False)

    def upcoming(self, now: datetime.datetime):
        return self.filter(ends_at__gte=now).order_by("starts_at", "slug")

    def past(self, now: datetime.datetime):
        return self.filter(ends_at__lt=now).order_by("-starts_at", "slug")

    def beginning_between(self, first: datetime.date, last: datetime.date):
        return self.filter(starts_at__date__range=(first, last))

    def begun(self, now: datetime.datetime):
        return self.filter(starts_at__lte=now)


def known_time_zone(name: str):
    """Raises ValidationError for a name the time-zone database does not have."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a known time zone."), params={"name": name})


class Event(Addressed, Translatable):
    """A conference, forum, meeting or seminar, at a place with its own time zone."""

    class Kind(models.TextChoices):
        CONFERENCE = "conference", _("world conference")
        FORUM = "forum", _("regional forum")
        LEADERS = "leaders", _("leaders’ meeting")
        EXPERTS = "experts", _("expert meeting")
        SEMINAR = "seminar", _("seminar")

    translated_fields = ("title", "summary", "place")
    stands_alone = ("title", "place")
    may_stay = ("place",)

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="events",
        null=True,
        blank=True,
        verbose_name=_("country"),
    )
    axis = models.ForeignKey(
        Axis,
        models.PROTECT,
        related_name="events",
        null=True,
        blank=True,
        verbose_name=_("axis"),
    )
    regions = models.ManyToManyField(
        Region, related_name="events", blank=True, verbose_name=_("regions")
    )
    organisations = models.ManyToManyField(
        Organisation,
        related_name="events",
        blank=True,
        verbose_name=_("organisations that took part"),
        help_text=_("Told to each of them alone, in its yearly report and in its own data."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=(known_time_zone,)
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    is_all_day = models.BooleanField(
        _("whole days"), default=False, help_text=_("Only the dates are told, not the hours.")
    )
    website = models.URLField(_("website"), blank=True)
    is_public = models.BooleanField(_("public"), default=True)
    is_cancelled = models.BooleanField(
        _("cancelled"),
        default=False,
        help_text=_("It stays in the list and in the calendars of readers, and says so."),
    )

    objects = TranslatableManager.from_queryset(EventQuerySet)()

    class Meta:
        ordering = ("starts_at", "slug")
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")),
                name="event_ends_after_it_begins",
                violation_error_message=_("The end must not come before the beginning."),
            ),
        )

    def __str__(self):
        return said(self.text("title"))

    @classmethod
    def with_open_address(cls):
        return cls._base_manager.filter(is_public=True)

    def get_absolute_url(self):
        return reverse("programme:event", kwargs={"slug": self.slug})

    @property
    def local_start(self) -> datetime.datetime:
        """The beginning in the time of the place."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def local_end(self) -> datetime.datetime:
        return self.ends_at.astimezone(ZoneInfo(self.time_zone))


class OldActivityAddress(FormerAddress):
    """An address that an activity had."""

    activity = models.ForeignKey(
        Activity, models.CASCADE, related_name="old_addresses", verbose_name=_("activity")
    )

    class Meta:
        ordering = ("slug",)
        verbose_name = _("old address of an activity")
        verbose_name_plural = _("old addresses of activities")
        constraints = (
            models.UniqueConstraint(fields=("slug", "activity"), name="activity_old_address_once"),
        )


class OldEventAddress(FormerAddress):
    """An address that an event had."""

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="old_addresses", verbose_name=_("event")
    )

    class Meta:
        ordering = ("slug",)
        verbose_name = _("old address of an event")
        verbose_name_plural = _("old addresses of events")
        constraints = (
            models.UniqueConstraint(fields=("slug", "event"), name="event_old_address_once"),
        )


class Challenge(Translatable):
    """One of the challenges the programme says it will meet (its section E): a facet of texts
    and of what regions flag."""

    translated_fields = ("title",)

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=200)

    objects = TranslatableManager()

    class Meta:
        ordering = ("number",)
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")

    def __str__(self):
        return said(self.text("title"))
