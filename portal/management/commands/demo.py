"""`manage.py demo`: the demonstration network, and the one-time code of its staff."""

import argparse

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from members.models import Organisation
from portal.demo import current_code


def times(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 1000")
    return number


class Command(BaseCommand):
    help = "Makes the demonstration network. Making it again adds only what is missing."

    def add_arguments(self, parser):
        parser.add_argument(
            "what",
            nargs="?",
            choices=("network", "code"),
            default="network",
            help="network (the default), or code: the one-time code of the example staff",
        )
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing when the database has organisations already",
        )
        parser.add_argument(
            "--scale",
            type=times,
            default=1,
            help="so many times the organisations, publications and subscriptions",
        )

    def handle(self, *args, what: str, if_empty: bool, scale: int, **options):
        if not settings.DEMONSTRATION:
            raise CommandError(
                "This is not a demonstration (DEMONSTRATION is false): nothing was done."
            )
        if what == "code":
            self.stdout.write(current_code())
            return
        if if_empty and Organisation.objects.exists():
            self.stdout.write("The database has organisations already: nothing was done.")
            return
        from portal.demo.building import build  # noqa: PLC0415  the renderer takes seconds to load

        for kind, count in build(scale=scale).items():
            self.stdout.write(f"{kind}: {count} created")
