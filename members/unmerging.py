"""Undoing a merge from its journal, for as long as nothing newer stands in the way."""

from collections import Counter
from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members import merge_rules
from members.merging import columns, derived_names, end_sessions, keep, label_of, plain
from members.models import Merge, User
from portal.lib.changes import announce


def obstacles(merge: Merge) -> list[str]:
    """What prevents the merge from being undone, in words; nothing when it can be."""
    if merge.undone_at is not None:
        return [_("It has been undone already.")]
    kept = merge.kept
    if kept.pk != merge.kept_pk:
        return [
            _("The kept record was itself merged into “%(name)s” since. Undo that merge first.")
            % {"name": kept}
        ]
    if not merge.journal.get("writes"):
        return [_("The data of the removed record were erased.")]
    found: list[str] = []
    for write in reversed(merge.journal["writes"]):
        found += OBSTACLES[write["write"]](write, apps.get_model(write["model"]))
    return list(dict.fromkeys(found))


def moved_on(write: dict, model: type[models.Model]) -> list[str]:
    """Rows that were moved and have been deleted or given to somebody else since."""
    still = model._base_manager.filter(
        pk__in=write["pks"], **{write["field"]: write["after"]}
    ).count()
    gone = len(write["pks"]) - still
    if not gone:
        return []
    return [
        ngettext(
            "%(kind)s: %(count)d row was changed or deleted since.",
            "%(kind)s: %(count)d rows were changed or deleted since.",
            gone,
        )
        % {"kind": capfirst(model._meta.verbose_name_plural), "count": gone}
    ]


def edited(write: dict, model: type[models.Model]) -> list[str]:
    """Fields that somebody has changed again since the merge wrote them."""
    row = model._base_manager.filter(pk=write["pk"]).first()
    kind = capfirst(model._meta.verbose_name)
    if row is None:
        return [_("%(kind)s: a row was deleted since.") % {"kind": kind}]
    derived = set(derived_names())
    return [
        _("%(kind)s “%(name)s”: “%(field)s” was changed since.")
        % {"kind": kind, "name": row, "field": model._meta.get_field(name).verbose_name}
        for name, value in write["after"].items()
        if name not in derived and current(row, name) != value
    ]


def taken(write: dict, model: type[models.Model]) -> list[str]:
    """Whether somebody else has by now what the deleted row would bring back."""
    twin = merge_rules.unique_twin(rebuilt(write, model))
    if twin is None or write_frees(twin):
        return []
    return [
        _("%(kind)s “%(name)s” has taken the place of “%(old)s” since.")
        % {"kind": capfirst(model._meta.verbose_name), "name": twin, "old": write["name"]}
    ]


def write_frees(twin: models.Model) -> bool:
    """A seat or an address that the kept record gives back on undoing is no obstacle."""
    return isinstance(twin, apps.get_model("members.Organisation")) and twin.merges.exists()


def nothing(write: dict, model: type[models.Model]) -> list[str]:
    return []


OBSTACLES = {"moved": moved_on, "changed": edited, "deleted": taken, "made": nothing}


def current(row: models.Model, name: str):
    return plain(getattr(row, row._meta.get_field(name).attname))


def rebuilt(write: dict, model: type[models.Model]) -> models.Model:
    """A deleted row as it was, unsaved."""
    row = model()
    for one in columns(model):
        if one.name in write["values"]:
            set_column(row, one, write["values"][one.name])
    return row


def set_column(row: models.Model, one: models.Field, value):
    if isinstance(one, models.ForeignKey):
        value = None if value is None else one.target_field.to_python(value)
    else:
        value = one.to_python(value)
    setattr(row, one.attname, value)


def undo(merge: Merge, *, by: User) -> models.Model:
    """Bring the removed record back with all that was moved. Returns it.

    Raises ValidationError, and changes nothing, when something newer prevents it.
    """
    reason = _("Merge undone")
    with transaction.atomic():
        merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
        if preventing := obstacles(merge):
            raise ValidationError([ValidationError(one, code="prevented") for one in preventing])
        try:
            with transaction.atomic():
                for write in reversed(merge.journal["writes"]):
                    UNDO[write["write"]](write, apps.get_model(write["model"]), reason)
        except IntegrityError as error:
            raise ValidationError(
                _("Something newer stands in the place of what would come back."), code="prevented"
            ) from error
        merge.undone_at, merge.undone_by = timezone.now(), by
        merge.save(update_fields=["undone_at", "undone_by"])
    kept = merge.kept
    back = type(kept)._base_manager.get(pk=merge.removed_pk)
    if merge.organisation_id:
        announce(kept, back)
    else:
        end_sessions(kept)
    return back


def move_back(write: dict, model: type[models.Model], reason: str):
    model._base_manager.filter(pk__in=write["pks"]).update(
        **{f"{model._meta.get_field(write['field']).attname}": write["before"]}
    )


def change_back(write: dict, model: type[models.Model], reason: str):
    row = model._base_manager.get(pk=write["pk"])
    names = [name for name in write["before"] if current(row, name) == write["after"][name]]
    for name in names:
        set_column(row, model._meta.get_field(name), write["before"][name])
    keep(row, reason, update_fields=names)
    exactly(row, {name: write["before"][name] for name in names})


def bring_back(write: dict, model: type[models.Model], reason: str):
    row = rebuilt(write, model)
    if isinstance(row, User):
        row.set_unusable_password()
    keep(row, reason, force_insert=True)
    exactly(row, {name: value for name, value in write["values"].items() if name != "id"})


def exactly(row: models.Model, values: dict):
    """Put back what saving writes by itself: states of translations, days of recording."""
    for name, value in values.items():
        set_column(row, row._meta.get_field(name), value)
    fields = {row._meta.get_field(name).attname: None for name in values}
    fields = {attname: getattr(row, attname) for attname in fields}
    if fields:
        type(row)._base_manager.filter(pk=row.pk).update(**fields)


def unmake(write: dict, model: type[models.Model], reason: str):
    model._base_manager.filter(pk=write["pk"]).delete()


UNDO = {"moved": move_back, "changed": change_back, "deleted": bring_back, "made": unmake}


class Moved(NamedTuple):
    """What became of the rows of a kind: how many moved, and which were taken up by another."""

    label: str
    count: int
    taken_up: list[str]


def in_words(merge: Merge) -> list[Moved]:
    """The journal for a reader: kind by kind, in alphabetical order."""
    counts: Counter = Counter()
    taken_up: dict[str, list[str]] = {}
    for write in merge.journal.get("writes", ()):
        model = apps.get_model(write["model"])
        label = label_of(model, write.get("field", ""))
        if write["write"] == "moved":
            counts[label] += len(write["pks"])
        elif write["write"] == "changed" and write["pk"] != merge.kept_pk:
            counts[label] += 1
        elif write["write"] == "deleted" and write["pk"] != merge.removed_pk:
            taken_up.setdefault(label, []).append(write["name"])
    return [
        Moved(label, counts[label], taken_up.get(label, []))
        for label in sorted({*counts, *taken_up})
    ]
