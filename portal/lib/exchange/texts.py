"""What a translation file holds, whatever its format.

A file is about one pair of languages. A record keeps the fingerprint of the original that it
was exported from, so that a translation of an older original can be told.
"""

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.lib.translations import TranslationState

XLIFF_12, XLIFF_20, CSV = "xliff12", "xliff20", "csv"
# What is read: more than the network could translate in years, and little for a server.
SIZE_LIMIT = 20 * 1024 * 1024
FIELD_LIMIT = 20_000
# XML 1.0 has no place for these, however they are written.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Field(NamedTuple):
    """One text with its translation; ``gaps`` of its ``passages`` came back without one."""

    name: str
    source: str
    target: str = ""
    state: str = TranslationState.MISSING
    is_html: bool = False
    gaps: int = 0
    passages: int = 1


class Record(NamedTuple):
    """The texts of one record. ``label`` is for people alone: nothing is decided by it."""

    kind: str
    key: str
    fingerprint: str
    fields: tuple[Field, ...]
    label: str = ""


class Batch(NamedTuple):
    source_language: str
    target_language: str
    records: tuple[Record, ...]


def settled(state: str, target: str) -> str:
    """The state of a field as it was read: many tools fill in a text and leave its mark alone."""
    if not target:
        return TranslationState.MISSING
    return TranslationState.READY if state == TranslationState.MISSING else state


def check_size(size: int):
    if size > SIZE_LIMIT:
        raise ValidationError(
            _("This file is larger than %(limit)d MB. Divide it into smaller files."),
            code="too_large",
            params={"limit": SIZE_LIMIT // (1024 * 1024)},
        )


def check_count(count: int):
    if count > FIELD_LIMIT:
        raise ValidationError(
            _("This file holds more than %(limit)d texts. Divide it into smaller files."),
            code="too_many",
            params={"limit": FIELD_LIMIT},
        )


def unreadable() -> ValidationError:
    return ValidationError(
        _("This file is damaged and cannot be read. Save it again and send the new file."),
        code="damaged",
    )


def not_ours() -> ValidationError:
    return ValidationError(
        _(
            "This file holds no texts of this portal. Send back the file that was exported here, "
            "in the format in which it was exported."
        ),
        code="not_ours",
    )
