"""Pictures in long texts. Who may see one follows from the texts that show it."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.files import JPEG, SUFFIXES
from portal.models.house import Page
from publications.models import Issue, IssueBlock, Publication
from publications.models.newsletters import IssueState


def new_name(suffix: str) -> str:
    """A name that nobody can guess: 128 bits at random, and the end of a picture's name."""
    return secrets.token_urlsafe(16) + suffix


def path_of(picture: "Picture", _filename: str) -> str:
    """The PDF renderer finds a picture here by its name alone."""
    return f"pictures/{picture.name}"


class PictureQuerySet(models.QuerySet):
    def public(self):
        """Those in a text that everybody may read."""
        shown = Publication.objects.public().values("pk")
        left = (IssueState.SENDING, IssueState.SENT)
        sent = IssueBlock.objects.filter(issue__state__in=left).values("pk")
        wanted = Q(publications__in=shown) | Q(pages__isnull=False) | Q(issue_blocks__in=sent)
        return self.filter(wanted).distinct()

    def visible_to(self, user):
        """Those in a text that the person may read, edit, translate or has proposed, alone or
        with the colleagues of an organisation, and those they sent; the secretariat sees all."""
        if user.standing.is_secretariat:
            return self
        texts = Publication.objects.order_by()
        within = [texts.visible_to(user), texts.editable_by(user)]
        within += [texts.translatable_into(language) for language in user.standing.languages]
        wanted = Q(pages__isnull=False) | Q(sent_by=user) | Q(publications__proposed_by=user)
        wanted |= Q(publications__proposed_for__in=user.standing.organisations)
        issues = Issue.objects.all() if user.standing.languages else Issue.objects.editable_by(user)
        wanted |= Q(issue_blocks__issue__in=issues.order_by().values("pk"))
        for rows in within:
            wanted |= Q(publications__in=rows.values("pk"))
        return self.filter(wanted).distinct()

    def unused(self):
        return self.filter(publications__isnull=True, pages__isnull=True, issue_blocks__isnull=True)


class Picture(models.Model):
    """One picture, drawn anew without what the camera wrote into it.

    The words that take its place stand in each text, in its language; here are those that were
    written last, to begin from. ``unused_since`` is empty while a text shows it.
    """

    name = models.CharField(max_length=30, unique=True, editable=False)
    file = models.FileField(_("file"), upload_to=path_of, max_length=100)
    media_type = models.CharField(max_length=20, default=JPEG, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField(_("size"), default=0, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    alternative = models.TextField(_("alternative text"), blank=True, max_length=500)
    publications = models.ManyToManyField(
        Publication, related_name="pictures", blank=True, verbose_name=_("publications")
    )
    pages = models.ManyToManyField(
        Page, related_name="pictures", blank=True, verbose_name=_("pages")
    )
    issue_blocks = models.ManyToManyField(
        IssueBlock, related_name="pictures", blank=True, verbose_name=_("blocks of issues")
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="sent_pictures",
        null=True,
        editable=False,
        verbose_name=_("sent by"),
    )
    sent_at = models.DateTimeField(_("sent on"), default=timezone.now, editable=False)
    unused_since = models.DateTimeField(null=True, default=timezone.now, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-pk")
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("picture", kwargs={"name": self.name})

    @property
    def mark_up(self) -> str:
        """What a person without the editor puts into a text."""
        return (
            f'<figure><img src="{self.get_absolute_url()}" alt="" width="{self.width}" '
            f'height="{self.height}"></figure>'
        )

    @classmethod
    def named_for(cls, media_type: str, **values) -> "Picture":
        return cls(name=new_name(SUFFIXES[media_type]), media_type=media_type, **values)
