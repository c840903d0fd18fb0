"""A Celery worker in a process of its own, on the tests' database, queue and mailbox."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.db import connection

from tests.environment import VAR_DIR

Found = TypeVar("Found")
ROOT = Path(__file__).resolve().parent.parent


class Worker:
    def __init__(self, *, environment: dict[str, str], concurrency: int = 1, name: str = "worker"):
        self.environment = os.environ | environment
        self.concurrency = concurrency
        self.log_file = VAR_DIR / f"{name}.log"
        self._process: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    @property
    def children(self) -> list[int]:
        """The processes that carry out the jobs."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in found.split()]

    def start(self, *, seconds: float = 60) -> None:
        """Start it unless it runs, and wait until it takes jobs."""
        if self._process is not None and self._process.poll() is None:
            return
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "portal", "worker"]
        command += ["--pool", "prefork", "--concurrency", str(self.concurrency)]
        command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        with self.log_file.open("w") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait(
            lambda: re.search(r"\bready\.", self.log) or self._process.poll() is not None,
            seconds=seconds,
        )
        assert self._process.poll() is None, f"the worker did not start:\n{self.log}"

    def wait(self, condition: Callable[[], Found], *, seconds: float = 30) -> Found:
        """Wait until the condition holds, and give what it found. Raises AssertionError with the
        worker's log."""
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, (
                f"nothing after {seconds} s; the worker's log:\n{self.log}"
            )
            time.sleep(0.05)
        return found

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        # Nothing is worth the seconds of a warm shutdown: the database goes next.
        self.kill()


def database_address() -> str:
    """DATABASE_URL of the database that the tests run on, for a process beside them."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    given = os.environ["DATABASE_URL"]
    address, _, query = given.partition("?")
    return f"{address.rpartition('/')[0]}/{database['NAME']}" + (f"?{query}" if query else "")
