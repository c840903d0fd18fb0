"""Documents that the secretariat puts into the members' area; no public address leads to them."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from members.models.categories import Category
from members.models.organisations import STANDING, Organisation
from members.models.people import User
from portal.lib.files import SUFFIXES
from portal.lib.said import said
from portal.lib.translations import (
    LANGUAGES,
    Language,
    Translatable,
    TranslatableManager,
    TranslatableQuerySet,
)
from regions.models import Region

# The last part of the address of a file that serves all languages.
ALL_LANGUAGES = "all"


class Audience(models.TextChoices):
    EVERYBODY = "everybody", _("all members")
    CATEGORY = "category", _("one category")
    REGION = "region", _("one region")
    ORGANISATION = "organisation", _("one organisation")


def audience_is_named() -> Q:
    """The condition that a document names what its audience asks for, and nothing else."""
    named = ("category", "region", "organisation")
    condition = Q(audience=Audience.EVERYBODY, **{f"{name}__isnull": True for name in named})
    for one in named:
        condition |= Q(audience=one, **{f"{name}__isnull": name != one for name in named})
    return condition


class DocumentQuerySet(TranslatableQuerySet):
    def open(self):
        """Not withdrawn, and until their last day."""
        today = timezone.localdate()
        within = Q(until__isnull=True) | Q(until__gte=today)
        return self.filter(within, withdrawn_at__isnull=True)

    def visible_to(self, user: User):
        """Open documents for the organisations a person acts for. What is for many is for members
        in good standing; what is for one organisation alone, for it whatever its status."""
        own = user.standing.organisations
        members = [one for one in own if one.status in STANDING]
        regions = Region.objects.filter(
            Q(countries__organisations__in=members) | Q(organisations__in=members)
        )
        audience = Q(audience=Audience.ORGANISATION, organisation__in=own)
        if members:
            categories = [one.category_id for one in members]
            audience |= Q(audience=Audience.EVERYBODY)
            audience |= Q(audience=Audience.CATEGORY, category__in=categories)
            audience |= Q(audience=Audience.REGION, region__in=regions.values("pk"))
        return self.open().filter(audience)

    def run_by(self, user: User):
        """Those a person may change at the desk: an executive those for the own region and for
        its organisations; all for the secretariat."""
        if user.standing.is_secretariat:
            return self
        organisations = Organisation.objects.run_by(user).values("pk")
        return self.filter(
            Q(audience=Audience.REGION, region__in=user.standing.regions)
            | Q(audience=Audience.ORGANISATION, organisation__in=organisations)
        )

    def with_new(self, user: User):
        """Each with ``is_new``: whether the person has not opened it since it last changed."""
        opened = DocumentOpening.objects.filter(
            document=OuterRef("pk"), person=user, opened_at__gte=OuterRef("changed_at")
        )
        return self.annotate(is_new=~Exists(opened))

    def newest_first(self):
        return self.order_by("-changed_at", "-pk")


class Document(Translatable):
    """A document for members, as a file per language or as one for all languages."""

    translated_fields = ("title",)

    title = models.CharField(_("title"), max_length=200)
    audience = models.CharField(
        _("for"), max_length=12, choices=Audience, default=Audience.EVERYBODY
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, verbose_name=_("category")
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="member_documents",
        null=True,
        blank=True,
        verbose_name=_("region"),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="documents",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day on which it is shown.")
    )
    put_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    put_at = models.DateTimeField(_("added on"), default=timezone.now, editable=False)
    # When a file or the audience last changed: it is then new to everybody again.
    changed_at = models.DateTimeField(_("changed on"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn on"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )

    objects = TranslatableManager.from_queryset(DocumentQuerySet)()

    class Meta:
        ordering = ("-put_at", "-pk")
        verbose_name = _("document for members")
        verbose_name_plural = _("documents for members")
        constraints = (
            models.CheckConstraint(
                condition=audience_is_named(),
                name="document_names_its_audience",
                violation_error_message=_("Say for whom the document is."),
            ),
        )

    def __str__(self):
        return said(self.text("title"))

    @property
    def is_open(self) -> bool:
        ended = self.until is not None and self.until < timezone.localdate()
        return self.withdrawn_at is None and not ended

    @property
    def addressee(self) -> str:
        """For whom it is, in words."""
        named = self.category or self.region or self.organisation
        return str(named) if named else self.get_audience_display()

    @property
    def files_in_order(self) -> list["DocumentFile"]:
        """The one for all languages, then those of each, from what was prefetched."""
        order = ("", *LANGUAGES)
        return sorted(self.files.all(), key=lambda file: order.index(file.language))


def document_path(instance: "DocumentFile", filename: str) -> str:
    """A name that nobody guesses; the one it came with is never trusted."""
    suffix = SUFFIXES.get(instance.media_type, "")
    return f"documents/{timezone.now():%Y}/{get_random_string(20)}{suffix}"


class DocumentFile(models.Model):
    """The file itself; without a language it is for readers of all of them."""

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="files", verbose_name=_("document")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True)
    file = models.FileField(_("file"), upload_to=document_path, max_length=200)
    media_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(_("size"), default=0, editable=False)
    pages = models.PositiveIntegerField(_("pages"), default=0, editable=False)
    is_tagged = models.BooleanField(_("tagged"), default=False, editable=False)
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        ordering = ("language",)
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = (
            models.UniqueConstraint(
                fields=("document", "language"), name="document_file_once_per_language"
            ),
        )

    def __str__(self):
        return f"{self.document} {self.language}"

    def get_absolute_url(self):
        return self._address("space_document")

    @property
    def kind(self) -> str:
        return SUFFIXES.get(self.media_type, ".")[1:].upper()

    @property
    def address_language(self) -> str:
        return self.language or ALL_LANGUAGES

    @property
    def desk_url(self) -> str:
        return self._address("desk_document_file")

    def _address(self, name: str) -> str:
        arguments = {"pk": self.document_id, "file_language": self.address_language}
        return reverse(f"members:{name}", kwargs=arguments)


class DocumentOpening(models.Model):
    """When a person last opened a document: what changed since then is new to them."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="openings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("opening of a document")
        verbose_name_plural = _("openings of documents")
        constraints = (
            models.UniqueConstraint(
                fields=("document", "person"), name="document_opening_once_a_person"
            ),
        )

    def __str__(self):
        return f"{self.document_id} {self.person_id}"
