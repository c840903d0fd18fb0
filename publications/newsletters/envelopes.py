"""The address that a letter comes back to: one for each mail, so that its return names itself.

Some servers return a mail without the headers by which its delivery is known, and some without any
of it; what they always know is the address that they return it to. The tag in it is signed: nobody
can have somebody else's letters stopped by writing to it.
"""

import base64
import hashlib
import hmac
import re
from email.utils import getaddresses
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

# What the number after it is the key of: a delivery of an issue, or one of a digest.
LETTER, DIGEST = "l", "d"
_TAG = re.compile(r"([ld])(\d{1,18})-([a-z2-7]{16})")


class Tag(NamedTuple):
    kind: str
    key: int


def is_on() -> bool:
    return bool(settings.BOUNCE_ADDRESS)


def address(kind: str, key: int) -> str:
    """Where this one mail comes back to: bounces+l42-jbswy3dpehpk3pxp@example.org."""
    user, _at, host = settings.BOUNCE_ADDRESS.partition("@")
    number = f"{kind}{key}"
    return f"{user}+{number}-{seal(number, settings.SECRET_KEY)}@{host}"


def seal(number: str, secret: str) -> str:
    """Eighty bits, in letters that stay what they are when a server makes them small."""
    made = hmac.digest(key_of(secret), number.encode(), hashlib.sha256)[:10]
    return base64.b32encode(made).decode().lower()


@lru_cache
def key_of(secret: str) -> bytes:
    return hashlib.sha256(f"publications.envelopes:{secret}".encode()).digest()


def tag_in(headers: list[str]) -> Tag | None:
    """The mail that is meant by an address of ours in one of these headers."""
    user, _at, host = settings.BOUNCE_ADDRESS.partition("@")
    for _name, found in getaddresses(headers) if is_on() else ():
        local, _at, domain = found.strip().lower().partition("@")
        match = _TAG.fullmatch(local.removeprefix(f"{user}+")) if domain == host else None
        if match and is_ours(f"{match[1]}{match[2]}", match[3]):
            return Tag(match[1], int(match[2]))
    return None


def is_ours(number: str, given: str) -> bool:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any([hmac.compare_digest(seal(number, secret), given) for secret in secrets])
