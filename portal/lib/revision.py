"""The revision of what the public sees: one word that all processes share without a query.

It stands in Redis, or in a file beside the SQLite database, and changes after every commit that
may change a public page. Whoever keeps something made from the data reads the revision first,
then the data, and keeps the result under what was read first: a commit in between leaves newer
data under an old revision, which nobody asks for again, and never old data under a new one.

A revision is drawn by lot rather than counted, so that one that was lost (an emptied Redis, a
deleted file) never comes back with other pages under it.
"""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

KEY = "revision"


def current() -> str:
    """The revision that holds now. Raises what the cache raises when Redis does not answer."""
    if settings.REDIS_URL:
        found = cache.get(KEY)
        if found is None:
            cache.add(KEY, drawn(), timeout=None)
            found = cache.get(KEY)
        return found or drawn()
    try:
        handle = os.open(path(), os.O_RDONLY)
    except FileNotFoundError:
        return move()
    try:
        return os.read(handle, 64).decode()
    finally:
        os.close(handle)


def move() -> str:
    """Draw another revision: everything made under the former one is out of use at once."""
    drawn_now = drawn()
    if settings.REDIS_URL:
        cache.set(KEY, drawn_now, timeout=None)
        return drawn_now
    target = path()
    partial = target.with_name(f"{target.name}.{drawn_now}")
    try:
        partial.write_text(drawn_now)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(drawn_now)
    partial.replace(target)  # whole or not at all, whoever reads meanwhile
    return drawn_now


def drawn() -> str:
    return secrets.token_hex(8)


def path() -> Path:
    return Path(settings.VAR_DIR) / "revision"
