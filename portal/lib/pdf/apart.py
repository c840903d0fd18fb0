"""Making a document in a process of its own, which is ended when it runs away.

The process is forked, so that it begins with the fonts, stylesheets and templates that this one
has read, and it ends with the document: what WeasyPrint leaves in memory goes with it, and nothing
is collected on the way. It has no database: what it needs is decided before, and what it makes
comes back through a pipe, whole or not at all.

A worker has the process for its next document ready (``keep_one_ready``): forked when the last one
ended, it has laid out a few words, and so has copies of its own of the memory in which Python
counts references. A document takes no more then than it would in a process that is not forked.
"""

import ctypes
import gc
import logging
import math
import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import NamedTuple

from portal.lib.pdf.fetching import ForbiddenAddress, Refused

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
# Between two calls of ``while_waiting``.
PAUSE = 2
# A document waits for nothing but the processor: on a busy machine it may take longer than that.
PATIENCE = 4
# Of a process that is about to be ready; in seconds.
PATIENCE_FOR_A_FEW_WORDS = 30
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
Order = tuple[Work, Limits]


def carried_out(
    work: Work,
    *,
    limits: Limits,
    told: Callable[[int], None],
    while_waiting: Callable[[], None] | None = None,
) -> bytes:
    """What the work returns. Raises RanAway, ForbiddenAddress, or RuntimeError where it failed,
    and what ``told`` and ``while_waiting`` raise; the process is then gone in every case.

    The work must be one that can be pickled, for a process that is ready already.
    """
    other = _given_to_one_that_is_ready((work, limits)) or _forked(lambda: (work, limits))
    status = None
    try:
        with other.answers:
            answers = _answers(other.answers, limits, while_waiting or (lambda: None), told)
        status = os.waitpid(other.process, 0)[1]
    finally:
        if status is None:
            other.end()
    return _judged(answers, status)


class Other(NamedTuple):
    """A process that carries out one order, and the ends of the pipes to it."""

    process: int
    answers: Connection
    # None for one that knew its order when it was made.
    orders: Connection | None = None

    def end(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


def _forked(ordered: Callable[[], Order]) -> Other:
    reader, writer = Pipe(duplex=False)
    process = os.fork()
    if process == 0:
        _be_the_other(ordered, writer)
    writer.close()
    return Other(process, reader)


# -- One that is ready -------------------------------------------------------------------------

# At most one; none where documents are rare, as in a web process.
_ready: list[Other] = []
_is_kept_ready = False


def keep_one_ready():
    """From the next document on, have the process for the one after it ready."""
    global _is_kept_ready
    _is_kept_ready = True


def keep_none_ready():
    global _is_kept_ready
    _is_kept_ready = False
    while _ready:
        other = _ready.pop()
        other.orders.close()
        other.answers.close()
        other.end()


def make_ready(warm_up: Callable[[], object]):
    """Have a process ready that has done what there is to do before a document, if so wanted."""
    if not _is_kept_ready or _ready:
        return
    orders, to_order = Pipe(duplex=False)

    def ordered() -> Order:
        to_order.close()
        warm_up()
        # Raises EOFError, and ends, when there will be no order any more.
        return orders.recv()

    try:
        _ready.append(_forked(ordered)._replace(orders=to_order))
    except OSError as error:
        # The next document is made all the same, by one that is forked for it.
        logger.warning("no process for the next document: %s", error)
        to_order.close()
    finally:
        orders.close()


def _given_to_one_that_is_ready(order: Order) -> Other | None:
    if not _ready:
        return None
    other = _ready.pop()
    try:
        with other.orders:
            other.orders.send(order)
        if other.answers.poll(PATIENCE_FOR_A_FEW_WORDS):
            other.answers.recv()
            return other
        logger.warning("the process for the next document does not answer")
    except (OSError, EOFError) as error:  # it has died meanwhile, of whatever kills processes
        logger.warning("the process for the next document is gone: %r", error)
    other.answers.close()
    other.end()
    return None


# -- In the process of its own -----------------------------------------------------------------


def _be_the_other(ordered: Callable[[], Order], writer: Connection):
    """Never returns: neither the caller's handlers nor its open connections are touched."""
    status = 1
    try:
        # What ends the caller must not find this one deaf.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        if _prctl is not None:
            _prctl(DIE_WITH_PARENT, signal.SIGKILL)
        gc.disable()
        work, limits = ordered()
        writer.send(("begun", None))
        _bind(limits)
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
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime) + limits.seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
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
