"""The library: publications with a symbol, in three languages."""

import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, User
from portal.lib.translations import (
    LANGUAGES,
    Translatable,
    TranslatableManager,
    TranslatableQuerySet,
)
from programme.models import Axis, Level
from regions.models import Country, Region

# A symbol is part of addresses: \d would let digits of other scripts through, and $ a line's end.
SYMBOL = r"^P/[0-9]{4}/[0-9]{2,4}\Z"


class Access(models.TextChoices):
    PUBLIC = "public", _("everybody")
    MEMBERS = "members", _("members")
    SECRETARIAT = "secretariat", _("secretariat")


class PublicationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class PublicationQuerySet(TranslatableQuerySet):
    def published(self):
        return self.filter(state=PublicationState.PUBLISHED, published_on__lte=timezone.localdate())

    def public(self):
        """Published texts an anonymous reader can open."""
        return self.published().filter(access=Access.PUBLIC)

    def announced(self):
        """What a public address admits to: a members' text shows its title and summary."""
        return self.published().exclude(access=Access.SECRETARIAT)

    def in_region(self, region: Region):
        return self.filter(regions=region)

    def on_axis(self, axis: Axis):
        return self.filter(axes=axis)

    def dated_between(self, first: datetime.date, last: datetime.date):
        return self.filter(published_on__range=(first, last))

    def newest_first(self):
        return self.order_by("-published_on", "-symbol")

    def mentioning(self, words: str):
        """Those whose title or symbol holds all the words, whatever the language and accents."""
        return self.holding(words, plain=("symbol",), fields=("title",))

    def visible_to(self, user: User):
        """What the user may read: the secretariat all, members all but the secretariat's.

        A regional executive reads the region's drafts too. Somebody whose mandates have all
        ended reads what everybody reads.
        """
        standing = user.standing
        if standing.is_secretariat:
            return self
        if not standing.is_mandated:
            return self.public()
        readable = Q(state=PublicationState.PUBLISHED, published_on__lte=timezone.localdate())
        allowed = self.exclude(access=Access.SECRETARIAT)
        return allowed.filter(readable | Q(regions__in=standing.regions)).distinct()

    def editable_by(self, user: User):
        """The secretariat edits all texts, a regional executive those of the region alone."""
        standing = user.standing
        if standing.is_secretariat:
            return self
        own = self.filter(regions__in=standing.regions).exclude(access=Access.SECRETARIAT)
        return own.exclude(
            regions__in=Region.objects.exclude(pk__in=[r.pk for r in standing.regions])
        ).distinct()

    def for_leads(self):
        """What language leads may read and translate: drafts too, but neither the secretariat's
        own texts nor what was taken back."""
        return self.exclude(access=Access.SECRETARIAT).exclude(state=PublicationState.WITHDRAWN)

    def translatable_into(self, language: str):
        """What a lead of the language may translate, which its originals are not."""
        return self.for_leads().exclude(original_language=language)


class Publication(Translatable):
    """A document of the network. Its symbol names it in any language, as at the UN."""

    class Kind(models.TextChoices):
        REPORT = "report", _("report")
        POSITION = "position", _("position paper")
        POLICY_NOTE = "policy_note", _("policy note")
        PRACTICE_NOTE = "practice_note", _("good-practice note")
        SPEECH = "speech", _("speech")
        PROCEEDINGS = "proceedings", _("conference proceedings")
        JOURNAL = "journal", _("journal issue")
        HANDBOOK = "handbook", _("handbook")

    translated_fields = ("title", "summary", "body")

    symbol = models.CharField(
        _("symbol"),
        max_length=20,
        unique=True,
        validators=(
            RegexValidator(
                SYMBOL,
                _("A symbol is written P/year/number, for example P/2026/14."),
                code="wrong_symbol",
            ),
        ),
        error_messages={"unique": _("Another publication already has this symbol.")},
        help_text=_("P/year/number, for example P/2026/14."),
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    title = models.CharField(_("title"), max_length=250)
    summary = models.TextField(_("summary"), blank=True)
    body = models.TextField(_("text"), blank=True)
    authors = models.CharField(
        _("authors"), max_length=250, blank=True, help_text=_("Separated by semicolons.")
    )
    published_on = models.DateField(_("date"), default=timezone.localdate)
    state = models.CharField(
        _("state"), max_length=10, choices=PublicationState, default=PublicationState.DRAFT
    )
    access = models.CharField(_("open to"), max_length=12, choices=Access, default=Access.PUBLIC)
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.WORLD)
    axes = models.ManyToManyField(
        Axis, related_name="publications", blank=True, verbose_name=_("axes")
    )
    regions = models.ManyToManyField(
        Region, related_name="publications", blank=True, verbose_name=_("regions")
    )
    countries = models.ManyToManyField(
        Country, related_name="publications", blank=True, verbose_name=_("countries")
    )
    organisations = models.ManyToManyField(
        Organisation,
        related_name="publications",
        blank=True,
        verbose_name=_("contributing organisations"),
    )
    licence = models.CharField(_("licence"), max_length=40, default="CC BY 4.0", blank=True)

    objects = TranslatableManager.from_queryset(PublicationQuerySet)()

    class Meta:
        ordering = ("-published_on", "-symbol")
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        indexes = (
            models.Index(
                fields=("state", "access", "-published_on"), name="publication_public_newest"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(symbol__regex=SYMBOL),
                name="publication_symbol_is_well_formed",
                violation_error_message=_(
                    "A symbol is written P/year/number, for example P/2026/14."
                ),
            ),
        )

    def __str__(self):
        return f"{self.symbol} {self.text('title').value}"

    def get_absolute_url(self):
        return reverse("publications:detail", kwargs={"symbol": self.dashed_symbol})

    @property
    def dashed_symbol(self) -> str:
        """The symbol as it stands in an address: P-2026-14."""
        return self.symbol.replace("/", "-")

    @property
    def permanent_path(self) -> str:
        return f"/id/{self.dashed_symbol}"

    @property
    def files_in_order(self) -> list:
        """The files in the fixed order of the languages, from those that were prefetched."""
        return sorted(self.files.all(), key=lambda file: LANGUAGES.index(file.language))

    @property
    def is_published(self) -> bool:
        return (
            self.state == PublicationState.PUBLISHED and self.published_on <= timezone.localdate()
        )

    @property
    def is_public(self) -> bool:
        return self.is_published and self.access == Access.PUBLIC
