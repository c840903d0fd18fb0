"""`manage.py load_network`: regions, countries, groupings, categories, programme, pages."""

from django.core.management.base import BaseCommand

from portal.loading import load_network


class Command(BaseCommand):
    help = "Loads what every network starts from. It adds what is missing, as often as it is run."

    def add_arguments(self, parser):
        parser.add_argument(
            "--reset",
            action="store_true",
            help="put regions, countries and groupings back as the data files have them",
        )

    def handle(self, *args, reset: bool, **options):
        for kind, tally in load_network(reset=reset).items():
            self.stdout.write(f"{kind}: {tally}")
