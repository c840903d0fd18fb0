"""The translation desk: drafts beside the records, who translates what by when, and the glossary.

A row names its text by kind and key (`portal.texts`), as an assignment does.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.jobs import Job, JobQuerySet
from portal.lib.translations import LANGUAGES, Language


class DraftState(models.TextChoices):
    WRITING = "writing", _("being written")
    WAITING = "waiting", _("waiting for approval")
    RETURNED = "returned", _("sent back")
    TAKEN = "taken", _("taken over")


class AboutText(models.Model):
    """A row about one text in one language."""

    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(max_length=40)
    language = models.CharField(_("language"), max_length=2, choices=Language)

    class Meta:
        abstract = True

    @property
    def place(self) -> tuple[str, str, str]:
        return self.kind, self.key, self.language


class TranslationDraftQuerySet(models.QuerySet):
    def open(self):
        """What is not yet in the records."""
        return self.exclude(state=DraftState.TAKEN)

    def taken(self):
        return self.filter(state=DraftState.TAKEN)

    def waiting(self):
        return self.filter(state=DraftState.WAITING)

    def of_text(self, kind: str, key: str, language: str):
        return self.filter(kind=kind, key=str(key), language=language)


class TranslationDraft(AboutText):
    """A translation on its way: nothing of it is in the record before it is taken over.

    ``source_texts`` are the original as it stood when the translator last looked at it, with its
    fingerprint. A taken draft stays, so that a later translator sees what has changed since.
    """

    texts = models.JSONField(_("texts"), default=dict)
    source_language = models.CharField(max_length=2, choices=Language)
    source = models.CharField(max_length=64)
    source_texts = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=8, choices=DraftState, default=DraftState.WRITING
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="translation_drafts",
        verbose_name=_("translator"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    # So many times it has been handed in: each round has its own mails.
    rounds = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(_("begun on"), default=timezone.now)
    saved_at = models.DateTimeField(_("saved on"), default=timezone.now)
    handed_in_at = models.DateTimeField(_("handed in on"), null=True)
    decided_at = models.DateTimeField(_("decided on"), null=True)

    objects = TranslationDraftQuerySet.as_manager()

    class Meta:
        ordering = ("-saved_at", "-pk")
        verbose_name = _("draft of a translation")
        verbose_name_plural = _("drafts of translations")
        indexes = (
            models.Index(fields=("kind", "key", "language"), name="translation_draft_of_text"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "key", "language"),
                condition=~Q(state=DraftState.TAKEN),
                name="one_open_draft_a_text",
            ),
        )

    def __str__(self):
        return f"{self.kind}:{self.key} {self.language} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state != DraftState.TAKEN

    @property
    def is_waiting(self) -> bool:
        return self.state == DraftState.WAITING


class TranslationTaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at__isnull=True)

    def of_person(self, person):
        return self.filter(person=person)

    def due_by(self, day):
        return self.open().filter(due_on__lte=day)


class TranslationTask(AboutText):
    """Who translates a text into a language, and by when."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="translation_tasks",
        verbose_name=_("translator"),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("given by"),
    )
    given_at = models.DateTimeField(_("given on"), default=timezone.now)
    done_at = models.DateTimeField(_("done on"), null=True)

    objects = TranslationTaskQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("translation to make")
        verbose_name_plural = _("translations to make")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "key", "language"),
                condition=Q(done_at__isnull=True),
                name="one_translator_a_text",
            ),
        )

    def __str__(self):
        return f"{self.kind}:{self.key} {self.language} → {self.person}"

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()


class MachineDrafting(Job):
    """Texts that a machine drafts in one language: chosen by somebody, each told as done or not."""

    language = models.CharField(_("language"), max_length=2, choices=Language)
    rows = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-queued_at", "-pk")
        verbose_name = _("drafting by a machine")
        verbose_name_plural = _("draftings by a machine")

    def __str__(self):
        return f"{self.language} {len(self.rows)} {self.state}"


class TermField(models.TextChoices):
    NETWORK = "network", _("the network")
    MEMBERSHIP = "membership", _("membership")
    PROGRAMME = "programme", _("programme")
    POLICY = "policy", _("social policy")
    PUBLISHING = "publishing", _("publications")


class TermQuerySet(models.QuerySet):
    def in_order(self, language: str):
        return self.order_by(f"word_{language}", "pk")


class Term(models.Model):
    """A term of the network in its three preferred forms.

    ``variants``: other forms that mean the same, one a line; they are found in a source, and are
    as good in a translation.
    """

    word_fr = models.CharField(_("French"), max_length=120)
    word_en = models.CharField(_("English"), max_length=120)
    word_es = models.CharField(_("Spanish"), max_length=120)
    variants_fr = models.TextField(_("other forms in French"), blank=True)
    variants_en = models.TextField(_("other forms in English"), blank=True)
    variants_es = models.TextField(_("other forms in Spanish"), blank=True)
    field = models.CharField(
        _("field"), max_length=12, choices=TermField, default=TermField.NETWORK
    )
    note = models.TextField(_("note"), blank=True, help_text=_("When it is used, and when not."))
    stays = models.BooleanField(
        _("is not translated"),
        default=False,
        help_text=_("A name that stays the same in every language."),
    )
    changed_at = models.DateTimeField(_("changed on"), auto_now=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ("word_en", "pk")
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = (
            models.UniqueConstraint(
                fields=("word_en", "field"),
                name="term_once_in_a_field",
                violation_error_message=_("This term is already in the glossary."),
            ),
        )

    def __str__(self):
        return self.word_en

    def word(self, language: str) -> str:
        return getattr(self, f"word_{language}")

    def forms(self, language: str) -> list[str]:
        """The preferred form and the others, in one language."""
        others = getattr(self, f"variants_{language}").splitlines()
        return [self.word(language), *(one.strip() for one in others if one.strip())]

    def words(self) -> list[tuple[str, str]]:
        return [(code, self.word(code)) for code in LANGUAGES]
