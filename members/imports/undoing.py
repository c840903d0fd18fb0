"""Taking an import back, for 30 days and as long as nobody changed what it wrote."""

import logging
import time
from collections.abc import Iterator

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.imports import records, staging
from members.imports.codes import WRITTEN, Codes
from members.imports.committing import (
    LOCK_SECONDS,
    LOT,
    announce_written,
    may_confirm,
    some,
    too_long,
)
from members.imports.past import reason_of, write_deletions, write_history
from members.models import (
    ImportBatch,
    ImportRow,
    ImportTrace,
    Mandate,
    Membership,
    Organisation,
    StatusChange,
    User,
)
from members.models.imports import ImportStep
from portal.lib import changes
from portal.lib.jobs import JobCancelled

logger = logging.getLogger(__name__)

MODELS = {
    "organisation": Organisation,
    "membership": Membership,
    "mandate": Mandate,
    "user": User,
}


def request(batch: ImportBatch, *, by: User | None, by_worker: bool = True):
    """Have a recorded import taken back. Raises ValidationError when it can no longer be."""
    if not may_confirm(batch, by=by):
        raise ValidationError(_("Only whoever asked for this import can undo it."), code="rights")
    if not batch.is_recorded:
        raise ValidationError(_("This import is not recorded."), code="not_recorded")
    if timezone.localdate() > batch.undo_until:
        raise ValidationError(
            _("An import can be undone for 30 days; this one is older."), code="too_late"
        )
    refuse_changed(batch)
    values = {"step": ImportStep.UNDO, "attempts": 0, "confirmed_by": by}
    staging.put_back(batch, by_worker=by_worker, **values)


def undo(batch: ImportBatch) -> bool:
    """Take back what an import wrote, or nothing. False when that was refused or is over."""
    if not batch.claim():
        return False
    try:
        with translation.override(batch.language), transaction.atomic():
            take_back(batch)
            batch.beat(batch.writes, batch.writes)
            batch.finish()
    except JobCancelled:
        return False
    except ValidationError as error:
        batch.fail(" ".join(error.messages))
        return False
    except IntegrityError:
        logger.warning("undoing %s met other changes", batch.number, exc_info=True)
        with translation.override(batch.language):
            batch.fail(" ".join(changed_since([]).messages))
        return False
    except Exception as error:
        logger.exception("undoing import %s failed", batch.number)
        batch.fail(f"{type(error).__name__}: {error}")
        return False
    return True


def take_back(batch: ImportBatch):
    """Raises ValidationError, naming the lines whose records were changed since."""
    started = time.monotonic()
    if not batch.is_recorded:
        raise ValidationError(_("This import is not recorded."), code="not_recorded")
    refuse_changed(batch)
    by, reason = batch.confirmed_by, f"{reason_of(batch)}: undo"
    for work in pieces(batch, by, reason):
        work()
        if connection.vendor == "sqlite" and time.monotonic() - started > LOCK_SECONDS:
            raise too_long(2 * LOCK_SECONDS)
    batch.undone_at = timezone.now()
    batch.save(update_fields=["undone_at"])
    transaction.on_commit(lambda: announce_written(batch))


def pieces(batch: ImportBatch, by: User | None, reason: str) -> Iterator:
    """The work, a lot at a time: what points to other records goes before them."""
    for name in ("membership", "mandate"):
        for pks in made(batch, name):
            yield lambda model=MODELS[name], pks=pks: delete(model, pks, by, reason)
    codes = Codes()
    for pks in restored(batch):
        yield lambda pks=pks: restore(batch, pks, codes, by, reason)
    for pks in made(batch, "organisation"):
        yield lambda pks=pks: delete_organisations(pks, by, reason)
    for pks in made(batch, "user"):
        yield lambda pks=pks: delete_people(pks)


def lots_of(rows: models.QuerySet) -> Iterator[list[int]]:
    last = 0
    rows = rows.order_by("record").values_list("record", flat=True).distinct()
    while pks := list(rows.filter(record__gt=last)[:LOT]):
        yield pks
        last = pks[-1]


def made(batch: ImportBatch, name: str) -> Iterator[list[int]]:
    """The records that the import created, in lots."""
    return lots_of(batch.traces.filter(model=name, before__isnull=True))


def restored(batch: ImportBatch) -> Iterator[list[int]]:
    """The organisations that the import changed and had not created, in lots."""
    created = batch.traces.filter(
        model="organisation", before__isnull=True, record=OuterRef("record")
    )
    changed = batch.traces.filter(model="organisation").exclude(before__isnull=True)
    return lots_of(changed.filter(~Exists(created)))


def delete(model: type[models.Model], pks: list[int], by: User | None, reason: str):
    gone = list(model.objects.filter(pk__in=pks))
    write_deletions(gone, by=by, reason=reason)
    # Nothing points to them any more (refuse_changed), and their history is written above: the
    # collector would ask for the first and write the second once more, one by one.
    rows = model.objects.filter(pk__in=pks)
    rows._raw_delete(rows.db)


def delete_organisations(pks: list[int], by: User | None, reason: str):
    write_deletions(list(Organisation.objects.filter(pk__in=pks)), by=by, reason=reason)
    ImportRow.objects.filter(organisation__in=pks).update(organisation=None)
    StatusChange.objects.filter(organisation__in=pks).delete()
    for field in Organisation._meta.local_many_to_many:
        links = field.remote_field.through.objects.filter(organisation__in=pks)
        links._raw_delete(links.db)
    rows = Organisation.objects.filter(pk__in=pks)
    rows._raw_delete(rows.db)
    changes.announce()  # in lots once all is committed: committing.announce_written


def delete_people(pks: list[int]):
    EmailAddress.objects.filter(user__in=pks).delete()
    User.objects.filter(pk__in=pks).delete()


def restore(batch: ImportBatch, pks: list[int], codes: Codes, by: User | None, reason: str):
    """Give organisations back what stood there before."""
    before: dict[int, dict] = {}
    # The first line about an organisation has the last word on what stood there.
    rows = batch.traces.filter(model="organisation", record__in=pks).order_by("-pk")
    for record, values in rows.values_list("record", "before"):
        before.setdefault(record, {}).update(values)
    exempt = records.exempt(pks)
    found = list(Organisation.objects.select_for_update().filter(pk__in=pks))
    for organisation in found:
        values = before[organisation.pk]
        states = {key: values.pop(key) for key in list(values) if key[:6] in ("state_", "source")}
        codes.apply(organisation, values)
        for key, value in states.items():
            setattr(organisation, key, value)
        organisation.seat_country_id = codes.seat(organisation, exempt=exempt)
    StatusChange.objects.filter(organisation__in=pks, reason=reason_of(batch)).delete()
    Organisation.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
    )
    changes.announce()  # in lots once all is committed: committing.announce_written
    now = records.states(Organisation.objects.filter(pk__in=pks))
    codes.write_lists({pk: now[pk] | before[pk] for pk in pks}, are_new=False)
    write_history(found, update=True, by=by, reason=reason)


# -- What stands in the way ------------------------------------------------------------------------


def refuse_changed(batch: ImportBatch):
    """Raises ValidationError, naming the lines whose records somebody changed or uses since."""
    lines = set()
    for name in MODELS:
        lines |= changed_lines(batch, name) | used_lines(batch, name)
    if lines:
        raise changed_since(sorted(lines))


def changed_since(lines: list[int]) -> ValidationError:
    if not lines:
        return ValidationError(
            _("What this import wrote was changed since. Nothing was undone."), code="changed"
        )
    return ValidationError(
        _(
            "What this import wrote was changed or used since (lines %(lines)s). Nothing was "
            "undone: correct these records by hand."
        ),
        code="changed",
        params={"lines": some(lines)},
    )


def changed_lines(batch: ImportBatch, name: str) -> set[int]:
    """The lines whose records are gone, or have a later history than the import wrote."""
    model = MODELS[name]
    traces = batch.traces.filter(model=name)
    gone = ~Exists(model.objects.filter(pk=OuterRef("record")))
    if name == "user":
        used = model.objects.filter(pk=OuterRef("record"), last_login__isnull=False)
        later = Exists(used)
    else:
        rows = model.history.model.objects.filter(
            id=OuterRef("record"), history_id__gt=OuterRef("history")
        )
        later = Exists(rows.exclude(history_change_reason=reason_of(batch)))
    return set(traces.filter(Q(gone) | Q(later)).values_list("line", flat=True))


def used_lines(batch: ImportBatch, name: str) -> set[int]:
    """The lines whose new records something points to that the import did not write."""
    created = batch.traces.filter(model=name, before__isnull=True)
    found = set()
    for relation in MODELS[name]._meta.get_fields(include_hidden=True):
        if not (relation.one_to_many or relation.one_to_one) or not relation.auto_created:
            continue
        rows = pointing(batch, relation)
        if rows is not None:
            column = relation.field.attname
            pks = rows.filter(**{f"{column}__in": created.values("record")})
            used = set(pks.order_by().values_list(column, flat=True).distinct())
            found |= set(created.filter(record__in=used).values_list("line", flat=True))
    return found


def pointing(batch: ImportBatch, relation) -> models.QuerySet | None:
    """The rows of a relation that the import did not write; None where none can matter."""
    model = relation.related_model
    if model in (ImportRow, ImportBatch, ImportTrace) or hasattr(model, "history_type"):
        return None
    if model._meta.model_name.startswith("historical"):
        return None
    if model in {field.remote_field.through for field in Organisation._meta.local_many_to_many}:
        return None  # its own words and regions, which its history speaks for
    rows = model._base_manager.all()
    if model in (Mandate, Membership):
        own = batch.traces.filter(model=model._meta.model_name)
        return rows.exclude(pk__in=own.values("record"))
    if model is StatusChange:
        return rows.exclude(reason=reason_of(batch))
    if model is EmailAddress:
        return rows.exclude(email=F("user__email"))
    return rows
