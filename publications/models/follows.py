"""Who is to be told what: of one translation, or of what is new in a list."""

import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from members.models import User
from portal.lib.translations import LANGUAGES, Language, TranslationState
from publications.models.library import Access, Publication, PublicationState

# What nobody has confirmed by then is erased.
CONFIRMED_WITHIN = datetime.timedelta(days=7)
# A claim older than this is a dead worker's: the mail may have left, so it is not sent again.
FORGOTTEN = datetime.timedelta(minutes=15)


def token() -> str:
    return get_random_string(40)


class AskedForQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)

    def never_confirmed(self, now: datetime.datetime):
        """Asked for by somebody who did not answer the mail, perhaps because it was not them."""
        return self.filter(confirmed_at__isnull=True, requested_at__lt=now - CONFIRMED_WITHIN)


class AskedFor(models.Model):
    """An abstract row: an address that wants to be written to, once it has said yes by a link.

    Whoever has an account needs no link; ``person`` then says whose address it is.
    """

    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    token = models.CharField(max_length=40, unique=True, default=token, editable=False)
    person = models.ForeignKey(
        User,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("person"),
    )
    requested_at = models.DateTimeField(_("requested on"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


class WishQuerySet(AskedForQuerySet):
    def due(self):
        """Those whose translation is there for anybody to read, and who were not told yet."""
        ready = Q()
        for code in LANGUAGES:
            state = Q(**{f"publication__state_{code}": TranslationState.READY})
            ready |= Q(language=code) & state
        open_to = Q(publication__access=Access.PUBLIC)
        for_members = Q(publication__access=Access.MEMBERS, person__isnull=False)
        return self.confirmed().filter(
            ready,
            open_to | for_members,
            publication__state=PublicationState.PUBLISHED,
            claimed_at__isnull=True,
        )

    def forgotten(self, now: datetime.datetime):
        return self.filter(claimed_at__lt=now - FORGOTTEN)

    def in_vain(self):
        """Of texts that nobody but the secretariat reads any more."""
        return self.filter(
            Q(publication__state=PublicationState.WITHDRAWN)
            | Q(publication__access=Access.SECRETARIAT)
        )


class TranslationWish(AskedFor):
    """Somebody who wants to read one text in one language, and is told once when it is there.

    The row is erased as soon as the mail has left.
    """

    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="wishes", verbose_name=_("publication")
    )
    claimed_at = models.DateTimeField(null=True, editable=False)

    objects = WishQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("wish for a translation")
        verbose_name_plural = _("wishes for translations")
        constraints = (
            models.UniqueConstraint(
                fields=("publication", "language", "email"), name="wish_once_per_address"
            ),
        )

    def __str__(self):
        return f"{self.publication_id} {self.language}"


class Rhythm(models.TextChoices):
    DAILY = "daily", _("once a day at most")
    WEEKLY = "weekly", _("once a week at most")


PAUSES = {Rhythm.DAILY: datetime.timedelta(days=1), Rhythm.WEEKLY: datetime.timedelta(days=7)}
# The schedule rings at the same minute each day: a mail must not slip by an hour a day.
LENIENCE = datetime.timedelta(hours=1)


class FollowQuerySet(AskedForQuerySet):
    def due(self, now: datetime.datetime):
        """Those whose last look at the list is a day, or a week, ago."""
        late = Q()
        for rhythm, pause in PAUSES.items():
            late |= Q(rhythm=rhythm, seen_until__lte=now - pause + LENIENCE)
        return self.confirmed().filter(late)


class ListFollow(AskedFor):
    """An address that follows a filtered list of publications by mail.

    ``query`` is the list's own query string, its filters in their order and nothing else.
    """

    query = models.CharField(_("filters"), max_length=500, blank=True)
    rhythm = models.CharField(_("how often"), max_length=6, choices=Rhythm, default=Rhythm.WEEKLY)
    seen_until = models.DateTimeField(
        _("told until"), null=True, editable=False, help_text="What is later is new to the reader."
    )

    objects = FollowQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("list followed by mail")
        verbose_name_plural = _("lists followed by mail")
        constraints = (
            models.UniqueConstraint(
                fields=("email", "query", "language"), name="follow_once_per_address"
            ),
            models.CheckConstraint(
                condition=Q(rhythm__in=Rhythm.values), name="follow_has_a_known_rhythm"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(seen_until__isnull=False),
                name="follow_knows_what_was_seen",
            ),
        )

    def __str__(self):
        return f"{self.language} ?{self.query}"


class Digest(models.Model):
    """One mail to a follower about what was new until a moment; never twice for the same one."""

    follow = models.ForeignKey(ListFollow, models.CASCADE, related_name="digests")
    since = models.DateTimeField()
    until = models.DateTimeField()
    texts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-until", "-pk")
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = (
            models.UniqueConstraint(fields=("follow", "since"), name="digest_once_per_window"),
        )

    def __str__(self):
        return f"{self.follow_id} {self.until:%Y-%m-%d}"


class AppearanceQuerySet(models.QuerySet):
    def within(self, since: datetime.datetime, until: datetime.datetime):
        return self.filter(at__gt=since, at__lte=until)


class Appearance(models.Model):
    """The moment from which readers of a language found a text in it.

    Written by the schedule and not as a text is saved: whoever wrote it, and however.
    """

    publication = models.ForeignKey(
        Publication, models.CASCADE, related_name="appearances", verbose_name=_("publication")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    at = models.DateTimeField(_("on"))

    objects = AppearanceQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        constraints = (
            models.UniqueConstraint(
                fields=("publication", "language"), name="appearance_once_per_language"
            ),
        )
        indexes = (models.Index(fields=("language", "at"), name="appearance_newest"),)

    def __str__(self):
        return f"{self.publication_id} {self.language}"


def not_yet_appeared():
    """Texts that are there in some language, of which that is not written down yet."""
    missing = Q()
    for code in LANGUAGES:
        known = Appearance.objects.filter(publication=OuterRef("pk"), language=code)
        missing |= Q(~Exists(known), **{f"state_{code}": TranslationState.READY})
    return Publication.objects.announced().filter(missing)
