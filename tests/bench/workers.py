"""Whether two workers make twice as many reports as one.

Other work on the machine slows two processes more than one. So the clock is read in several tries,
of which the best tells what the machine could give, and beside it the processor's time: what two
at once need more of it for the same reports (memory, caches) no free core gives back.
`python -m tests.bench.workers` runs this part of the benchmark of reports alone.
"""

import os
import statistics
import tempfile
import time
from typing import NamedTuple

PROMISED = 1.85
TRIES = 5
EACH = 8


class Try(NamedTuple):
    seconds: float
    cpu: float


def bench_workers(year: int):
    tries = [(made_by(1, year), made_by(2, year)) for _ in range(TRIES)]
    by_clock = sorted(2 * one.seconds / two.seconds for one, two in tries)
    by_cpu = statistics.median(2 * 2 * one.cpu / two.cpu for one, two in tries)
    told = f"at least {PROMISED}" if by_clock[-1] >= PROMISED else f"LESS THAN {PROMISED}"
    print(
        f"two workers: {by_clock[-1]:.2f} times one at best ({told}), "
        f"{', '.join(f'{ratio:.2f}' for ratio in by_clock)} in {TRIES} tries; "
        f"by the processor's time {by_cpu:.2f}"
    )


def made_by(workers: int, year: int) -> Try:
    """So many processes that each make the same number of reports, from the row to the file."""
    from publications.models import Report  # noqa: PLC0415  once the apps are loaded

    Report.objects.all().delete()
    rows = waiting(workers * EACH, year)
    before, started = os.times(), time.monotonic()
    processes = [forked(rows[number::workers]) for number in range(workers)]
    for process in processes:
        status = os.waitpid(process, 0)[1]
        assert status == 0
    seconds, after = time.monotonic() - started, os.times()
    assert Report.objects.filter(state="done").count() == len(rows)
    used = after.children_user + after.children_system
    return Try(seconds, used - before.children_user - before.children_system)


def waiting(count: int, year: int) -> list[int]:
    """The rows of reports on members, in three languages, as a batch asks for them."""
    from members.models import Organisation  # noqa: PLC0415
    from publications.models import Report  # noqa: PLC0415

    wanted = [
        Report(kind="member", organisation=organisation, language=language, year=year)
        for organisation in Organisation.objects.active().order_by("pk")
        for language in ("fr", "en", "es")
    ][:count]
    return [report.pk for report in Report.objects.bulk_create(wanted)]


def forked(rows: list[int]) -> int:
    from django.db import connections  # noqa: PLC0415

    from publications.models import Report  # noqa: PLC0415
    from publications.reports import making  # noqa: PLC0415

    connections.close_all()
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        status = 0 if all([making.make(Report.objects.get(pk=pk)) for pk in rows]) else 1
    finally:
        os._exit(status)


if __name__ == "__main__":
    from tests.bench.__main__ import set_up

    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        set_up(folder)
        from django.utils import timezone

        bench_workers(timezone.localdate().year)
