"""Writes every row and file of the portal to one archive with a manifest of hashes."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import backup


class Command(BaseCommand):
    help = "Back up database and files: backup [--to FILE.tar.gz]"

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, help="the archive to write")

    def handle(self, *, to, **options):
        target = (to or Path(f"council-portal-{timezone.now():%Y%m%d-%H%M%S}.tar.gz")).resolve()
        try:
            manifest = backup.create(target)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"{target}: {rows} rows, {len(manifest['files'])} files")
