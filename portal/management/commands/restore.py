"""Replaces all rows and files by those of a backup, and pauses the sending of newsletters."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from members.models import Organisation
from portal import backup


class Command(BaseCommand):
    help = "Restore a backup: restore FILE.tar.gz [--replace]"

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="replace a database that has organisations"
        )

    def handle(self, *, archive, replace, **options):
        if Organisation.objects.exists() and not replace:
            raise CommandError(
                "This database has organisations. Add --replace to overwrite everything in it."
            )
        try:
            manifest = backup.restore(archive.resolve())
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored the backup of {manifest['created_at']}. "
            "Sending newsletters is paused: resume it with “manage.py sending resume”."
        )
