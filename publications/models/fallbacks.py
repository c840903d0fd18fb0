"""Who let a language of an issue go out with texts in another one, and why."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import User
from portal.lib.translations import Language
from publications.models.newsletters import Issue


class FallbackAcceptanceQuerySet(models.QuerySet):
    def current(self):
        return self.filter(ended_at__isnull=True)


class FallbackAcceptance(models.Model):
    """A language goes out incomplete: accepted by name and in writing, and kept for good.

    It is for the texts as they were (``texts`` is their fingerprint). Other texts are accepted
    anew; what was accepted before ends, and stays as a record of it.
    """

    issue = models.ForeignKey(
        Issue, models.CASCADE, related_name="acceptances", verbose_name=_("issue of a newsletter")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("on"), default=timezone.now)
    texts = models.CharField(max_length=64, editable=False)
    ended_at = models.DateTimeField(_("ended on"), null=True, editable=False)

    objects = FallbackAcceptanceQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("accepted fallback")
        verbose_name_plural = _("accepted fallbacks")
        constraints = (
            models.UniqueConstraint(
                fields=("issue", "language"),
                condition=Q(ended_at__isnull=True),
                name="fallback_accepted_once_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="fallback_accepted_in_writing"),
        )

    def __str__(self):
        return f"{self.issue_id} {self.language} {self.at:%Y-%m-%d}"
