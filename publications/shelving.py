"""What a list needs of each text, kept on its row; and the counts of the public list.

``shelf`` holds the links of a publication as plain values: a page of a list is then one query,
however many regions and files its texts have. It follows every change of the links within the
same transaction. The counts, and the placements under each value from which narrowed lists are
counted, follow after the commit; a nightly repair makes everything anew.
"""

import datetime
from collections import Counter
from collections.abc import Iterable

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete

from portal.lib import tallies
from portal.lib.changes import announce
from portal.lib.translations import LANGUAGES
from publications.models import FacetCount, Placement, Publication, PublicationFile

LINKS = {
    "axes": ("axis__number", "axis__cycle__first_year"),
    "regions": ("region__code",),
    "countries": ("country__code",),
    "challenges": ("challenge__number",),
}
BATCH = 500
TOTAL = "total"


# -- The shelf -----------------------------------------------------------------------------------


def settle(pks: Iterable[int]) -> int:
    """Write the links of these publications on their rows; how many rows were not true."""
    pks = list(pks)
    return sum(settle_batch(pks[start : start + BATCH]) for start in range(0, len(pks), BATCH))


def settle_batch(pks: list[int]) -> int:
    shelves = shelves_of(pks)
    rows = Publication.objects.filter(pk__in=pks).only("pk", "shelf")
    stale = [row for row in rows if row.shelf != shelves[row.pk]]
    for row in stale:
        row.shelf = shelves[row.pk]
    Publication.objects.bulk_update(stale, ["shelf"])
    announce(*stale)
    return len(stale)


def shelves_of(pks: list[int]) -> dict[int, dict]:
    """For each publication its links as plain values, in a fixed order."""
    shelves: dict[int, dict] = {pk: {} for pk in pks}
    for name, columns in LINKS.items():
        through = Publication._meta.get_field(name).remote_field.through
        links = through.objects.filter(publication__in=pks).order_by(*columns)
        for pk, *values in links.values_list("publication", *columns):
            shelves[pk].setdefault(name, []).append(values if len(values) > 1 else values[0])
    files = PublicationFile.objects.filter(publication__in=pks)
    for file in sorted(files.defer("words"), key=lambda file: LANGUAGES.index(file.language)):
        told = [file.language, file.kind, file.size, file.pages, file.is_tagged]
        shelves[file.publication_id].setdefault("files", []).append(told)
    return shelves


def links_changed(sender, instance, action, reverse, pk_set, **_):
    if action in ("post_add", "post_remove", "post_clear"):
        settle(pk_set or () if reverse else (instance.pk,))


def file_changed(sender, instance, **_):
    settle((instance.publication_id,))


def publication_goes(sender, instance, **_):
    """What it adds to the counts goes with it, in whichever way it is deleted."""
    counted = Publication.objects.filter(pk=instance.pk).values_list("counted", flat=True).first()
    differences: Counter[str] = Counter()
    differences.subtract(counted or ())
    transaction.on_commit(lambda: tallies.correct(FacetCount, differences))


def listen():
    for name in LINKS:
        through = Publication._meta.get_field(name).remote_field.through
        m2m_changed.connect(links_changed, sender=through, dispatch_uid=f"shelving.{name}")
    pre_delete.connect(publication_goes, sender=Publication, dispatch_uid="shelving.goes")
    post_save.connect(file_changed, sender=PublicationFile, dispatch_uid="shelving.file_saved")
    post_delete.connect(file_changed, sender=PublicationFile, dispatch_uid="shelving.file_gone")


# -- The counts ------------------------------------------------------------------------------------


# The facets under each value of which a text is placed. Of the others no list is long to look
# through: most texts have a language, and the days of a year stand together.
PLACED = (TOTAL, "kind", "region", "country", "axis", "challenge", "series")


def adds(publication: Publication) -> list[str]:
    """What a publication adds to the counts of the public list, as facet:value."""
    if not publication.is_announced:
        return []
    return keys_of(
        kind=publication.kind,
        level=publication.level,
        day=publication.published_on,
        series=publication.series_id,
        languages=[code for code in LANGUAGES if publication.is_available(code)],
        shelf=publication.shelf,
    )


def keys_of(
    *,
    kind: str,
    level: str,
    day: datetime.date,
    series: int | None,
    languages: Iterable[str],
    shelf: dict,
) -> list[str]:
    """What a text with these values counts for."""
    return [
        f"{TOTAL}:",
        f"kind:{kind}",
        f"level:{level}",
        f"year:{day.year}",
        *(f"language:{code}" for code in languages),
        *(f"region:{code}" for code in shelf.get("regions", ())),
        *(f"country:{code}" for code in shelf.get("countries", ())),
        *(f"axis:{number}@{year}" for number, year in shelf.get("axes", ())),
        *(f"challenge:{number}" for number in shelf.get("challenges", ())),
        *([f"series:{series}"] if series else []),
    ]


def numbers(facet: str) -> dict[str, int]:
    """How many texts of the public list each value of a facet has."""
    found = tallies.kept(FacetCount.objects.filter(facet__in=(facet, TOTAL)))
    if f"{TOTAL}:" not in found:
        # Nothing was counted yet.
        rows = without_texts(Publication.objects.announced())
        found = Counter(key for row in rows for key in adds(row))
    own = f"{facet}:"
    return {key.removeprefix(own): n for key, n in found.items() if key.startswith(own)}


def place(rows: Iterable[Publication]) -> int:
    """Place these texts under what they count for; how many placements were not true."""
    wanted = {
        (row.pk, key): (row.published_on, f" {' '.join(row.counted)} ")
        for row in rows
        for key in row.counted
        if key.partition(":")[0] in PLACED
    }
    stale = []
    kept = Placement.objects.order_by().filter(publication__in=[row.pk for row in rows])
    for pk, publication, key, day, keys in kept.values_list(
        "pk", "publication", "key", "day", "keys"
    ):
        if wanted.get((publication, key)) == (day, keys):
            del wanted[publication, key]
        else:
            stale.append(pk)
    if stale:
        Placement.objects.filter(pk__in=stale).delete()
    Placement.objects.bulk_create(
        (
            Placement(publication_id=publication, key=key, day=day, keys=keys)
            for (publication, key), (day, keys) in wanted.items()
        ),
        batch_size=BATCH,
    )
    return len(stale) + len(wanted)


def follow(changed: Iterable[models.Model]):
    """A receiver of changes: correct the counts by what these publications add now."""
    keys = sorted({record.pk for record in changed if isinstance(record, Publication)})
    for start in range(0, len(keys), BATCH):
        pks = keys[start : start + BATCH]
        with transaction.atomic():
            rows = Publication.objects.select_for_update().filter(pk__in=pks).order_by("pk")
            differences: Counter[str] = Counter()
            moved = []
            rows = list(without_texts(rows))
            for row in rows:
                now = adds(row)
                if now != row.counted:
                    differences.update(now)
                    differences.subtract(row.counted)
                    row.counted = now
                    moved.append(row)
            Publication.objects.bulk_update(moved, ["counted"])
            placed_anew = place(rows)
            tallies.correct(FacetCount, differences)
            # A page with the counts, or with the newest under a value, may have been kept since
            # the change itself was told.
            announce(*(rows if placed_anew else moved))


def without_texts(rows: models.QuerySet) -> models.QuerySet:
    prose = (f"{name}_{code}" for name in ("summary", "body") for code in LANGUAGES)
    return rows.defer(*prose, "references")


def repair() -> int:
    """Make every shelf and count anew from the records, and say how many were not true."""
    mended = 0
    totals: Counter[str] = Counter()
    last = 0
    while True:
        pks = list(
            Publication.objects.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        if not pks:
            break
        last = pks[-1]
        with transaction.atomic():
            mended += settle_batch(pks)
            stale = []
            rows = list(without_texts(Publication.objects.filter(pk__in=pks)))
            for row in rows:
                before = (row.counted, row.sort_fr, row.sort_en, row.sort_es)
                row.counted = adds(row)
                row.follow_texts()
                totals.update(row.counted)
                if before != (row.counted, row.sort_fr, row.sort_en, row.sort_es):
                    stale.append(row)
            Publication.objects.bulk_update(stale, ["counted", "sort_fr", "sort_en", "sort_es"])
            announce(*stale)
            mended += len(stale) + place(rows)
    return mended + tallies.mend(FacetCount, totals)
