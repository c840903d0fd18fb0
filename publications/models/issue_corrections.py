"""What was put right in an issue after it was sent: told beside it, since nothing sent changes."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import User
from portal.lib.translations import Translatable, TranslatableManager
from publications.models.newsletters import Issue


class IssueCorrection(Translatable):
    """One correction, dated, as the page and the PDF of the issue show it."""

    translated_fields = ("wording",)

    issue = models.ForeignKey(
        Issue, models.CASCADE, related_name="corrections", verbose_name=_("issue of a newsletter")
    )
    made_on = models.DateField(_("date"), default=timezone.localdate)
    wording = models.TextField(_("correction"))
    by = models.ForeignKey(
        User,
        models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("by"),
    )

    objects = TranslatableManager()

    class Meta:
        ordering = ("made_on", "pk")
        verbose_name = _("correction of an issue")
        verbose_name_plural = _("corrections of issues")

    def __str__(self):
        return f"{self.issue_id} {self.made_on:%Y-%m-%d}"
