"""Comparing the search index with the records: what the nightly repair does.

Record by record and a lot at a time, so that a million documents take no more memory than a
thousand; a document whose digest is right is not read.
"""

from collections.abc import Iterator

from portal import vocabulary
from portal.models import SearchDocument
from portal.search import LOT, SOURCES, Source, update


def repair() -> int:
    """Mend the documents that differ from their records, and say how many did."""
    mended = 0
    for source in SOURCES.values():
        mended += sum(update(source, pks) for pks in lots(source))
        mended += sum(update(source, pks) for pks in without_record(source))
    vocabulary.recount()
    return mended


def lots(source: Source) -> Iterator[list[int]]:
    """The primary keys of the records that have documents."""
    last = 0
    keys = source.rows().order_by("pk").values_list("pk", flat=True)
    while pks := list(keys.filter(pk__gt=last)[:LOT]):
        yield pks
        last = pks[-1]


def without_record(source: Source) -> Iterator[list[int]]:
    """The primary keys of records that have documents and should have none."""
    last = 0
    rows = SearchDocument.objects.filter(kind=source.kind).order_by("pk")
    while found := list(rows.filter(pk__gt=last).values_list("pk", "object_id")[: 5 * LOT]):
        last = found[-1][0]
        pks = {int(object_id) for _pk, object_id in found}
        if gone := pks.difference(source.rows().filter(pk__in=pks).values_list("pk", flat=True)):
            yield sorted(gone)
