"""An SMTP server that keeps what it gets and answers as a test has scripted it."""

import email
import email.policy
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

HANG_UP = "hang up"
# Asked at each step, with the address (where it is known) and the number of the mail on this
# connection. Returns an answer, HANG_UP, or nothing for the usual answer. The steps: greeting,
# mail, rcpt, data, content (the mail is on its way), dot (it is there whole).
Script = Callable[[str, str, int], str | None]


@dataclass(frozen=True)
class Received:
    sender: str
    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)

    @property
    def message_id(self) -> str:
        found = re.search(rb"(?im)^message-id: *(\S+)", self.content)
        return found[1].decode() if found else ""


class Sink:
    """`with Sink(script) as sink:` serves until the end; `sink.mails` is what it took in.

    ``keep`` False drops the contents, for tests that send much.
    """

    def __init__(
        self,
        script: Script = lambda step, address, number: None,
        *,
        extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME"),
        keep: bool = True,
    ):
        self.script, self.extensions, self.keep = script, extensions, keep
        self.mails: list[Received] = []
        self.connections = 0
        self.host = "127.0.0.1"
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    @property
    def readers(self) -> Counter:
        """How many mails each address got."""
        return Counter(mail.to for mail in self.mails)

    def wait_for(self, number: int, *, seconds: float = 30):
        """Raises AssertionError when there are not so many mails in time."""
        end = time.monotonic() + seconds
        while len(self.mails) < number:
            assert time.monotonic() < end, f"{len(self.mails)} of {number} mails in {seconds} s"
            time.sleep(0.005)

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *error):
        # Wakes up the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    def _serve(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(connection)
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket):
        try:
            with connection, connection.makefile("rb") as lines:
                self._converse(connection, lines)
        except (OSError, ValueError):
            pass
        finally:
            self._open.discard(connection)

    def _converse(self, connection: socket.socket, lines):
        sender, to, number = "", "", 0

        def answer(step: str, usual: str) -> bool:
            """Give the scripted answer or the usual one. False when that was to hang up."""
            given = self.script(step, to, number) or usual
            if given != HANG_UP:
                connection.sendall(f"{given}\r\n".encode())
            else:
                connection.shutdown(socket.SHUT_RDWR)
            is_over = given == HANG_UP or given.startswith("421")
            answer.taken = not is_over and given[0] in "23"
            return not is_over

        if not answer("greeting", "220 sink"):
            return
        while line := lines.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                said = ["sink", *self.extensions]
                ends = ["-"] * (len(said) - 1) + [" "]
                told = "".join(f"250{end}{one}\r\n" for end, one in zip(ends, said, strict=True))
                connection.sendall(told.encode())
            elif verb == b"MAIL":
                number, to = number + 1, ""
                sender = line[10:].split(b">")[0].strip(b"<").decode()
                if not answer("mail", "250 OK"):
                    return
            elif verb == b"RCPT":
                to = line[8:].split(b">")[0].strip(b"<").decode()
                if not answer("rcpt", "250 OK"):
                    return
                to = to if answer.taken else ""
            elif verb == b"DATA":
                if not answer("data", "354 go on" if to else "554 no valid recipients"):
                    return
                if answer.taken and not self._take(lines, sender, to, number):
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                if answer.taken and not answer("dot", "250 taken"):
                    return
            elif verb == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"250 OK\r\n")

    def _take(self, lines, sender: str, to: str, number: int) -> bool:
        """Read a mail up to the final dot. False when it is to be left half-read."""
        if self.script("content", to, number) == HANG_UP:
            lines.readline()
            return False
        content = []
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return False
            content.append(line[1:] if line.startswith(b".") else line)
        kept = b"".join(content)
        if not self.keep:
            kept = kept.partition(b"\r\n\r\n")[0]
        self.mails.append(Received(sender, to, kept))
        return True
