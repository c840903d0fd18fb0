"""The same texts as a table, for those who translate in a spreadsheet."""

import codecs
import csv
import io

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.lib.exchange import xliff
from portal.lib.exchange.texts import (
    Batch,
    Field,
    Record,
    check_count,
    check_size,
    not_ours,
    settled,
    unreadable,
)
from portal.lib.sheets.cells import neutral, restored
from portal.lib.translations import TranslationState

COLUMNS = (
    "kind",
    "key",
    "field",
    "label",
    "source_language",
    "target_language",
    "fingerprint",
    "format",
    "state",
    "source",
    "target",
)
TEXT, HTML = "text", "html"
DELIMITERS = (",", ";", "\t")
LONGEST_CELL = 10_000_000
# The reader's own limit is for the whole process; a long body is larger than it is by default.
csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))


def written(batch: Batch, *, delimiter: str = ",") -> bytes:
    """The table; what a spreadsheet would take for a formula is made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(COLUMNS)
    for record in batch.records:
        for field in record.fields:
            cells = (
                record.kind,
                record.key,
                field.name,
                record.label,
                batch.source_language,
                batch.target_language,
                record.fingerprint,
                HTML if field.is_html else TEXT,
                field.state,
                field.source,
                field.target,
            )
            writer.writerow([neutral(str(cell)) for cell in cells])
    return text.getvalue().encode("utf-8-sig", "surrogatepass")


def read(content: bytes) -> Batch:
    check_size(len(content))
    rows = rows_of(decoded(content))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if not {*COLUMNS} - {"label", "format"} <= {*header} or len({*header}) < len(header):
        raise not_ours()
    check_count(len(rows) - 1)
    lines = [
        {name: restored(cell) for name, cell in zip(header, row, strict=False)}
        for row in rows[1:]
        if any(row)
    ]
    if not lines:
        raise not_ours()
    if any(len(line) < len(header) for line in lines):
        raise unreadable()
    pair = xliff.language_pair((one["source_language"], one["target_language"]) for one in lines)
    records: dict[tuple[str, str, str], Record] = {}
    for line in lines:
        identity = (line["kind"].strip(), line["key"].strip(), line["fingerprint"].strip())
        found = records.get(identity) or Record(*identity, (), line.get("label", ""))
        records[identity] = found._replace(fields=(*found.fields, field_of(line)))
    return Batch(*pair, tuple(records.values()))


def field_of(line: dict[str, str]) -> Field:
    state = line["state"].strip()
    if state not in TranslationState.values:
        raise ValidationError(
            _("“%(state)s” is no state of a translation. Write one of: %(states)s."),
            code="state",
            params={"state": state[:40], "states": ", ".join(TranslationState.values)},
        )
    target = line["target"]
    return Field(
        line["field"].strip(),
        line["source"],
        target,
        settled(state, target),
        line.get("format") == HTML,
        0 if target else 1,
    )


def decoded(content: bytes) -> str:
    """UTF-8, UTF-16 by its mark, else what a spreadsheet on Windows writes."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding, "surrogatepass")
    except UnicodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeError as error:
        raise unreadable() from error


def rows_of(text: str) -> list[list[str]]:
    """The rows, divided at the sign that parts the names of our columns."""
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise unreadable() from error
