"""First figures of speed, each beside a floor measured in the same run: python -m tests.bench

The network of `manage.py demo` in a database of its own. Times are CPU seconds of this
process, the median of rounds in which subject and floor take turns, so that a machine whose
speed drifts slows both alike.
"""

import io
import os
import sys
import tempfile

from tests.bench.imports import bench_imports
from tests.bench.letters import bench_letters
from tests.bench.pages import alternate, bench_pages, environment


def report(name: str, subject: float, floor: float, floor_name: str):
    print(f"{name}: {subject * 1000:.1f} ms (ratio {subject / floor:.2f} to {floor_name})")


def set_up(folder: str):
    """A database of its own with the demonstration network, and Django ready."""
    os.environ |= environment(folder)
    import django  # noqa: PLC0415  the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    for command in ("migrate", "load_network", "demo"):
        call_command(command, verbosity=0, stdout=io.StringIO())
    call_command("collectstatic", verbosity=0, interactive=False)


def bench_report():
    from django.template.loader import render_to_string  # noqa: PLC0415
    from django.utils import timezone, translation  # noqa: PLC0415
    from weasyprint import HTML  # noqa: PLC0415

    from portal.lib import pdf  # noqa: PLC0415
    from publications.reports import making  # noqa: PLC0415
    from publications.reports import region as regional  # noqa: PLC0415
    from regions.models import Region  # noqa: PLC0415

    region = Region.objects.get(code="R8")
    year = timezone.localdate().year

    def ours():
        with translation.override("fr"):
            data = regional.data(region, year, "fr")
        return making.render_data(kind="region", data=data, language="fr")

    with translation.override("fr"):
        data = regional.data(region, year, "fr")
        html = render_to_string(
            regional.TEMPLATE, making.context(kind="region", data=data, language="fr")
        )

    def bare():
        return HTML(
            string=html, base_url="http://localhost:8000/", url_fetcher=pdf.OwnFilesFetcher()
        ).write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)

    report("regional report", *alternate(ours, bare, times=2), "bare WeasyPrint on the same HTML")


def main():
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        set_up(folder)
        bench_pages(folder)
        bench_report()
        bench_imports(folder)
    bench_letters()


if __name__ == "__main__":
    sys.exit(main())
