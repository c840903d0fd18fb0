"""Counting reads without a cookie, an address or a query: a tally in memory, written down now and
then.

Each process keeps a tally of its own and a thread writes it to the database every
``READS_EVERY`` seconds, and once more when the process ends. A process that is killed loses at most
what it counted since; a database that does not answer loses nothing, the tally waits.

A read is an answer to GET whose address shows one text, from the cache or fresh, also when the
reader has it already and is told that it still holds (304). Not counted: programs that say so,
pages fetched ahead of a click, the later pieces of a file, and whatever lies below the closed areas
of those who edit.
"""

import atexit
import datetime
import logging
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from portal.lib.translations import LANGUAGES
from portal.models import DailyReads
from portal.models.reads import Medium, Read

logger = logging.getLogger(__name__)

# More different texts, days and languages than this are not read between two writings.
MOST_WAITING = 50_000
PROGRAMS = re.compile(
    # A CUBOT is a telephone.
    r"(?<!cu)bot(?:\b|[/;_-])|crawl|spider|slurp|archiv|monitor|preview|fetch|scan|validator|lighthouse"
    r"|headless|curl|wget|python|java/|okhttp|go-http|libwww|httpclient|axios|node|ruby|perl|php"
    r"|feed|rss|facebookexternalhit|whatsapp|embedly|google-|mediapartners",
    re.IGNORECASE,
)


class Tally:
    """Reads that are counted and not yet written down."""

    def __init__(self):
        self._waiting: Counter[Read] = Counter()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, read: Read, count: int = 1):
        with self._lock:
            if read in self._waiting or len(self._waiting) < MOST_WAITING:
                self._waiting[read] += count

    def take(self) -> Counter[Read]:
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
        return taken

    def clear(self):
        self.take()


tally = Tally()


def count(request: HttpRequest, kind: str, key: str, medium: str = Medium.PAGE):
    """Count an answer that shows a text; the receiver of `portal.lib.reading`."""
    language, area = [*request.path_info.split("/"), "", ""][1:3]
    if language in LANGUAGES and is_read(request) and not is_work(request, area):
        tally.add(Read(timezone.localdate(), kind, str(key), language, medium))
        writer.begin()


def is_work(request: HttpRequest, area: str) -> bool:
    """Whether somebody looks at what they edit: at the desk, or with a desk in the members' area.

    On a public address nobody is known, so an editor who reads there counts as a reader.
    """
    if area == "secretariat":
        return True
    return area == "space" and request.user.is_authenticated and request.user.standing.has_desk


def is_read(request: HttpRequest) -> bool:
    """Whether a person asked, as far as the request says."""
    headers = request.META
    agent = headers.get("HTTP_USER_AGENT", "")
    purpose = " ".join(
        headers.get(name, "") for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ")
    )
    begins = headers.get("HTTP_RANGE", "bytes=0-").replace(" ", "").startswith("bytes=0-")
    return (
        request.method == "GET"
        and begins
        and bool(agent)
        and not PROGRAMS.search(agent)
        and "prefetch" not in purpose.lower()
        and "prerender" not in purpose.lower()
    )


def write_down() -> int:
    """Write the tally to the database; what could not be written waits for the next time."""
    taken = tally.take()
    if not taken:
        return 0
    try:
        DailyReads.objects.add(taken)
    except Exception:
        logger.warning("the reads could not be written down; they wait", exc_info=True)
        for read, number in taken.items():
            tally.add(read, number)
        return 0
    return sum(taken.values())


# How many seconds the end of a process waits for the thread that is writing down.
PATIENCE = 10


class Writer:
    """The thread of this process that writes the tally down. It begins with the first read."""

    def __init__(self):
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self._process = 0
        self._thread: threading.Thread | None = None

    def begin(self):
        if self._process == os.getpid() or not settings.READS_EVERY:
            return
        with self._lock:
            if self._process == os.getpid():
                return
            # A process that was forked from one that counted has no thread, and nothing to write.
            self._process = os.getpid()
            self._ends = threading.Event()
            self._thread = threading.Thread(target=self._run, name="reads", daemon=True)
            self._thread.start()
            atexit.register(self.end)

    def end(self):
        """Write down what is left. Called when the process ends.

        What the thread has taken is in its hands alone: it is waited for, a while.
        """
        if self._process == os.getpid():
            self._ends.set()
            self._thread.join(PATIENCE)
            write_down()

    def _run(self):
        while not self._ends.wait(settings.READS_EVERY):
            if len(tally):
                write_down()
                connection.close()


writer = Writer()
os.register_at_fork(after_in_child=tally.clear)


def forget_old(*, today: datetime.date | None = None) -> int:
    """Delete the counts older than ``READS_KEPT_DAYS``; zero keeps them all."""
    if not settings.READS_KEPT_DAYS:
        return 0
    since = (today or timezone.localdate()) - datetime.timedelta(days=settings.READS_KEPT_DAYS)
    return DailyReads.objects.filter(day__lt=since).delete()[0]


def table(kind: str, keys: Iterator[str]) -> list[tuple]:
    """Day, key, language, medium and count of these texts, the newest day first."""
    rows = DailyReads.objects.of(kind, keys).order_by("-day", "key", "language", "medium")
    return list(rows.values_list("day", "key", "language", "medium", "count"))
