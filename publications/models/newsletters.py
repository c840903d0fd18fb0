"""Newsletters: one for the world, one per region; an issue is one letter in three languages."""

import datetime
from functools import reduce
from operator import or_

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, User
from portal.lib.prose import ProseField
from portal.lib.said import said
from portal.lib.sections import Span
from portal.lib.translations import (
    Translatable,
    TranslatableManager,
    TranslatableQuerySet,
)
from programme.models import EmergingIssue, Event, known_time_zone
from publications.models.library import Publication
from publications.models.parts import Part
from publications.models.periods import Period, Rhythm, valid_period
from regions.models import Region

WORLD = "world"


class NewsletterQuerySet(TranslatableQuerySet):
    def with_code(self, code: str):
        """The letter of a region, R1 to R9, or that of the world."""
        if code.lower() == WORLD:
            return self.filter(region__isnull=True)
        return self.filter(region__code=code.upper())

    def editable_by(self, user: User):
        standing = user.standing
        return self if standing.is_secretariat else self.filter(region__in=standing.regions)

    def with_latest_issues(self):
        """Each with ``latest_issues``, its last three, the newest first, with holder, sending and
        blocks."""
        latest = Issue.objects.newest_first().select_related("holder", "sending")
        latest = latest.prefetch_related("blocks")
        return self.prefetch_related(models.Prefetch("issues", latest[:3], to_attr="latest_issues"))


class Newsletter(Translatable):
    """The letter of a region, or of the world when it has no region."""

    translated_fields = ("title",)

    region = models.OneToOneField(
        Region,
        models.PROTECT,
        related_name="newsletter",
        null=True,
        blank=True,
        verbose_name=_("region"),
    )
    title = models.CharField(_("title"), max_length=120)
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm, default=Rhythm.QUARTERLY)
    due_day = models.PositiveSmallIntegerField(
        _("day of the month"),
        default=1,
        validators=(MinValueValidator(1), MaxValueValidator(28)),
        help_text=_("From 1 to 28, in the month after the month or quarter it tells of."),
    )
    due_hour = models.PositiveSmallIntegerField(
        _("hour"),
        default=9,
        validators=(MaxValueValidator(23),),
        help_text=_("From 0 to 23, in the time zone of the letter."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=(known_time_zone,)
    )
    late_after = models.PositiveSmallIntegerField(
        _("late after"),
        default=14,
        help_text=_("Days after which an issue that is due and has not been sent is late."),
    )

    objects = TranslatableManager.from_queryset(NewsletterQuerySet)()

    class Meta:
        ordering = (models.F("region__code").asc(nulls_first=True),)
        verbose_name = _("newsletter")
        verbose_name_plural = _("newsletters")
        constraints = (
            models.UniqueConstraint(Coalesce("region", 0), name="newsletter_once_per_region"),
            models.CheckConstraint(
                condition=Q(due_day__range=(1, 28), due_hour__lte=23),
                name="newsletter_due_every_month",
                violation_error_message=_("Choose a day from 1 to 28 and an hour from 0 to 23."),
            ),
        )

    def __str__(self):
        return said(self.text("title"))

    @property
    def code(self) -> str:
        """The code of its region, or "world"."""
        return self.region.code if self.region else WORLD


class IssueState(models.TextChoices):
    DRAFT = "draft", _("draft")
    READY = "ready", _("ready to send")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")


class HeldBack(models.TextChoices):
    """Why a scheduled sending did not begin."""

    MISSED = "missed", _("missed by more than an hour")
    CHECKS = "checks", _("did not pass the checks any more")


class IssueQuerySet(TranslatableQuerySet):
    def sent(self):
        return self.filter(state__in=(IssueState.SENDING, IssueState.SENT))

    def public(self):
        """The archive: what has been sent, whole."""
        return self.filter(state=IssueState.SENT)

    def standing_for(self, year: int, quarter: int | None = None):
        """Those of a year, or of a quarter and its months."""
        if quarter is None:
            return self.filter(period__startswith=f"{year}-")
        months = range(3 * quarter - 2, 3 * quarter + 1)
        return self.filter(
            period__in=(f"{year}-Q{quarter}", *(f"{year}-{month:02d}" for month in months))
        )

    def due_to_leave(self, now: datetime.datetime):
        """Those whose hour has come, and that are not under way yet."""
        return self.filter(state=IssueState.READY, scheduled_for__lte=now)

    def newest_first(self):
        return self.order_by("-covers_until", "symbol")

    def editable_by(self, user: User):
        standing = user.standing
        if standing.is_secretariat:
            return self
        return self.filter(newsletter__region__in=standing.regions)


class Issue(Translatable):
    """One letter, in three languages, drafted from what happened in its period."""

    translated_fields = ("subject", "lead", "preheader")
    # Without one, mail programs show the first titles beside the subject.
    may_stay = ("preheader",)

    newsletter = models.ForeignKey(
        Newsletter, models.PROTECT, related_name="issues", verbose_name=_("newsletter")
    )
    period = models.CharField(_("period"), max_length=7, validators=(valid_period,))
    covers_from = models.DateField(_("tells of the days from"), editable=False)
    covers_until = models.DateField(_("until"), editable=False)
    symbol = models.CharField(_("symbol"), max_length=20, unique=True, editable=False)
    subject = models.CharField(_("subject"), max_length=150)
    lead = models.TextField(_("opening text"), blank=True)
    preheader = models.CharField(
        _("preview line"),
        max_length=140,
        blank=True,
        help_text=_("What mail programs show beside the subject; empty: the first titles."),
    )
    state = models.CharField(
        _("state"), max_length=8, choices=IssueState, default=IssueState.DRAFT, editable=False
    )
    drafted_at = models.DateTimeField(_("drafted on"), default=timezone.now, editable=False)
    holder = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    ready_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    ready_as = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="Fingerprint of all that was said when the issue was declared ready.",
    )
    # A second person, where the letter needs one.
    approved_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    scheduled_for = models.DateTimeField(_("leaves on"), null=True, editable=False)
    scheduled_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # The last scheduled sending that did not begin: why, and when it was to be.
    held_back = models.CharField(max_length=6, choices=HeldBack, blank=True, editable=False)
    held_back_from = models.DateTimeField(null=True, editable=False)
    sending_since = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent on"), null=True, editable=False)

    objects = TranslatableManager.from_queryset(IssueQuerySet)()

    class Meta:
        ordering = ("-covers_until", "symbol")
        verbose_name = _("issue of a newsletter")
        verbose_name_plural = _("issues of newsletters")
        constraints = (
            models.UniqueConstraint(
                fields=("newsletter", "period"),
                name="issue_once_per_period",
                violation_error_message=_("There is already an issue for this period."),
            ),
            models.CheckConstraint(
                condition=Q(period__regex=r"^\d{4}-(Q[1-4]|0[1-9]|1[0-2])$"),
                name="issue_period_is_a_month_or_quarter",
                violation_error_message=_(
                    "A period is a quarter, such as 2026-Q3, or a month, such as 2026-08."
                ),
            ),
            models.CheckConstraint(
                condition=Q(covers_until__gte=F("covers_from")),
                name="issue_ends_after_it_begins",
                violation_error_message=_("The end must not come before the beginning."),
            ),
            models.CheckConstraint(
                condition=Q(scheduled_for__isnull=True) | ~Q(state="draft"),
                name="issue_scheduled_once_it_is_ready",
            ),
        )

    def __str__(self):
        return said(self.text("subject"), before=f"{self.symbol} ")

    def get_absolute_url(self):
        return reverse("publications:issue", kwargs={"symbol": self.dashed_symbol})

    @property
    def dashed_symbol(self) -> str:
        return self.symbol.replace("/", "-")

    @property
    def number(self) -> int:
        """Its number within the year, the last part of its symbol."""
        return int(self.symbol.rsplit("/", 1)[1])

    @property
    def region(self) -> Region | None:
        return self.newsletter.region

    @property
    def stands_for(self) -> Period:
        """The month or quarter that its period names."""
        return Period.parse(self.period)

    @property
    def span(self) -> Span:
        """The days it tells of."""
        return Span(self.covers_from, self.covers_until)

    @property
    def is_scheduled(self) -> bool:
        return self.state == IssueState.READY and self.scheduled_for is not None

    @property
    def needs_second_person(self) -> bool:
        """The letter of the world speaks for all regions: two people look at it."""
        return self.region is None

    @property
    def is_editable(self) -> bool:
        return self.state in (IssueState.DRAFT, IssueState.READY)

    # An issue whose sending has not begun has none.

    @property
    def is_paused(self) -> bool:
        return hasattr(self, "sending") and self.sending.is_paused

    @property
    def is_cancelled(self) -> bool:
        """Whether some of its readers did not receive it because the rest was cancelled."""
        return hasattr(self, "sending") and self.sending.is_cancelled


class IssueBlock(Part, Translatable):
    """A free text of the editor in a letter: a heading and prose with links and pictures.

    It stands before the sections or after them, in the order of ``position``.
    """

    class Place(models.TextChoices):
        OPENING = "opening", _("before the sections")
        CLOSING = "closing", _("after the sections")

    translated_fields = ("title", "body")

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="blocks", verbose_name=_("issue"))
    place = models.CharField(_("place"), max_length=8, choices=Place, default=Place.OPENING)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    title = models.CharField(_("title"), max_length=150)
    body = ProseField(_("text"))

    objects = TranslatableManager()

    class Meta:
        ordering = ("issue", "place", "position", "pk")
        verbose_name = _("block of an issue")
        verbose_name_plural = _("blocks of issues")
        constraints = (
            models.CheckConstraint(
                condition=Part.somewhere(),
                name="issue_block_in_some_language",
                violation_error_message=_("It must be in the letter of at least one language."),
            ),
        )

    def __str__(self):
        return said(self.text("title"))


# Which column of an item points to what its section tells of. An app registers a section in
# portal.lib.sections; the column is added here, since this app stands above all that have data.
# A column of its own lets the database keep what is told of: it cascades, joins and can be merged,
# which a pair of type and number cannot.
POINTERS = {
    "emerging": "emerging_issue",
    "publications": "publication",
    "events": "event",
    "members": "organisation",
}


def holds_what_its_section_tells_of() -> Q:
    """The pointer of the section is set, and no other one."""
    fields = dict.fromkeys(POINTERS.values())
    cases = (
        Q(section=code, **{f"{field}__isnull": field != own for field in fields})
        for code, own in POINTERS.items()
    )
    return reduce(or_, cases)


class IssueItem(Part):
    """One thing an issue tells of; the thing itself carries its languages."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="items")
    section = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField(default=0)
    emerging_issue = models.ForeignKey(EmergingIssue, models.CASCADE, null=True, blank=True)
    publication = models.ForeignKey(Publication, models.CASCADE, null=True, blank=True)
    event = models.ForeignKey(Event, models.CASCADE, null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True)

    class Meta:
        ordering = ("issue", "section", "position", "pk")
        verbose_name = _("item of an issue")
        verbose_name_plural = _("items of issues")
        constraints = (
            models.CheckConstraint(
                condition=holds_what_its_section_tells_of(),
                name="issue_item_is_what_its_section_holds",
            ),
            models.CheckConstraint(condition=Part.somewhere(), name="issue_item_in_some_language"),
        )

    def __str__(self):
        return f"{self.issue.symbol} {self.section} {self.position}"

    @property
    def told_pk(self):
        """The key of what it tells of."""
        return getattr(self, f"{POINTERS[self.section]}_id")

    @property
    def subject(self) -> models.Model:
        """The publication, event, organisation … told of."""
        return getattr(self, POINTERS[self.section])

    @subject.setter
    def subject(self, record: models.Model):
        setattr(self, POINTERS[self.section], record)
