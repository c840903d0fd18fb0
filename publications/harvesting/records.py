"""What is harvested: every publication the public was ever told of, those taken back as deleted."""

import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from portal.lib.paging import RowsBeyond, field_of
from publications.harvesting.requests import Fault, Selection
from publications.models import Publication
from publications.vocabulary import axes_numbered, words

PER_PART = 100


class Part(NamedTuple):
    """A part of a list, and after which record the next begins, if there is one."""

    rows: list[Publication]
    after: tuple[datetime.datetime, int] | None


def harvested() -> QuerySet:
    """Every publication that the public was told of, whatever became of it since."""
    return Publication.objects.filter(announced_at__isnull=False)


def with_credits(rows: QuerySet) -> QuerySet:
    return rows.select_related("series", "replaced_by").prefetch_related(
        "credits", "axes__cycle", "regions", "countries", "files"
    )


def part_of(chosen: Selection) -> Part:
    """The records of a selection in the order of their last change, from where it goes on."""
    rows = harvested()
    if chosen.since:
        rows = rows.filter(changed_at__gte=chosen.since)
    if chosen.until:
        rows = rows.filter(changed_at__lte=chosen.until)
    if chosen.set_spec:
        rows = rows.filter(condition(*chosen.in_set))
    if chosen.after:
        fields = [field_of(rows, name) for name in ("changed_at", "pk")]
        values = [
            Value(value, output_field=field)
            for value, field in zip(chosen.after, fields, strict=True)
        ]
        rows = rows.filter(RowsBeyond(("changed_at", "pk"), values, greater=True))
    found = list(with_credits(rows).order_by("changed_at", "pk")[: PER_PART + 1])
    shown = found[:PER_PART]
    after = (shown[-1].changed_at, shown[-1].pk) if len(found) > PER_PART else None
    return Part(shown, after)


def condition(kind: str, value: str) -> Q:
    if kind == "region":
        return Q(regions__code=value)
    if kind == "axis":
        return axes_numbered(value)
    return Q(kind=value)


def sets_of(publication: Publication) -> list[str]:
    current = {word.place for word in words()["cycle"].values()}
    return [
        *(f"region:{region.code}" for region in publication.regions.all()),
        *(f"axis:{axis.number}" for axis in publication.axes.all() if axis.pk in current),
        f"kind:{publication.kind}",
    ]


def all_sets() -> list[tuple[str, str]]:
    """(setSpec, setName) of every set, in English as the protocol expects."""
    found = words("en")
    return [
        *(("region:" + code, word.text) for code, word in sorted(found["region"].items())),
        *(("axis:" + number, word.text) for number, word in sorted(found["axis"].items())),
        *(("kind:" + kind, word.text) for kind, word in found["kind"].items()),
    ]


def find(identifier: str, *, host: str) -> Publication:
    """The publication an identifier names. Raises Fault when there never was one."""
    prefix = f"oai:{host}:"
    symbol = identifier.removeprefix(prefix).replace("-", "/")
    rows = with_credits(harvested()).filter(symbol=symbol)
    found = rows.first() if identifier.startswith(prefix) and "\x00" not in symbol else None
    if found is None:
        raise Fault("idDoesNotExist", "There is no such record.")
    return found


def earliest() -> datetime.datetime:
    """No record was changed before this moment."""
    first = harvested().order_by("changed_at").values_list("changed_at", flat=True).first()
    return first or timezone.now().replace(microsecond=0)
