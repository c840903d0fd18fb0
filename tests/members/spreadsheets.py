"""What the tests of imports share: a file in, its rows as they were checked, recorded."""

from django.core.files.base import ContentFile

from members.imports import committing, staging
from members.imports.wording import wording
from members.models import ImportBatch, ImportRow


def requested(text: str | bytes, *, by, name: str = "members.csv") -> ImportBatch:
    data = text.encode() if isinstance(text, str) else text
    return staging.request(file=ContentFile(data), name=name, by=by)


def checked(text: str | bytes, *, by, name: str = "members.csv") -> ImportBatch:
    """The file after its dry run."""
    batch = requested(text, by=by, name=name)
    staging.check(batch)
    batch.refresh_from_db()
    assert batch.state == "done", batch.error
    return batch


def recorded(batch: ImportBatch, *, by) -> ImportBatch:
    """The import after it was confirmed and written."""
    committing.confirm(batch, by=by)
    committing.commit(batch)
    batch.refresh_from_db()
    assert batch.state == "done", batch.error
    return batch


def row(batch: ImportBatch, line: int = 2) -> ImportRow:
    return batch.rows.get(line=line)


def refusals(batch: ImportBatch) -> list[tuple[int, str, str, str]]:
    """Line, field, value and reason of everything that was refused."""
    return [
        (row.line, field, value, code)
        for row in batch.rows.refused()
        for field, value, code, _params in row.problems
    ]


def repair(batch: ImportBatch, line: int = 2) -> str:
    """The proposed repair of the first refusal on a line."""
    _field, _value, code, params = row(batch, line).problems[0]
    return wording(code, params)[1]


def changes(batch: ImportBatch, line: int = 2) -> dict[str, tuple]:
    return {field: (old, new) for field, old, new in row(batch, line).changes}
