"""Making one record of two: two organisations, or two people.

All that points at the record that goes is moved to the one that is kept, each relation by its
declared rule, and every write is kept in the journal of the merge, so that it can be undone.
"""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members import joining, merge_rules
from members.merge_rules import Act, Conflict, Relation, Rule
from members.models import Merge, OldAddress, Organisation, StatusChange, User
from members.seats import settle_seat
from portal.lib.changes import Announced, announce
from portal.lib.translations import LANGUAGES

# How much of a reason the history keeps beside each version.
REASON_LENGTH = 100
KEPT, REMOVED = "kept", "removed"
# What is chosen per field; the rest of the record follows from it, or is never another's.
ORGANISATION_LEFT_OUT = {"id", "slug", "seat_country"}
PERSON_FIELDS = ("full_name", "language")


# -- The journal -----------------------------------------------------------------------------------


@dataclass
class Journal:
    """Every write of a merge, in order, in plain values that JSON keeps exactly."""

    reason: str
    writes: list[dict] = field(default_factory=list)

    def moved(self, relation: Relation, pks: list, *, before, after):
        self.writes.append(
            {
                "write": "moved",
                "model": relation.model._meta.label,
                "field": relation.field.name,
                "pks": [plain(pk) for pk in pks],
                "before": before,
                "after": after,
            }
        )

    def change(self, row: models.Model, values: dict):
        """Change a row and write down what it held before. Nothing to change is no write."""
        names = [name for name, value in values.items() if getattr(row, name) != value]
        if not names:
            return
        before = {name: plain(getattr(row, row._meta.get_field(name).attname)) for name in names}
        for name in names:
            setattr(row, name, values[name])
        keep(row, self.reason, update_fields=names)
        self.changed(row, before)

    def changed(self, row: models.Model, before: dict):
        after = {name: plain(getattr(row, row._meta.get_field(name).attname)) for name in before}
        if before != after:
            self.writes.append(
                {
                    "write": "changed",
                    "model": row._meta.label,
                    "pk": plain(row.pk),
                    "before": before,
                    "after": after,
                }
            )

    def made(self, row: models.Model):
        self.writes.append({"write": "made", "model": row._meta.label, "pk": plain(row.pk)})

    def delete(self, row: models.Model, *, without: Iterable[str] = ()):
        """Delete a row, keeping what it held."""
        self.writes.append(
            {
                "write": "deleted",
                "model": row._meta.label,
                "pk": plain(row.pk),
                "values": snapshot(row, without=without),
                "name": str(row)[:200],
            }
        )
        row._change_reason = self.reason[:REASON_LENGTH]
        row.delete()


def plain(value):
    """A stored value as JSON keeps it without loss."""
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(getattr(value, "name", value) if isinstance(value, models.FileField) else value)


def snapshot(row: models.Model, *, without: Iterable[str] = ()) -> dict:
    """The columns of a row; those of translated fields are one per language."""
    return {
        one.name: plain(one.value_from_object(row))
        for one in columns(row)
        if one.name not in without
    }


def columns(row: models.Model | type[models.Model]) -> list[models.Field]:
    names = {one.name for one in row._meta.concrete_fields}
    return [one for one in row._meta.concrete_fields if f"{one.name}_fr" not in names]


def keep(row: models.Model, reason: str, **how):
    row._change_reason = reason[:REASON_LENGTH]
    row.save(**how)


# -- What would move -------------------------------------------------------------------------------


class Moving(NamedTuple):
    """How many rows of a kind go with the record, and what becomes of them."""

    label: str
    count: int
    act: Act


def what_moves(removed: models.Model) -> list[Moving]:
    """What hangs on the record that goes, counted by kind; one query a relation."""
    counts: Counter = Counter()
    for relation in merge_rules.relations_to(type(removed)):
        rule = merge_rules.rule_of(relation) or Rule()
        if rule.act is Act.LEAVE:
            continue
        count = relation.model._base_manager.filter(**{relation.field.name: removed}).count()
        if count:
            counts[(label_of(relation.model, relation.field.name), rule.act)] += count
    return [Moving(label, count, act) for (label, act), count in sorted(counts.items(), key=first)]


def first(item) -> str:
    return item[0][0]


def label_of(model: type[models.Model], field: str = "") -> str:
    """The kind of the rows, in words; a link of a many-to-many is called by what it links."""
    if field == "history_user":
        return _("Changes recorded in the history")
    owner = model._meta.auto_created
    if not owner:
        return capfirst(str(model._meta.verbose_name_plural))
    if owner in merge_rules.MERGED:
        link = next(one for one in owner._meta.many_to_many if one.remote_field.through is model)
        return capfirst(str(link.verbose_name))
    return capfirst(str(owner._meta.verbose_name_plural))


# -- Carrying it out -------------------------------------------------------------------------------


def merge_organisations(
    kept: Organisation,
    removed: Organisation,
    *,
    choices: dict[str, str],
    by: User,
    reason: str = "",
) -> Merge:
    """Take one organisation up into another, whose address it leads to from then on.

    ``choices`` names fields whose value is taken from the removed record. Raises
    ValidationError, and changes nothing, when a rule or a constraint forbids the result.
    """
    with transaction.atomic():
        kept, removed = locked(Organisation, kept, removed)
        journal = Journal(_("Merged: %(name)s") % {"name": removed})
        taken = {
            one.name: getattr(removed, one.name)
            for one in organisation_fields()
            if choices.get(one.name) == REMOVED
        }
        name, slug, was_public = str(removed), removed.slug, not removed.discreet
        move_relations(removed, kept, journal)
        journal.delete(removed)
        settle_values(kept, taken, journal, by=by, reason=reason)
        old = OldAddress.objects.create(slug=slug, organisation=kept, is_public=was_public)
        journal.made(old)
        merge = recorded(
            journal, name, reason, by, removed_pk=removed_pk(journal), organisation=kept
        )
    announce(kept)
    return merge


def removed_pk(journal: Journal) -> int:
    return next(one["pk"] for one in reversed(journal.writes) if one["write"] == "deleted")


def settle_values(kept: Organisation, taken: dict, journal: Journal, *, by: User, reason: str):
    """Give the kept organisation the chosen values, a status among them, and settle its seat."""
    names = [*taken, "seat_country", *derived_names()]
    before = {name: plain(getattr(kept, kept._meta.get_field(name).attname)) for name in names}
    status = kept.status
    for name, value in taken.items():
        setattr(kept, name, value)
    if not kept.own_text("name", kept.original_language):
        raise ValidationError(
            _("The organisation that is kept needs a name in its original language."),
            code="no_original_name",
        )
    kept._change_reason = journal.reason[:REASON_LENGTH]
    joining.check(kept)
    settle_seat(kept, minor_edit=True)
    journal.changed(kept, before)
    if kept.status != status:
        change = StatusChange.objects.create(
            organisation=kept,
            before=status,
            after=kept.status,
            reason=reason or journal.reason,
            changed_by=by,
        )
        journal.made(change)


def derived_names() -> list[str]:
    """What saving an organisation writes by itself beside its texts."""
    return [f"{kind}_{code}" for kind in ("state", "source", "sort") for code in LANGUAGES]


def organisation_fields() -> list[models.Field]:
    """The fields of an organisation whose value is chosen, in the order of the model."""
    derived = set(derived_names())
    return [
        one
        for one in columns(Organisation)
        if one.name not in ORGANISATION_LEFT_OUT and one.name not in derived
    ]


def merge_people(
    kept: User, removed: User, *, choices: dict[str, str], by: User, reason: str = ""
) -> Merge:
    """Take one account up into another. What let the removed one in is closed.

    Its log-in addresses, second factors and sessions end; password and e-mail address stay the
    kept one's. Raises ValidationError, and changes nothing, when a rule forbids the result.
    """
    if by.pk == removed.pk:
        raise ValidationError(
            _("You are logged in with this account: keep it, and merge the other one into it."),
            code="own_account",
        )
    if removed.is_superuser and not by.is_superuser:
        raise ValidationError(_("This account can only be merged by another of its kind."))
    with transaction.atomic():
        kept, removed = locked(User, kept, removed)
        name = str(removed)
        journal = Journal(_("Accounts merged"))
        taken = {one: getattr(removed, one) for one in PERSON_FIELDS if choices.get(one) == REMOVED}
        end_sessions(removed)
        move_relations(removed, kept, journal)
        journal.delete(removed, without=("password", "last_login", "second_factor_since"))
        journal.change(kept, taken)
        merge = recorded(journal, name, reason, by, removed_pk=removed_pk(journal), person=kept)
    kept.__dict__.pop("standing", None)
    return merge


def end_sessions(person: User):
    """Log the person out everywhere."""
    for session in person.usersession_set.all():
        session.end()


def locked(model: type[models.Model], kept: models.Model, removed: models.Model) -> tuple:
    """Both rows, locked in one order so that two merges never wait for each other."""
    if kept.pk == removed.pk:
        raise ValidationError(_("Choose two different records."), code="same_record")
    pks = (kept.pk, removed.pk)
    rows = {
        row.pk: row
        for row in model.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    }
    if len(rows) < 2:
        raise ValidationError(
            _("One of the two records no longer exists. Somebody may have merged them already."),
            code="already_merged",
        )
    return rows[kept.pk], rows[removed.pk]


def recorded(
    journal: Journal, name: str, reason: str, by: User, *, removed_pk: int, **kept
) -> Merge:
    """The record of the merge; ``kept`` is the organisation or the person that stays."""
    return Merge.objects.create(
        **kept,
        kept_pk=next(iter(kept.values())).pk,
        removed_pk=removed_pk,
        removed_name=name[:250],
        journal={"writes": journal.writes},
        reason=reason,
        merged_by=by,
    )


def move_relations(old: models.Model, new: models.Model, journal: Journal):
    """Let all that points at the old row point at the new one, each relation by its rule."""
    for relation in list(merge_rules.relations_to(type(old))):
        rule = merge_rules.rule_of(relation) or Rule()
        if rule.act is Act.LEAVE:
            continue
        rows = relation.model._base_manager.filter(**{relation.field.name: old}).order_by("pk")
        if rule.act is Act.CLOSE:
            for row in rows:
                if rule.comes_back:
                    journal.delete(row)
                else:
                    row.delete()
        elif rule.settle is None and moves_at_once(relation):
            move_at_once(relation, rows, old, new, journal)
        else:
            for row in rows:
                move_row(relation, rule, row, old, new, journal)


def moves_at_once(relation: Relation) -> bool:
    """Whether nothing has to be asked or kept row by row."""
    keeps_history = hasattr(relation.model._meta, "simple_history_manager_attribute")
    return not keeps_history and merge_rules.may_stand_twice(relation)


def move_at_once(relation: Relation, rows, old, new, journal: Journal):
    pks = list(rows.values_list("pk", flat=True))
    if not pks:
        return
    relation.model._base_manager.filter(pk__in=pks).update(**{relation.field.name: new})
    journal.moved(relation, pks, before=plain(old.pk), after=plain(new.pk))
    if issubclass(relation.model, Announced):
        announce(*relation.model._base_manager.filter(pk__in=pks))


def move_row(relation: Relation, rule: Rule, row, old, new, journal: Journal):
    """Move one row, or take it up into the row of the kept record that says the same."""
    if isinstance(row, type(new)) and row.pk == new.pk:
        # The kept record pointed at the one that goes: it would point at itself.
        journal.change(row, {relation.field.name: None})
        return
    setattr(row, relation.field.name, new)
    conflict = rule.settle(row) if rule.settle else None
    if conflict is None:
        twin = merge_rules.unique_twin(row)
        conflict = Conflict(twin=twin) if twin is not None else Conflict()
    setattr(row, relation.field.name, old)
    if conflict.twin is not None:
        take_up(row, conflict.twin, journal)
        journal.change(conflict.twin, conflict.twin_values)
        return
    for other in conflict.absorbs:
        take_up(other, row, journal)
    journal.change(row, conflict.values | {relation.field.name: new})


def take_up(row: models.Model, twin: models.Model, journal: Journal):
    """Let what hangs on the row hang on its twin, and keep the row in the journal alone."""
    move_relations(row, twin, journal)
    journal.delete(row)
