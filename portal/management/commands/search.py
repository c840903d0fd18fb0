"""Compares the search index with the records and mends what differs."""

from django.core.management.base import BaseCommand

from portal import mending


class Command(BaseCommand):
    help = "Repair the search index: search repair"

    def add_arguments(self, parser):
        parser.add_argument("action", choices=("repair",))

    def handle(self, **options):
        self.stdout.write(f"{mending.repair()} documents mended")
