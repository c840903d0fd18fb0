"""One timeline of everything that happened to an organisation or to a person.

Two kinds of source are joined: versions that the history keeps of records (told field by field,
before and after), and records that are events themselves (a change of status, a derogation, a
merge). Any model with a history and a foreign key to an organisation or a person joins by
itself; what is further away, or is an event, is registered below or by the app that owns it.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.utils import get_history_model_for_model

from members.models import Merge, Organisation, User
from portal.lib.wording import field_name, in_words, told

MADE, CHANGED, DELETED = "+", "~", "-"


class Change(NamedTuple):
    """A field before and after, in words; ``language`` is that of the text, if it is one."""

    label: str
    language: str
    before: str
    after: str


@dataclass(order=True)
class Entry:
    """Something that happened: when, what, by whom, and why."""

    at: datetime.datetime
    order: int = 0
    title: str = field(default="", compare=False)
    about: str = field(default="", compare=False)
    who: str = field(default="", compare=False)
    reason: str = field(default="", compare=False)
    changes: list[Change] = field(default_factory=list, compare=False)
    group: str = field(default="", compare=False)


@dataclass(frozen=True)
class Events:
    """Rows that are events: where they hang, and how each is told."""

    model: type[models.Model]
    path: str
    tell: Callable[[models.Model], Entry]
    related: tuple[str, ...] = ()


# How a record is called beside its kind: the person of a mandate, the number of a period.
_names: dict[type[models.Model], Callable[[models.Model], str]] = {}
# Models with a history whose foreign key is more than one step away.
_paths: dict[type[models.Model], dict[type[models.Model], str]] = defaultdict(dict)
_events: dict[type[models.Model], list[Events]] = defaultdict(list)


def name(model: type[models.Model], namer: Callable[[models.Model], str]):
    """Say how one record of the model is called in the timeline."""
    _names[model] = namer


def follow(model: type[models.Model], subject: type[models.Model], path: str):
    """Have the history of a model join by a path, such as ``invoice__organisation``."""
    _paths[subject][model] = path


def register(subject: type[models.Model], events: Events):
    """Have events join the timeline of organisations or of people."""
    _events[subject].append(events)


def of_organisation(organisation: Organisation) -> list[Entry]:
    """Everything, newest first, with what happened to records that were merged into it."""
    return timeline(Organisation, organisation.pk)


def of_person(person: User, *, seen: Callable[[models.Model], bool] | None = None) -> list[Entry]:
    """Everything on a person, newest first; ``seen`` leaves out what somebody may not see."""
    return timeline(User, person.pk, seen=seen)


def timeline(subject: type[models.Model], pk: int, *, seen=None) -> list[Entry]:
    """One query a source and a model that is pointed at: none for each entry."""
    pks = with_merged(subject, pk)
    words = Words()
    entries = [
        entry
        for model, path in recorded(subject).items()
        for entry in versions(model, path, pks, words, seen)
    ]
    for events in _events[subject]:
        rows = events.model._base_manager.filter(**{f"{events.path}__in": pks})
        entries += [
            events.tell(row)
            for row in rows.select_related(*events.related)
            if seen is None or seen(row)
        ]
    words.fill()
    return sorted(entries, reverse=True)


def with_merged(subject: type[models.Model], pk: int) -> list[int]:
    """The record, and those that were taken up into it."""
    own = {"organisation": pk} if subject is Organisation else {"person": pk}
    return [pk, *Merge.objects.standing().filter(**own).values_list("removed_pk", flat=True)]


def recorded(subject: type[models.Model]) -> dict[type[models.Model], str]:
    """The models whose history tells of the subject, each with the path that leads to it."""
    found = {subject: "id"}
    for model in apps.get_models():
        if not hasattr(model._meta, "simple_history_manager_attribute") or model is subject:
            continue
        for one in model._meta.concrete_fields:
            # Who recorded something is in each entry; a mandate's person is what it is about.
            is_subject = one.related_model is subject and one.name not in AUTHORS
            if is_subject and model not in found:
                found[model] = one.name
    return found | _paths[subject]


AUTHORS = {
    "recorded_by", "issued_by", "cancelled_by", "decided_by", "granted_by", "ready_by",
    "invited_by", "changed_by",
}  # fmt: skip


# -- Versions of records ---------------------------------------------------------------------------


class Words:
    """Foreign keys in words, read in one query a model once all of them are known."""

    def __init__(self):
        self.wanted: dict[type[models.Model], set] = defaultdict(set)
        self.waiting: list[Callable[[], None]] = []
        self.found: dict[type[models.Model], dict] = {}

    def later(self, act: Callable[[], None]):
        self.waiting.append(act)

    def want(self, model: type[models.Model], pk):
        if pk is not None:
            self.wanted[model].add(pk)

    def fill(self):
        for model, pks in self.wanted.items():
            self.found[model] = {
                str(pk): str(row) for pk, row in model._base_manager.in_bulk(pks).items()
            }
        gone = Merge.objects.standing().filter(removed_pk__in=self.missing())
        for pk, is_person, label in gone.values_list("removed_pk", "person", "removed_name"):
            model = User if is_person else Organisation
            self.found.setdefault(model, {}).setdefault(str(pk), label)
        for act in self.waiting:
            act()

    def missing(self) -> list[int]:
        """Organisations and people that are no longer there: perhaps they were merged."""
        return [
            pk
            for model in (Organisation, User)
            for pk in self.wanted[model]
            if str(pk) not in self.found.get(model, {})
        ]

    def of(self, model: type[models.Model], pk) -> str:
        if pk is None:
            return ""
        return self.found.get(model, {}).get(str(pk)) or _("no longer on record")


def versions(
    model: type[models.Model], path: str, pks: list[int], words: Words, seen
) -> Iterator[Entry]:
    """An entry for each version of each record that belonged to the subject."""
    history = get_history_model_for_model(model)
    fields = [one for one in told(model) if one.name in names_of(history)]
    rows = list(rows_of(model, history, path, pks))
    links = links_of(history, [row.history_id for row in rows])
    before: dict[object, models.Model] = {}
    for row in rows:
        previous, before[row.id] = before.get(row.id), row
        if seen is not None and not seen(row):
            continue
        if not belongs(row, path, pks) and not (previous and belongs(previous, path, pks)):
            continue
        changes = [
            *differences(fields, previous, row, words),
            *link_changes(links, previous, row, words),
        ]
        if not changes and row.history_type == CHANGED and not row.history_change_reason:
            continue
        yield entry_of(model, row, changes, words)


def names_of(history: type[models.Model]) -> set[str]:
    return {one.name for one in history._meta.concrete_fields}


def rows_of(model, history, path: str, pks: list[int]) -> models.QuerySet:
    """Every version of the records that ever belonged to the subject, oldest first."""
    if "__" in path:
        related = model._base_manager.filter(**{f"{path}__in": pks}).values("pk")
        found = history.objects.filter(id__in=related)
    else:
        ever = history.objects.filter(**{f"{path}__in": pks}).values("id")
        found = history.objects.filter(id__in=ever)
    return found.select_related("history_user").order_by("history_date", "history_id")


def belongs(row: models.Model, path: str, pks: list[int]) -> bool:
    return "__" in path or getattr(row, row._meta.get_field(path).attname) in pks


def differences(fields, previous, row, words: Words) -> Iterator[Change]:
    """What differs from the version before; of a first version, what it holds."""
    if previous is None and row.history_type == CHANGED:
        return
    if row.history_type == DELETED:
        return
    for one in fields:
        if one.name in AUTHORS or one.name == "recorded_at":
            continue  # who and when are told of the entry itself
        after = getattr(row, one.attname)
        before = getattr(previous, one.attname) if previous is not None else None
        if (before or None) == (after or None):
            continue
        yield change_of(one, before, after, words)


def change_of(one: models.Field, before, after, words: Words) -> Change:
    label, language = field_name(one)
    if not one.is_relation:
        return Change(label, language, in_words(one, before), in_words(one, after))
    words.want(one.related_model, before)
    words.want(one.related_model, after)
    return Change(label, "", (one.related_model, before), (one.related_model, after))


def links_of(history: type[models.Model], pks: list[int]) -> list[tuple]:
    """The many-to-many links of each version: (label, model, {version: keys})."""
    found = []
    for relation in history._meta.related_objects:
        table, own = relation.related_model, history.instance_type._meta.model_name
        target = next(
            one
            for one in table._meta.concrete_fields
            if one.is_relation and one.name not in ("history", own)
        )
        keys: dict[int, list] = defaultdict(list)
        rows = table.objects.filter(history_id__in=pks).order_by(target.attname)
        for version, key in rows.values_list("history_id", target.attname):
            keys[version].append(key)
        label = next(
            capfirst(str(one.verbose_name))
            for one in history.instance_type._meta.many_to_many
            if one.related_model is target.related_model
        )
        found.append((label, target.related_model, keys))
    return found


def link_changes(links, previous, row, words: Words) -> Iterator[Change]:
    if row.history_type == DELETED or (previous is None and row.history_type == CHANGED):
        return
    for label, model, keys in links:
        before = keys.get(previous.history_id, []) if previous is not None else []
        after = keys.get(row.history_id, [])
        if before == after:
            continue
        for key in (*before, *after):
            words.want(model, key)
        yield Change(label, "", (model, before), (model, after))


def entry_of(model, row, changes: list[Change], words: Words) -> Entry:
    entry = Entry(
        at=row.history_date,
        order=row.history_id,
        title=title_of(model, row.history_type),
        who=str(row.history_user) if row.history_user else "",
        reason=row.history_change_reason or "",
        group=capfirst(str(model._meta.verbose_name_plural)),
    )
    namer = _names.get(model)
    for relation in ("person", "association"):
        if namer is None and relation in names_of(type(row)):
            words.want(row._meta.get_field(relation).related_model, getattr(row, f"{relation}_id"))

    def fill():
        entry.about = namer(row) if namer else own_name(row, words)
        entry.changes = [
            Change(one.label, one.language, worded(one.before, words), worded(one.after, words))
            for one in changes
        ]

    words.later(fill)
    return entry


def own_name(row: models.Model, words: Words) -> str:
    """A record by its number, or by its role and person."""
    names = names_of(type(row))
    parts = []
    if "number" in names:
        parts.append(str(row.number))
    if "kind" in names and row._meta.get_field("kind").choices:
        parts.append(row.get_kind_display())
    for relation in ("person", "association"):
        if relation in names:
            one = row._meta.get_field(relation)
            parts.append(words.of(one.related_model, getattr(row, one.attname)))
    return ", ".join(part for part in parts if part)


def worded(value, words: Words) -> str:
    """What was left open until all keys were known."""
    if not isinstance(value, tuple):
        return value
    model, keys = value
    if isinstance(keys, list):
        return ", ".join(words.of(model, key) for key in keys)
    return words.of(model, keys)


def title_of(model: type[models.Model], kind: str) -> str:
    label = capfirst(str(model._meta.verbose_name))
    return {
        MADE: _("%(kind)s: recorded"),
        CHANGED: _("%(kind)s: changed"),
        DELETED: _("%(kind)s: removed"),
    }[kind] % {"kind": label}


# -- Events ----------------------------------------------------------------------------------------


def event(at, title: str, *, about="", who=None, reason="", changes=(), group="", order=0) -> Entry:
    """An entry for something that is no version of a record."""
    return Entry(
        at=at,
        order=order,
        title=title,
        about=str(about),
        who=str(who) if who else "",
        reason=reason or "",
        changes=list(changes),
        group=str(group),
    )


def groups_of(entries: Iterable[Entry]) -> list[str]:
    """The kinds of records in a timeline, for a filter."""
    return sorted({entry.group for entry in entries if entry.group})
