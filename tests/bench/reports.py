"""What a report costs, beside bare WeasyPrint on the same final HTML and CSS in a warm process.

CPU is that of this process and of those it makes; memory is measured in fresh processes (see
heights). Then two hundred reports are made one after another, reports that are ready are ordered
again, and two workers are set beside one. `python -m tests.bench.reports` runs this part alone.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from tests.bench import heights
from tests.bench.heights import own_memory
from tests.bench.workers import bench_workers

PROMISED = 1.15
ROUNDS = 5
MANY = 200


def cpu() -> float:
    """Seconds of the processor of this process and of those that it made and that are gone."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, both))


def in_turns(
    calls: dict[str, Callable[[], object]], before: dict[str, Callable[[], object]]
) -> dict[str, float]:
    """The median CPU seconds of each, after one round that warms up; not of what is done before."""
    spent = {name: [] for name in calls}
    for number in range(ROUNDS + 1):
        for name, call in calls.items():
            before[name]()
            started = cpu()
            call()
            if number:
                spent[name].append(cpu() - started)
    return {name: statistics.median(values) for name, values in spent.items()}


def bench_reports():
    from django.template.loader import render_to_string  # noqa: PLC0415
    from django.utils import timezone, translation  # noqa: PLC0415
    from weasyprint import HTML  # noqa: PLC0415

    from portal.lib import pdf  # noqa: PLC0415
    from portal.lib.pdf import apart  # noqa: PLC0415
    from publications.models import Report  # noqa: PLC0415
    from publications.reports import making, showing  # noqa: PLC0415
    from publications.reports.kinds import KINDS  # noqa: PLC0415
    from regions.models import Region  # noqa: PLC0415

    region, year = Region.objects.get(code="R8"), timezone.localdate().year
    wanted = Report(kind="region", region=region, language="fr", year=year)
    data = making.frozen_data(wanted)
    with translation.override("fr"):
        html = render_to_string(
            KINDS["region"].TEMPLATE,
            showing.context(kind="region", data=data, language="fr"),
        )

    def bare():
        return HTML(
            string=html, base_url="http://localhost:8000/", url_fetcher=pdf.OwnFilesFetcher()
        ).write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)

    def laid_out():
        return pdf.from_html(html, archived=True, limits=making.limits("region"))

    def whole():
        kept = making.frozen_data(wanted)
        showing.digest_of("region", kept, "fr")
        limits = making.limits("region")
        return making.render_data(kind="region", data=kept, language="fr", limits=limits)

    def as_in_a_worker():
        """Whose process for the next document was made at the end of the last one."""
        apart.keep_one_ready()
        laid_out()

    spent = in_turns(
        {"bare": bare, "laid out": laid_out, "whole": whole},
        before={
            "bare": apart.keep_none_ready,
            "laid out": as_in_a_worker,
            "whole": as_in_a_worker,
        },
    )
    for name in ("laid out", "whole"):
        told = held_to_promise(spent[name] / spent["bare"])
        print(f"report, {name}: {spent[name] * 1000:.0f} ms CPU, {told}")
    bench_memory(html)
    bench_many(laid_out)
    apart.keep_none_ready()
    for kind in ("member", "certificate"):
        bench_again(kind, year)
    bench_workers(year)


def held_to_promise(ratio: float) -> str:
    told = f"at most {PROMISED}" if ratio <= PROMISED else f"MORE THAN {PROMISED}"
    return f"{ratio:.2f} of bare ({told})"


def bench_memory(html: str):
    with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
        file.write(html)
        file.flush()
        floor, ours = (heights.height(way, Path(file.name)) for way in ("bare", "apart"))
    print(
        f"report, memory: {ours.document:.1f} MB beyond {ours.idle:.1f} MB of the idle worker, "
        f"bare {floor.document:.1f} beyond {floor.idle:.1f}: "
        f"{held_to_promise(ours.document / floor.document)}; together {ours.together:.0f} MB, "
        f"{ours.together / floor.together:.2f} of bare"
    )


def bench_many(call: Callable[[], object]):
    """The memory of the waiting process over many reports."""
    call()
    seen = [own_memory()]
    for number in range(1, MANY + 1):
        call()
        if number % 50 == 0:
            seen.append(own_memory())
    print(f"{MANY} reports: " + ", ".join(f"{size:.1f}" for size in seen) + " MB of its own")


def bench_again(kind: str, year: int):
    """Reports of a kind on all members that are ready, ordered again: answered and compared."""
    from publications.reports import batches, comparing, lots  # noqa: PLC0415

    def ordered():
        return batches.order(kind=kind, year=year, languages=("fr", "en", "es"))

    first = ordered()
    while lots.work_on(first):
        make_without_layout()
    with told_by_clock(f"{kind}: answer to a second order"):
        second = ordered()
    wanted = [
        lots.wanted_by(entry)
        for entry in second.entries.select_related("organisation", "region", "batch")[:MANY]
    ]
    with told_by_clock(f"{kind}: {len(wanted)} unchanged reports compared"):
        found = comparing.standing_of_each(wanted)
    assert None not in found
    with told_by_clock(f"{kind}: {second.counts['all']} unchanged reports compared and packed"):
        lots.work_on(second)
    second.refresh_from_db()
    assert second.state == "done"


def make_without_layout():
    """What a worker does for the reports that wait, except the PDF."""
    from django.core.files.base import ContentFile  # noqa: PLC0415

    from publications.models import Report  # noqa: PLC0415
    from publications.reports import making, showing  # noqa: PLC0415

    for report in Report.objects.unfinished():
        report.claim()
        report.data = making.frozen_data(report)
        report.digest = showing.digest_of(report.kind, report.data, report.language)
        report.file.save(making.file_name(report), ContentFile(b"%PDF"), save=False)
        report.save(update_fields=["file", "data", "digest"])
        report.finish()


@contextmanager
def told_by_clock(what: str):
    started, used = time.monotonic(), cpu()
    yield
    print(f"{what}: {time.monotonic() - started:.2f} s, {cpu() - used:.2f} s of CPU")


if __name__ == "__main__":
    from tests.bench.__main__ import set_up

    with tempfile.TemporaryDirectory(prefix="portal-bench-") as made:
        set_up(made)
        sys.exit(bench_reports())
