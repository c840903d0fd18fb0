"""A letter to a hundred thousand readers end to end, and what a million of them cost.

    python -m tests.bench.letters_at_scale [--readers 100000] [--processes 2] [--most 1000000]

On servers of this run's own, as `tests.bench.letters`. Each step is told by the clock and in CPU
seconds, which other work on the machine does not change: those of this process or of the workers,
of the database server with all its processes, and of the mail server.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests import servers
from tests.bench.letters import LANGUAGES, ROOT, ground, new_issue, new_letter, period_of
from tests.bench.spending import TICK, backend

FEW, SHORT = 1_000, 20.0
WORKER = r"""
import django, pathlib, re, sys, time; django.setup()
from publications.models import Issue
from publications.newsletters import sending
sent = sending.deliver(Issue.objects.get(), seconds=float(sys.argv[1]))
# ru_maxrss begins with the peak of the process that started this one; VmHWM is this one's own.
peak = re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1]
print(sent, int(peak) / 1024, time.process_time())
"""


def fill(letter, number: int):
    """So many confirmed readers in three languages, made by the database itself."""
    from django.db import connection  # noqa: PLC0415  the environment comes first
    from django.utils import timezone  # noqa: PLC0415

    from publications.models import Subscriber  # noqa: PLC0415

    there = Subscriber.objects.count()
    codes = " ".join(f"WHEN {place} THEN '{code}'" for place, code in enumerate(LANGUAGES))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO publications_subscriber (email, language, token, since, confirmed_at) "
            f"SELECT 'reader-' || n || '@d' || n %% 500 || '.example.org', CASE n %% 3 {codes} END,"
            " md5(CAST(n AS text)) || '-' || lpad(CAST(n AS text), 7, '0'), %s, %s "
            "FROM generate_series(%s, %s) n",
            [timezone.now(), timezone.now(), there, number - 1],
        )
        cursor.execute(
            "INSERT INTO publications_subscription "
            "(subscriber_id, newsletter_id, requested_at, confirmed_at, old_token) "
            "SELECT s.id, %s, %s, %s, '' FROM publications_subscriber s "
            "WHERE NOT EXISTS (SELECT 1 FROM publications_subscription x "
            "WHERE x.subscriber_id = s.id)",
            [letter.pk, timezone.now(), timezone.now()],
        )
        cursor.execute("VACUUM ANALYZE publications_subscriber")
        cursor.execute("VACUUM ANALYZE publications_subscription")


def send(*, processes: int, seconds: float, environment: dict | None = None) -> list[list[float]]:
    """Workers send for so long at most. For each: mails, peak of memory in MB, CPU seconds."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        for _ in range(processes)
    ]
    return [[float(word) for word in worker.communicate()[0].split()[-3:]] for worker in workers]


# -- What it costs ---------------------------------------------------------------------------------


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])


def cpu_of_family(process: int) -> float:
    """CPU seconds of a process and of all its children, those that have ended included."""
    total = 0.0
    for one in [process, *children(process)]:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(") ")[2].split()
            total += sum(map(int, fields[11 : 15 if one == process else 13])) * TICK / 1000
    return total


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(word) for word in found.split()]


def sink_process() -> int | None:
    """The mail server, which is the only child that this process has for long."""
    found = [one for one in children(os.getpid()) if "smtp-sink" in command(one)]
    return found[0] if found else None


def command(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_text()
    return ""


@contextlib.contextmanager
def told(name: str, *, others: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Print what is done meanwhile costs."""
    server = backend() and parent_of(backend())
    before = cpu_of_family(server) if server else 0.0
    clock, own = time.perf_counter(), time.process_time()
    yield
    clock, own = time.perf_counter() - clock, time.process_time() - own
    inside = f", database {cpu_of_family(server) - before:.1f} s" if server else ""
    print(f"{name}: {clock:.1f} s; CPU: this process {own:.1f} s{inside}{others()}", flush=True)


# -- The figures -----------------------------------------------------------------------------------


def end_to_end(letter, *, processes: int, seconds: float):
    """Freeze the recipients and send to all of them."""
    from publications.newsletters import sending  # noqa: PLC0415  the environment comes first

    issue = new_issue(letter, "2026-Q3")
    sink, workers = sink_process(), []
    before = cpu_of_family(sink) if sink else 0.0

    def others() -> str:
        cpu = sum(one[2] for one in workers)
        mails = f", mail server {cpu_of_family(sink) - before:.1f} s" if sink else ""
        return f", workers {cpu:.1f} s{mails}"

    started = time.perf_counter()
    number = issue.deliveries.count()
    with told(f"{number} mails by {processes} processes", others=others):
        workers += send(processes=processes, seconds=seconds)
    taken = time.perf_counter() - started + issue.frozen_in
    memory = max(one[1] for one in workers)
    print(
        f"  frozen in {issue.frozen_in:.1f} s, end to end {taken:.0f} s, {number / taken:.0f} "
        f"mails/s, memory of a worker {memory:.0f} MB; {dict(sending.totals(issue))}"
    )


def memory_of_a_worker(letter) -> float:
    """The peak of a worker that sends for a while, in MB."""
    new_issue(letter, "2026-Q3")
    [[sent, memory, _cpu]] = send(processes=1, seconds=SHORT)
    print(f"  a worker that sends {sent:.0f} mails: {memory:.0f} MB", flush=True)
    return memory


def at_most(letter, number: int, *, few: float):
    """So many deliveries at once: made, counted, drafted beside them, and sent for a while."""
    from publications.models import Issue  # noqa: PLC0415  the environment comes first
    from publications.newsletters import drafting, recipients, sending  # noqa: PLC0415

    Issue.objects.all().delete()
    with told(f"{number} readers made"):
        fill(letter, number)
    with told("an issue drafted"):
        drafting.draft(letter, period_of("2026-Q3"))
    with told("recipients.counts"):
        recipients.counts([letter])
    with told(f"{number} deliveries frozen"):
        issue = new_issue(letter, "2026-Q3")
    with told("sums by language and state"):
        sending.counts(issue)
    print(f"  memory against {FEW} deliveries: {memory_of_a_worker(letter) / few:.2f} times")


def measure(*, readers: int, processes: int, most: int, seconds: float):
    letter = new_letter()
    fill(letter, FEW)
    few = memory_of_a_worker(letter)
    fill(letter, readers)
    end_to_end(letter, processes=processes, seconds=seconds)
    if most:
        at_most(letter, most, few=few)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=1_200)
    options = parser.parse_args()
    try:
        with ground():
            measure(**vars(options))
    except servers.ServerMissing as error:
        print(f"{error}: letters are not measured")


if __name__ == "__main__":
    main()
