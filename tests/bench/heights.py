"""How much memory a document takes at its height, in a process that had none but a word before.

`python -m tests.bench.heights bare|apart FILE` is that process: it reads the fonts and the
stylesheets with a document of one word, and prints how many megabytes it has then, and how many it
takes beyond for the file. What the process forks is watched from outside while it works: of a
forked one those pages count that it shares with no other, the copies of inherited ones included.
The process that a worker has ready for its next document belongs to the idle worker.
"""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PAUSE = 0.03
WORD = "<!doctype html><html lang=fr><head>{head}</head><body><h1>Mot</h1></body></html>"
SHEET = re.compile(r"<link[^>]*>")


class Height(NamedTuple):
    """Megabytes of the idle process, and of one document beyond them."""

    idle: float
    document: float

    @property
    def together(self) -> float:
        return self.idle + self.document


def height(way: str, html: Path) -> Height:
    """What one document takes, in the middle one of three processes."""
    command = [sys.executable, "-m", "tests.bench.heights", way, str(html)]
    told = [subprocess.check_output(command, text=True).split() for _ in range(3)]
    return sorted(Height(*map(float, words)) for words in told)[1]


def own_memory(process: int | str = "self") -> float:
    """Megabytes that a process shares with no other."""
    kept = Path(f"/proc/{process}/smaps_rollup").read_text()
    return sum(map(int, re.findall(r"^Private_\w+:\s+(\d+) kB", kept, re.M))) / 1024


def resident(name: str) -> float:
    """Megabytes that this process has in memory (VmRSS), or had at most (VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+)", status, re.M)[1]) / 1024


def at_its_height(call: Callable[[], object]) -> float:
    """Megabytes of a call beyond what this process has, in it and in what it forks."""
    Path("/proc/self/clear_refs").write_text("5")  # the height begins anew
    before, ready, is_over = resident("VmRSS"), of_forks(), threading.Event()
    highest = [ready]

    def watch():
        while not is_over.wait(PAUSE):
            highest.append(of_forks())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        call()
    finally:
        is_over.set()
        watcher.join()
    return resident("VmHWM") - before + max(highest) - ready


def of_forks() -> float:
    """Megabytes that the forked processes share with no other."""
    found = 0.0
    for child in children():
        with suppress(OSError):  # it has just ended
            found += own_memory(child)
    return found


def children() -> list[int]:
    own = Path("/proc/self").resolve().name
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if fields[1] == own:
            found.append(int(path.parent.name))
    return found


def main(way: str, html: str):
    import django  # noqa: PLC0415  the environment comes first

    django.setup()
    from weasyprint import HTML  # noqa: PLC0415

    from portal.lib import pdf  # noqa: PLC0415
    from portal.lib.pdf import apart as pdf_apart  # noqa: PLC0415

    limits = pdf.Limits(600, 4000)

    def bare(text: str):
        return HTML(
            string=text, base_url="http://localhost:8000/", url_fetcher=pdf.OwnFilesFetcher()
        ).write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)

    def apart(text: str):
        return pdf.from_html(text, archived=True, limits=limits)

    lay_out, text = {"bare": bare, "apart": apart}[way], Path(html).read_text()
    if way == "apart":
        pdf_apart.keep_one_ready()
    lay_out(WORD.format(head="".join(SHEET.findall(text))))
    wait_until_idle()
    print(resident("VmRSS") + of_forks(), at_its_height(lambda: lay_out(text)))
    pdf_apart.keep_none_ready()


def wait_until_idle():
    """Until what is forked does nothing any more."""
    before, now = None, used_by_children()
    while now != before:
        time.sleep(0.5)
        before, now = now, used_by_children()


def used_by_children() -> list[str]:
    """The ticks of the processor that each has used."""
    return [
        " ".join(Path(f"/proc/{child}/stat").read_text().rpartition(") ")[2].split()[11:13])
        for child in children()
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
