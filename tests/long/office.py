"""A portal that sends letters, on servers of its own: workers, schedules and a mail server.

The test's own process sees the same database. Rows of workers that have died are looked after when
ten minutes have passed; in a test they pass whenever it says so.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import environ
import psycopg2
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connections

from publications.models import Issue
from publications.models.newsletters import IssueState
from tests.environment import VAR_DIR
from tests.sending import let_time_pass
from tests.servers import PostgreSQL, Redis
from tests.sink import Sink
from tests.worker import ROOT, Worker

PATTERN = "pattern"


class Office:
    """Workers of two processes each and schedules, on the servers given, until the end of `with`.

    ``rate`` is the limit in mails a second, 0 for none.
    """

    def __init__(self, database: str, redis: Redis, sink: Sink, *, rate: float = 0):
        self.sink = sink
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "tests.long.hurried",
            "DATABASE_URL": database,
            "REDIS_URL": redis.url,
            "EMAIL_URL": sink.url,
            "NEWSLETTER_RATE": str(rate),
        }
        self.workers: list[Worker] = []
        self.schedules: list[subprocess.Popen] = []

    def open(self, *, workers: int = 1, schedules: int = 1):
        for place in range(workers):
            worker = Worker(environment=self.environment, concurrency=2, name=f"worker-{place}")
            worker.start(seconds=240)
            self.workers.append(worker)
        for place in range(schedules):
            self.begin_schedule(f"schedule-{place}")

    def begin_schedule(self, name: str):
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "portal", "beat"]
        command += ["--schedule", str(VAR_DIR / name), "--pidfile", ""]
        with (VAR_DIR / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.workers[0].environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.schedules.append(process)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for process in self.schedules:
            process.send_signal(signal.SIGKILL)
            process.wait()
        for worker in self.workers:
            worker.stop()

    @property
    def log(self) -> str:
        files = sorted(VAR_DIR.glob("worker-*.log")) + sorted(VAR_DIR.glob("schedule-*.log"))
        return "\n".join(
            f"== {path.name} ==\n{path.read_text(errors='replace')[-4000:]}" for path in files
        )

    def shell(self, code: str, *, seconds: float = 120):
        """Carry out some Python in a process of its own, as a page or a command would."""
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code],
            cwd=ROOT,
            env=self.workers[0].environment,
            check=True,
            timeout=seconds,
        )

    def wait(self, condition: Callable[[], object], *, seconds: float):
        """Wait until the condition holds. Raises AssertionError with what the processes wrote."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"nothing after {seconds} s:\n{self.log}"
            time.sleep(0.1)

    def wait_for_end(self, issue: Issue, *, seconds: float = 240, every: float = 5):
        """Wait until the issue is over by itself, while ten minutes pass every few seconds."""
        end, next_leap = time.monotonic() + seconds, time.monotonic() + every
        while True:
            issue.refresh_from_db()
            if issue.state == IssueState.SENT:
                return
            assert time.monotonic() < end, f"not over after {seconds} s:\n{self.log}"
            if time.monotonic() > next_leap:
                let_time_pass(issue)
                next_leap = time.monotonic() + every
            time.sleep(0.2)


# -- Databases -------------------------------------------------------------------------------------


def prepare(server: PostgreSQL):
    """A database with the portal's tables, of which each test has a copy."""
    execute(server, f"CREATE DATABASE {PATTERN}")
    # In a process of its own: once this one has made a test database, it knows no migrations.
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address_of(server, PATTERN)},
        check=True,
    )


@contextlib.contextmanager
def fresh_copy(server: PostgreSQL, name: str, *, options: str = "") -> Iterator[str]:
    """A new database with the portal's tables, which this process works on. Yields its address."""
    execute(server, f"CREATE DATABASE {name} TEMPLATE {PATTERN} {options}")
    address = address_of(server, name)
    with seen_here(address):
        yield address


@contextlib.contextmanager
def seen_here(address: str) -> Iterator[None]:
    """Django's default database is another one for this process, whatever it was."""
    former = connections.databases["default"]
    connections["default"].close()
    own = environ.Env.db_url_config(address)
    use({**former, "OPTIONS": {"options": "-c jit=off"}, **own, "CONN_MAX_AGE": 0})
    try:
        yield
    finally:
        with contextlib.suppress(OperationalError):
            connections["default"].close()
        use(former)


def use(database: dict):
    connections.databases["default"] = database
    if hasattr(connections._connections, "default"):
        del connections["default"]
    ContentType.objects.clear_cache()


def reconnect():
    """After the server has been away."""
    with contextlib.suppress(OperationalError):
        connections["default"].close()
    connections["default"].connection = None


def address_of(server: PostgreSQL, name: str) -> str:
    return f"{server.url.rpartition('/')[0]}/{name}"


def execute(server: PostgreSQL, statement: str):
    link = psycopg2.connect(server.url)
    try:
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(statement)
    finally:
        link.close()
