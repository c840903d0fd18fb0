"""What a column holds, in words: for histories, comparisons and exports."""

import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.lib.templatetags.text import plain_date

# What saving writes by itself: it says nothing that another column does not say.
DERIVED = ("sort_", "source_", "state_")


class FieldName(NamedTuple):
    """The name of a field, and the language of the text it holds ("" when it has none)."""

    label: str
    language: str


def field_name(field: models.Field) -> FieldName:
    plain = getattr(field, "translated_field", field)
    return FieldName(capfirst(str(plain.verbose_name)), getattr(field, "language", "") or "")


def told(model: type[models.Model]) -> list[models.Field]:
    """The columns that tell something, those of translated fields one per language."""
    names = {one.name for one in model._meta.concrete_fields}
    return [
        one
        for one in model._meta.concrete_fields
        if f"{one.name}_fr" not in names
        and not one.primary_key
        and not one.name.startswith(DERIVED)
    ]


def in_words(field: models.Field, value) -> str:
    """A stored value as a person reads it; nothing is an empty text.

    A foreign key is told by ``value`` itself: hand over the related record, or its text.
    """
    if value is None or value == "":
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime.datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{plain_date(moment.date())}, {moment:%H:%M}"
    if isinstance(value, datetime.date):
        return plain_date(value)
    if isinstance(value, Decimal):
        return formats.number_format(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return str(value)
