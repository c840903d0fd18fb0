"""Applications for membership: what was sent, by whom, and everything that happened to it."""

import datetime
import uuid
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from members.models.categories import Category
from members.models.facets import Facet
from members.models.mandates import MandateKind
from members.models.organisations import Organisation
from members.models.people import User
from members.models.questions import Question, QuestionKind, QuestionOption
from portal.lib.files import SUFFIXES
from portal.lib.translations import Language
from regions.models import Country, Region

# A draft that nobody has touched for so long is erased with its files.
DRAFT_DAYS = 30


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("being prepared")
    SUBMITTED = "submitted", _("received")
    ADVISED = "advised", _("advice given")
    MORE_ASKED = "more_asked", _("more is asked")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("not accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")


# What the applicant may change, what somebody has to see to, and what is over.
EDITABLE = (ApplicationState.DRAFT, ApplicationState.MORE_ASKED)
UNDER_REVIEW = (ApplicationState.SUBMITTED, ApplicationState.ADVISED)
OPEN = (*UNDER_REVIEW, ApplicationState.MORE_ASKED)
CLOSED = (ApplicationState.ACCEPTED, ApplicationState.REFUSED, ApplicationState.WITHDRAWN)

# From where to where an application can go. An acceptance can be taken back for a while.
STEPS = {
    ApplicationState.DRAFT: {ApplicationState.SUBMITTED},
    ApplicationState.SUBMITTED: {
        ApplicationState.ADVISED,
        ApplicationState.MORE_ASKED,
        ApplicationState.ACCEPTED,
        ApplicationState.REFUSED,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.ADVISED: {
        ApplicationState.MORE_ASKED,
        ApplicationState.ACCEPTED,
        ApplicationState.REFUSED,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.MORE_ASKED: {
        ApplicationState.SUBMITTED,
        ApplicationState.REFUSED,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.ACCEPTED: {ApplicationState.SUBMITTED, ApplicationState.ADVISED},
    ApplicationState.REFUSED: set(),
    ApplicationState.WITHDRAWN: set(),
}


class ApplicationQuerySet(models.QuerySet):
    def drafts(self):
        return self.filter(state=ApplicationState.DRAFT)

    def sent(self):
        """All that the network has received, whatever became of it."""
        return self.exclude(state=ApplicationState.DRAFT)

    def open(self):
        return self.filter(state__in=OPEN)

    def under_review(self):
        """Those that wait for the region or the secretariat, and not for the applicant."""
        return self.filter(state__in=UNDER_REVIEW)

    def in_region(self, region: Region):
        return self.filter(self._in_regions((region,))).distinct()

    def run_by(self, user: User):
        """What the user sees at the desk: sent applications of the own region, or all of them.

        A draft is its author's affair, and nobody else sees it.
        """
        if user.standing.is_secretariat:
            return self.sent()
        return self.sent().filter(self._in_regions(user.standing.regions)).distinct()

    def forgotten(self, now: datetime.datetime):
        """Drafts that were left alone for too long."""
        return self.drafts().filter(touched_at__lt=now - datetime.timedelta(days=DRAFT_DAYS))

    def oldest_first(self):
        return self.order_by("submitted_at", "pk")

    @staticmethod
    def _in_regions(regions) -> Q:
        return Q(country__region__in=regions) | Q(country__isnull=True, regions__in=regions)


class Application(models.Model):
    """One organisation's wish to become a member, written in the language of its author.

    ``key`` stands in the applicant's cookie and signed links. Prose is in ``language``. ``client``
    is a keyed fingerprint of the address it was begun from, for the quota alone; it is emptied
    when the application is sent. ``sent_as`` is what was sent last, to tell what changed since.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="applications", verbose_name=_("category")
    )
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="applications",
        null=True,
        blank=True,
        verbose_name=_("country"),
    )
    regions = models.ManyToManyField(
        Region, related_name="applications", blank=True, verbose_name=_("regions of activity")
    )
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name of the organisation"), max_length=200, blank=True)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    description = models.TextField(_("what the organisation does"), blank=True)
    website = models.URLField(_("website"), blank=True)
    organisation_email = models.EmailField(_("public e-mail address"), blank=True)
    founded = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    member_count = models.PositiveIntegerField(
        _("number of its own members"), null=True, blank=True
    )
    facets = models.ManyToManyField(
        Facet,
        related_name="applications",
        blank=True,
        verbose_name=_("themes, populations and languages"),
    )
    asks_discretion = models.BooleanField(_("asks for a discreet membership"), default=False)
    begun_at = models.DateTimeField(_("begun on"), default=timezone.now)
    touched_at = models.DateTimeField(_("last change"), default=timezone.now)
    submitted_at = models.DateTimeField(_("received on"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed on"), null=True, blank=True)
    client = models.CharField(max_length=64, blank=True, editable=False)
    sent_as = models.JSONField(default=dict, blank=True, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        related_name="applications",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ("-begun_at", "-pk")
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = (
            models.CheckConstraint(
                condition=Q(state=ApplicationState.DRAFT) | Q(submitted_at__isnull=False),
                name="application_sent_has_its_day",
            ),
        )
        indexes = (
            models.Index(fields=("state", "submitted_at"), name="application_by_state"),
            models.Index(fields=("client", "begun_at"), name="application_by_client"),
        )

    def __str__(self):
        return self.name or str(self.key)

    @property
    def is_draft(self) -> bool:
        return self.state == ApplicationState.DRAFT

    @property
    def is_editable(self) -> bool:
        """Whether the applicant may change it now."""
        return self.state in EDITABLE

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_under_review(self) -> bool:
        return self.state in UNDER_REVIEW

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def region(self) -> Region | None:
        """The region of its country, else the first region it is active in."""
        if self.country_id:
            return self.country.region
        return next(iter(self.regions.all()), None)

    @property
    def expires_on(self) -> datetime.date:
        """The day a draft is erased unless somebody goes on with it."""
        return timezone.localdate(self.touched_at) + datetime.timedelta(days=DRAFT_DAYS)


class ApplicantRole(models.TextChoices):
    HEAD = MandateKind.HEAD.value, MandateKind.HEAD.label
    CONTACT = MandateKind.CONTACT.value, MandateKind.CONTACT.label


class ApplicationPerson(models.Model):
    """Who would act for the organisation: its head, and the two contacts that are asked for."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="people")
    kind = models.CharField(_("role"), max_length=20, choices=ApplicantRole)
    full_name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("application", "position", "pk")
        verbose_name = _("person of an applicant")
        verbose_name_plural = _("people of applicants")
        constraints = (
            models.UniqueConstraint(
                fields=("application", "position"), name="applicant_person_once_a_place"
            ),
            models.UniqueConstraint(
                fields=("application", "kind", "email"), name="applicant_person_once_a_role"
            ),
        )

    def __str__(self):
        return f"{self.full_name}, {self.get_kind_display()}"


class ApplicationAnswer(models.Model):
    """The answer to one question of the category.

    ``text`` holds what was written, or "yes" and "no"; ``option`` what was chosen.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    text = models.TextField(_("answer"), blank=True)
    option = models.ForeignKey(
        QuestionOption, models.PROTECT, null=True, blank=True, related_name="answers"
    )

    class Meta:
        ordering = ("question__position", "question")
        verbose_name = _("answer of an applicant")
        verbose_name_plural = _("answers of applicants")
        constraints = (
            models.UniqueConstraint(
                fields=("application", "question"), name="application_answers_once"
            ),
        )

    def __str__(self):
        return str(self.shown)

    @property
    def shown(self) -> str:
        """The answer in words, in the reader's language where it was chosen and not written."""
        if self.option_id:
            return str(self.option)
        if self.question.kind == QuestionKind.YES_NO and self.text:
            return str(_("yes") if self.text == "yes" else _("no"))
        return self.text


class DocumentKind(models.TextChoices):
    STATUTES = "statutes", _("statutes")
    REGISTRATION = "registration", _("proof of registration")
    REPORT = "report", _("yearly report")
    ACCOUNTS = "accounts", _("accounts")
    OTHER = "other", _("another document")


def document_path(instance: "ApplicationDocument", filename: str) -> str:
    """A folder for each application and a name nobody can guess; the given name is only shown."""
    suffix = SUFFIXES.get(instance.media_type) or PurePath(filename).suffix.lower()
    return f"applications/{instance.application.key}/{get_random_string(20)}{suffix}"


class ApplicationDocument(models.Model):
    """A file that came with an application. It is private: its applicant and the desk see it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    kind = models.CharField(
        _("kind"), max_length=12, choices=DocumentKind, default=DocumentKind.OTHER
    )
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(_("file"), upload_to=document_path, max_length=200)
    media_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(_("size"), default=0, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    added_at = models.DateTimeField(_("added on"), default=timezone.now)

    class Meta:
        ordering = ("application", "added_at", "pk")
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        constraints = (
            models.UniqueConstraint(
                fields=("application", "digest"), name="application_document_once"
            ),
        )

    def __str__(self):
        return self.name


class ApplicationEventKind(models.TextChoices):
    SUBMITTED = "submitted", _("Application received")
    ADVISED = "advised", _("Advice of the region")
    MORE_ASKED = "more_asked", _("More was asked")
    ANSWERED = "answered", _("Answer received")
    ACCEPTED = "accepted", _("Accepted")
    TAKEN_BACK = "taken_back", _("Decision taken back")
    REFUSED = "refused", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")
    NOTE = "note", _("Note")


class ApplicationEventQuerySet(models.QuerySet):
    def public(self, now: datetime.datetime | None = None):
        """What the applicant may see by now."""
        return self.filter(public_from__lte=now or timezone.now())

    def internal(self, now: datetime.datetime | None = None):
        not_yet = Q(public_from__gt=now or timezone.now())
        return self.filter(not_yet | Q(public_from__isnull=True))


class ApplicationEvent(models.Model):
    """Something that happened to an application: when, by whom, and who may know.

    ``state`` is the one it led to. The applicant sees an event from ``public_from`` on: at once,
    later (a decision that can still be taken back), or never when it is empty. ``text`` is for
    whoever sees the event.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="events")
    kind = models.CharField(_("event"), max_length=12, choices=ApplicationEventKind)
    state = models.CharField(_("state"), max_length=10, choices=ApplicationState)
    text = models.TextField(_("text"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("on"), default=timezone.now)
    public_from = models.DateTimeField(_("shown to the applicant from"), null=True, blank=True)

    objects = ApplicationEventQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("event of an application")
        verbose_name_plural = _("events of applications")
        constraints = (
            models.CheckConstraint(
                condition=Q(public_from__isnull=True) | Q(public_from__gte=F("at")),
                name="application_event_not_public_before_it_is",
            ),
        )

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
