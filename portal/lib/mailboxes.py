"""Mailboxes that the portal empties: by POP3 or IMAP, or a Maildir or mbox on this machine.

One address says which: ``imaps://name:password@host:993/INBOX``, ``pop3s://name:password@host``,
``maildir:/path``, ``mbox:/path``; ``imap`` and ``pop3`` speak without encryption, for a server on
this machine.
"""

import imaplib
import mailbox
import poplib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Takes a mail and says whether it is dealt with, and may go.
Take = Callable[[bytes], bool]

MOST_AT_ONCE = 500
TIMEOUT = 30
# One mail with a line longer than the module expects would else stop the reading for ever.
poplib._MAXLINE = 1024 * 1024


class Unreachable(Exception):
    """The mailbox does not answer, or refuses us."""


def empty(address: str, take: Take) -> tuple[int, int]:
    """Hand over each mail, and remove those that are dealt with. Returns how many were, and how
    many stay. Raises Unreachable; what was dealt with until then may come again."""
    parts = urlsplit(address)
    read = READERS.get(parts.scheme)
    if read is None:
        raise Unreachable(f"{parts.scheme or 'nothing'} is no kind of mailbox")
    try:
        return read(parts, take)
    except (OSError, imaplib.IMAP4.error, poplib.error_proto, mailbox.Error) as error:
        raise Unreachable(str(error)) from error


def by_pop3(parts, take: Take) -> tuple[int, int]:
    kind = poplib.POP3_SSL if parts.scheme == "pop3s" else poplib.POP3
    server = kind(parts.hostname, parts.port or (995 if kind is poplib.POP3_SSL else 110), TIMEOUT)
    try:
        server.user(unquote(parts.username or ""))
        server.pass_(unquote(parts.password or ""))
        number, _size = server.stat()
        taken = 0
        for index in range(1, min(number, MOST_AT_ONCE) + 1):
            _answer, lines, _octets = server.retr(index)
            if take(b"\r\n".join(lines) + b"\r\n"):
                server.dele(index)
                taken += 1
        # What was marked is removed as the session ends.
        server.quit()
    finally:
        server.close()
    return taken, number - taken


def by_imap(parts, take: Take) -> tuple[int, int]:
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if kind is imaplib.IMAP4_SSL else 143)
    taken = left = 0
    with kind(parts.hostname, port, timeout=TIMEOUT) as server:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        answer, _data = server.select(unquote(parts.path.strip("/")) or "INBOX")
        if answer != "OK":
            raise Unreachable(f"the folder {parts.path} cannot be opened")
        _answer, (found,) = server.uid("SEARCH", "UNSEEN")
        for uid in (found or b"").split()[:MOST_AT_ONCE]:
            # Fetching marks the mail as seen, so that what is left here is not fetched again.
            _answer, data = server.uid("FETCH", uid.decode(), "(RFC822)")
            raw = next((one[1] for one in data if isinstance(one, tuple)), b"")
            if take(raw):
                server.uid("STORE", uid.decode(), "+FLAGS", r"(\Deleted)")
                taken += 1
            else:
                left += 1
        server.expunge()
    return taken, left


def by_file(parts, take: Take) -> tuple[int, int]:
    path = Path(unquote(parts.path))
    if not path.exists():
        raise Unreachable(f"there is no mailbox {path}")
    kind = mailbox.Maildir if parts.scheme == "maildir" else mailbox.mbox
    box = kind(path, create=False)
    taken = left = 0
    box.lock()
    try:
        for key in list(box.iterkeys())[:MOST_AT_ONCE]:
            if take(box.get_bytes(key)):
                box.remove(key)
                taken += 1
            else:
                left += 1
        box.flush()
    finally:
        box.unlock()
        box.close()
    return taken, left


READERS = {
    "pop3": by_pop3,
    "pop3s": by_pop3,
    "imap": by_imap,
    "imaps": by_imap,
    "maildir": by_file,
    "mbox": by_file,
}
