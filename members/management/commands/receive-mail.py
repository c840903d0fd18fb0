"""Takes in mails: one from standard input, as a mail server hands it over, or a whole mailbox.

The answer to the mail server is an exit status (sysexits.h): 0 when the mail is dealt with, 65
when it is too large and its sender should know, 75 when it should be handed over again later.
"""

import logging
import mailbox
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from members import receiving
from members.receiving import Fate

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Take in a mail from standard input, or every mail of an mbox file or a Maildir"
    # A mail server starts it for each mail.
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", type=Path, help="an mbox file or a Maildir folder")

    def handle(self, *, path, **options):
        if path is None:
            self.receive_one(sys.stdin.buffer.read(receiving.MAX_SIZE + 1))
        else:
            self.receive_all(path)

    def receive_one(self, raw: bytes):
        try:
            receipt = receiving.receive(raw)
        except Exception:
            # The mail server keeps the mail and tries again, and an operator is told.
            logger.exception("A mail could not be taken in")
            sys.exit(os.EX_TEMPFAIL)
        self.stdout.write(receipt.fate.label)
        if receipt.fate == Fate.TOO_LARGE:
            sys.exit(os.EX_DATAERR)

    def receive_all(self, path: Path):
        counts, failed = dict.fromkeys(Fate, 0), 0
        for name, raw in mails_in(path):
            try:
                counts[receiving.receive(raw).fate] += 1
            except Exception:
                logger.exception("The mail %s could not be taken in", name)
                failed += 1
        for fate, count in counts.items():
            if count:
                self.stdout.write(f"{count} {fate.label}")
        if failed:
            raise CommandError(f"{failed} could not be taken in; the log says why.")


def mails_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every mail of a mailbox, which is left as it is."""
    if path.is_dir():
        box = mailbox.Maildir(path, create=False)
    elif path.is_file():
        box = mailbox.mbox(path, create=False)
    else:
        raise CommandError(f"There is no mailbox {path}.")
    with closing(box):
        for key in box.iterkeys():
            yield str(key), box.get_bytes(key)
