"""The members of the members: associations under an umbrella, or just their number.

Each umbrella keeps its own record of an association. That two records are one association is a
decision of a person; the records that are one carry the same ``counted_as``, and count once.
"""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.organisations import STANDING, Organisation
from members.models.people import User
from regions.models import Country, Region


class AssociationKind(models.TextChoices):
    ASSOCIATION = "association", _("association")
    FEDERATION = "federation", _("federation or network")
    FOUNDATION = "foundation", _("foundation")
    PUBLIC = "public", _("public body")
    SERVICE = "service", _("service or institution")
    COOPERATIVE = "cooperative", _("cooperative or social enterprise")
    RESEARCH = "research", _("school or research centre")
    FAITH = "faith", _("faith-based organisation")
    OTHER = "other", _("other")


class Association(models.Model):
    """An association as one umbrella describes it.

    ``counted_as`` is the record it counts as: its own, or the first of those that somebody
    decided to be the same. ``likenesses.settle`` alone writes it.
    """

    name = models.CharField(_("name"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="associations",
        null=True,
        blank=True,
        verbose_name=_("country"),
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=AssociationKind, default=AssociationKind.ASSOCIATION
    )
    website = models.URLField(_("website"), blank=True)
    counted_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("association")
        verbose_name_plural = _("associations")

    def __str__(self):
        return self.name


class AssociationKey(models.Model):
    """What a record is recognised by under another spelling: kept so that likes can be found."""

    association = models.ForeignKey(Association, models.CASCADE, related_name="keys")
    key = models.CharField(max_length=300, db_index=True)

    class Meta:
        verbose_name = _("key of an association")
        verbose_name_plural = _("keys of associations")
        constraints = (
            models.UniqueConstraint(fields=("association", "key"), name="association_key_once"),
        )

    def __str__(self):
        return self.key


class AffiliationQuerySet(models.QuerySet):
    def under(self, organisation: Organisation):
        return self.filter(umbrella=organisation)

    def of_members(self):
        """Those of umbrellas in good standing, the discreet ones included."""
        return self.filter(umbrella__status__in=STANDING, umbrella__category__has_own_members=True)

    def of_public_members(self):
        return self.of_members().filter(umbrella__discreet=False)

    def published(self):
        """What anybody may read: opted in, and the umbrella itself is public."""
        return self.of_public_members().filter(is_public=True)

    def in_country(self, country: Country):
        return self.filter(association__country=country)

    def in_region(self, region: Region):
        return self.filter(association__country__region=region)

    def by_name(self):
        return self.select_related("association__country").order_by(
            "association__name", "association__pk"
        )

    def editable_by(self, user: User):
        """An umbrella's list is its own people's, its region's and the secretariat's."""
        if user.standing.is_secretariat:
            return self
        return self.filter(umbrella__in=Organisation.objects.editable_by(user))


class Affiliation(models.Model):
    """An association's place on the list of one umbrella. Published only where it agreed."""

    association = models.ForeignKey(
        Association, models.CASCADE, related_name="affiliations", verbose_name=_("association")
    )
    umbrella = models.ForeignKey(
        Organisation, models.CASCADE, related_name="affiliations", verbose_name=_("umbrella")
    )
    is_public = models.BooleanField(
        _("agreed to be published"),
        default=False,
        help_text=_("Shown on your public page only if the association has agreed."),
    )
    since = models.PositiveSmallIntegerField(_("member since (year)"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    key = models.CharField(max_length=250, editable=False)
    checked_on = models.DateField(_("as of"), default=timezone.localdate)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        ordering = ("umbrella", "association")
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = (
            models.UniqueConstraint(
                fields=("umbrella", "key"),
                name="association_once_on_a_list",
                violation_error_message=_("This association is on the list already."),
            ),
            models.UniqueConstraint(
                fields=("umbrella", "association"), name="affiliation_written_once"
            ),
        )

    def __str__(self):
        return f"{self.association}, {self.umbrella}"


class HeadcountQuerySet(models.QuerySet):
    def latest_of_each(self):
        """The newest figure of each organisation."""
        newest = (
            Headcount.objects.filter(organisation=models.OuterRef("organisation"))
            .order_by("-as_of")
            .values("pk")[:1]
        )
        return self.filter(pk=models.Subquery(newest))

    def editable_by(self, user: User):
        return self.filter(organisation__in=Organisation.objects.editable_by(user))


class Headcount(models.Model):
    """How many members an umbrella says it has, from which source, as of which day."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="headcounts", verbose_name=_("organisation")
    )
    figure = models.PositiveIntegerField(_("number of member organisations"))
    source = models.CharField(
        _("source"), max_length=200, help_text=_("For example: annual report, general assembly.")
    )
    as_of = models.DateField(_("as of"), default=timezone.localdate)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = HeadcountQuerySet.as_manager()

    class Meta:
        ordering = ("organisation", "-as_of")
        verbose_name = _("number of own members")
        verbose_name_plural = _("numbers of own members")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "as_of"),
                name="headcount_once_a_day",
                violation_error_message=_("There is a figure of that day already. Change it."),
            ),
        )

    def __str__(self):
        return f"{self.organisation}: {self.figure}"


class LikenessDecision(models.TextChoices):
    SAME = "same", _("the same association")
    DIFFERENT = "different", _("different associations")


class LikenessQuerySet(models.QuerySet):
    def same(self):
        return self.filter(decision=LikenessDecision.SAME)


class Likeness(models.Model):
    """What somebody decided of two records that look alike. Taking it back deletes the row."""

    one = models.ForeignKey(Association, models.CASCADE, related_name="+")
    other = models.ForeignKey(Association, models.CASCADE, related_name="+")
    decision = models.CharField(_("decision"), max_length=10, choices=LikenessDecision)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided on"), default=timezone.now)

    objects = LikenessQuerySet.as_manager()

    class Meta:
        ordering = ("-decided_at", "-pk")
        verbose_name = _("decision on two associations")
        verbose_name_plural = _("decisions on associations")
        constraints = (
            models.UniqueConstraint(fields=("one", "other"), name="likeness_decided_once"),
            models.CheckConstraint(
                condition=Q(one__lt=F("other")), name="likeness_in_order_of_recording"
            ),
        )

    def __str__(self):
        return f"{self.one} / {self.other}: {self.get_decision_display()}"


class Roll(models.Model):
    """An uploaded list as it was read, waiting for its umbrella to confirm it.

    ``rows`` are plain values in the order of the file; nothing else is written until then.
    """

    umbrella = models.ForeignKey(Organisation, models.CASCADE, related_name="rolls")
    file_name = models.CharField(max_length=200)
    rows = models.JSONField(default=list)
    takes_off = models.BooleanField(
        _("take off the list what the file does not name"), default=False
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", editable=False
    )
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-uploaded_at",)
        verbose_name = _("uploaded list")
        verbose_name_plural = _("uploaded lists")

    def __str__(self):
        return self.file_name

    @property
    def is_fresh(self) -> bool:
        return self.uploaded_at > timezone.now() - datetime.timedelta(days=7)


def counted_as() -> Coalesce:
    """What an affiliation's association counts as: another record, or itself."""
    return Coalesce("association__counted_as", "association")
