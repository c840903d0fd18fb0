"""Since when something waits, where its own columns do not say."""

from django.db.models import Model, OuterRef, Subquery


def first_recorded(model: type[Model]) -> Subquery:
    """The moment the record was made, from its history; nothing when it has none."""
    history = model.history.model.objects.filter(id=OuterRef("pk")).order_by("history_date")
    return Subquery(history.values("history_date")[:1])
