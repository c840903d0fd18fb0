"""First figures of speed, each beside a floor measured in the same run: python -m tests.bench

The network of `manage.py demo` in a database of its own. Times are CPU seconds of this
process, the median of rounds in which subject and floor take turns, so that a machine whose
speed drifts slows both alike. With ``--publications 100000`` the library holds so many more, and
only the public pages are measured.
"""

import argparse
import io
import os
import sys
import tempfile

from tests.bench import large_library
from tests.bench.imports import bench_imports
from tests.bench.letters import bench_letters
from tests.bench.pages import bench_pages, environment
from tests.bench.reports import bench_reports


def set_up(folder: str):
    """A database of its own with the demonstration network, and Django ready."""
    os.environ |= environment(folder)
    import django  # noqa: PLC0415  the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    # The demonstration makes reports of its own, which need their stylesheets.
    call_command("collectstatic", verbosity=0, interactive=False)
    for command in ("migrate", "load_network", "demo"):
        call_command(command, verbosity=0, stdout=io.StringIO())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--publications", type=int, default=0)
    more = parser.parse_args().publications
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        set_up(folder)
        if more:
            large_library.fill(more, beside=True)
        bench_pages(folder)
        if more:
            return
        bench_reports()
        bench_imports(folder)
    bench_letters()


if __name__ == "__main__":
    sys.exit(main())
