"""Emerging issues: what a region sees coming, who seconds it, and when it concerns the world."""

import datetime

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from members.models import Organisation, User
from portal.lib.said import said
from portal.lib.translations import (
    Translatable,
    TranslatableManager,
    TranslatableQuerySet,
)
from programme.models.programme import Challenge
from regions.models import Country, Region

# An issue is lifted when so many regions have flagged its challenge within a quarter of a year.
REGIONS_TO_LIFT = 3
QUARTER = datetime.timedelta(days=92)


class Urgency(models.TextChoices):
    NOW = "now", _("now")
    MONTHS = "months", _("within months")
    WATCH = "watch", _("to watch")


class Ending(models.TextChoices):
    """Why an issue is closed; what was flagged by mistake is not shown to the public any more."""

    ACTED = "acted", _("the network has acted")
    PASSED = "passed", _("it has passed")
    MISTAKE = "mistake", _("flagged by mistake")


class EmergingIssueQuerySet(TranslatableQuerySet):
    def public(self):
        return self.exclude(ending=Ending.MISTAKE)

    def open(self):
        return self.filter(closed_on__isnull=True)

    def lifted(self):
        return self.filter(lifted_on__isnull=False)

    def in_region(self, region: Region):
        return self.filter(region=region)

    def editable_by(self, user: User):
        """A regional executive has those of the own region, the secretariat has all."""
        standing = user.standing
        return self if standing.is_secretariat else self.filter(region__in=standing.regions)

    def flagged_between(self, first: datetime.date, last: datetime.date):
        return self.filter(flagged_on__range=(first, last))

    def shared_by_regions(self, day: datetime.date):
        """Open issues on a challenge that three regions have flagged within the quarter that ends
        on the day: the rule by which an issue rises to the world.

        A quarter is 92 days, whatever the calendar: what two regions flag in September and a
        third in October is one thing.
        """
        recent = self.open().flagged_between(day - QUARTER, day)
        shared = (
            recent.order_by()
            .values("challenge")
            .annotate(number=Count("region", distinct=True))
            .filter(number__gte=REGIONS_TO_LIFT)
        )
        return recent.filter(challenge__in=shared.values("challenge"))

    def to_lift(self, day: datetime.date):
        """Those that are shared by three regions and have not been lifted yet."""
        return self.shared_by_regions(day).filter(lifted_on__isnull=True)

    def open_to(self, organisation: Organisation):
        """The open issues that an organisation may second: those of its region or regions, and
        those that were lifted to the world."""
        regions = Region.objects.filter(
            Q(pk__in=organisation.regions.values("pk"))
            if organisation.country_id is None
            else Q(countries=organisation.country_id)
        )
        return self.open().filter(Q(region__in=regions) | Q(lifted_on__isnull=False))

    def with_public_seconds(self):
        """Each with ``second_count``, the public members that second it.

        A discreet member is neither named nor counted here: beside the list of the others, a
        count that includes it would give it away.
        """
        seconds = Second.objects.public().filter(issue=OuterRef("pk")).order_by()
        number = seconds.values("issue").annotate(number=Count("pk")).values("number")
        return self.annotate(second_count=Coalesce(Subquery(number), 0))

    def newest_first(self):
        return self.order_by("-flagged_on", "-pk")


class EmergingIssue(Translatable):
    """What a regional executive sees coming, on one of the challenges of the programme.

    ``lifted_on`` is written once, by ``emerging.lift``, and stays: the day from which it concerned
    the world.
    """

    translated_fields = ("title", "why", "outcome")
    stands_alone = ("title",)
    # What became of it is written when it is closed, and translated after.
    may_stay = ("outcome",)

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="emerging_issues", verbose_name=_("region")
    )
    challenge = models.ForeignKey(
        Challenge, models.PROTECT, related_name="emerging_issues", verbose_name=_("challenge")
    )
    title = models.CharField(_("title"), max_length=150)
    why = models.TextField(
        _("why it matters"), help_text=_("What is happening, to whom, and what may follow.")
    )
    outcome = models.TextField(_("what became of it"), blank=True)
    countries = models.ManyToManyField(
        Country, related_name="emerging_issues", blank=True, verbose_name=_("countries")
    )
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency, default=Urgency.MONTHS)
    source = models.CharField(
        _("source"), max_length=250, help_text=_("A document, a meeting, a news report.")
    )
    source_url = models.URLField(_("address of the source"), blank=True)
    flagged_on = models.DateField(_("flagged on"), default=timezone.localdate, editable=False)
    flagged_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    lifted_on = models.DateField(_("lifted to the world on"), null=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)
    ending = models.CharField(
        _("why it is closed"), max_length=8, choices=Ending, blank=True, editable=False
    )

    objects = TranslatableManager.from_queryset(EmergingIssueQuerySet)()

    class Meta:
        ordering = ("-flagged_on", "-pk")
        verbose_name = _("emerging issue")
        verbose_name_plural = _("emerging issues")
        indexes = (models.Index(fields=("challenge", "flagged_on"), name="emerging_by_challenge"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, ending="")
                | Q(closed_on__isnull=False, ending__in=Ending.values),
                name="emerging_issue_closes_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True) | Q(lifted_on__gte=F("flagged_on")),
                name="emerging_issue_lifted_after_it_was_flagged",
            ),
        )

    def __str__(self):
        return said(self.text("title"))

    def get_absolute_url(self):
        return reverse("programme:emerging_issue", kwargs={"pk": self.pk})

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def is_public(self) -> bool:
        return self.ending != Ending.MISTAKE

    @property
    def status(self) -> str:
        """Closed, else lifted, else open, in the language of the reader."""
        if self.closed_on:
            return pgettext("emerging issue", "closed")
        return _("lifted to the world") if self.lifted_on else pgettext("emerging issue", "open")


class SecondQuerySet(models.QuerySet):
    def public(self):
        """The seconds of members that everybody may know of; never those of discreet ones."""
        return self.filter(organisation__in=Organisation.objects.public().order_by().values("pk"))

    def visible_to(self, user: User):
        """Those of the organisations that the person may see."""
        seen = Organisation.objects.visible_to(user).order_by()
        return self.filter(organisation__in=seen.values("pk"))


class Second(models.Model):
    """An organisation says that it sees the issue too: once, and it may take it back."""

    issue = models.ForeignKey(EmergingIssue, models.CASCADE, related_name="seconds")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = SecondQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("second of an emerging issue")
        verbose_name_plural = _("seconds of emerging issues")
        constraints = (
            models.UniqueConstraint(
                fields=("issue", "organisation"), name="emerging_issue_seconded_once"
            ),
        )

    def __str__(self):
        return f"{self.organisation_id} → {self.issue_id}"
