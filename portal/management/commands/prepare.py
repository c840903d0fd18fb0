"""`manage.py prepare`: brings database, static files and network data up to date, once or again.

The same step after a first checkout, after an update and at the start of a container; what is
already done costs next to nothing. Edits made in the portal are kept.
"""

import hashlib
import io
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from members import counting
from publications import shelving


class Command(BaseCommand):
    help = "Brings database, static files and network data up to date. May be repeated."
    requires_system_checks = []

    def handle(self, *args, **options):
        self.migrate()
        self.collect_static_files()
        self.run_if_there("load_network", stdout=io.StringIO())  # counts, the same every time
        if settings.DEMONSTRATION:
            self.run_if_there("demo", "--if-empty")

    def migrate(self):
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Migrating the database")
            call_command("migrate", interactive=False, verbosity=0)
            counting.repair()  # what an update adds to the counts of the directory
            shelving.repair()  # and to the rows of the library

    def collect_static_files(self):
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        digest = digest_of_static_files()
        if stamp.exists() and stamp.read_text() == digest:
            return
        self.say("Collecting static files")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest)

    def run_if_there(self, name: str, *arguments: str, **options):
        if name in get_commands():
            call_command(name, *arguments, **options)

    def say(self, text: str):
        self.stdout.write(text)
        self.stdout.flush()


def digest_of_static_files() -> str:
    """A hash over the content of every static file that would be collected."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            with storage.open(path) as file:
                digest.update(path.encode() + file.read())
    return digest.hexdigest()
