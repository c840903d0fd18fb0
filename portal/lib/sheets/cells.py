"""What stands in a cell, and how it is written so that no spreadsheet takes it for a formula."""

import datetime
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# A text, a number, a day, yes or no; None for an empty cell.
Value = str | int | float | datetime.date | bool | None

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_STARTS = "'=+-@\t\r"
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_MADE_HARMLESS = re.compile(r"'+[=+\-@\t\r]")

ROW_LIMIT = 200_000
COLUMN_LIMIT = 300
CELL_LIMIT = 32_767  # what Excel and LibreOffice allow in one cell


class Formula(str):
    """The text of a real formula: the cell has no value of its own."""

    __slots__ = ()


def neutral(value: Value) -> Value:
    """The value as it can be given to a spreadsheet; ``restored`` undoes it exactly."""
    if isinstance(value, str) and value and value[0] in _STARTS and _DANGEROUS.match(value):
        return f"'{value}"
    return value


def restored(text: str) -> str:
    """The text before it was made harmless for spreadsheets."""
    return text[1:] if _MADE_HARMLESS.match(text) else text


def is_harmless(text: str) -> bool:
    return _MADE_HARMLESS.match(text) is not None


def too_many_rows() -> ValidationError:
    return ValidationError(
        _("The file has more than %(limit)d rows. Divide it into smaller files."),
        code="too_many_rows",
        params={"limit": ROW_LIMIT},
    )


def damaged() -> ValidationError:
    return ValidationError(
        _("This file is damaged and cannot be read. Save it again and send the new file."),
        code="damaged",
    )
