"""The history of addresses: what a page was called before still leads to it.

A record with an address of its own (``Addressed``) keeps each one that it leaves, whoever changed
it and however: by a form, in the back room or with a bulk update. The rows, one model for each
kind of record, inherit ``FormerAddress``; they point to the record and not to an address, so that
a record renamed five times is one step away from each of its former names.
"""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models, router, transaction
from django.http import Http404, HttpRequest, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def written(value: str) -> str:
    """A slug or a symbol as history keeps it: small letters, as in an address."""
    return value.replace("/", "-").lower()


class FormerAddress(models.Model):
    """An abstract row: an address that a record had, and that leads to it from there.

    The concrete model adds the foreign key to the record, with ``related_name="old_addresses"``.
    Two records may have had the same one: it leads to the last of those that may be seen. What
    was kept from the public then, under ``is_public`` false, leads nobody there later.
    """

    slug = models.SlugField(_("address"), max_length=80)
    is_public = models.BooleanField(_("public"), default=True)
    left_at = models.DateTimeField(_("left on"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self):
        return self.slug


class AddressedQuerySet(models.QuerySet):
    """A queryset that keeps the addresses which its bulk updates change."""

    def update(self, **values):
        field = self.model.address_field
        if field not in values:
            return super().update(**values)
        with transaction.atomic(using=self.db):
            before = dict(self.order_by().values_list("pk", field))
            known = known_to_all(self.model, before)
            changed = super().update(**values)
            after = self.model._base_manager.using(self.db).filter(pk__in=before)
            for pk, address in after.values_list("pk", field):
                if address != before[pk]:
                    keep(self.model, pk, before[pk], is_public=pk in known)
        return changed

    update.alters_data = True


class Addressed(models.Model):
    """An abstract record with an address of its own, whose former ones lead to it.

    ``address_field`` is the column that its address is made of.
    """

    address_field: ClassVar[str] = "slug"

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        """Save, and keep the address that the record has in the database until now."""
        if self.address_field == "slug":
            self.slug = (self.slug or "").lower()
        model, using = type(self), kwargs.get("using") or router.db_for_write(type(self))
        wanted = kwargs.get("update_fields")
        if self._state.adding or (wanted is not None and self.address_field not in wanted):
            return super().save(*args, **kwargs)
        with transaction.atomic(using=using):
            rows = model._base_manager.using(using).filter(pk=self.pk)
            before = rows.values_list(self.address_field, flat=True).first()
            if before in (None, "", getattr(self, self.address_field)):
                return super().save(*args, **kwargs)
            known = known_to_all(model, [self.pk])
            super().save(*args, **kwargs)
            keep(model, self.pk, before, is_public=self.pk in known)

    @classmethod
    def with_open_address(cls) -> models.QuerySet:
        """Those whose address is no secret; one that is left by another is kept for the desk."""
        return cls._base_manager.all()


def former(model: type[Addressed]) -> type[FormerAddress]:
    """The model that keeps the former addresses of these records."""
    return model._meta.get_field("old_addresses").related_model


def owner_field(model: type[Addressed]) -> str:
    """The foreign key of a former address to its record."""
    return model._meta.get_field("old_addresses").field.name


def known_to_all(model: type[Addressed], pks: Iterable) -> set:
    """Those of the records whose address of today is no secret."""
    return set(model.with_open_address().filter(pk__in=list(pks)).values_list("pk", flat=True))


def keep(model: type[Addressed], pk, address: str, *, is_public: bool) -> FormerAddress:
    """Remember that the record left the address now."""
    row, _made = former(model).objects.update_or_create(
        slug=written(address),
        **{f"{owner_field(model)}_id": pk},
        defaults={"is_public": is_public, "left_at": timezone.now()},
    )
    return row


def current(rows: models.QuerySet, address: str, *, also_secret: bool = False) -> str | None:
    """Today's address of one of these records that is called so, in capitals or not, or was.

    A living record comes before a former address, and the last to leave one before the others.
    """
    model, field = rows.model, rows.model.address_field
    asked = written(address)
    living = rows.order_by().filter(**{f"{field}__in": {asked, asked.replace("-", "/").upper()}})
    found = living.values_list(field, flat=True).first()
    if found is None:
        owner = owner_field(model)
        old = former(model).objects.filter(slug=asked)
        old = old.filter(**{f"{owner}__in": rows.order_by().values("pk")})
        if not also_secret:
            old = old.filter(is_public=True)
        newest = old.order_by("-left_at", "-pk").values_list(f"{owner}__{field}", flat=True)
        found = newest.first()
    return found.replace("/", "-") if found else None


def moved(request: HttpRequest, rows: models.QuerySet, **asked: str):
    """Lead to where the record is read now: same page, language and query, in one step.

    ``rows`` are the records that the page may show, ``asked`` the part of the address that names
    one. Raises Http404 when none of them is or was called so.
    """
    ((name, address),) = asked.items()
    newer = current(rows, address)
    if newer in (None, address):
        raise Http404
    match = request.resolver_match
    path = reverse(match.view_name, kwargs={**match.kwargs, name: newer})
    # As it was asked for, with what this page itself does not read.
    query = getattr(request, "raw_query", request.META.get("QUERY_STRING", ""))
    return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
