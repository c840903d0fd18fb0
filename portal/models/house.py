"""What belongs to the whole house: the network's identity and its pages."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.addresses import Addressed, AddressedQuerySet, FormerAddress
from portal.lib.prose import ProseField
from portal.lib.said import said
from portal.lib.translations import (
    Language,
    Translatable,
    TranslatableManager,
    TranslatableQuerySet,
)
from regions.models import Region


class NetworkIdentity(Translatable):
    """Who the network is. There is one row, made by the first set-up."""

    translated_fields = ("name", "short_name", "motto", "introduction")
    stands_alone = ("name", "short_name")

    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("word for the logotype"), max_length=20)
    motto = models.CharField(_("motto"), max_length=200, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    sender = models.EmailField(_("sender of mails"), default="council@example.org")
    reply_to = models.EmailField(_("replies go to"), blank=True)
    postal_address = models.CharField(_("postal address"), max_length=250, blank=True)
    sending_paused = models.BooleanField(
        _("sending is paused"),
        default=False,
        help_text=_("No newsletter leaves while this is set, for example after a restore."),
    )

    objects = TranslatableManager()

    class Meta:
        verbose_name = _("identity of the network")
        verbose_name_plural = _("identity of the network")
        constraints = (
            models.CheckConstraint(condition=models.Q(pk=1), name="network_identity_is_one_row"),
        )

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)


class PageQuerySet(AddressedQuerySet, TranslatableQuerySet):
    pass


class Page(Addressed, Translatable):
    """A page the secretariat edits in three languages: about, help, privacy, accessibility."""

    translated_fields = ("title", "body")

    slug = models.SlugField(_("address"), unique=True)
    title = models.CharField(_("title"), max_length=150)
    body = ProseField(_("text"))
    updated_at = models.DateTimeField(_("changed on"), auto_now=True)

    objects = TranslatableManager.from_queryset(PageQuerySet)()

    class Meta:
        ordering = ("slug",)
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def __str__(self):
        return said(self.text("title"))

    def get_absolute_url(self):
        return reverse("portal:page", kwargs={"slug": self.slug})


class OldPageAddress(FormerAddress):
    """An address that a page had."""

    page = models.ForeignKey(
        Page, models.CASCADE, related_name="old_addresses", verbose_name=_("page")
    )

    class Meta:
        ordering = ("slug",)
        verbose_name = _("old address of a page")
        verbose_name_plural = _("old addresses of pages")
        constraints = (
            models.UniqueConstraint(fields=("slug", "page"), name="page_old_address_once"),
        )


class ContactMessageQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(answered_at__isnull=True)

    def visible_to(self, user):
        standing = user.standing
        return self if standing.is_secretariat else self.filter(region__in=standing.regions)


class ContactMessage(models.Model):
    """What a reader wrote from the contact page, waiting in the secretariat's queue."""

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("message"), max_length=5000)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    region = models.ForeignKey(
        Region,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("region"),
        help_text=_("Leave empty to write to the secretariat."),
    )
    received_at = models.DateTimeField(_("received on"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("answered on"), null=True, editable=False)

    objects = ContactMessageQuerySet.as_manager()

    class Meta:
        ordering = ("received_at", "pk")
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self):
        return self.subject

    def clean(self):
        if "\n" in self.subject:
            raise ValidationError({"subject": _("The subject is one line.")})


class Heartbeat(models.Model):
    """When the worker and the schedule were last alive."""

    class Kind(models.TextChoices):
        WORKER = "worker", _("worker")
        SCHEDULE = "schedule", _("schedule")

    kind = models.CharField(max_length=10, choices=Kind, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self):
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def record(cls, kind: str):
        cls.objects.update_or_create(kind=kind, defaults={"at": timezone.now()})


class Assignment(models.Model):
    """Who sees to one thing of the work queue. ``kind`` and ``key`` say which thing."""

    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(max_length=40)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="assignments",
        verbose_name=_("owner"),
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("given by"),
    )
    given_at = models.DateTimeField(_("given on"), default=timezone.now)

    class Meta:
        ordering = ("given_at", "pk")
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="one_owner_a_thing"),)

    def __str__(self):
        return f"{self.kind}:{self.key} → {self.person}"
