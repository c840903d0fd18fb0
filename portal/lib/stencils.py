"""Mails that differ between readers by a few words only, made once as bytes.

A stencil is the finished mail with holes. For each reader only the holes are filled: neither the
template engine nor Python's ``email`` runs again, which are what a newsletter's speed hangs on.

The texts are quoted-printable. A soft line break stands before and after each hole, so that
whatever is filled in begins a line of its own and can have any length.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.core.mail import EmailMessage

# RFC 2045 allows 76 octets a line; one is left for the sign of the soft break.
LONGEST = 75
SOFT_BREAK = b"=\r\n"
# No encoded text can hold two of these signs in a row.
_HOLE = re.compile(rb"==([a-z_]+)==")
_PLAIN = re.compile(r"[A-Za-z0-9_~-]{1,75}")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}")
# RFC 5322; the break at the end of the line does not count.
LONGEST_HEADER = 998


class Unwritable(ValueError):
    """No mail can carry this address or header."""


class Stencil:
    """A mail with holes, from a message that has a stand-in wherever two readers differ.

    ``holes`` maps the name of a hole to its stand-in in the texts. Headers named in ``own`` are
    taken out of the message, and given for each reader.
    """

    def __init__(self, message: EmailMessage, *, holes: Mapping[str, str], own: Iterable[str] = ()):
        mail = message.message()
        for name in ("To", *own):
            del mail[name]
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                text = part.get_payload(decode=True).decode(part.get_content_charset("utf-8"))
                del part["Content-Transfer-Encoding"]
                part["Content-Transfer-Encoding"] = "quoted-printable"
                part.set_payload(_with_holes(text, holes).decode("ascii").replace("\r\n", "\n"))
        # Text, name of a hole, text, name of a hole, …, text.
        self._pieces = _HOLE.split(mail.as_bytes(linesep="\r\n"))
        self._names = [name.decode() for name in self._pieces[1::2]]

    def filled(
        self,
        *,
        to: str,
        headers: Mapping[str, str],
        words: Mapping[str, str | bytes],
    ) -> bytes:
        """The mail of one reader, ready for the wire: no line of it begins with a dot.

        ``words`` has a value for each hole; bytes are what ``quoted`` made of it before. Raises
        Unwritable for an address or a header that no mail can carry.
        """
        written = {
            name: value if isinstance(value, bytes) else quoted(value)
            for name, value in words.items()
        }
        pieces = self._pieces.copy()
        pieces[1::2] = [written[name] for name in self._names]
        head = [b"To: ", address(to), b"\r\n"]
        for header, value in headers.items():
            head += (header.encode("ascii"), b": ", header_value(value), b"\r\n")
        return b"".join(head + pieces)


def address(written: str) -> bytes:
    """An address as header and envelope have it, its domain in ASCII. Raises Unwritable."""
    if _ADDRESS.fullmatch(written):
        return written.encode("ascii")
    user, _, host = written.rpartition("@")
    try:
        found = f"{user}@{host.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise Unwritable(str(error)) from error
    if not _ADDRESS.fullmatch(found):
        # Beyond ASCII before the sign, every server on the way would need SMTPUTF8.
        raise Unwritable(f"no mail can carry the address {written[:60]!r}")
    return found.encode("ascii")


def header_value(value: str) -> bytes:
    """One line of printable ASCII. Raises Unwritable for anything else, such as a line break."""
    if not _HEADER_VALUE.fullmatch(value) or len(value) > LONGEST_HEADER - 60:
        raise Unwritable(f"a header cannot be {value[:60]!r}")
    return value.encode("ascii")


def _with_holes(text: str, holes: Mapping[str, str]) -> bytes:
    if not holes:
        return quoted(text)
    names = {stand_in: name for name, stand_in in holes.items()}
    parts = re.split("|".join(f"({re.escape(stand_in)})" for stand_in in names), text)
    written = [
        b"==%s==" % names[part].encode() if part in names else quoted(part)
        for part in parts
        if part is not None
    ]
    return SOFT_BREAK.join(written)


def quoted(text: str) -> bytes:
    """The text in quoted-printable, as a run that begins and ends in the midst of a line.

    Whatever stands before it must end with a break, and so must what follows begin: then a dot at
    the beginning and a space at the end are encoded where a mail server would see them alone.
    """
    return text.encode("ascii") if _PLAIN.fullmatch(text) else _quoted(text)


@lru_cache(maxsize=256)
def _quoted(text: str) -> bytes:
    lines = re.split(r"\r\n|\r|\n", text)
    return b"\r\n".join(_quoted_line(line) for line in lines)


def _quoted_line(line: str) -> bytes:
    broken, current = [], ""
    for place, character in enumerate(line):
        written = _quoted_character(character, is_first=not current, is_last=place == len(line) - 1)
        if len(current) + len(written) > LONGEST:
            broken.append(current)
            written = _quoted_character(character, is_first=True, is_last=place == len(line) - 1)
            current = ""
        current += written
    return "=\r\n".join([*broken, current]).encode("ascii")


def _quoted_character(character: str, *, is_first: bool, is_last: bool) -> str:
    code = ord(character)
    if (33 <= code <= 126 and character != "=" and not (is_first and character == ".")) or (
        character in " \t" and not is_last
    ):
        return character
    return "".join(f"={octet:02X}" for octet in character.encode("utf-8", "replace"))
