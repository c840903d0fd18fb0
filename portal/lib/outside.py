"""Looks whether an address outside answers, without ever reaching a machine inside.

The address stands in a text that somebody wrote, and whoever owns its name decides where it leads.
So a name is resolved once, every address it has must be a public one, and the connection goes to
the very address that was looked at: a name that changes meanwhile leads nowhere. Each redirect is
looked at anew. Only the head of an answer is read.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urljoin, urlsplit

PORTS = (80, 443, 8080, 8443)
MOST_REDIRECTS = 5
# Seconds for a step (a connection, a piece of the answer), and for an address with its redirects.
STEP, WHOLE = 8.0, 20.0
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolver = Callable[[str, int], list[str]]


class Outcome(StrEnum):
    """What came of it. ``CLOSED`` exists and answers no programs; ``FORBIDDEN`` was not tried."""

    OK = "ok"
    CLOSED = "closed"
    MISSING = "missing"
    FAILED = "failed"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Answer:
    """The outcome, the status of the last answer (0: none), and in English what went wrong."""

    outcome: Outcome
    status: int = 0
    detail: str = ""


class NotAllowed(Exception):
    """The address is none that may be asked."""


class Pinned(http.client.HTTPConnection):
    """A connection to one address, under the name that the server and its certificate bear."""

    def __init__(self, host: str, port: int, *, address: str, secure: bool):
        super().__init__(host, port, timeout=STEP)
        self.address, self.secure = address, secure
        self.default_port = 443 if secure else 80

    def connect(self):
        found = socket.create_connection((self.address, self.port), self.timeout)
        if self.secure:
            context = ssl.create_default_context()
            found = context.wrap_socket(found, server_hostname=self.host)
        self.sock = found

    def abort(self):
        """End it from another thread, however slowly the other side goes on."""
        if self.sock is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                self.sock.shutdown(socket.SHUT_RDWR)


def addresses_of(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when it hides within another."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif found in NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        elif found.sixtofour is not None or found.teredo is not None or found.is_site_local:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def visit(
    url: str,
    *,
    agent: str,
    resolve: Resolver = addresses_of,
    allowed: Container[tuple[str, int]] = (),
    seconds: float = WHOLE,
) -> Answer:
    """Ask for the head of an address; for the page where a server does not like that.

    ``agent`` says who asks. ``allowed`` are pairs of IP address and port that may be asked though
    they are not public: for tests with a server of their own.
    """
    end = time.monotonic() + seconds
    try:
        status, detail = 0, "too many redirects"
        for _ in range(MOST_REDIRECTS + 1):
            status, onward = ask(url, agent=agent, resolve=resolve, allowed=allowed, end=end)
            if onward is None:
                detail = ""
                break
            url = urljoin(url, onward)
    except NotAllowed as error:
        return Answer(Outcome.FORBIDDEN, detail=str(error))
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Answer(Outcome.FAILED, detail=f"{type(error).__name__}: {error}"[:200])
    return Answer(Outcome.FAILED if detail else outcome_of(status), status, detail)


def outcome_of(status: int) -> Outcome:
    if status in (404, 410):
        return Outcome.MISSING
    if 400 <= status < 500:
        return Outcome.CLOSED
    return Outcome.OK if 200 <= status < 400 else Outcome.FAILED


def ask(url: str, *, agent: str, resolve, allowed, end: float) -> tuple[int, str | None]:
    """The status of one address and where it leads on to, None when it does not."""
    status, onward = ask_by("HEAD", url, agent=agent, resolve=resolve, allowed=allowed, end=end)
    if status >= 400 and status != 429:
        return ask_by("GET", url, agent=agent, resolve=resolve, allowed=allowed, end=end)
    return status, onward


def ask_by(method: str, url: str, *, agent: str, resolve, allowed, end: float):
    host, port, target, secure = parts_of(url)
    address = checked(host, port, resolve=resolve, allowed=allowed)
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    connection = Pinned(host, port, address=address, secure=secure)
    alarm = threading.Timer(left, connection.abort)
    alarm.daemon = True
    alarm.start()
    try:
        connection.request(method, target, headers={"User-Agent": agent, "Accept": "*/*"})
        response = connection.getresponse()
        if time.monotonic() > end:
            # Cut off: what has come so far is no answer.
            raise TimeoutError("no answer in time")
        onward = response.headers.get("Location") if 300 <= response.status < 400 else None
        return response.status, onward
    finally:
        alarm.cancel()
        connection.close()


def parts_of(url: str) -> tuple[str, int, str, bool]:
    """Host, port, what is asked for, and whether it is encrypted. Raises NotAllowed."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise NotAllowed("neither http nor https")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("a name or password in the address")
    if not parts.hostname:
        raise NotAllowed("no host")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return host, port, target, secure


def checked(host: str, port: int, *, resolve: Resolver, allowed) -> str:
    """The one IP address to connect to. Raises NotAllowed when any of the host's is not public."""
    found = resolve(host, port)
    if not found:
        raise NotAllowed("the host has no address")
    if all((address, port) in allowed for address in found):
        return found[0]
    if port not in PORTS:
        raise NotAllowed(f"port {port}")
    if not all(is_public(address) for address in found):
        raise NotAllowed("an address within a private network")
    return found[0]
