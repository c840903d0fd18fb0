"""What becomes of each relation when two organisations, or two people, are made one.

Every foreign key, link of a many-to-many and one-to-one that points at an organisation or a
person has its rule here, or is declared by the app above that owns it. A test walks over the
models and fails on one without a rule.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from members.models import Mandate, Membership, Organisation, User


class Act(Enum):
    """What is done with the rows of a relation."""

    MOVE = "move"  # they point at the kept record from now on
    CLOSE = "close"  # they end with the record that goes: log-in addresses, sessions
    LEAVE = "leave"  # they stay as they were written: the history


@dataclass
class Conflict:
    """How a row that cannot stand beside the kept record's own is settled.

    With a ``twin`` it is taken up into that row, which may change (``twin_values``); without
    one it moves after a change of its own (``values``), having taken up others (``absorbs``).
    """

    twin: models.Model | None = None
    twin_values: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    absorbs: list[models.Model] = field(default_factory=list)


# Takes a row that already points at the kept record, unsaved. None: it can stand as it is.
Settle = Callable[[models.Model], Conflict | None]


@dataclass(frozen=True)
class Rule:
    act: Act = Act.MOVE
    settle: Settle | None = None
    # Whether undoing a merge brings back what it closed; a secret or a session never comes back.
    comes_back: bool = True


class Relation(NamedTuple):
    """A field that points at the record, and the model it is in (also a link of a m2m)."""

    model: type[models.Model]
    field: models.ForeignKey

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"


_rules: dict[str, Rule] = {}


def declare(rules: dict[str, Rule]):
    """Say what becomes of relations, by their name: ``app.Model.field``."""
    _rules.update(rules)


def rule_of(relation: Relation) -> Rule | None:
    """The declared rule; history is left as it was written, save for who wrote it."""
    if relation.name in _rules:
        return _rules[relation.name]
    if not relation.field.db_constraint:
        return Rule(Act.LEAVE)
    if relation.field.name == "history_user":
        return Rule()
    return None


def relations_to(model: type[models.Model]) -> Iterator[Relation]:
    """Every stored relation that points at the model, in all apps, links of m2m included."""
    for other in apps.get_models(include_auto_created=True):
        if other._meta.proxy or not other._meta.managed:
            continue
        for candidate in other._meta.local_concrete_fields:
            if isinstance(candidate, models.ForeignKey) and candidate.related_model is model:
                yield Relation(other, candidate)


# -- Rows that would stand twice -------------------------------------------------------------------


def unique_twin(row: models.Model) -> models.Model | None:
    """The row that the database would refuse this one beside.

    Raises ValidationError when a constraint forbids the row but names no single other one.
    """
    for names, condition in uniqueness(type(row)):
        values = {name: getattr(row, row._meta.get_field(name).attname) for name in names}
        if any(value is None for value in values.values()):
            continue
        others = type(row)._base_manager.exclude(pk=row.pk)
        if condition is not None:
            if not holds(condition, row):
                continue
            others = others.filter(condition)
        if twin := others.filter(**values).first():
            return twin
    for constraint in row._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.expressions:
            constraint.validate(type(row), row)
    return None


def uniqueness(model: type[models.Model]) -> Iterator[tuple[tuple[str, ...], Q | None]]:
    """The sets of fields that are unique together, each with its condition."""
    for candidate in model._meta.local_concrete_fields:
        if candidate.unique and not candidate.primary_key:
            yield (candidate.name,), None
    for names in model._meta.unique_together:
        yield tuple(names), None
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            yield tuple(constraint.fields), constraint.condition


def holds(condition: Q, row: models.Model) -> bool:
    values = {one.name: getattr(row, one.attname) for one in row._meta.local_concrete_fields}
    try:
        return condition.check(values)
    except FieldError:
        return True


def may_stand_twice(relation: Relation) -> bool:
    """Whether no constraint looks at the field, so that its rows can be moved at once."""
    expressive = any(
        isinstance(one, models.UniqueConstraint) and one.expressions
        for one in relation.model._meta.constraints
    )
    return not expressive and not any(
        relation.field.name in names for names, _condition in uniqueness(relation.model)
    )


# -- The rules of our own relations ----------------------------------------------------------------


def same_role(row: Mandate) -> Conflict | None:
    """The same role of a person for the same subject on the same days becomes one mandate.

    It spans both: nobody's first or last day is lost.
    """
    others = Mandate.objects.filter(
        person_id=row.person_id,
        kind=row.kind,
        organisation_id=row.organisation_id,
        region_id=row.region_id,
        language=row.language,
    ).exclude(pk=row.pk)
    for other in others:
        if overlap(row.since, row.until, other.since, other.until):
            ends = [row.until, other.until]
            spanned = {
                "since": min(row.since, other.since),
                "until": None if None in ends else max(ends),
            }
            return Conflict(twin=other, twin_values=spanned)
    return None


def own_days(row: Membership) -> Conflict | None:
    """A period keeps the days that no period of the kept organisation covers.

    With none left it is taken up into the period that covers it, with what hangs on it; a
    shorter one that lies within what remains is taken up the other way round.
    """
    others = list(
        Membership.objects.filter(
            organisation_id=row.organisation_id,
            starts_on__lte=row.ends_on,
            ends_on__gte=row.starts_on,
        )
        .exclude(pk=row.pk)
        .order_by("starts_on")
    )
    if not others:
        return None
    one_day = datetime.timedelta(days=1)
    first, last = row.starts_on, row.ends_on
    for other in others:
        if other.starts_on <= first <= other.ends_on:
            first = other.ends_on + one_day
    for other in reversed(others):
        if other.starts_on <= last <= other.ends_on:
            last = other.starts_on - one_day
    if first > last:
        return Conflict(twin=others[0])
    inner = [other for other in others if first <= other.starts_on and other.ends_on <= last]
    return Conflict(values={"starts_on": first, "ends_on": last}, absorbs=inner)


def overlap(first_since, first_until, second_since, second_until) -> bool:
    """Whether two spans of days share one; without an end they last for ever."""
    far = datetime.date.max
    return first_since <= (second_until or far) and second_since <= (first_until or far)


def refuse_twice(message) -> Settle:
    """A rule for rows of which neither may be lost: the merge is refused and says why."""

    def settle(row: models.Model) -> None:
        if unique_twin(row) is not None:
            raise ValidationError(message, code="cannot_stand_twice")

    return settle


declare(
    {
        # Of an organisation
        "members.Organisation_regions.organisation": Rule(),
        "members.Organisation_facets.organisation": Rule(),
        "members.Mandate.organisation": Rule(settle=same_role),
        "members.Invitation.organisation": Rule(),
        "members.Membership.organisation": Rule(settle=own_days),
        "members.Derogation.organisation": Rule(),
        "members.StatusChange.organisation": Rule(),
        "members.Notice.organisation": Rule(),
        "members.Merge.organisation": Rule(),
        "members.OldAddress.organisation": Rule(),
        # A pair loses its sense with one of its two.
        "members.Distinct.one": Rule(Act.CLOSE),
        "members.Distinct.other": Rule(Act.CLOSE),
        "members.Application.organisation": Rule(),
        "members.Acceptance.organisation": Rule(),
        "members.ImportRow.organisation": Rule(),
        "members.Affiliation.umbrella": Rule(),
        "members.Headcount.organisation": Rule(),
        "members.Roll.umbrella": Rule(),
        "members.Invoice.organisation": Rule(),
        # Money is never added up or crossed out by a merge.
        "members.Invoice.membership": Rule(
            settle=refuse_twice(
                gettext_lazy(
                    "Both have an invoice for the same period. Cancel one of the two first."
                )
            )
        ),
        "members.Thread.organisation": Rule(),
        "members.Document.organisation": Rule(),
        "members.Partner_organisations.organisation": Rule(),
        "members.ContactGap.organisation": Rule(),
        "members.ChangeRequest.organisation": Rule(),
        "members.Mandate_sees.organisation": Rule(),
        "members.Invitation_sees.organisation": Rule(),
        # Of a person: what they did stays theirs, what let them in is closed
        "members.Mandate.person": Rule(settle=same_role),
        "members.Notice.person": Rule(),
        "members.Merge.person": Rule(),
        "members.Invitation.invited_by": Rule(),
        "members.Membership.recorded_by": Rule(),
        "members.Derogation.granted_by": Rule(),
        "members.StatusChange.changed_by": Rule(),
        "members.Merge.merged_by": Rule(),
        "members.Merge.undone_by": Rule(),
        "members.Erasure.erased_by": Rule(),
        "members.Distinct.decided_by": Rule(),
        "members.ApplicationEvent.by": Rule(),
        "members.Advice.given_by": Rule(),
        "members.Acceptance.decided_by": Rule(),
        "members.Acceptance.taken_back_by": Rule(),
        "members.ImportBatch.requested_by": Rule(),
        "members.ImportBatch.confirmed_by": Rule(),
        "members.Affiliation.recorded_by": Rule(),
        "members.Headcount.recorded_by": Rule(),
        "members.Likeness.decided_by": Rule(),
        "members.Roll.uploaded_by": Rule(),
        "members.Invoice.issued_by": Rule(),
        "members.Invoice.cancelled_by": Rule(),
        "members.Payment.recorded_by": Rule(),
        "members.Payment.cancelled_by": Rule(),
        "members.Waiver.recorded_by": Rule(),
        "members.Waiver.cancelled_by": Rule(),
        "members.Renewal.person": Rule(),
        "members.Thread.owner": Rule(),
        "members.Thread.closed_by": Rule(),
        "members.Message.author": Rule(),
        "members.Message.verified_by": Rule(),
        "members.Reader.person": Rule(),
        "members.Document.put_by": Rule(),
        "members.Partner.recorded_by": Rule(),
        "members.Document.withdrawn_by": Rule(),
        "members.DocumentOpening.person": Rule(),
        "members.Preference.person": Rule(),
        "members.ChangeRequest.asked_by": Rule(),
        "members.ChangeRequest.advised_by": Rule(),
        "members.ChangeRequest.decided_by": Rule(),
        "members.User_groups.user": Rule(),
        "members.User_user_permissions.user": Rule(),
        "admin.LogEntry.user": Rule(),
        "account.EmailAddress.user": Rule(Act.CLOSE),
        "mfa.Authenticator.user": Rule(Act.CLOSE, comes_back=False),
        "usersessions.UserSession.user": Rule(Act.CLOSE, comes_back=False),
    }
)

MERGED = (Organisation, User)
