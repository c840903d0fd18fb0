"""First figures of speed, each beside a floor measured in the same run: python -m tests.bench

The network of `manage.py demo` in a database of its own. Times are CPU seconds of this
process, the median of rounds in which subject and floor take turns, so that a machine whose
speed drifts slows both alike.
"""

import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

from tests.bench.imports import bench_imports

ROUNDS = 7


def alternate(subject: Callable[[], object], floor: Callable[[], object], *, times: int):
    """Median CPU seconds of one call of the subject and of the floor."""
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


def report(name: str, subject: float, floor: float, floor_name: str):
    print(f"{name}: {subject * 1000:.1f} ms (ratio {subject / floor:.2f} to {floor_name})")


def set_up(folder: str):
    """A database of its own with the demonstration network, and Django ready."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": folder,
        "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        "REDIS_URL": "",
        "DEBUG": "false",
        "DEMONSTRATION": "true",
        "LOG_LEVEL": "ERROR",
    }
    import django  # noqa: PLC0415  the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    for command in ("migrate", "load_network", "demo"):
        call_command(command, verbosity=0, stdout=io.StringIO())
    call_command("collectstatic", verbosity=0, interactive=False)


def bare_page() -> Callable[[], object]:
    """The floor of pages: a Django view and template that list the same twenty titles."""
    from django.http import HttpResponse  # noqa: PLC0415
    from django.template import Context, Engine  # noqa: PLC0415

    from publications.models import Publication  # noqa: PLC0415

    template = Engine().from_string(
        "<!doctype html><title>Bare</title><ul>{% for p in rows %}"
        "<li><a href='/{{ p.symbol }}'>{{ p.title_fr }}</a> {{ p.published_on }}</li>"
        "{% endfor %}</ul>"
    )

    def view():
        rows = Publication.objects.public().newest_first()[:20]
        return HttpResponse(template.render(Context({"rows": rows})))

    return view


def address(path: str) -> Callable[[], object]:
    """A request of the whole portal, middleware included, as gunicorn would make it."""
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415

    application = get_wsgi_application()
    factory = RequestFactory(headers={"host": "localhost"})

    def get():
        response = application.get_response(factory.get(path))
        assert response.status_code == 200, (path, response.status_code)
        return response

    return get


def bench_pages():
    from publications.models import Publication  # noqa: PLC0415

    newest = Publication.objects.public().newest_first().first()
    floor = bare_page()
    for name, path in (
        ("home page", "/fr/"),
        ("list of publications", "/fr/publications/"),
        ("one publication", f"/fr/publications/{newest.dashed_symbol}/"),
        ("region", "/fr/regions/R8/"),
        ("search", "/fr/search/?q=protection"),
    ):
        report(name, *alternate(address(path), floor, times=10), "a bare Django list of 20")


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
        bench_pages()
        bench_report()
        bench_imports(folder)


if __name__ == "__main__":
    sys.exit(main())
