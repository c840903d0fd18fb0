"""A whole list of own members from a file: read, shown, and written only when confirmed."""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from members import associations
from members.imports import parsing, reading
from members.models import Affiliation, Association, Organisation, Roll, User
from members.models.associations import AssociationKind
from portal.lib import changes
from portal.lib.sheets.cells import Value, neutral
from portal.lib.text import fold
from portal.lib.translations import LANGUAGES
from regions.naming import Countries

LARGEST = 2 * 1024 * 1024
MOST = 5000
AT_ONCE = 500
# Each column by its name in the three languages, and by other words that people write there.
HEADERS = {
    "name": ("nom", "name", "nombre", "association", "organisation", "asociacion"),
    "acronym": ("sigle", "acronym", "siglas", "sigla", "acronyme"),
    "country": ("pays", "country", "pais"),
    "kind": ("type", "kind", "tipo", "nature"),
    "website": ("site", "website", "sitio", "web", "site web", "sitio web", "url"),
    "is_public": ("publie", "published", "publicado", "public", "publico"),
    "since": ("depuis", "since", "desde"),
}
TITLES = {
    "fr": ("Nom", "Sigle", "Pays", "Type", "Site", "Publié", "Depuis"),
    "en": ("Name", "Acronym", "Country", "Kind", "Website", "Published", "Since"),
    "es": ("Nombre", "Siglas", "País", "Tipo", "Sitio", "Publicado", "Desde"),
}
YES = {"oui", "yes", "si", "x", "1", "o", "y", "s", "true", "vrai", "verdadero"}
NO = {"", "non", "no", "0", "n", "false", "faux", "falso", "-"}
WORDS = {"yes": {"fr": "oui", "en": "yes", "es": "sí"}, "no": {"fr": "non", "en": "no", "es": "no"}}


class Difference(NamedTuple):
    """What confirming an uploaded list would do, in the order of the file."""

    added: list[dict]
    changed: list[tuple[Affiliation, dict]]
    unchanged: list[Affiliation]
    refused: list[dict]
    gone: list[Affiliation]


def stage(umbrella: Organisation, *, file: BinaryIO, name: str, takes_off: bool, by: User) -> Roll:
    """Read an uploaded list and keep what it says, without writing anything else.

    Raises ValidationError when it is too long, is no table, or has no column of names.
    """
    associations.check_umbrella(umbrella)
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValidationError(_("This file is larger than 2 MB. Divide it."), code="too_large")
    rows = list(understood(table(content), Reader(umbrella)))
    if len(rows) > MOST:
        raise ValidationError(
            _("This file has more than %(most)d lines. Divide it."),
            code="too_long",
            params={"most": MOST},
        )
    if not rows:
        raise ValidationError(_("This file has no line below its headings."), code="empty")
    return Roll.objects.create(
        umbrella=umbrella,
        file_name=name[:200],
        rows=rows,
        takes_off=takes_off,
        uploaded_by=by,
    )


def table(content: bytes) -> list[tuple[int, list[Value]]]:
    """The numbered rows of a CSV, XLSX or ODS file, whatever its encoding and its delimiter."""
    file = io.BytesIO(content)
    kind = reading.kind_of(file, content[:4096])
    if kind != "csv":
        return list(reading.rows_of(file, reading.Layout(kind)))
    encoding = reading.encoding_of(file, content[:4096])
    head = content.decode(encoding, "replace").split("\n", 1)[0]
    delimiter = max(reading.DELIMITERS, key=head.count)
    return list(reading.rows_of(file, reading.Layout(kind, encoding, delimiter)))


class Reader:
    """What the cells of a line mean: countries and kinds by code or by name in any language."""

    def __init__(self, umbrella: Organisation):
        self.umbrella = umbrella
        self.countries = Countries()
        self.kinds = {}
        for code in LANGUAGES:
            with translation.override(code):
                for kind in AssociationKind:
                    self.kinds[fold(str(kind.label))] = kind.value
        self.kinds |= {kind.value: kind.value for kind in AssociationKind}

    def record(self, cells: dict[str, str]) -> dict:
        """The values of a line. Raises ValidationError for what cannot be understood."""
        if not cells.get("name"):
            raise ValidationError(_("The name is missing."))
        return {
            "name": cells["name"][:200],
            "acronym": cells.get("acronym", "")[:30],
            "country": self.country(cells.get("country", "")),
            "kind": self.kind(cells.get("kind", "")),
            "website": website(cells.get("website", "")),
            "is_public": agreed(cells.get("is_public", "")),
            "since": year(cells.get("since", "")),
        }

    def country(self, text: str) -> str | None:
        if not text:
            return self.umbrella.country_id
        found = self.countries.find(text)
        if found is None:
            raise ValidationError(_("Unknown country: %(text)s.") % {"text": text})
        return found.code

    def kind(self, text: str) -> str:
        if not text:
            return AssociationKind.ASSOCIATION
        found = self.kinds.get(fold(text))
        if found is None:
            known = ", ".join(str(label) for label in AssociationKind.labels)
            raise ValidationError(
                _("Unknown kind: %(text)s. Known are: %(known)s.") % {"text": text, "known": known}
            )
        return found


def website(text: str) -> str:
    if not text:
        return ""
    address = text if "://" in text else f"https://{text}"
    try:
        URLValidator(schemes=("http", "https"))(address)
    except ValidationError as error:
        raise ValidationError(_("Not a web address: %(text)s.") % {"text": text}) from error
    return address[:200]


def agreed(text: str) -> bool:
    """Only a clear yes publishes; what is unclear is refused rather than guessed."""
    word = fold(text)
    if word not in YES | NO:
        raise ValidationError(_("Published: write yes or no, not “%(text)s”.") % {"text": text})
    return word in YES


def year(text: str) -> int | None:
    if not text:
        return None
    text = text.removesuffix(".0")  # a number, as spreadsheets keep it
    if not text.isdecimal() or not 1500 <= int(text) <= timezone.localdate().year:
        raise ValidationError(_("Not a year: %(text)s.") % {"text": text})
    return int(text)


def understood(rows: list[tuple[int, list[Value]]], reader: Reader) -> Iterator[dict]:
    """Each line below the headings, with its number, its values or what is wrong with it."""
    columns = [column_of(cell) for cell in rows[0][1]] if rows else []
    if "name" not in columns:
        raise ValidationError(
            _("The first line must have headings, one of them “Name”."), code="no_headings"
        )
    seen: dict[str, int] = {}
    for number, cells in rows[1:]:
        try:
            line = texts(columns, cells)
            if not any(line.values()):
                continue
            values = reader.record(line)
            key = associations.list_key(values["name"], values["country"])
            if key in seen:
                raise ValidationError(
                    _("The same association as in line %(line)d.") % {"line": seen[key]}
                )
            seen[key] = number
        except ValidationError as error:
            name = dict(zip(columns, cells, strict=False)).get("name") or ""
            yield {"line": number, "name": str(name), "problem": " ".join(error.messages)}
        else:
            yield {"line": number, "key": key, "problem": "", **values}


def texts(columns: list[str], cells: list[Value]) -> dict[str, str]:
    """The cells of a line as text, by column. Raises ValidationError for a formula."""
    return {column: text_of(cell) for column, cell in zip(columns, cells, strict=False) if column}


def column_of(heading: Value) -> str:
    word = " ".join(fold(str(heading or "")).split())
    return next((name for name, words in HEADERS.items() if word == name or word in words), "")


def text_of(cell: Value) -> str:
    """Raises ValidationError for a formula, and for signs that no text has."""
    try:
        return parsing.text_of(cell)
    except parsing.Refused as refusal:
        raise ValidationError(
            _("A formula or a sign that no text has stands here: write the value itself.")
        ) from refusal


# -- What it would do, and doing it --------------------------------------------------------------


def difference(roll: Roll) -> Difference:
    """The uploaded list against the stored one, as it stands now."""
    stored = {
        entry.key: entry
        for entry in roll.umbrella.affiliations.select_related("association__country").order_by(
            "association__name", "pk"
        )
    }
    found = Difference([], [], [], [], [])
    for row in roll.rows:
        if row["problem"]:
            found.refused.append(row)
            continue
        entry = stored.pop(row["key"], None)
        if entry is None:
            found.added.append(row)
        elif differs(entry, row):
            found.changed.append((entry, row))
        else:
            found.unchanged.append(entry)
    if roll.takes_off:
        found.gone.extend(stored.values())
    return found


def differs(entry: Affiliation, row: dict) -> bool:
    association = entry.association
    now = (
        *(association.name, association.acronym, association.country_id),
        *(association.kind, association.website, entry.is_public, entry.since),
    )
    names = ("name", "acronym", "country", "kind", "website", "is_public", "since")
    return now != tuple(row[name] for name in names)


@transaction.atomic
def write(roll: Roll, *, by: User) -> Difference:
    """Write the lines that are right, and forget the upload. Set by set, each with its history."""
    umbrella = Organisation.objects.select_for_update(of=("self",)).get(pk=roll.umbrella_id)
    today = timezone.localdate()
    found = difference(roll)
    new = [assigned(Association(), row) for row in found.added]
    new = bulk_create_with_history(new, Association, batch_size=AT_ONCE, default_user=by)
    entries = [
        placed(Affiliation(umbrella=umbrella, association=association), row, today, by, roll)
        for association, row in zip(new, found.added, strict=True)
    ]
    bulk_create_with_history(entries, Affiliation, batch_size=AT_ONCE, default_user=by)
    edited = [assigned(entry.association, row) for entry, row in found.changed]
    if edited:
        fields = ["name", "acronym", "country", "kind", "website"]
        bulk_update_with_history(edited, Association, fields, AT_ONCE, default_user=by)
        changed = [placed(entry, row, today, by, roll) for entry, row in found.changed]
        fields = ["is_public", "since", "source", "checked_on", "recorded_by"]
        bulk_update_with_history(changed, Affiliation, fields, AT_ONCE, default_user=by)
    confirmed = [entry.pk for entry in found.unchanged]
    for start in range(0, len(confirmed), AT_ONCE):
        some = confirmed[start : start + AT_ONCE]
        Affiliation.objects.filter(pk__in=some).update(checked_on=today)
    for entry in found.gone:
        associations.remove(entry)
    for start in range(0, len(written := [*new, *edited]), AT_ONCE):
        associations.write_keys(written[start : start + AT_ONCE])
    changes.announce(umbrella)
    roll.delete()
    return found


def assigned(association: Association, row: dict) -> Association:
    for name in ("name", "acronym", "kind", "website"):
        setattr(association, name, row[name])
    association.country_id = row["country"]
    return association


def placed(
    entry: Affiliation, row: dict, today: datetime.date, by: User, roll: Roll
) -> Affiliation:
    entry.is_public, entry.since, entry.key = row["is_public"], row["since"], row["key"]
    entry.source, entry.checked_on, entry.recorded_by = roll.file_name, today, by
    return entry


def forget_old(today: datetime.date | None = None) -> int:
    """Uploads that nobody confirmed within a week are forgotten."""
    limit = timezone.now() - datetime.timedelta(days=7)
    return Roll.objects.filter(uploaded_at__lt=limit).delete()[0]


def as_csv(entries: Iterable[Affiliation], language: str) -> Iterator[str]:
    """A list in the shape in which it can be uploaded again, formulas neutralised."""

    class Echo:
        def write(self, text: str) -> str:
            return text

    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(TITLES[language])
    for entry in entries:
        association = entry.association
        row = (
            association.name,
            association.acronym,
            association.country_id or "",
            association.kind,
            association.website,
            WORDS["yes" if entry.is_public else "no"][language],
            str(entry.since or ""),
        )
        yield writer.writerow([neutral(cell) for cell in row])
