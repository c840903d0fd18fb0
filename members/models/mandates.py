"""Mandates: a person acts for an organisation, a region, a language or the secretariat."""

import datetime
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from members.models.organisations import STANDING, UNCONFIRMED_AFTER, Organisation
from portal.lib.translations import Language
from regions.models import Region

INVITATION_DAYS = 14
# Whoever acts for an organisation confirms it once a year, with one click.
CONFIRMED_FOR = datetime.timedelta(days=365)
# So many days after being asked the question is repeated.
REMINDED_AFTER = datetime.timedelta(days=30)


class MandateKind(models.TextChoices):
    HEAD = "head", _("head of the organisation")
    CONTACT = "contact", _("contact")
    FINANCE = "finance", _("dues and finance")
    VOTER = "voter", _("voting delegate")
    EXECUTIVE = "executive", _("regional executive")
    PRESIDENT = "president", _("regional president")
    LANGUAGE_LEAD = "language_lead", _("language lead")
    SECRETARIAT = "secretariat", _("secretariat")
    TREASURER = "treasurer", _("finance desk")


FOR_ORGANISATIONS = (
    MandateKind.HEAD,
    MandateKind.CONTACT,
    MandateKind.FINANCE,
    MandateKind.VOTER,
)
FOR_REGIONS = (MandateKind.EXECUTIVE, MandateKind.PRESIDENT)
FOR_THE_NETWORK = (MandateKind.SECRETARIAT, MandateKind.TREASURER)
# Whoever holds one of these has a desk, and shows a second factor before it opens.
WITH_SECOND_FACTOR = (MandateKind.EXECUTIVE, *FOR_THE_NETWORK)


def subject_matches_kind() -> Q:
    """The condition that a mandate's subject is the one its kind asks for, and no other."""
    none = Q(organisation__isnull=True)
    return (
        Q(kind__in=FOR_ORGANISATIONS, organisation__isnull=False, region__isnull=True, language="")
        | Q(kind__in=FOR_REGIONS, region__isnull=False, language="") & none
        | Q(kind=MandateKind.LANGUAGE_LEAD, region__isnull=True) & ~Q(language="") & none
        | Q(kind__in=FOR_THE_NETWORK, region__isnull=True, language="") & none
    )


class Subject(models.Model):
    """What a mandate or an invitation is for: exactly one of organisation, region, language."""

    kind = models.CharField(_("role"), max_length=20, choices=MandateKind)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="%(class)ss",
        null=True,
        blank=True,
        verbose_name=_("organisation"),
    )
    region = models.ForeignKey(
        Region,
        models.CASCADE,
        related_name="%(class)ss",
        null=True,
        blank=True,
        verbose_name=_("region"),
    )
    language = models.CharField(_("language"), max_length=2, choices=Language, blank=True)
    sees = models.ManyToManyField(
        Organisation,
        related_name="seen_by_%(class)ss",
        blank=True,
        verbose_name=_("discreet members it may see"),
        help_text=_("Only a language lead’s mandate names some: without it they are not shown."),
    )

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=subject_matches_kind(),
                name="%(class)s_is_for_what_its_kind_asks",
                violation_error_message=_(
                    "The role must go with an organisation, a region or a language, "
                    "as its kind asks."
                ),
            ),
        )


class MandateQuerySet(models.QuerySet):
    def current(self, day: datetime.date | None = None):
        day = day or timezone.localdate()
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)

    def planned(self, day: datetime.date | None = None):
        """Those that begin after the day."""
        return self.filter(since__gt=day or timezone.localdate())

    def current_or_planned(self, day: datetime.date | None = None):
        return self.filter(Q(until__isnull=True) | Q(until__gte=day or timezone.localdate()))

    def for_organisation(self, organisation: Organisation):
        return self.filter(organisation=organisation)

    def of_staff(self):
        """Of regions, languages and the network: whoever the secretariat invites itself."""
        return self.exclude(kind__in=FOR_ORGANISATIONS)

    def to_confirm(self):
        """Of members in good standing, held by people who can answer."""
        return self.filter(
            kind__in=FOR_ORGANISATIONS,
            organisation__status__in=STANDING,
            person__is_active=True,
        )

    def due_for_confirmation(self, day: datetime.date):
        """Not confirmed for a year, or held for a year without ever having been confirmed."""
        last_year = day - CONFIRMED_FOR
        fresh = Q(confirmed_at__date__gt=last_year) | Q(since__gt=last_year)
        return self.current(day).to_confirm().filter(asked_on__isnull=True).exclude(fresh)

    def asked(self):
        """Waiting for the yearly answer."""
        return self.filter(asked_on__isnull=False)

    def unconfirmed(self, day: datetime.date):
        """Asked so long ago that somebody should look."""
        return self.current(day).to_confirm().filter(asked_on__lte=day - UNCONFIRMED_AFTER)


class Mandate(Subject):
    """A person's role from a day to a day, both included."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mandates", verbose_name=_("person")
    )
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)
    asked_on = models.DateField(_("asked to confirm on"), null=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed on"), null=True, editable=False)

    objects = MandateQuerySet.as_manager()

    class Meta(Subject.Meta):
        ordering = ("-since", "pk")
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = (
            *Subject.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="mandate_ends_after_it_begins",
                violation_error_message=_("The end must not come before the beginning."),
            ),
        )

    def __str__(self):
        return f"{self.person}, {self.get_kind_display()}"

    @property
    def is_current(self) -> bool:
        today = timezone.localdate()
        return self.since <= today and (self.until is None or self.until >= today)

    @property
    def is_planned(self) -> bool:
        return self.since > timezone.localdate()

    @property
    def is_unconfirmed(self) -> bool:
        return (
            self.asked_on is not None and self.asked_on <= timezone.localdate() - UNCONFIRMED_AFTER
        )


@dataclass(frozen=True)
class Standing:
    """What a person's current mandates amount to."""

    is_secretariat: bool = False
    organisations: tuple[Organisation, ...] = ()
    regions: tuple[Region, ...] = ()
    languages: tuple[str, ...] = field(default=())
    is_mandated: bool = False
    # Discreet members that a language lead's mandate names, by primary key.
    named: tuple[int, ...] = ()
    needs_second_factor: bool = False
    # The rights of the desk wait until this session has shown a second factor.
    is_locked: bool = False
    is_treasurer: bool = False

    @classmethod
    def of(cls, user) -> "Standing":
        """The standing of a person today: one query, and a second one for a language lead.

        A superuser counts as the secretariat.
        """
        mandates = list(
            user.mandates.current().select_related(
                "organisation__category", "organisation__country__region", "region"
            )
        )
        leads = [mandate.pk for mandate in mandates if mandate.kind == MandateKind.LANGUAGE_LEAD]
        naming = Mandate.sees.through.objects.filter(mandate__in=leads)
        return cls(
            named=tuple(naming.values_list("organisation", flat=True)) if leads else (),
            is_secretariat=user.is_superuser
            or any(mandate.kind == MandateKind.SECRETARIAT for mandate in mandates),
            organisations=tuple(
                dict.fromkeys(m.organisation for m in mandates if m.organisation_id)
            ),
            regions=tuple(
                dict.fromkeys(
                    m.region for m in mandates if m.region_id and m.kind == MandateKind.EXECUTIVE
                )
            ),
            languages=tuple(dict.fromkeys(m.language for m in mandates if m.language)),
            needs_second_factor=user.is_superuser
            or any(mandate.kind in WITH_SECOND_FACTOR for mandate in mandates),
            # The finance desk sees dues, and nothing else that mandates open.
            is_mandated=user.is_superuser
            or any(mandate.kind != MandateKind.TREASURER for mandate in mandates),
            is_treasurer=any(mandate.kind == MandateKind.TREASURER for mandate in mandates),
        )

    def without_desk(self) -> "Standing":
        """What is left of it in a session that has not shown a second factor."""
        return replace(self, is_secretariat=False, regions=(), is_locked=True)

    @property
    def keeps_accounts(self) -> bool:
        """Whether the person records money: the secretariat, and its finance desk."""
        return self.is_secretariat or (self.is_treasurer and not self.is_locked)

    @property
    def has_desk(self) -> bool:
        """Whether the secretariat's pages open at all: for everything, or for one region."""
        return self.is_secretariat or bool(self.regions)


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Invitations that can still be accepted."""
        return self.filter(accepted_at__isnull=True, expires_at__gt=timezone.now())


def invitation_token() -> str:
    return get_random_string(40)


def invitation_expiry() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=INVITATION_DAYS)


class Invitation(Subject):
    """An invitation by mail to take up a mandate: the only way to an account."""

    email = models.EmailField(_("e-mail address"))
    full_name = models.CharField(_("name"), max_length=150, blank=True)
    mail_language = models.CharField(
        _("language of the mail"), max_length=2, choices=Language, default=Language.FRENCH
    )
    token = models.CharField(max_length=40, unique=True, default=invitation_token, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(default=invitation_expiry, editable=False)
    since = models.DateField(
        _("from"), null=True, blank=True, help_text=_("Empty: from the day it is accepted.")
    )
    until = models.DateField(_("until"), null=True, blank=True)
    # The mandate of a leaver, which ends when the successor accepts: at no moment is nobody there.
    replaces = models.ForeignKey(
        Mandate,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
        verbose_name=_("replaces"),
    )
    accepted_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta(Subject.Meta):
        ordering = ("-invited_at",)
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            *Subject.Meta.constraints,
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="invitation_ends_after_it_begins",
                violation_error_message=_("The end must not come before the beginning."),
            ),
        )

    def __str__(self):
        return self.email

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.expires_at > timezone.now()
