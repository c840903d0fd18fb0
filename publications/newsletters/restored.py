"""An older database under the portal is noticed before it sends anything a second time.

Each batch of letters counts a number on, in the database and in a file beside it. A database that
knows of fewer than the file is one that was restored: sending is paused until somebody has looked.
"""

import logging
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction

from portal.lib import network
from publications.models import SendingMark

log = logging.getLogger(__name__)


def path() -> Path:
    return Path(settings.VAR_DIR) / "batches-sent"


def known() -> int:
    """The number in the file; zero where there is none, or none that can be read."""
    try:
        return int(path().read_text())
    except (FileNotFoundError, ValueError):
        return 0


def write(number: int):
    partial = path().with_name(f"{path().name}.{secrets.token_hex(4)}")
    try:
        partial.write_text(str(number))
        partial.replace(path())
    finally:
        # Of a disk that is full.
        partial.unlink(missing_ok=True)


def is_suspected() -> bool:
    """Count one more batch. True, and sending is paused, when the database is an older one."""
    # In this order: other workers count on meanwhile, in the database first.
    before = known()
    number = SendingMark.advance()
    if number > before:
        write(number)
        return False
    log.error(
        "the database knows of %d batches of letters and the file %s of %d: it was restored from "
        "a backup, and sending is paused",
        number,
        path(),
        before,
    )
    with transaction.atomic():
        network.pause_sending()
        confirm()
    return True


def confirm():
    """The database as it is holds from now on."""
    write(SendingMark.advance(beyond=known()))
