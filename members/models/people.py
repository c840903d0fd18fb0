"""People: a person logs in by e-mail and acts only through mandates."""

from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.translations import Language

# The address of somebody whose data were erased; the domain can never receive mail (RFC 2606).
ERASED_DOMAIN = "erased.invalid"


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def acting_as(self, *kinds: str, **subject):
        """Those with a current mandate of one of the kinds, for the subject when one is given."""
        mandates = self.model._meta.get_field("mandates").related_model.objects.current()
        mandated = mandates.filter(kind__in=kinds, **subject)
        return self.active().filter(pk__in=mandated.values("person"))

    def run_by(self, user: "User"):
        """The people whose record somebody opens at the desk: all to the secretariat, to an
        executive those who act or acted for the region or for an organisation there."""
        if user.standing.is_secretariat:
            return self
        regions = user.standing.regions
        return self.filter(
            models.Q(mandates__region__in=regions)
            | models.Q(mandates__organisation__country__region__in=regions)
            | models.Q(
                mandates__organisation__country__isnull=True,
                mandates__organisation__regions__in=regions,
            )
        ).distinct()

    def visible_to(self, user: "User"):
        """The people of the organisations and regions the user acts for; all to the secretariat."""
        mandates = user.standing
        if mandates.is_secretariat:
            return self
        return self.filter(
            models.Q(pk=user.pk)
            | models.Q(mandates__organisation__in=mandates.organisations)
            | models.Q(mandates__organisation__country__region__in=mandates.regions)
        ).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. No shared logins: what a person may do comes from mandates with dates."""

    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.FRENCH
    )
    is_active = models.BooleanField(_("may log in"), default=True)
    date_joined = models.DateTimeField(_("joined on"), default=timezone.now, editable=False)
    # Kept by second_factor.settle, so that no page has to ask for the factors themselves.
    second_factor_since = models.DateTimeField(
        _("second factor since"), null=True, blank=True, editable=False
    )

    # Whether the session behind this person has shown a second factor; the middleware knows.
    is_verified = True

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("full_name",)

    objects = UserManager()

    class Meta:
        ordering = ("full_name", "pk")
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once_whatever_its_case",
                violation_error_message=_("Somebody already has this e-mail address."),
            ),
        )

    def __str__(self):
        if self.is_erased:
            return gettext("former contact")
        return self.full_name or self.email

    @property
    def is_erased(self) -> bool:
        return self.email.endswith(f"@{ERASED_DOMAIN}")

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ", 1)[0]

    @cached_property
    def standing(self):
        """The current mandates of the person, read once per request.

        In a session without its second factor the rights of the desk wait.
        """
        from members.models.mandates import Standing  # noqa: PLC0415  mandates point here

        standing = Standing.of(self)
        if standing.needs_second_factor and not self.is_verified:
            return standing.without_desk()
        return standing

    @property
    def is_staff(self) -> bool:
        """Whether the back room opens: the secretariat, and nobody else."""
        return self.is_active and self.standing.is_secretariat
