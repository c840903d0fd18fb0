"""`manage.py start-network`: begin a real network instead of the demonstration."""

import sys

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from members import invitations
from portal.lib.links import absolute_url
from portal.lib.translations import LANGUAGES
from portal.starting import AlreadyStarted, refuse_a_second_start, start_network

QUESTIONS = {
    "name_fr": "Name of the network in French",
    "name_en": "Name of the network in English",
    "name_es": "Name of the network in Spanish",
    "sender": "E-mail address that the network’s mails come from",
    "email": "E-mail address of the first person of the secretariat",
    "language": "Language of that person (fr, en or es)",
}


class Command(BaseCommand):
    help = "Begins a network: its name, what every network starts from, its first secretary."

    def add_arguments(self, parser):
        for name, question in QUESTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=question)

    def handle(self, *args, **options):
        if settings.DEMONSTRATION:
            raise CommandError(
                "This is a demonstration. Set DEMONSTRATION=false and use an empty database."
            )
        try:
            refuse_a_second_start()
            answers = self.answers(options)
            if answers["language"] not in LANGUAGES:
                raise CommandError(f"“{answers['language']}” is not fr, en or es.")
            invitation = start_network(
                names={code: answers[f"name_{code}"] for code in LANGUAGES},
                sender=answers["sender"],
                email=answers["email"],
                language=answers["language"],
            )
        except AlreadyStarted as refusal:
            raise CommandError(f"{refusal} Nothing was changed.") from refusal
        except ValidationError as error:
            raise CommandError(f"{in_words(error)} Nothing was changed.") from error
        self.stdout.write(f"The network “{answers['name_en']}” is set up.")
        self.mail(invitation)

    def answers(self, options: dict) -> dict[str, str]:
        """What the options say; the rest is asked, if somebody is there to answer."""
        missing = [name for name in QUESTIONS if options[name] is None]
        if missing and not sys.stdin.isatty():
            wanted = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
            raise CommandError(f"Nobody is there to answer. Give also: {wanted}.")
        asked = {name: input(f"{QUESTIONS[name]}: ").strip() for name in missing}
        return {name: asked.get(name, options[name]) for name in QUESTIONS}

    def mail(self, invitation):
        """Send the invitation at once; the link is printed, so that a lost mail stops nobody."""
        link = absolute_url(
            "members:invitation", language=invitation.mail_language, token=invitation.token
        )
        try:
            invitations.send(invitation)
        except OSError as error:
            self.stderr.write(f"The invitation could not be mailed ({error}).")
        else:
            self.stdout.write(f"An invitation was mailed to {invitation.email}.")
        self.stdout.write(f"It can be accepted here: {link}")


def in_words(error: ValidationError) -> str:
    """One line a field, with the option it came from."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        f"--{field.replace('_', '-')}: {' '.join(messages)}"
        for field, messages in error.message_dict.items()
    )
