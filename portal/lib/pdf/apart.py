"""Making a document in a process of its own, which is ended when it runs away.

The process is forked, so that it begins with the fonts, stylesheets and templates that this one
has read, and it ends with the document: what WeasyPrint leaves in memory goes with it, and nothing
is collected on the way. It has no database: what it needs is decided before, and what it makes
comes back through a pipe, whole or not at all.
"""

import ctypes
import gc
import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from portal.lib.pdf.fetching import ForbiddenAddress, Refused

MEGABYTE = 1024 * 1024
# Between two calls of ``while_waiting``.
PAUSE = 2
# A document waits for nothing but the processor: on a busy machine it may take longer than that.
PATIENCE = 4
OUT_OF_MEMORY = 77
DIE_WITH_PARENT = 1
try:
    _prctl = ctypes.CDLL(None).prctl
except AttributeError:  # not on Linux
    _prctl = None


@dataclass(frozen=True)
class Limits:
    """How many seconds of the processor, and how much memory beyond what the process has."""

    seconds: int
    megabytes: int


class RanAway(Exception):
    """The document was not finished within its limits."""


class TooLong(RanAway):
    pass


class TooLarge(RanAway):
    pass


Work = Callable[[Callable[[int], None]], bytes]


def carried_out(
    work: Work,
    *,
    limits: Limits,
    told: Callable[[int], None],
    while_waiting: Callable[[], None] | None = None,
) -> bytes:
    """What the work returns. Raises RanAway, ForbiddenAddress, or RuntimeError where it failed,
    and what ``told`` and ``while_waiting`` raise; the process is then gone in every case."""
    reader, writer = Pipe(duplex=False)
    process = os.fork()
    if process == 0:
        _be_the_other(work, limits, writer)
    writer.close()
    status = None
    try:
        with reader:
            answers = _answers(reader, limits, while_waiting or (lambda: None), told)
        status = os.waitpid(process, 0)[1]
    finally:
        if status is None:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    return _judged(answers, status)


# -- In the process of its own -----------------------------------------------------------------


def _be_the_other(work: Work, limits: Limits, writer: Connection):
    """Never returns: neither the caller's handlers nor its open connections are touched."""
    status = 1
    try:
        # What ends the caller must not find this one deaf.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        if _prctl is not None:
            _prctl(DIE_WITH_PARENT, signal.SIGKILL)
        _bind(limits)
        gc.disable()
        status = _answer(work, writer)
    finally:
        os._exit(status)


def _answer(work: Work, writer: Connection) -> int:
    try:
        writer.send(("made", work(lambda pages: writer.send(("pages", pages)))))
    except (MemoryError, SystemError):  # the second from libraries that do not say which error
        return OUT_OF_MEMORY
    except Refused as error:
        writer.send(("refused", str(error)))
    except Exception as error:
        writer.send(("failed", f"{type(error).__name__}: {error}"))
    return 0


def _bind(limits: Limits):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return
    size = pages * resource.getpagesize() + limits.megabytes * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


# -- In the process that waits -----------------------------------------------------------------


def _answers(
    reader: Connection,
    limits: Limits,
    while_waiting: Callable[[], None],
    told: Callable[[int], None],
) -> dict[str, object]:
    """What the other said until it ended, by kind; pages are told at once."""
    end = time.monotonic() + limits.seconds * PATIENCE
    found = {}
    while time.monotonic() < end:
        if not reader.poll(PAUSE):
            while_waiting()
            continue
        try:
            kind, value = reader.recv()
        except EOFError:
            return found
        found[kind] = value
        if kind == "pages":
            told(value)
    raise TooLong


def _judged(answers: dict[str, object], status: int) -> bytes:
    if "made" in answers:
        return answers["made"]
    if "refused" in answers:
        raise ForbiddenAddress(answers["refused"])
    if "failed" in answers:
        raise RuntimeError(answers["failed"])
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        raise TooLong
    # Out of memory, or ended by a library or the system that had no more of it to give.
    raise TooLarge
