"""Writing the rows of an import in sets, each record with its history and its trace."""

import datetime
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.text import slugify

from members.imports import records
from members.imports.belonging import Rights
from members.imports.codes import WRITTEN, Codes
from members.imports.past import reason_of, write_history
from members.imports.records import LISTS, TEXTS
from members.models import (
    ImportBatch,
    ImportRow,
    ImportTrace,
    Mandate,
    Membership,
    OldAddress,
    Organisation,
    StatusChange,
    User,
)
from members.numbering import next_numbers
from portal.lib import changes
from portal.lib.text import fold
from portal.lib.translations import LANGUAGES

TRANSLATION_STATES = [f"{name}_{code}" for name in ("state", "source") for code in LANGUAGES]


class Writer:
    """Writes lot after lot of one import, within one transaction."""

    def __init__(self, *, batch: ImportBatch, by: User | None, rights: Rights):
        self.batch, self.by, self.rights = batch, by, rights
        self.reason = reason_of(batch)
        self.today = timezone.localdate()
        self.now = timezone.now()
        self.codes = Codes()
        self.slugs: dict[str, int] = {}  # a name that is taken → the last number behind it
        self.made: dict[int, int] = {}  # line → the organisation it created
        self.count = 0
        self.reserved = set(
            batch.rows.written()
            .exclude(values__period__number="")
            .filter(values__has_key="period")
            .values_list("values__period__number", flat=True)
        )

    def write(self, rows: list[ImportRow]) -> list[int]:
        """Write these rows. Returns the lines that the records no longer allow, if there are."""
        self.count += len(rows)
        new = [row for row in rows if not row.organisation_id and not row.leader]
        old = [row for row in rows if row.organisation_id or row.leader]
        traces = self._create(new)
        stale = self._update(old, traces)
        if stale:
            return stale
        self._people(rows, traces)
        self._memberships(rows, traces)
        ImportTrace.objects.bulk_create(traces)
        return []

    def organisation_of(self, row: ImportRow) -> int:
        return row.organisation_id or self.made[row.leader or row.line]

    # -- Organisations -----------------------------------------------------------------------------

    def _create(self, rows: list[ImportRow]) -> list[ImportTrace]:
        if not rows:
            return []
        made = []
        for row in rows:
            organisation = Organisation()
            self.codes.apply(organisation, row.values["organisation"])
            organisation.seat_country_id = self.codes.seat(organisation, exempt=set())
            made.append(organisation)
        for organisation, slug in zip(made, self._free_slugs(made), strict=True):
            organisation.slug = slug
        Organisation.objects.bulk_create(made)
        changes.announce()  # in lots once all is committed: committing.announce_written
        for row, organisation in zip(rows, made, strict=True):
            self.made[row.line] = organisation.pk
        lists = {o.pk: r.values["organisation"] for r, o in zip(rows, made, strict=True)}
        self.codes.write_lists(lists, are_new=True)
        self._record_statuses([(o, "applicant", o.status) for o in made if o.status != "applicant"])
        history = self._history(made, update=False)
        return [
            self._trace(row, "organisation", organisation.pk, history=key)
            for row, organisation, key in zip(rows, made, history, strict=True)
        ]

    def _update(self, rows: list[ImportRow], traces: list[ImportTrace]) -> list[int]:
        """Change organisations that exist. Returns the lines whose old values are no longer."""
        changing = [row for row in rows if row.values.get("organisation")]
        pks = {self.organisation_of(row) for row in rows if row.organisation_id or row.leader}
        found = Organisation.objects.select_for_update().in_bulk(pks) if pks else {}
        states = records.states(Organisation.objects.filter(pk__in=pks)) if pks else {}
        own = self.rights.run_among(pks) | set(self.made.values())
        stale = [row.line for row in rows if self.organisation_of(row) not in (own & found.keys())]
        if stale:
            return stale
        exempt = records.exempt(pks)
        steps, before = [], {}
        for row in changing:
            pk = self.organisation_of(row)
            organisation, values = found[pk], row.values["organisation"]
            olds = {key: old for key, old, _new in row.changes if key in values}
            if any(states[pk][key] != old for key, old in olds.items()):
                stale.append(row.line)
                continue
            status = organisation.status
            translations = {name: getattr(organisation, name) for name in TRANSLATION_STATES}
            self.codes.apply(organisation, values)
            organisation.seat_country_id = self.codes.seat(organisation, exempt=exempt)
            states[pk] |= values
            if organisation.status != status:
                steps.append((organisation, status, organisation.status))
            if set(TEXTS) & values.keys():
                olds |= translations
            before[pk] = (row, olds | before[pk][1] if pk in before else olds)
        if stale or not before:
            return stale
        changed = [found[pk] for pk in before]
        Organisation.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
        )
        changes.announce()  # in lots once all is committed: committing.announce_written
        lists = {pk: states[pk] for pk in before if lists_in(row_values(changing, self, pk))}
        self.codes.write_lists(lists, are_new=False)
        self._record_statuses(steps)
        history = self._history(changed, update=True)
        for (pk, (row, olds)), key in zip(before.items(), history, strict=True):
            traces.append(self._trace(row, "organisation", pk, before=olds, history=key))
        return []

    def _free_slugs(self, made: list[Organisation]) -> list[str]:
        """An address for each that no other organisation has or had."""
        bases = [
            slugify(fold(o.own_text("name", o.original_language)))[:70].strip("-") or "organisation"
            for o in made
        ]
        taken = {"new", *slugs_among(set(bases))}
        found = []
        for base in bases:
            slug = base
            while slug in taken:
                number = self.slugs.get(base, 1) + 1
                if number == 2:
                    number = last_number(base) + 1
                self.slugs[base] = number
                slug = f"{base}-{number}"
            taken.add(slug)
            found.append(slug)
        return found

    def _record_statuses(self, steps: list[tuple[Organisation, str, str]]):
        StatusChange.objects.bulk_create(
            StatusChange(
                organisation=organisation,
                before=before,
                after=after,
                reason=self.reason,
                changed_by=self.by,
                changed_at=self.now,
            )
            for organisation, before, after in steps
        )

    def _history(self, made: list, *, update: bool) -> list[int]:
        return write_history(made, update=update, by=self.by, reason=self.reason)

    def _trace(self, row: ImportRow, model: str, pk: int, *, before=None, history=None):
        return ImportTrace(
            batch=self.batch, line=row.line, model=model, record=pk, before=before, history=history
        )

    # -- People ------------------------------------------------------------------------------------

    def _people(self, rows: list[ImportRow], traces: list[ImportTrace]):
        joining = [(row, person) for row in rows for person in row.values.get("contacts", ())]
        if not joining:
            return
        people = owners({person["email"] for _row, person in joining})
        new: dict[str, tuple[ImportRow, User]] = {}
        for row, person in joining:
            email = person["email"]
            if email not in people and email not in new:
                new[email] = (
                    row,
                    User(
                        email=email,
                        full_name=person["name"],
                        language=person["language"],
                        password=make_password(None),
                    ),
                )
        users = [user for _row, user in new.values()]
        User.objects.bulk_create(users)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, primary=True, verified=False)
            for user in users
        )
        traces += [self._trace(row, "user", user.pk) for row, user in new.values()]
        people |= {user.email: user.pk for user in users}
        self._mandates(joining, people, traces)

    def _mandates(self, joining, people: dict[str, int], traces: list[ImportTrace]):
        pks = {self.organisation_of(row) for row, _person in joining}
        current = Mandate.objects.current().filter(organisation__in=pks)
        known = set(current.values_list("organisation", "person", "kind"))
        rows, made = [], []
        for row, person in joining:
            for kind in person["kinds"]:
                key = (self.organisation_of(row), people[person["email"]], kind)
                if key not in known:
                    known.add(key)
                    rows.append(row)
                    made.append(
                        Mandate(
                            organisation_id=key[0], person_id=key[1], kind=kind, since=self.today
                        )
                    )
        Mandate.objects.bulk_create(made)
        history = self._history(made, update=False)
        traces += [
            self._trace(row, "mandate", mandate.pk, history=key)
            for row, mandate, key in zip(rows, made, history, strict=True)
        ]

    # -- Periods -----------------------------------------------------------------------------------

    def _memberships(self, rows: list[ImportRow], traces: list[ImportTrace]):
        adding = [row for row in rows if row.values.get("period")]
        if not adding:
            return
        pks = {self.organisation_of(row) for row in adding}
        places = {
            pk: (category, country)
            for pk, category, country in Organisation.objects.filter(pk__in=pks)
            .order_by()
            .values_list("pk", "category", "country")
        }
        numbers = self._numbers([row.values["period"] for row in adding])
        made = []
        for row, number in zip(adding, numbers, strict=True):
            pk, period = self.organisation_of(row), row.values["period"]
            made.append(
                Membership(
                    organisation_id=pk,
                    category_id=places[pk][0],
                    country_id=places[pk][1],
                    number=number,
                    starts_on=datetime.date.fromisoformat(period["starts_on"]),
                    ends_on=datetime.date.fromisoformat(period["ends_on"]),
                    recorded_by=self.by,
                    recorded_at=self.now,
                )
            )
        Membership.objects.bulk_create(made)
        history = self._history(made, update=False)
        traces += [
            self._trace(row, "membership", membership.pk, history=key)
            for row, membership, key in zip(adding, made, history, strict=True)
        ]

    def _numbers(self, periods: list[dict]) -> list[str]:
        """The number of each period: the one that is written, else the next one of its year."""
        found = []
        given: dict[int, list[str]] = {}
        for period in periods:
            if not period["number"]:
                given.setdefault(int(period["starts_on"][:4]), []).append("")
        for year, wanted in given.items():
            numbers: list[str] = []
            while len(numbers) < len(wanted):
                more = next_numbers(year, len(wanted) - len(numbers))
                numbers += [number for number in more if number not in self.reserved]
            given[year] = numbers[::-1]
        for period in periods:
            found.append(period["number"] or given[int(period["starts_on"][:4])].pop())
        return found


def row_values(rows: list[ImportRow], writer: Writer, pk: int) -> set[str]:
    """The fields of an organisation that these rows change."""
    return {
        key
        for row in rows
        if writer.organisation_of(row) == pk
        for key in row.values.get("organisation", {})
    }


def lists_in(keys: Iterable[str]) -> bool:
    return bool({"regions", *LISTS} & set(keys))


def owners(emails: set[str]) -> dict[str, int]:
    """Whose the addresses are, those that nobody has left out."""
    found = {
        email.lower(): pk
        for email, pk in EmailAddress.objects.filter(email__in=emails).values_list("email", "user")
    }
    people = User.objects.alias(small=Lower("email")).filter(small__in=emails)
    return found | {email.lower(): pk for email, pk in people.values_list("email", "pk")}


def slugs_among(slugs: set[str]) -> set[str]:
    own = Organisation.objects.filter(slug__in=slugs).values_list("slug", flat=True)
    return {*own, *OldAddress.objects.filter(slug__in=slugs).values_list("slug", flat=True)}


def last_number(base: str) -> int:
    """The highest number behind an address that is taken, at least 1."""
    rows = [
        *Organisation.objects.filter(slug__startswith=f"{base}-").values_list("slug", flat=True),
        *OldAddress.objects.filter(slug__startswith=f"{base}-").values_list("slug", flat=True),
    ]
    ends = [slug.removeprefix(f"{base}-") for slug in rows]
    return max((int(end) for end in ends if end.isdigit() and len(end) < 9), default=1)
