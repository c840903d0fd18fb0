"""What records are linked to, read for many of them at once."""

from django.db.models import Prefetch, QuerySet


def as_list(relation: str, rows: QuerySet | None = None) -> Prefetch:
    """Fetch a relation beforehand as a plain list, under ``own_…``.

    A set of rows for each record would refer to the record that holds it: where thousands are read
    one after the other, all of them would wait for the garbage collector.
    """
    return Prefetch(relation, rows, to_attr=f"own_{relation}")
