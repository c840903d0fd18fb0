"""Backup and restore: every row and every file, in one archive that either database reads.

Rows are written table by table as JSON lines, from one snapshot, with the columns' own
types; so an archive made on SQLite can be restored on PostgreSQL and the other way round.
Sessions are left out, and whoever was logged in logs in again.
"""

import datetime
import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path, PurePosixPath
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal import identity, mending
from portal.lib.changes import announce
from portal.models import NetworkIdentity, SearchDocument, SearchSpelling, SearchWord

FORMAT = 1
BATCH = 500
LEFT_OUT = {
    "django_session",
    "usersessions_usersession",
    *(model._meta.db_table for model in (SearchDocument, SearchSpelling, SearchWord)),
}


class BackupError(Exception):
    """What stands in the way of a backup or a restore, in words for the operator."""


def kept_models() -> list[type[models.Model]]:
    """Every table the archive holds, link tables included, in a stable order."""
    tables = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return [model for table, model in sorted(tables.items()) if table not in LEFT_OUT]


def applied_migrations() -> list[str]:
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


# -- Backup ------------------------------------------------------------------------------------


def create(target: Path) -> dict:
    """Write the archive to ``target`` and return its manifest. Never leaves half an archive.

    Raises BackupError when the target exists or its folder does not.
    """
    if target.exists():
        raise BackupError(f"{target} exists already.")
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as name:
        folder = Path(name)
        manifest = {
            "format": FORMAT,
            "created_at": timezone.now().isoformat(),
            "engine": connection.vendor,
            "migrations": applied_migrations(),
            "tables": write_tables(folder / "tables"),
            "files": copy_files(folder / "files"),
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
        partial = folder / "archive"
        with tarfile.open(partial, "w:gz", compresslevel=6) as archive:
            for part in ("manifest.json", "tables", "files"):
                archive.add(folder / part, arcname=part)
        partial.chmod(0o600)
        partial.replace(target)
    return manifest


def write_tables(folder: Path) -> dict:
    """Table → rows and SHA-256, all read in one snapshot."""
    folder.mkdir()
    written = {}
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for model in kept_models():
            table = model._meta.db_table
            path = folder / f"{table}.jsonl"
            with path.open("w", encoding="utf-8") as file:
                count = 0
                for count, row in enumerate(rows_of(model), start=1):  # noqa: B007
                    file.write(json.dumps(row, default=encoded, ensure_ascii=False) + "\n")
            written[table] = {"rows": count, "sha256": digest(path)}
    return written


def rows_of(model: type[models.Model]) -> Iterator[dict]:
    """The rows as column → value; a plain queryset, so that no translation falls back."""
    columns = [field.attname for field in model._meta.concrete_fields]
    rows = models.QuerySet(model=model).order_by("pk").values_list(*columns)
    for row in rows.iterator(chunk_size=2000):
        yield dict(zip(columns, row, strict=True))


def encoded(value):
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"cannot write {type(value).__name__}")


def copy_files(folder: Path) -> dict:
    """Path below the media folder → SHA-256."""
    folder.mkdir()
    media, copied = Path(settings.MEDIA_ROOT), {}
    for path in sorted(media.rglob("*")) if media.is_dir() else []:
        if path.is_file():
            name = path.relative_to(media).as_posix()
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
            copied[name] = digest(folder / name)
    return copied


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- Restore -----------------------------------------------------------------------------------


def restore(source: Path) -> dict:
    """Replace every row and file by those of the archive, and pause the sending of mail.

    The archive is unpacked and checked whole first; the rows change in one transaction, and
    the files change places after it. Raises BackupError, having changed nothing.
    """
    media = Path(settings.MEDIA_ROOT)
    media.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media.parent, prefix=".restore-") as name:
        folder = Path(name)
        unpack(source, folder)
        manifest = checked_manifest(folder)
        with transaction.atomic():
            replace_rows(folder / "tables")
            NetworkIdentity.objects.filter(pk=1).update(sending_paused=True)
            announce(NetworkIdentity(pk=1))
        files = folder / "files"
        files.mkdir(exist_ok=True)
        if media.exists():
            media.rename(folder / "files-before")
        files.rename(media)
    identity.pause_sending(paused=True)
    mending.repair()
    return manifest


def unpack(source: Path, folder: Path):
    """Unpack the archive. Raises BackupError when it is none, or reaches outside its folder."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(folder, filter="data")
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {source}.") from error
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupError(f"{source} is not a whole backup archive: {error}") from error


def checked_manifest(folder: Path) -> dict:
    """The manifest, once every hash, the format and the migrations agree."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise BackupError("The archive has no manifest.json: it is not a backup of this portal.")
    manifest = json.loads(path.read_text())
    if manifest.get("format") != FORMAT:
        raise BackupError(f"The archive has format {manifest.get('format')}, not {FORMAT}.")
    if manifest["migrations"] != applied_migrations():
        raise BackupError(
            "The archive was made by another version of the portal. "
            "Install that version, restore, and then upgrade."
        )
    expected = {f"tables/{table}.jsonl": t["sha256"] for table, t in manifest["tables"].items()}
    expected |= {f"files/{name}": sha256 for name, sha256 in manifest["files"].items()}
    for name, sha256 in expected.items():
        part = folder / PurePosixPath(name)
        if not part.is_file() or digest(part) != sha256:
            raise BackupError(f"{name} is missing or damaged in the archive.")
    return manifest


def replace_rows(folder: Path):
    """Empty every table and fill it again; foreign keys are checked at the end."""
    kept = kept_models()
    with connection.cursor() as cursor:
        for table in sorted(LEFT_OUT | {model._meta.db_table for model in kept}):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        for model in kept:
            fill(cursor, model, folder / f"{model._meta.db_table}.jsonl")
        for statement in connection.ops.sequence_reset_sql(no_style(), kept):
            cursor.execute(statement)


def fill(cursor, model: type[models.Model], path: Path):
    if not path.is_file():
        return
    fields = model._meta.concrete_fields
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"
    with path.open(encoding="utf-8") as lines:
        while batch := [json.loads(line) for line in islice(lines, BATCH)]:
            cursor.executemany(
                statement,
                [[stored(field, row[field.attname]) for field in fields] for row in batch],
            )


def stored(field: models.Field, value):
    """A value of the archive as this database stores it."""
    if isinstance(field, models.JSONField):
        return field.get_db_prep_save(value, connection)
    if isinstance(field, models.BinaryField):
        return field.get_db_prep_save(bytes.fromhex(value), connection)
    target = field
    while isinstance(target, models.ForeignKey):
        target = target.target_field
    return field.get_db_prep_save(target.to_python(value), connection)
