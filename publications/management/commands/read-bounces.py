"""Reads the mails that came back, from the mailbox of the settings or from another."""

from django.core.management.base import BaseCommand, CommandError

from portal.lib.mailboxes import Unreachable
from publications.newsletters import returned


class Command(BaseCommand):
    help = "Read the mails that could not be delivered, and complaints, from a mailbox"

    def add_arguments(self, parser):
        parser.add_argument(
            "mailbox",
            nargs="?",
            default="",
            help="such as maildir:/path; without it the one of BOUNCE_MAILBOX",
        )

    def handle(self, *, mailbox: str, **options):
        try:
            taken, left = returned.read_mailbox(mailbox)
        except Unreachable as error:
            raise CommandError(f"The mailbox cannot be read: {error}") from error
        self.stdout.write(f"{taken} read, {left} left in the mailbox")
