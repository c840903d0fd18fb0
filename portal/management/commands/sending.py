"""Pauses or resumes the sending of every newsletter."""

from django.core.management.base import BaseCommand

from portal import identity


class Command(BaseCommand):
    help = "Pause or resume the sending of newsletters: sending pause|resume"

    def add_arguments(self, parser):
        parser.add_argument("action", choices=("pause", "resume"))

    def handle(self, *, action, **options):
        identity.pause_sending(paused=action == "pause")
        self.stdout.write("Sending is paused." if action == "pause" else "Sending is resumed.")
