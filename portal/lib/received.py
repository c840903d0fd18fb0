"""Mails that come in: who wrote to whom, what is new in it, and what is attached.

Mails are written by programs of forty years and by people who mean harm. Nothing here raises
because of what a mail holds: what cannot be understood is read as well as can be.
"""

import base64
import email
import hashlib
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import collapse_rfc2231_value, getaddresses
from typing import NamedTuple

from portal.lib.mail_html import as_text
from portal.lib.quotation import without_history
from portal.lib.text import NO_BREAK
from portal.lib.translations import LANGUAGES

MAX_PARTS = 200
MAX_TEXT = 200_000
GUESSED_CHARSETS = ("utf-8", "windows-1252")
BULK = {"bulk", "junk", "list", "auto_reply"}
# Fields in which mail programs and servers say that no person wrote it.
AUTOMATIC_FIELDS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "List-Id", "List-Unsubscribe")
RECIPIENT_FIELDS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "Resent-To")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_ENCODED_WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_ENCODED_RUN = re.compile(r"(?:=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)+")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@]+@[^\s<>()\[\]\\,;:\"@]+")


class Enclosed(NamedTuple):
    """A file of a mail: the name it says it has, and its content."""

    name: str
    content: bytes


class ReceivedMail(NamedTuple):
    """A mail as far as it was understood; texts are plain, without control characters."""

    message_id: str
    name: str
    address: str
    recipients: tuple[str, ...]
    references: str
    subject: str
    language: str
    whole: str
    text: str
    files: tuple[Enclosed, ...]
    is_automatic: bool


def read(raw: bytes) -> ReceivedMail:
    try:
        message = email.message_from_bytes(raw)
        parts = list(leaves(message))
        whole = body(parts)
        files = tuple(Enclosed(name_of(part), content(part)) for part in parts if is_file(part))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        # Headers are read apart from the content, so that one ruins not the other.
        message, files = BytesHeaderParser().parsebytes(raw[:100_000]), ()
        whole = cleaned(decoded(raw, ""))
    whole = whole[:MAX_TEXT]
    name, address = sender(message)
    return ReceivedMail(
        message_id=message_id(message, raw),
        name=name[:150],
        address=address,
        recipients=tuple(recipients(message)),
        references=f"{header(message, 'In-Reply-To')} {header(message, 'References')}",
        subject=one_line(header(message, "Subject"))[:200],
        language=language_of(message),
        whole=whole,
        text=without_history(whole),
        files=files,
        is_automatic=is_automatic(message),
    )


# -- Headers ---------------------------------------------------------------------------------------


def raw_header(message: Message, name: str) -> str | None:
    """The header as it was sent, its bytes read as letters but nothing decoded."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            return mended(str(value))
    return None


def header(message: Message, name: str) -> str:
    """A header in words; empty when the mail has none."""
    return worded(raw_header(message, name) or "")


def worded(value: str) -> str:
    """A header with its encoded words decoded (RFC 2047), however wrongly they are written."""
    text = cleaned(_BETWEEN_WORDS.sub("", value))
    # Words that follow each other in one charset are one: some programs cut between two bytes.
    return cleaned(_ENCODED_RUN.sub(lambda run: unwrapped(run[0]), text))


def unwrapped(run: str) -> str:
    text, waiting, charset = "", b"", ""
    for code, kind, coded in _ENCODED_WORD.findall(run):
        if code.lower() != charset:
            text += decoded(waiting, charset)
            waiting, charset = b"", code.lower()
        plain = coded.encode("ascii", "replace")
        try:
            if kind in "bB":
                waiting += base64.b64decode(plain + b"=" * (-len(plain) % 4))
            else:
                waiting += quopri.decodestring(plain, header=True)
        except ValueError:
            waiting += plain
    return text + decoded(waiting, charset)


def mended(text: str) -> str:
    """Bytes that a header may not have, kept as surrogates by the parser, as letters."""
    raw = text.encode("utf-8", "surrogateescape")
    return text if raw.isascii() else decoded(raw, "")


def sender(message: Message) -> tuple[str, str]:
    """Name and address of who says to have written it; both empty when nobody does."""
    for field in ("From", "Sender"):
        raw = raw_header(message, field) or ""
        # Addresses are taken apart before names are decoded, which may hide commas.
        for name, address in getaddresses([raw]):
            if _ADDRESS.fullmatch(address) and len(address) <= 254:
                return one_line(worded(name)), address.lower()
        # Written against the rules: whatever looks like an address, the last in brackets first.
        found = _ADDRESS.findall(raw.rpartition("<")[2]) or _ADDRESS.findall(raw)
        if found and len(found[0]) <= 254:
            return "", found[0].lower()
    return "", ""


def recipients(message: Message) -> Iterator[str]:
    fields = {field.lower() for field in RECIPIENT_FIELDS}
    for key, value in message.raw_items():
        if key.lower() in fields:
            yield from (found.lower() for found in _ADDRESS.findall(mended(str(value))))


def message_id(message: Message, raw: bytes) -> str:
    """The name the mail has; one made of its content where it has none."""
    given = one_line(header(message, "Message-ID"))
    return (given or f"<{hashlib.sha256(raw).hexdigest()}@unnamed>")[:250]


def language_of(message: Message) -> str:
    code = header(message, "Content-Language").strip().lower()[:2]
    return code if code in LANGUAGES else ""


def is_automatic(message: Message) -> bool:
    """Whether no person wrote it: absence notes, lists, bounces. Answering would make a loop."""
    submitted = header(message, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if header(message, "Precedence").strip().lower() in BULK:
        return True
    if any(message.get(field) is not None for field in AUTOMATIC_FIELDS):
        return True
    if header(message, "Return-Path").strip() == "<>":
        return True
    if message.get_content_type() == "multipart/report":
        return True
    local = sender(message)[1].partition("@")[0]
    return local in ("mailer-daemon", "postmaster")


# -- Content ---------------------------------------------------------------------------------------


def leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, at most so many; of alternatives the plain text."""
    waiting, seen = [message], 0
    while waiting and seen < MAX_PARTS:
        part = waiting.pop(0)
        seen += 1
        if part.get_content_type() == "message/rfc822" or not isinstance(part.get_payload(), list):
            yield part
        elif part.get_content_type() == "multipart/alternative":
            waiting[:0] = chosen(part.get_payload())
        else:
            waiting[:0] = part.get_payload()


def chosen(alternatives: list[Message]) -> list[Message]:
    """The plain text unless it is empty, else the richest form."""
    for part in alternatives:
        if part.get_content_type() == "text/plain" and text_of(part).strip():
            return [part]
    return alternatives[-1:]


def is_file(part: Message) -> bool:
    """An enclosed file: named, or of a kind that is no text to read."""
    if part.get_content_type() in ("text/plain", "text/html"):
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    # Pictures of a signature are of no use without the HTML they stand in.
    is_inline_picture = part.get_content_maintype() == "image" and part.get("Content-ID")
    return part.get_content_maintype() != "multipart" and not is_inline_picture


def body(parts: list[Message]) -> str:
    """All that is there to be read, the plain parts joined; HTML as text where it stands alone."""
    read_parts = [part for part in parts if not is_file(part)]
    plain = [part for part in read_parts if part.get_content_type() == "text/plain"]
    texts = [text_of(part) for part in plain]
    if not any(text.strip() for text in texts):
        rich = [part for part in read_parts if part.get_content_type() == "text/html"]
        texts = [as_text(text_of(part)) for part in rich]
    return cleaned("\n".join(texts)).strip()


def text_of(part: Message) -> str:
    text = decoded(content(part), charset_of(part))
    if str(parameter(part, "format")).lower() == "flowed":
        text = unflowed(text, delete_space=str(parameter(part, "delsp")).lower() == "yes")
    return text


def content(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        enclosed = part.get_payload()
        return enclosed[0].as_bytes() if isinstance(enclosed, list) and enclosed else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def charset_of(part: Message) -> str:
    value = parameter(part, "charset")
    return str(value or "").strip().strip("'\"")


def parameter(part: Message, name: str):
    try:
        value = part.get_param(name)
        return collapse_rfc2231_value(value) if value is not None else ""
    except (ValueError, LookupError, TypeError):
        return ""


def name_of(part: Message) -> str:
    try:
        found = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        found = ""
    name = one_line(worded(mended(str(found)))).replace("\\", "/").rpartition("/")[2]
    return name[-150:] or cleaned(part.get_content_type())


def decoded(raw: bytes, charset: str) -> str:
    """The bytes as text: as declared, else as guessed; no byte stops the reading."""
    for code in (charset, *GUESSED_CHARSETS):
        try:
            return raw.decode(code)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def unflowed(text: str, *, delete_space: bool) -> str:
    """Lines that a mail program broke for the way, made whole again (RFC 3676)."""
    lines: list[str] = []
    open_depth = None
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        soft = words.endswith(" ") and words != "-- "
        kept = words[:-1] if soft and delete_space else words
        if open_depth == depth:
            lines[-1] += kept
        else:
            lines.append(f"{'>' * depth} {kept}" if depth else kept)
        open_depth = depth if soft else None
    return "\n".join(lines)


def cleaned(text: str) -> str:
    """Without what no database takes and nobody sees; ends of lines are one character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub("", text)


def one_line(text: str) -> str:
    return " ".join(text.replace(NO_BREAK, " ").split())
