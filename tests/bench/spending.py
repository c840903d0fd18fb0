"""What a call costs in CPU, in the database's own process and in this one."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

TICK = 1000 / os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    """Milliseconds of CPU of one call; ``database`` is None where its process cannot be seen."""

    database: float | None
    python: float

    def __str__(self) -> str:
        inside = "" if self.database is None else f"{self.database:.1f} ms in the database, "
        return f"{inside}{self.python:.1f} ms in Python"


def spent(call: Callable[[], object], *, rounds: int = 40) -> Spent:
    """The mean of so many calls, after one that warms up: other work on the machine, and
    the ten milliseconds by which Linux counts the time of another process, matter little."""
    process = backend()
    call()
    before, python = process and cpu(process), []
    for _ in range(rounds):
        started = time.process_time()
        call()
        python.append(time.process_time() - started)
    inside = (cpu(process) - before) / rounds if process else None
    return Spent(inside, statistics.median(python) * 1000)


def backend() -> int | None:
    """The process that serves this connection, where it runs on this machine."""
    from django.db import connection  # noqa: PLC0415  the environment comes first

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (found,) = cursor.fetchone()
    return found if Path(f"/proc/{found}/stat").exists() else None


def cpu(process: int) -> float:
    """Milliseconds of CPU that a process has taken so far, in user and system mode."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK
