"""Two records of one organisation or one person made one, and where old addresses lead."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation
from portal.lib.addresses import FormerAddress


class MergeQuerySet(models.QuerySet):
    def standing(self):
        """Those that were not undone."""
        return self.filter(undone_at__isnull=True)

    def run_by(self, user):
        """Merges of organisations the user runs; those of people are the secretariat's."""
        if user.standing.is_secretariat:
            return self
        return self.filter(organisation__in=Organisation.objects.run_by(user).values("pk"))


class Merge(models.Model):
    """One record taken up into another, with a journal of all that was moved.

    ``journal`` holds the removed record as it was and every write in its order, which is what
    undoing reads backwards. ``kept_pk`` is the record it was merged into that day; the foreign
    key follows that record when it is merged itself.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="merges",
        verbose_name=_("organisation"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="merges",
        verbose_name=_("person"),
    )
    kept_pk = models.BigIntegerField(editable=False)
    removed_pk = models.BigIntegerField(editable=False, db_index=True)
    removed_name = models.CharField(_("merged record"), max_length=250)
    journal = models.JSONField(default=dict, editable=False)
    reason = models.TextField(_("reason"), blank=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("merged by"),
    )
    merged_at = models.DateTimeField(_("merged on"), default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_at = models.DateTimeField(_("undone on"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ("-merged_at", "-pk")
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = (
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True)
                | Q(organisation__isnull=True, person__isnull=False),
                name="merge_is_of_organisations_or_people",
            ),
            models.UniqueConstraint(
                fields=("removed_pk",),
                condition=Q(undone_at__isnull=True, person__isnull=True),
                name="organisation_merged_away_once",
            ),
            models.UniqueConstraint(
                fields=("removed_pk",),
                condition=Q(undone_at__isnull=True, organisation__isnull=True),
                name="person_merged_away_once",
            ),
        )

    def __str__(self):
        return f"{self.removed_name} → {self.kept}"

    @property
    def kept(self):
        """The record that stays: an organisation or a person."""
        return self.organisation or self.person


class OldAddress(FormerAddress):
    """An address that an organisation had, or another one that was merged into it.

    That of a discreet organisation is kept for the desk alone.
    """

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="old_addresses",
        verbose_name=_("organisation"),
    )

    class Meta:
        ordering = ("slug",)
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        constraints = (
            models.UniqueConstraint(
                fields=("slug", "organisation"), name="organisation_old_address_once"
            ),
        )


class Distinct(models.Model):
    """Two organisations that look alike, and of which somebody has said that they are two."""

    one = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    other = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-decided_at", "-pk")
        verbose_name = _("pair that is not one")
        verbose_name_plural = _("pairs that are not one")
        constraints = (
            models.UniqueConstraint(fields=("one", "other"), name="distinct_pair_once"),
            models.CheckConstraint(
                condition=Q(one__lt=models.F("other")), name="distinct_pair_in_order"
            ),
        )

    def __str__(self):
        return f"{self.one_id} ≠ {self.other_id}"
