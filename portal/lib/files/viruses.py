"""Asks clamd, where the network runs one, whether a file carries a virus.

The file goes over the daemon's own socket piece by piece (its INSTREAM command), so that daemon
and portal need share no folder. Without the setting nothing is asked.
"""

import contextlib
import logging
import re
import socket
import struct
from typing import BinaryIO

from django.conf import settings

from portal.lib.files.refusals import refused

logger = logging.getLogger(__name__)

PIECE = 64 * 1024
LONGEST_ANSWER = 4096
TIMEOUT = 30


def check(file: BinaryIO):
    """Raises ValidationError when a virus is found, or when the daemon gives no clear answer: a
    file that could not be checked is not kept."""
    if not settings.CLAMD:
        return
    file.seek(0)
    try:
        answer = asked(settings.CLAMD, file)
    except OSError as error:
        logger.error("clamd at %s does not answer: %s", settings.CLAMD, error)
        raise refused("not_checked") from error
    finally:
        file.seek(0)
    if found := re.fullmatch(r"stream: (.+) FOUND", answer):
        logger.warning("clamd found %s in an upload", found[1])
        raise refused("infected", virus=found[1])
    if answer != "stream: OK":
        logger.error("clamd could not check an upload: %s", answer or "no answer")
        raise refused("not_checked")


def asked(address: str, file: BinaryIO) -> str:
    """clamd's answer to the content of the file."""
    with contextlib.closing(connected(address)) as link:
        try:
            link.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                link.sendall(struct.pack(">I", len(piece)) + piece)
            link.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # It hangs up on what is larger than it takes, and has said so before.
            return read(link)
        return read(link)


def connected(address: str) -> socket.socket:
    """A path is a socket on this machine; anything else is host:port."""
    if address.startswith("/"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(TIMEOUT)
        try:
            link.connect(address)
        except OSError:
            link.close()
            raise
        return link
    host, _colon, port = address.rpartition(":")
    if not port.isdigit():
        raise OSError(f"{address} is neither a path nor host:port")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT)


def read(link: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        received = link.recv(LONGEST_ANSWER)
        if not received:
            break
        answer += received
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
