"""Pages of a list by a cursor in the address: no count, no offset, stable while rows come and go.

A cursor holds what the list is sorted by of the row beside which a page begins. It is checked
when it comes back, so that nothing a stranger writes there does more than lead to the first page.
"""

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Field, Func, QuerySet, Value
from django.db.models.constants import LOOKUP_SEP
from django.http import QueryDict

AFTER, BEFORE = "after", "before"
LONGEST = 1000  # characters of a cursor that are looked at
MOST = 1000  # rows that are counted exactly


@dataclass
class CursorPage(Sequence):
    """Rows of one page, and the cursors of its neighbours: empty where there is none."""

    object_list: list
    before: str = ""
    after: str = ""

    def __getitem__(self, chosen):
        return self.object_list[chosen]

    def __len__(self) -> int:
        return len(self.object_list)

    def __iter__(self) -> Iterator:
        return iter(self.object_list)

    def has_previous(self) -> bool:
        return bool(self.before)

    def has_next(self) -> bool:
        return bool(self.after)


class Counted(NamedTuple):
    """How many rows there are; with ``is_more``, more than that."""

    number: int
    is_more: bool


def capped_count(rows: QuerySet, most: int = MOST) -> Counted:
    """The number of rows up to ``most``: what lies beyond is never read."""
    number = rows.order_by()[: most + 1].count()
    return Counted(min(number, most), number > most)


# -- Cursors -----------------------------------------------------------------------------------


def encode(values: Sequence[Any]) -> str:
    """Values as a cursor: plain ones as they are, dates and times as ISO texts."""
    plain = [value.isoformat() if hasattr(value, "isoformat") else value for value in values]
    written = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def decode(cursor: str) -> list[Any] | None:
    """The plain values of a cursor, or None where it is not one."""
    if not cursor or len(cursor) > LONGEST:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeError, binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(values, list):
        return None
    return values if all(type(value) in (str, int, float, bool) for value in values) else None


# -- Pages of a set ------------------------------------------------------------------------------


class RowsBeyond(Func):
    """Whether a row lies beyond the given values: one comparison, which an index answers."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, names: Sequence[str], values: Sequence[Value], *, greater: bool):
        super().__init__(*(F(name) for name in names), *values)
        self.greater = greater

    def as_sql(self, compiler, connection, **_):
        parts, params = [], []
        for expression in self.source_expressions:
            sql, own = compiler.compile(expression)
            parts.append(sql)
            params.extend(own)
        half = len(parts) // 2
        left, right = ", ".join(parts[:half]), ", ".join(parts[half:])
        return f"({left}) {'>' if self.greater else '<'} ({right})", params


def page_of(
    rows: QuerySet, *, by: Sequence[str], query: Mapping[str, str], size: int = 20
) -> CursorPage:
    """The page that the address asks for by ``?after=`` or ``?before=``, else the first.

    ``by`` names the columns, never null and all in one direction, that order the rows; the last
    makes them unique. A page before others is always full, and a list with rows never shows a
    page without any.
    """
    descending = by[0].startswith("-")
    if any(name.startswith("-") != descending for name in by):
        raise ValueError("A list is paged in one direction.")
    names = [name.removeprefix("-") for name in by]
    fields = [field_of(rows, name) for name in names]

    def beyond(cursor: str, *, backwards: bool) -> QuerySet | None:
        values = understood(cursor, fields)
        if values is None:
            return None
        greater = descending == backwards
        ordered = turned(by) if backwards else by
        return rows.filter(RowsBeyond(names, values, greater=greater)).order_by(*ordered)

    def cursor_of(row) -> str:
        return encode([value_of(row, name) for name in names])

    if (later := beyond(query.get(AFTER, ""), backwards=False)) is not None:
        found = list(later[: size + 1])
        if found:
            shown = found[:size]
            end = cursor_of(shown[-1]) if len(found) > size else ""
            return CursorPage(shown, before=cursor_of(shown[0]), after=end)
        # What followed is gone: the last page there is.
        found = list(rows.order_by(*turned(by))[: size + 1])
        shown = found[:size][::-1]
        return CursorPage(shown, before=cursor_of(shown[0]) if len(found) > size else "")
    if (earlier := beyond(query.get(BEFORE, ""), backwards=True)) is not None:
        found = list(earlier[: size + 1])
        if len(found) > size:
            shown = found[:size][::-1]
            return CursorPage(shown, before=cursor_of(shown[0]), after=cursor_of(shown[-1]))
    found = list(rows.order_by(*by)[: size + 1])
    shown = found[:size]
    return CursorPage(shown, after=cursor_of(shown[-1]) if len(found) > size else "")


def page_of_keys(
    keys: Sequence[tuple], *, query: Mapping[str, str], size: int = 20
) -> tuple[slice, str, str]:
    """The same for a list in memory, by the keys that it is sorted by, each of one length.

    Gives which part to show, and the cursors before and after it.
    """
    first = 0
    if (later := understood_key(query.get(AFTER, ""), keys)) is not None:
        first = min(bisect_right(keys, later), max(len(keys) - 1, 0))
        if keys and keys[first] <= later:  # what followed is gone: the last page there is
            first = max(len(keys) - size, 0)
    elif (earlier := understood_key(query.get(BEFORE, ""), keys)) is not None:
        first = max(bisect_left(keys, earlier) - size, 0)
    last = min(first + size, len(keys))
    before = encode(keys[first]) if first > 0 else ""
    after = encode(keys[last - 1]) if last < len(keys) else ""
    return slice(first, last), before, after


def understood_key(cursor: str, keys: Sequence[tuple]) -> tuple | None:
    plain = decode(cursor)
    if plain is None or not keys or len(plain) != len(keys[0]):
        return None
    alike = all(type(a) is type(b) for a, b in zip(plain, keys[0], strict=True))
    return tuple(plain) if alike else None


def turned(by: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in by]


def field_of(rows: QuerySet, path: str) -> Field:
    """The field that a column of the order holds; the path may lead over relations."""
    if path in rows.query.annotations:
        return rows.query.annotations[path].output_field
    model = rows.model
    *relations, last = path.split(LOOKUP_SEP)
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    if last == "pk":
        return model._meta.pk
    try:
        return model._meta.get_field(last)
    except FieldDoesNotExist as error:
        raise ValueError(f"{model.__name__} is not sorted by “{last}”.") from error


def value_of(row, path: str) -> Any:
    for name in path.split(LOOKUP_SEP):
        row = getattr(row, name)
    return row


def understood(cursor: str, fields: Sequence[Field]) -> list[Value] | None:
    """The values of a cursor as the fields take them, or None where one does not."""
    plain = decode(cursor)
    if plain is None or len(plain) != len(fields):
        return None
    values = []
    for value, field in zip(plain, fields, strict=True):
        if isinstance(value, str) and "\x00" in value:
            return None
        try:
            cleaned = field.to_python(value)
            field.run_validators(cleaned)
        except (ValidationError, ValueError, TypeError, OverflowError):
            return None
        values.append(Value(cleaned, output_field=field))
    return values


# -- Addresses -----------------------------------------------------------------------------------


def address(query: QueryDict, **cursor: str) -> str:
    """The query of the same list at another cursor, beginning with a question mark."""
    kept = query.copy()
    for name in (AFTER, BEFORE, "page"):
        kept.pop(name, None)
    for name, value in cursor.items():
        kept[name] = value
    return f"?{kept.urlencode()}"
