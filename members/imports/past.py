"""The history of records that are written in sets."""

from django.apps import apps

from members.models import ImportBatch, User


def reason_of(batch: ImportBatch) -> str:
    """What the history of each record says of an import."""
    return f"Import {batch.number}"


def write_history(made: list, *, update: bool, by: User | None, reason: str) -> list[int]:
    """A row of history for each record, with what it links to. Returns their keys."""
    if not made:
        return []
    manager = type(made[0]).history
    rows = manager.bulk_history_create(
        made, update=update, default_user=by, default_change_reason=reason
    )
    for field in manager.model._history_m2m_fields:
        through = field.remote_field.through
        past = apps.get_model("members", f"Historical{through.__name__}")
        of = {row.id: row.pk for row in rows}
        names = [f.attname for f in through._meta.fields]
        links = through.objects.filter(organisation__in=list(of)).values_list(*names)
        past.objects.bulk_create(
            past(history_id=of[values["organisation_id"]], **values)
            for values in (dict(zip(names, link, strict=True)) for link in links)
        )
    return [row.pk for row in rows]


def write_deletions(gone: list, *, by: User | None, reason: str):
    """A last row of history for each record that is about to be deleted."""
    if gone:
        keys = write_history(gone, update=True, by=by, reason=reason)
        type(gone[0]).history.model.objects.filter(pk__in=keys).update(history_type="-")
