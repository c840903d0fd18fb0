"""The library: publications with a symbol, in three languages."""

import datetime
from collections.abc import Iterable

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, User
from portal.lib.addresses import Addressed, AddressedQuerySet
from portal.lib.changes import announce
from portal.lib.prose import ProseField
from portal.lib.said import said
from portal.lib.text import sort_key
from portal.lib.translations import (
    LANGUAGES,
    Translatable,
    TranslatableManager,
    TranslatableQuerySet,
)
from programme.models import Axis, Challenge, Level
from publications.models.series import Series
from regions.models import Country, Region

# A symbol is part of addresses: \d would let digits of other scripts through, and $ a line's end.
SYMBOL = r"^P/[0-9]{4}/[0-9]{2,4}\Z"
DOI = r"^10\.[0-9]{4,9}/[!-~]+\Z"


class Access(models.TextChoices):
    PUBLIC = "public", _("everybody")
    MEMBERS = "members", _("members")
    SECRETARIAT = "secretariat", _("secretariat")


class PublicationState(models.TextChoices):
    """The editorial life of a text. Only what is published is shown to readers, so that no
    page changes by the passing of time alone: the schedule publishes what was scheduled."""

    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("in review")
    SENT_BACK = "sent_back", _("sent back")
    SCHEDULED = "scheduled", _("to appear")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Ground(models.TextChoices):
    """Why a text was taken back, as its readers are told, in their language."""

    ERROR = "error", _("It held errors.")
    SUPERSEDED = "superseded", _("A later text takes its place.")
    RIGHTS = "rights", _("The rights of others stood against it.")
    WISH = "wish", _("Its authors have asked for it.")
    SAFETY = "safety", _("It could have put people at risk.")
    OTHER = "other", _("No reason is given.")


# What may still be renamed: no reader has seen it.
UNSEEN = (
    PublicationState.DRAFT,
    PublicationState.PROPOSED,
    PublicationState.SENT_BACK,
)


class PublicationQuerySet(AddressedQuerySet, TranslatableQuerySet):
    def published(self):
        return self.filter(state=PublicationState.PUBLISHED)

    def due(self, now: datetime.datetime):
        """Scheduled texts whose moment has come."""
        return self.filter(state=PublicationState.SCHEDULED, appears_at__lte=now)

    def at_desk(self):
        """All but what an organisation is still writing, which is nobody else's business."""
        return self.exclude(state=PublicationState.DRAFT, proposed_for__isnull=False)

    def proposed_by_one_of(self, organisations):
        return self.filter(proposed_for__in=[organisation.pk for organisation in organisations])

    def in_review(self):
        return self.filter(state=PublicationState.PROPOSED)

    def taken_back(self):
        """What the public has seen and can read no more: its address says so, and why."""
        return self.filter(state=PublicationState.WITHDRAWN, announced_at__isnull=False).exclude(
            access=Access.SECRETARIAT
        )

    def public(self):
        """Published texts an anonymous reader can open."""
        return self.published().filter(access=Access.PUBLIC)

    def announced(self):
        """What a public address admits to: a members' text shows its title and summary."""
        return self.published().exclude(access=Access.SECRETARIAT)

    def called(self, symbol: str):
        """The one with this symbol, as an address writes it or as it is printed."""
        return self.filter(symbol=symbol.replace("-", "/").upper())

    def in_region(self, region: Region):
        return self.filter(regions=region)

    def of_organisations(self, organisations: Iterable[Organisation]):
        """Those that any of them contributed to, once for each, whose primary key is their
        ``organisation_id``."""
        found = self.filter(organisations__in=organisations)
        return found.annotate(organisation_id=F("organisations"))

    def in_series(self, series: Series):
        return self.filter(series=series)

    def on_axis(self, axis: Axis):
        return self.filter(axes=axis)

    def dated_between(self, first: datetime.date, last: datetime.date):
        return self.filter(published_on__range=(first, last))

    def newest_first(self):
        return self.order_by("-published_on", "-pk")

    def newest_placed_under(self, key: object):
        """The announced ones among these that are placed under a value, newest first.

        Read from the placements one by one, so that the first few of a million cost no more
        than the first few of ten. ``key`` may be an expression.
        """
        placed = self.filter(placements__key=key)
        return placed.order_by("-placements__day", "-placements__publication_id")

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
            return self.at_desk()
        if not standing.is_mandated:
            return self.public()
        readable = Q(state=PublicationState.PUBLISHED)
        allowed = self.at_desk().exclude(access=Access.SECRETARIAT)
        return allowed.filter(readable | Q(regions__in=standing.regions)).distinct()

    def editable_by(self, user: User):
        """The secretariat edits all texts, a regional executive those of the region alone; what an
        organisation has not sent yet is its own."""
        standing = user.standing
        if standing.is_secretariat:
            return self.at_desk()
        own = self.at_desk().filter(regions__in=standing.regions).exclude(access=Access.SECRETARIAT)
        return own.exclude(
            regions__in=Region.objects.exclude(pk__in=[r.pk for r in standing.regions])
        ).distinct()

    def for_leads(self):
        """What language leads may read and translate: drafts too, but neither the secretariat's
        own texts nor what was taken back."""
        ours = self.at_desk().exclude(access=Access.SECRETARIAT)
        return ours.exclude(state=PublicationState.WITHDRAWN)

    def translatable_into(self, language: str):
        """What a lead of the language may translate, which its originals are not."""
        return self.for_leads().exclude(original_language=language)

    def delete(self):
        """Their files leave the storage, and whoever listens hears of it, as of a single one."""
        going = list(self)
        for publication in going:
            publication.files.all().forget_on_commit()
        result = super().delete()
        announce(*going)
        return result

    # Of a set of rows alone, as Django's own.
    delete.queryset_only = True
    delete.alters_data = True


# Columns of a publication that publications.shelving writes.
KEPT_BY_OTHERS = {"id", "shelf", "counted"}


class Publication(Addressed, Translatable):
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
    address_field = "symbol"

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
    body = ProseField(_("text"), blank=True)
    authors = models.CharField(
        _("authors"),
        max_length=500,
        blank=True,
        editable=False,
        help_text="As printed, separated by semicolons; written by publications.credits.",
    )
    series = models.ForeignKey(
        Series,
        models.PROTECT,
        related_name="publications",
        null=True,
        blank=True,
        verbose_name=_("series"),
    )
    number_in_series = models.CharField(
        _("number in the series"), max_length=20, blank=True, help_text=_("For example 12, or 4/2.")
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
    challenges = models.ManyToManyField(
        Challenge, related_name="publications", blank=True, verbose_name=_("challenges")
    )
    licence = models.CharField(_("licence"), max_length=40, default="CC BY 4.0", blank=True)
    doi = models.CharField(
        "DOI",
        max_length=100,
        blank=True,
        validators=(
            RegexValidator(
                DOI,
                _("A DOI begins with 10. and has a stroke, for example 10.1234/abc."),
                code="wrong_doi",
            ),
        ),
        help_text=_("Without https://doi.org/, for example 10.1234/abc."),
    )
    references = models.TextField(_("references"), blank=True, help_text=_("One on each line."))
    last_reviewed_on = models.DateField(_("last review"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="replaces",
        null=True,
        blank=True,
        verbose_name=_("replaced by"),
        help_text=_("The text that is in force instead of this one."),
    )
    proposed_by = models.ForeignKey(
        User,
        models.SET_NULL,
        related_name="proposed_publications",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("proposed by"),
    )
    proposed_for = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        related_name="proposed_publications",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("proposed for"),
    )
    appears_at = models.DateTimeField(
        _("appears on"), null=True, blank=True, editable=False, help_text="When it is scheduled."
    )
    announced_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the public first saw that it exists."
    )
    withdrawn_at = models.DateTimeField(_("withdrawn on"), null=True, blank=True, editable=False)
    withdrawn_because = models.CharField(
        _("what readers are told"), max_length=10, choices=Ground, blank=True, editable=False
    )
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    # What a list shows and sorts by, kept on the row so that a page of it is one query.
    sort_fr = models.CharField(max_length=400, default="", editable=False)
    sort_en = models.CharField(max_length=400, default="", editable=False)
    sort_es = models.CharField(max_length=400, default="", editable=False)
    shelf = models.JSONField(default=dict, editable=False, help_text="See publications.shelving.")
    counted = models.JSONField(
        default=list, editable=False, help_text="What it adds to the counts of the public list."
    )

    objects = TranslatableManager.from_queryset(PublicationQuerySet)()

    class Meta:
        ordering = ("-published_on", "-pk")
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        indexes = (
            models.Index(
                fields=("-published_on", "-id"),
                condition=Q(state="published"),
                include=("access", "kind", "level"),
                name="publication_newest",
            ),
            # A harvest goes by the last change, over what the public was ever told of.
            models.Index(
                fields=("changed_at", "id"),
                condition=Q(announced_at__isnull=False),
                name="publication_harvested",
            ),
            *(
                models.Index(
                    fields=(f"sort_{code}", "id"),
                    condition=Q(state="published"),
                    name=f"publication_by_title_{code}",
                )
                for code in LANGUAGES
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
        return said(self.text("title"), before=f"{self.symbol} ")

    def follow_texts(self):
        """Each language sorts by the title its readers are shown, in its own alphabet."""
        for code in LANGUAGES:
            setattr(self, f"sort_{code}", sort_key(self.text("title", code).value, code))

    def save(self, *args, **kwargs):
        self.changed_at = timezone.now()
        if self.is_announced and self.announced_at is None:
            self.announced_at = self.changed_at
        if kwargs.get("update_fields") is None and not self._state.adding:
            # What others keep on the row is never put back to what this copy of it has seen.
            names = {field.name for field in self._meta.concrete_fields} - KEPT_BY_OTHERS
            kwargs["update_fields"] = names - self.get_deferred_fields()
        if (update_fields := kwargs.get("update_fields")) is not None:
            sort_keys = {f"sort_{code}" for code in LANGUAGES}
            kwargs["update_fields"] = {*update_fields, *sort_keys, "announced_at", "changed_at"}
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        self.files.all().forget_on_commit()
        return super().delete(*args, **kwargs)

    @classmethod
    def with_open_address(cls):
        return cls.objects.announced()

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
        return self.state == PublicationState.PUBLISHED

    @property
    def is_announced(self) -> bool:
        """Whether a public address admits that it exists."""
        return self.is_published and self.access != Access.SECRETARIAT

    @property
    def is_in_force(self) -> bool:
        """Of a position: whether it is what the network says today."""
        return self.is_published and self.replaced_by_id is None

    @property
    def is_unsent(self) -> bool:
        """Whether an organisation is still writing it."""
        return self.state == PublicationState.DRAFT and self.proposed_for_id is not None

    @property
    def is_public(self) -> bool:
        return self.is_published and self.access == Access.PUBLIC
