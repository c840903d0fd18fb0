"""What is held on people, and where: found, told and erased in one way.

Each app registers the models that hold names and addresses of people, with the columns they stand
in. Prose is not registered: every text column of every model of ours is looked through, the
history among them, so that nothing has to be remembered when a model is added.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.apps import apps
from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.text import capfirst

from portal.lib.changes import Announced, announce
from portal.lib.text import accent_blind, fold
from portal.lib.wording import field_name, in_words, told

OURS = ("regions", "members", "programme", "publications", "portal")
# Made anew from the records themselves whenever those change.
DERIVED = {"portal.SearchDocument"}
# An address that can never receive mail (RFC 2606), where a column must hold a different one each.
ERASED_DOMAIN = "erased.invalid"
# A shorter text, or a single word, stands in too many places to be somebody's name.
SHORTEST_NAME = 5
# So many rows of a kind are shown and worked on one by one.
MOST = 500


# What a holding's own way of erasing answers when nothing is left to do.
DONE = "done"


@dataclass(frozen=True)
class Holding:
    """A model that holds something on people.

    ``people`` are foreign keys to the account of the person a row is about (not of who recorded
    it). ``erase`` does what the columns alone do not say, and all there is to do when it answers
    ``DONE``; otherwise the columns are emptied, and the row stays unless it ``goes``. What is
    ``published`` is shown, and left as it is unless somebody asks for it. ``secret`` columns are
    never told.
    """

    model: type[models.Model]
    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    goes: bool = False
    published: bool = False
    erase: Callable[[models.Model], object] | None = None
    secret: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))


@dataclass
class Subject:
    """Whom we look for: an account perhaps, addresses, and names."""

    account: int | None = None
    emails: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def telling_names(self) -> set[str]:
        """The names that are long enough to be looked for in prose."""
        return {name for name in self.names if len(name) >= SHORTEST_NAME and " " in name.strip()}

    def words(self) -> list[str]:
        """What is looked for in prose, the longest first: a name within an address comes last."""
        return sorted({*self.emails, *self.telling_names()}, key=len, reverse=True)


class Found(NamedTuple):
    """A row that holds something on the subject, and how that was seen."""

    holding: Holding
    row: models.Model
    is_certain: bool

    @property
    def key(self) -> str:
        return f"{self.holding.model._meta.label}:{self.row.pk}"

    @property
    def is_proposed(self) -> bool:
        """Whether erasing takes it along unless somebody says otherwise."""
        return self.is_certain and not self.holding.published

    @property
    def facts(self) -> list[tuple[str, str]]:
        facts = facts_of(self.row, secret=self.holding.secret)
        if not self.holding.published:
            return facts
        # Of what everybody can read, only where the person stands.
        names = {field_name(self.row._meta.get_field(one)).label for one in self.holding.names}
        return [fact for fact in facts if fact[0] in names]


_holdings: dict[type[models.Model], Holding] = {}
_left_out: dict[str, str] = {}


def register(*holdings: Holding):
    for holding in holdings:
        _holdings[holding.model] = holding


def leave_out(reason: str, *columns: str):
    """Say of columns that look like people's (``app.Model.field``) that they are not, and why."""
    for column in columns:
        _left_out[column] = reason


def registered() -> dict[type[models.Model], Holding]:
    return _holdings


def left_out() -> dict[str, str]:
    return _left_out


# -- Finding ---------------------------------------------------------------------------------------


class Trace(NamedTuple):
    """Somebody who was found: the account or address that identifies them, where, how often."""

    account: int | None
    email: str
    name: str
    holding: Holding
    pk: object


def search(words: str, *, most: int = 200) -> Iterator[Trace]:
    """Rows whose names hold all the words, or whose addresses hold the text."""
    text = words.strip()
    if len(text) < 3:
        return
    for holding in _holdings.values():
        wanted = Q()
        for column in holding.emails:
            wanted |= Q(**{f"{column}__icontains": text})
        for column in holding.names:
            wanted |= all_words(column, text)
        if not wanted:
            continue
        for row in holding.model._base_manager.filter(wanted)[:most]:
            yield Trace(
                account_of(holding, row),
                first_of(row, holding.emails).lower(),
                first_of(row, holding.names),
                holding,
                row.pk,
            )


def all_words(column: str, text: str) -> Q:
    wanted = Q()
    for word in text.split():
        wanted &= Q(**{f"{column}__regex": accent_blind(word)})
    return wanted


def account_of(holding: Holding, row: models.Model) -> int | None:
    """The account a row belongs to; an account belongs to itself."""
    if "pk" in holding.people:
        return row.pk
    return next((getattr(row, f"{name}_id") for name in holding.people), None)


def first_of(row: models.Model, columns: Iterable[str]) -> str:
    return next((str(getattr(row, one)) for one in columns if getattr(row, one)), "")


# -- Gathering -------------------------------------------------------------------------------------


def gather(subject: Subject, *, prose: bool = True) -> list[Found]:
    """All rows on the subject, registered holdings first, then prose that names them."""
    found: dict[str, Found] = {}
    for holding in _holdings.values():
        for row in rows_of(holding, subject)[:MOST]:
            one = Found(holding, row, is_certain(holding, row, subject))
            found.setdefault(one.key, one)
    if prose:
        for model in our_models(with_history=False):
            holding = _holdings.get(model) or Holding(model, published=is_published(model))
            for row in rows_naming(model, subject)[:MOST]:
                one = Found(holding, row, True)
                found.setdefault(one.key, one)
    return list(found.values())


def rows_of(holding: Holding, subject: Subject) -> models.QuerySet:
    wanted = Q(pk__in=[])
    if subject.account is not None:
        for path in holding.people:
            wanted |= Q(**{path: subject.account})
    for column in holding.emails:
        for email in subject.emails:
            wanted |= Q(**{f"{column}__iexact": email})
    for column in holding.names:
        for name in subject.telling_names():
            wanted |= all_words(column, name)
    return whole(holding.model).filter(wanted)


def whole(model: type[models.Model]) -> models.QuerySet:
    """All rows with what they point at, so that telling them asks for nothing more."""
    pointed = [one.name for one in told(model) if one.is_relation]
    return model._base_manager.select_related(*pointed).order_by("pk")


def is_certain(holding: Holding, row: models.Model, subject: Subject) -> bool:
    """Whether account or address say so; a name alone may be somebody else's."""
    if subject.account is not None and account_of(holding, row) == subject.account:
        return True
    held = {str(getattr(row, one) or "").lower() for one in holding.emails}
    return bool(held & subject.emails)


def our_models(*, with_history: bool) -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model._meta.proxy:
            continue
        if model._meta.label in DERIVED:
            continue
        if hasattr(model, "history_type") == with_history:
            yield model


def is_published(model: type[models.Model]) -> bool:
    """What the network has published is not rewritten because somebody is named in it."""
    return model._meta.app_label in ("regions", "programme", "publications") or (
        hasattr(model, "original_language")
    )


def prose_of(model: type[models.Model]) -> list[models.Field]:
    """The columns in which anybody may have written anything."""
    return [
        one
        for one in model._meta.concrete_fields
        if isinstance(one, (models.CharField, models.TextField, models.JSONField))
        and not isinstance(one, (models.SlugField, models.FileField, models.EmailField))
        and not one.choices
        and not one.primary_key
        and not (isinstance(one, models.CharField) and (one.max_length or 0) < 60)
        and not one.name.startswith(("sort_", "source_"))
        and "token" not in one.name
        and one.name not in ("password", "digest", "client", "key", "mail_key")
    ]


def rows_naming(model: type[models.Model], subject: Subject) -> models.QuerySet:
    """The rows in whose prose, or in whose JSON, an address or a name of the subject stands."""
    rows = whole(model)
    wanted = Q(pk__in=[])
    for one in prose_of(model):
        column = one.name
        if isinstance(one, models.JSONField):
            column = f"_{one.name}_text"
            rows = rows.annotate(**{column: Cast(one.name, TextField())})
        for word in subject.words():
            for spelling in spellings(one, word):
                wanted |= Q(**{f"{column}__icontains": spelling})
    return rows.filter(wanted)


def spellings(one: models.Field, word: str) -> set[str]:
    """A word as the column stores it: JSON may keep its accents as escapes."""
    if isinstance(one, models.JSONField):
        return {word, json.dumps(word)[1:-1]}
    return {word}


# -- Telling ---------------------------------------------------------------------------------------


def facts_of(row: models.Model, *, secret: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """What a row holds, in words, without secrets and without what is empty."""
    found = []
    for one in told(type(row)):
        if one.name in secret or one.name in NEVER_TOLD:
            continue
        value = getattr(row, one.attname if one.is_relation else one.name)
        if one.is_relation and value is not None:
            value = getattr(row, one.name)
        words = in_words(one, value)
        if words:
            label, language = field_name(one)
            found.append((f"{label} ({language.upper()})" if language else label, words))
    return found


NEVER_TOLD = {"password", "token", "mail_key", "message_id", "digest", "client", "data"}


# -- Erasing ---------------------------------------------------------------------------------------


def erase(one: Found, subject: Subject, *, instead: str):
    """Take the subject out of a row: it goes, or its columns are emptied."""
    holding, row = one.holding, one.row
    if holding.erase is not None:
        if holding.erase(row) is DONE:
            return
    elif holding.goes:
        row.delete()
        return
    values = {
        **{name: empty_email(row, name) for name in holding.emails},
        **{name: without_name(row, name, subject) for name in holding.names},
    }
    values |= {
        name: value
        for name, value in scrubbed(row, subject, instead=instead).items()
        if name not in values
    }
    if values:
        type(row)._base_manager.filter(pk=row.pk).update(**values)
        if isinstance(row, Announced):
            announce(row)


def empty_email(row: models.Model, name: str) -> str | None:
    """An empty column, or an address of its own where there must be one."""
    one = row._meta.get_field(name)
    if one.null:
        return None
    return "" if one.blank else f"erased-{row.pk}@{ERASED_DOMAIN}"


def without_name(row: models.Model, name: str, subject: Subject) -> str:
    """An empty name; from a list of names, only the subject's is taken."""
    held = getattr(row, name) or ""
    parts = [part.strip() for part in held.split(";")]
    if len(parts) < 2:
        return ""
    folded = {fold(one) for one in subject.names}
    return "; ".join(part for part in parts if fold(part) not in folded)


def scrubbed(row: models.Model, subject: Subject, *, instead: str) -> dict:
    """The prose columns of a row that name the subject, with ``instead`` in that place."""
    values = {}
    for one in prose_of(type(row)):
        before = getattr(row, one.name)
        if not before:
            continue
        after = taken_out(before, subject.words(), instead)
        if after != before:
            if isinstance(after, str) and getattr(one, "max_length", None):
                after = after[: one.max_length]
            values[one.name] = after
    return values


def taken_out(value, words: list[str], instead: str):
    """A text, or everything within a JSON value, without the words, whatever their case."""
    if isinstance(value, dict):
        return {key: taken_out(one, words, instead) for key, one in value.items()}
    if isinstance(value, list):
        return [taken_out(one, words, instead) for one in value]
    if not isinstance(value, str):
        return value
    for word in words:
        start = value.casefold().find(word.casefold())
        while start >= 0 and len(value.casefold()) == len(value):
            value = value[:start] + instead + value[start + len(word) :]
            start = value.casefold().find(word.casefold(), start + len(instead))
    return value


def erase_history(subject: Subject, rows: Iterable[Found], *, instead: str) -> int:
    """Take the subject out of every version the history keeps. Returns how many were changed."""
    erased: dict[type[models.Model], set] = {}
    for one in rows:
        erased.setdefault(one.holding.model, set()).add(one.row.pk)
    changed = 0
    for model in our_models(with_history=True):
        base = model.instance_type
        holding = _holdings.get(base)
        if holding is not None:
            changed += empty_versions(model, holding, subject, erased.get(base, set()))
        published = holding.published if holding is not None else is_published(base)
        for version in rows_naming(model, subject).iterator(chunk_size=500):
            values = scrubbed(version, subject, instead=instead)
            if published:
                # The text was published like that; why it was changed is nobody's to read.
                values = {key: one for key, one in values.items() if key in REASONS}
            if values:
                model._base_manager.filter(pk=version.pk).update(**values)
                changed += 1
    return changed


REASONS = {"history_change_reason"}


def empty_versions(model, holding: Holding, subject: Subject, pks: set) -> int:
    """Empty the registered columns of the versions of rows that were erased, or that name them."""
    names = {one.name for one in model._meta.concrete_fields}
    wanted = Q(id__in=pks)
    for column in holding.emails:
        if column in names:
            for email in subject.emails:
                wanted |= Q(**{f"{column}__iexact": email})
    emptied = {column: "" for column in (*holding.emails, *holding.names) if column in names}
    if not emptied:
        return 0
    return model._base_manager.filter(wanted).update(**emptied)
