"""The work queue: what waits, since when, for whom, and who sees to it.

Each kind of work says where it is found and how it is told (`portal.kinds`). Everybody sees what
their mandates cover: the secretariat all of it, a regional executive what concerns one region.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mandate, Organisation, User
from members.models.mandates import MandateKind
from portal.models import Assignment
from publications.models import Publication
from regions.models import Region

PER_PAGE = 25
# So many of a kind are put in order; beyond, they are only counted.
READ = 400


class Weight:
    """How a kind weighs: somebody waits for an answer, somebody is to be written to, or it is
    only to be kept an eye on, and takes care of itself for the time being."""

    ANSWER, FOLLOW, WATCH = "answer", "follow", "watch"
    NAMES = {
        ANSWER: gettext_lazy("To decide or to answer"),
        FOLLOW: gettext_lazy("To follow up"),
        WATCH: gettext_lazy("To keep an eye on"),
    }


ORDER = tuple(Weight.NAMES)


class Told(NamedTuple):
    """How one thing is told: what it is about, where it is done, its region, its state."""

    subject: Model | str
    url: str
    region: Region | None
    label: str
    pill: str


@dataclass(frozen=True)
class Act:
    """What can be done with several rows of a kind at once. ``do`` raises ValidationError."""

    code: str
    label: Promise
    do: Callable[[Model, User], object]
    may: Callable[[User], bool] = lambda user: True


@dataclass(frozen=True)
class Kind:
    """A kind of work. ``found`` gives what waits for somebody, with the column ``since``."""

    code: str
    weight: str
    name: Promise
    label: Promise
    found: Callable[[User], QuerySet]
    since: str
    tell: Callable[[Model], Told]
    in_region: Callable[[QuerySet, Region], QuerySet]
    # What a page of rows needs beside the rows themselves.
    whole: Callable[[QuerySet], QuerySet] = lambda rows: rows
    acts: tuple[Act, ...] = ()
    # The page that lists them all, beyond what the queue can do.
    page: Callable[[], str] | None = None
    is_shown_to: Callable[[User], bool] = lambda user: True
    # A record with an owner of its own: the field, and how it is set.
    owner: str = ""
    give: Callable[[Model, User | None], object] | None = None


@dataclass(frozen=True)
class Tally:
    """Work that is not in rows: only how much there is, and the page where it is done."""

    code: str
    weight: str
    name: Promise
    count: Callable[[User], int]
    page: Callable[[], str]
    is_shown_to: Callable[[User], bool] = lambda user: True


@dataclass
class Waiting:
    """One row of the queue."""

    kind: Kind
    pk: object
    since: datetime.date | None
    owner: User | None = None
    told: Told | None = None

    @property
    def key(self) -> str:
        return f"{self.kind.code}:{self.pk}"

    @property
    def days(self) -> int | None:
        """The days it has waited; negative when its day is still to come."""
        return (timezone.localdate() - self.since).days if self.since else None

    @property
    def days_left(self) -> int:
        return -self.days

    @property
    def is_organisation(self) -> bool:
        return isinstance(self.told.subject, Organisation)

    @property
    def is_publication(self) -> bool:
        return isinstance(self.told.subject, Publication)


class Filter(NamedTuple):
    """What is asked for: one kind, one region, and whose."""

    kind: str = ""
    region: Region | None = None
    owner: str = ""

    MINE, NOBODY = "mine", "nobody"


class Counted(NamedTuple):
    kind: Kind | Tally
    count: int

    @property
    def url(self) -> str:
        """Where its rows are: the queue itself, or a page of their own."""
        return self.kind.page() if isinstance(self.kind, Tally) else f"?kind={self.kind.code}"


@dataclass
class Queue:
    """What waits, by weight and kind, and a page of the rows, oldest first."""

    counts: list[Counted]
    page: Page
    oldest_days: int
    acts: list[Act] = field(default_factory=list)

    @property
    def count(self) -> int:
        """What waits for somebody; what is only to be kept an eye on does not."""
        return sum(one.count for one in self.counts if one.kind.weight != Weight.WATCH)

    @property
    def groups(self) -> list[tuple[str, list[Counted]]]:
        """The kinds under the name of their weight; a kind without rows is left out."""
        found = [
            (name, [one for one in self.counts if one.kind.weight == weight and one.count])
            for weight, name in Weight.NAMES.items()
        ]
        return [(name, counted) for name, counted in found if counted]


_kinds: dict[str, Kind] = {}
_tallies: dict[str, Tally] = {}


def register_tally(*tallies: Tally):
    for tally in tallies:
        _tallies[tally.code] = tally


def register(*kinds: Kind):
    """Have these kinds of work in the queue, in this order."""
    for kind in kinds:
        _kinds[kind.code] = kind


def kinds_of(user: User) -> list[Kind]:
    return [kind for kind in _kinds.values() if kind.is_shown_to(user)]


# -- Reading ---------------------------------------------------------------------------------------


def queue(user: User, wanted: Filter | None = None, *, page: str | int = 1) -> Queue:
    """What waits for somebody. One query a kind, and as many again for kinds on the page."""
    wanted = wanted or Filter()
    owners = assignments()
    counts, rows = [], []
    for kind in kinds_of(user):
        found = narrowed(kind, kind.found(user), wanted, user, owners)
        read = list(found.order_by(kind.since, "pk").values_list("pk", kind.since)[: READ + 1])
        counts.append(Counted(kind, len(read) if len(read) <= READ else found.count()))
        if wanted.kind == kind.code or (not wanted.kind and kind.weight != Weight.WATCH):
            rows += [Waiting(kind, pk, day_of(since)) for pk, since in read[:READ]]
    counts += [
        Counted(tally, tally.count(user)) for tally in _tallies.values() if tally.is_shown_to(user)
    ]
    far = datetime.date.max
    # Whoever waits for an answer comes before what is to be followed up.
    rows.sort(key=lambda row: (ORDER.index(row.kind.weight), row.since or far, row.key))
    oldest = max((row.days for row in rows if row.since), default=0)
    shown = Paginator(rows, PER_PAGE).get_page(page)
    tell(shown.object_list, user, owners)
    return Queue(counts, shown, max(oldest, 0), acts_of(shown.object_list, user))


def assignments() -> dict[str, Assignment]:
    return {f"{one.kind}:{one.key}": one for one in Assignment.objects.select_related("person")}


def narrowed(
    kind: Kind, found: QuerySet, wanted: Filter, user: User, owners: dict[str, Assignment]
) -> QuerySet:
    if wanted.region is not None:
        found = kind.in_region(found, wanted.region)
    if wanted.owner and kind.owner:
        mine = {kind.owner: user}
        return found.filter(
            **mine if wanted.owner == Filter.MINE else {f"{kind.owner}__isnull": True}
        )
    if wanted.owner:
        keys = [
            one.key
            for one in owners.values()
            if one.kind == kind.code and (wanted.owner == Filter.NOBODY or one.person_id == user.pk)
        ]
        if wanted.owner == Filter.MINE:
            return found.filter(pk__in=keys)
        return found.exclude(pk__in=keys)
    return found


def day_of(moment: datetime.datetime | datetime.date | None) -> datetime.date | None:
    return timezone.localdate(moment) if isinstance(moment, datetime.datetime) else moment


def tell(rows: Iterable[Waiting], user: User, owners: dict[str, Assignment]):
    """Read the records of one page, kind by kind, and say who sees to each."""
    by_kind: dict[str, list[Waiting]] = {}
    for row in rows:
        by_kind.setdefault(row.kind.code, []).append(row)
        if row.key in owners:
            row.owner = owners[row.key].person
    for waiting in by_kind.values():
        kind = waiting[0].kind
        records = records_of(kind, user, [row.pk for row in waiting])
        for row in waiting:
            row.told = kind.tell(records[row.pk])
            if kind.owner:
                row.owner = getattr(records[row.pk], kind.owner)


def records_of(kind: Kind, user: User, pks: Iterable) -> dict[object, Model]:
    """Of these keys, the records that wait and that the user sees."""
    return {one.pk: one for one in kind.whole(kind.found(user)).filter(pk__in=list(pks))}


def acts_of(rows: Iterable[Waiting], user: User) -> list[Act]:
    """What can be done with the rows at hand, beside saying who sees to them."""
    found = {act.code: act for row in rows for act in row.kind.acts if act.may(user)}
    return list(found.values())


# -- Doing -----------------------------------------------------------------------------------------


class Refused(NamedTuple):
    name: str
    why: str


@dataclass
class Outcome:
    """What became of several rows: how many were done, and which were not, and why."""

    done: int = 0
    refused: list[Refused] = field(default_factory=list)


TAKE, GIVE, DROP = "take", "give", "drop"


def carry_out(keys: Iterable[str], act: str, *, by: User, to: User | None = None) -> Outcome:
    """Do one thing with several rows. Each answers for itself; one refusal stops no other.

    ``act`` is take, give (``to`` somebody), drop, or an act of the rows' kinds.
    """
    outcome = Outcome()
    chosen: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        code, _colon, pk = key.partition(":")
        if code in _kinds and _kinds[code].is_shown_to(by):
            chosen.setdefault(code, []).append(pk)
        else:
            outcome.refused.append(Refused(key, _("There is no such work.")))
    for code, keys_of_kind in chosen.items():
        carry_out_kind(_kinds[code], keys_of_kind, act, outcome, by=by, to=to)
    return outcome


def carry_out_kind(
    kind: Kind, keys: list[str], act: str, outcome: Outcome, *, by: User, to: User | None
):
    found = {str(pk): record for pk, record in records_of(kind, by, well_formed(keys)).items()}
    seen = set(found)
    if act == GIVE and to is not None:
        seen = {str(pk) for pk in records_of(kind, to, [one.pk for one in found.values()])}
    for key in keys:
        record = found.get(key)
        if record is None:
            outcome.refused.append(Refused(str(kind.label), _("It no longer waits.")))
            continue
        try:
            with transaction.atomic():
                do(kind, record, act, by=by, to=to, is_seen=key in seen)
        except ValidationError as error:
            name = str(kind.tell(record).subject)
            outcome.refused.append(Refused(name, " ".join(error.messages)))
        else:
            outcome.done += 1


def well_formed(keys: list[str]) -> list[str]:
    """The keys that can be one: whatever was typed into the address, nothing fails on it."""
    return [key for key in keys if key.isascii() and key.isdigit()]


def do(kind: Kind, record: Model, act: str, *, by: User, to: User | None, is_seen: bool):
    if act in (TAKE, GIVE, DROP):
        assign(kind, record, act, by=by, to=by if act == TAKE else to, is_seen=is_seen)
        return
    known = next((one for one in kind.acts if one.code == act and one.may(by)), None)
    if known is None:
        raise ValidationError(_("This cannot be done with it."), code="no_such_act")
    known.do(record, by)


def assign(kind: Kind, record: Model, act: str, *, by: User, to: User | None, is_seen: bool):
    """Say who sees to a thing. What a colleague has taken is theirs to give or to drop.

    Raises ValidationError when it is a colleague's, unless the secretariat gives it on, or when
    the person it is given to does not see it.
    """
    subject = {"kind": kind.code, "key": str(record.pk)}
    held = Assignment.objects.select_for_update(of=("self",)).filter(**subject).first()
    if kind.owner:
        holder = getattr(record, kind.owner)
    else:
        holder = held.person if held else None
    if holder not in (None, by) and (act == TAKE or not by.standing.is_secretariat):
        raise ValidationError(
            _("%(person)s sees to it already."), code="taken", params={"person": holder}
        )
    if act == DROP:
        if holder is None:
            raise ValidationError(_("Nobody sees to it."), code="unowned")
        kind.give(record, None) if kind.owner else held.delete()
        return
    if to is None:
        raise ValidationError(_("Choose a person."), code="nobody")
    if not is_seen:
        raise ValidationError(
            _("%(person)s does not see this."), code="unseen", params={"person": to}
        )
    if kind.owner:
        kind.give(record, to)
        return
    values = {"person": to, "given_by": by, "given_at": timezone.now()}
    Assignment.objects.update_or_create(**subject, defaults=values)


def colleagues(user: User):
    """Whom work can be given to: everybody with a desk, for an executive those of the region."""
    standing = user.standing
    desk = Mandate.objects.current().filter(
        kind__in=(MandateKind.SECRETARIAT, MandateKind.EXECUTIVE)
    )
    if not standing.is_secretariat:
        desk = desk.filter(region__in=standing.regions)
    return User.objects.active().filter(pk__in=desk.values("person")).order_by("full_name", "pk")
