"""What a public page costs: kept, unchanged, made anew after a change elsewhere, and drawn after a
change of what it shows, beside a bare Django list.

CPU time is measured in turns with the floor; instructions are counted by Valgrind's callgrind in
a process of its own where it is installed: `python -m tests.bench.pages FOLDER` is that process,
on the database that the benchmark has made in FOLDER.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

# What the portal promises of each subject: queries, and millions of instructions.
PROMISED = {
    "kept page": (0, 1.5),
    "unchanged (304)": (0, 1.5),
    "list anew": (3, 17.0),
    "publication anew": (3, 8.0),
    "search anew": (3, 20.0),
}
FLOOR = "bare Django list"
REPEATED = 5
ROUNDS = 7


def environment(folder: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": folder,
        "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        "REDIS_URL": "",
        "DEBUG": "false",
        "DEMONSTRATION": "true",
        "LOG_LEVEL": "ERROR",
        "READS_EVERY": "0",
    }


def requested(path: str, *, kept: bool, status: int = 200, **headers) -> Callable[[], object]:
    """A request of the whole portal, middleware included, as gunicorn would make it."""
    from django.conf import settings  # noqa: PLC0415  the environment comes first
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415

    application = get_wsgi_application()
    factory = RequestFactory(
        headers={"host": "localhost", "accept-encoding": "gzip", "user-agent": "Bench", **headers}
    )
    environ = factory.get(path).environ
    seconds = settings.PAGE_SECONDS or 300

    def get():
        settings.PAGE_SECONDS = seconds if kept else 0
        response = application.get_response(application.request_class(dict(environ)))
        assert response.status_code == status, (path, response.status_code)
        return response

    return get


def drawn_first(get: Callable[[], object]) -> Callable[[], object]:
    """The same when something that the page shows has changed, so that it has to be drawn."""
    from portal.lib import drawn  # noqa: PLC0415

    def get_first():
        drawn.pages.clear()
        return get()

    return get_first


def bare() -> Callable[[], object]:
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415
    from django.test import RequestFactory, override_settings  # noqa: PLC0415
    from django.urls import set_urlconf  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from tests.bench.bare import MIDDLEWARE  # noqa: PLC0415

    with override_settings(MIDDLEWARE=MIDDLEWARE):
        handler = WSGIHandler()
    factory = RequestFactory(headers={"host": "localhost"})

    def get():
        request = factory.get("/bare/")
        request.urlconf = "tests.bench.bare"
        set_urlconf(request.urlconf)
        with translation.override("fr"):
            response = handler._middleware_chain(request)
        set_urlconf(None)
        assert response.status_code == 200
        assert response.content.count(b"<li>") == 20
        return response

    return get


def subjects() -> dict[str, Callable[[], object]]:
    from publications.models import Publication  # noqa: PLC0415

    newest = Publication.objects.public().newest_first().first()
    listed, detail = "/fr/publications/", f"/fr/publications/{newest.dashed_symbol}/"
    etag = requested(listed, kept=True)()["ETag"]
    return {
        FLOOR: bare(),
        "kept page": requested(listed, kept=True),
        "unchanged (304)": requested(listed, kept=True, status=304, **{"if-none-match": etag}),
        "list anew": requested(listed, kept=False),
        "narrowed list anew": requested(f"{listed}?kind=report", kept=False),
        "publication anew": requested(detail, kept=False),
        "list drawn": drawn_first(requested(listed, kept=False)),
        "publication drawn": drawn_first(requested(detail, kept=False)),
        "search anew": requested("/fr/search/?q=protection", kept=False),
        "home page anew": requested("/fr/", kept=False),
        "region anew": requested("/fr/regions/R8/", kept=False),
        "directory anew": requested("/fr/members/", kept=False),
    }


def alternate(
    subject: Callable[[], object], floor: Callable[[], object], *, times: int = 10
) -> tuple[float, float]:
    """Median CPU seconds of one call of the subject and of the floor, measured in turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    for call in (subject, floor):
        call()
    for _ in range(ROUNDS):
        for call, results in zip((subject, floor), taken, strict=True):
            started = time.process_time()
            for _ in range(times):
                call()
            results.append((time.process_time() - started) / times)
    return statistics.median(taken[0]), statistics.median(taken[1])


def queries(get: Callable[[], object]) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as asked:
        get()
    return len(asked)


def bench_pages(folder: str):
    counted = count_instructions(folder)
    found = subjects()
    floor = found.pop(FLOOR)
    for name, get in found.items():
        cost, least = alternate(get, floor)
        line = f"{name}: {cost * 1000:.2f} ms, {queries(get)} queries, "
        line += f"{least / cost:.1f} times a {FLOOR}"
        if name in counted:
            line += f", {counted[name]:.1f} million instructions"
        if name in PROMISED:
            line += " (at most {} and {})".format(*PROMISED[name])
        print(line)
    if FLOOR in counted:
        print(f"{FLOOR}: {least * 1000:.2f} ms, {counted[FLOOR]:.1f} million instructions")


# -- Instructions --------------------------------------------------------------------------------


def count_instructions(folder: str) -> dict[str, float]:
    """Millions of instructions of each subject; nothing where callgrind is not installed."""
    if not (shutil.which("valgrind") and shutil.which("callgrind_control")):
        print("no callgrind: instructions are not counted")
        return {}
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "-q"]
    command += [f"--callgrind-out-file={folder}/callgrind", sys.executable, "-m", __spec__.name]
    told = subprocess.run(
        [*command, folder],
        env=os.environ | environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        print("callgrind failed:", told.stderr[-500:])
        return {}
    return {
        name: int(total) / REPEATED / 1e6
        for name, total in re.findall(r"^(.+): (\d+) instructions$", told.stdout, re.MULTILINE)
    }


def control(*options: str):
    subprocess.run(
        ["callgrind_control", *options, str(os.getpid())], check=True, capture_output=True
    )


def count(folder: str):
    """Run under callgrind: each subject by itself, once it is warm."""
    for number, (name, get) in enumerate(subjects().items(), 1):
        for _ in range(3):
            get()
        control("-i", "on")
        control("-z")
        for _ in range(REPEATED):
            get()
        control(f"--dump={number}")
        control("-i", "off")
        dump = max(Path(folder).glob("callgrind*"), key=lambda path: path.stat().st_mtime_ns)
        total = re.search(r"^(?:summary|totals): (\d+)", dump.read_text(), re.MULTILINE)[1]
        print(f"{name}: {total} instructions", flush=True)


if __name__ == "__main__":
    os.environ |= environment(sys.argv[1])
    import django

    django.setup()
    count(sys.argv[1])
