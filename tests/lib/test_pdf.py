"""PDFs: the same bytes each time, nothing fetched from elsewhere, and an end to what runs away."""

import datetime
import hashlib
import io
import os
import signal
import subprocess
import sys
import time

import pikepdf
import pytest
from django.conf import settings
from pypdf import PdfReader

from portal.lib import pdf
from portal.lib.pdf import apart, kept

DAY = datetime.date(2026, 3, 4)
FIGURES = pdf.AttachedFile("figures.csv", b"region;2\n", "Figures")
DOCUMENT = """<!doctype html><html lang="fr"><head><title>Rapport</title>
<link rel="stylesheet" href="/static/css/print.css"></head><body><h1>Rapport œuvre</h1>
<p class="lead">Un texte.<table><tr><th scope="row">R8<td>12</table></body></html>"""
LIMITS = pdf.Limits(seconds=20, megabytes=300)


def made(html: str = DOCUMENT, **options) -> bytes:
    return pdf.from_html(html, attachments=(FIGURES,), dated=DAY, **options)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def plain(body: str) -> str:
    return f'<html lang="en"><head><title>T</title></head><body>{body}</body></html>'


# -- The same bytes --------------------------------------------------------------------------------

IN_ANOTHER_PROCESS = """
import django, hashlib
django.setup()
from tests.lib import test_pdf
print(test_pdf.digest(test_pdf.made(archived=True)))
"""


@pytest.mark.slow
def test_the_same_document_gives_the_same_bytes_in_every_process():
    environment = os.environ | {
        "PYTHONHASHSEED": "7",
        "TZ": "Pacific/Auckland",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    elsewhere = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    here = made(archived=True)
    assert elsewhere.stdout.strip() == digest(here)
    # After another document, and in a process of its own.
    made(plain("<h1>Other</h1>"))
    assert made(archived=True, limits=LIMITS) == here


def test_the_date_is_that_of_the_data_and_other_contents_have_another_identifier():
    identifiers = set()
    for body in ("<p>One", "<p>Two"):
        with pikepdf.open(io.BytesIO(made(plain(body)))) as document:
            assert str(document.docinfo["/CreationDate"]) == "D:20260304"
            attached = document.attachments["figures.csv"].get_file()
            assert attached.creation_date.date() == attached.mod_date.date() == DAY
            identifiers.add(bytes(document.trailer.ID[0]))
    assert len(identifiers) == 2


def test_a_document_may_be_for_archives_too():
    with pikepdf.open(io.BytesIO(made(archived=True))) as document:
        with document.open_metadata() as metadata:
            told = [metadata[name] for name in ("pdfaid:part", "pdfaid:conformance")]
            assert (told, metadata["pdfuaid:part"]) == (["3", "A"], "1")
        assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert document.Root.AF[0].AFRelationship == "/Data"


# -- Where pages end -----------------------------------------------------------------------------


def test_no_page_ends_between_the_claim_of_a_chart_and_its_bars():
    rows = "".join(f'<tr><th scope="row">Axis {number}</th><td>1</td></tr>' for number in range(7))
    chart = f'<h2>Heading</h2><table class="bars"><caption>Claim</caption>{rows}</table>'
    head = '<link rel="stylesheet" href="/static/css/print.css">'
    places = set()
    for lines in range(20, 48, 2):
        page = plain(f"<h1>One</h1>{'<p>Line</p>' * lines}<section>{chart}</section>")
        content = pdf.from_html(page.replace("</head>", f"{head}</head>"))
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        [place] = [at for at, text in enumerate(pages) if "Heading" in text]
        assert "Claim" in pages[place]
        assert all(f"Axis {number}" in pages[place] for number in range(7))
        places.add(place)
    assert places == {0, 1}


# -- What is kept --------------------------------------------------------------------------------


def test_stylesheet_and_fonts_are_read_once_until_the_text_changes(tmp_path, settings):
    settings.STATICFILES_DIRS = [tmp_path]
    settings.DEBUG = True
    sheet = tmp_path / "kept.css"
    address = (f"{settings.SITE_URL}/static/kept.css",)
    sheet.write_text("p { color: #123456 }")
    try:
        first = kept.for_sheets(address)
        assert kept.for_sheets(address) is first
        sheet.write_text("p { color: #654321 }")
        assert kept.for_sheets(address) is not first
    finally:
        kept.forget()


def test_only_the_head_names_stylesheets():
    link = '<link rel="stylesheet" href="/static/css/print.css">'
    html, addresses = kept.without_sheets(f"<head>{link}</head><body>{link}</body>")
    assert html == f"<head></head><body>{link}</body>"
    assert addresses == (f"{settings.SITE_URL}/static/css/print.css",)


# -- Nothing from elsewhere ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        '<img src="file:///etc/hostname" alt="x">',
        '<img src="http://169.254.169.254/latest/meta-data/" alt="x">',
        '<img src="http://127.0.0.1:6379/" alt="x">',
        '<img src="ftp://localhost/x.png" alt="x">',
        '<img src="//evil.example/x.png" alt="x">',
        '<img src="http://localhost:8000@evil.example/static/x.png" alt="x">',
        '<img src="/static/../../../etc/hostname" alt="x">',
        '<img src="/static/%2e%2e/%2e%2e/portal/settings.py" alt="x">',
        '<img src="/static//etc/hostname" alt="x">',
        '<img src="/static/x%00.png" alt="x">',
        '<img src="/reports/2026/1-member.pdf" alt="x">',
        '<img src="/pictures/../reports/1.png" alt="x">',
        '<img src="data:text/html,hello" alt="x">',
        f'<img src="data:image/png;base64,{"A" * (1024 * 1024)}" alt="x">',
        '<div style="background: url(file:///etc/hostname)">x</div>',
        '<style>@import "https://evil.example/x.css";</style>',
        "<style>@font-face { font-family: X; src: url(file:///etc/hostname) }</style>",
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<a rel="attachment" href="file:///etc/hostname">x</a>',
        '<object data="file:///etc/hostname">x</object>',
        '<embed src="http://[::1]:8000/">',
        '<svg><title>x</title><image href="file:///etc/hostname"/></svg>',
        "<img alt=x src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>"
        "<image href='http://10.0.0.1/x.png'/></svg>\">",
    ],
)
def test_nothing_is_fetched_from_elsewhere(body):
    with pytest.raises(pdf.ForbiddenAddress):
        pdf.from_html(plain(body))


def test_another_base_does_not_open_other_files():
    html = plain('<img src="hostname" alt="x">').replace(
        "<title>", '<base href="file:///etc/"><title>'
    )
    with pytest.raises(pdf.ForbiddenAddress):
        pdf.from_html(html)


def test_a_document_cannot_have_files_attached():
    content = pdf.from_html(plain('<link rel="attachment" href="file:///etc/hostname">'))
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.attachments) == 0


def test_a_foreign_file_is_refused_from_a_process_of_its_own_too():
    with pytest.raises(pdf.ForbiddenAddress):
        pdf.from_html(plain('<img src="file:///etc/hostname" alt="x">'), limits=LIMITS)


# -- What runs away --------------------------------------------------------------------------------

ENDLESS = plain("<table>" + "<tr><td>x<td>y" * 20_000 + "</table>")


def children() -> set[str]:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return set(file.read().split())


@pytest.mark.slow
def test_what_takes_too_long_is_ended():
    before = children()
    with pytest.raises(pdf.TooLong):
        pdf.from_html(ENDLESS, limits=pdf.Limits(seconds=1, megabytes=2000))
    assert children() == before


def test_what_takes_too_much_memory_is_ended():
    before = children()
    with pytest.raises(pdf.TooLarge):
        pdf.from_html(plain("word " * 8_000_000), limits=pdf.Limits(seconds=20, megabytes=64))
    assert children() == before


@pytest.mark.slow
def test_whoever_waits_can_end_it():
    class Enough(Exception):
        pass

    def enough(_pages=None):
        raise Enough

    before = children()
    with pytest.raises(Enough):
        pdf.from_html(plain("<p>x"), limits=LIMITS, on_page_count=enough)
    started = time.monotonic()
    with pytest.raises(Enough):
        pdf.from_html(ENDLESS, limits=pdf.Limits(20, 2000), while_waiting=enough)
    assert time.monotonic() - started < 5
    assert children() == before


# -- One that is ready ---------------------------------------------------------------------------


@pytest.fixture
def one_ready():
    """The process that is ready for the next document, after a first one."""
    apart.keep_one_ready()
    before = children()
    made(limits=LIMITS)
    [ready] = children() - before
    yield int(ready)
    apart.keep_none_ready()
    assert children() == before


def test_the_next_document_is_made_by_the_process_that_is_ready(one_ready):
    seen = []
    told = {"on_page_count": lambda pages: seen.append((pages, children()))}
    assert made(limits=LIMITS, archived=True, **told) == made(archived=True)
    [(pages, at_work)] = seen
    assert (pages, str(one_ready) in at_work) == (1, True)
    # It has ended, and another is ready.
    assert str(one_ready) not in children()
    [other] = children() - at_work
    seen.clear()
    made(limits=LIMITS, **told)
    assert other in seen[0][1]


def test_a_ready_process_that_died_is_not_missed(one_ready):
    os.kill(one_ready, signal.SIGKILL)
    assert made(limits=LIMITS) == made()


@pytest.mark.slow
def test_a_ready_process_is_ended_and_refuses_like_any_other(one_ready):
    with pytest.raises(pdf.TooLong):
        pdf.from_html(ENDLESS, limits=pdf.Limits(seconds=1, megabytes=2000))
    with pytest.raises(pdf.ForbiddenAddress):
        pdf.from_html(plain('<img src="file:///etc/hostname" alt="x">'), limits=LIMITS)
    with pytest.raises(pdf.TooLarge):
        pdf.from_html(plain("word " * 8_000_000), limits=pdf.Limits(seconds=20, megabytes=64))
    assert made(limits=LIMITS) == made()


def test_a_ready_process_reads_a_stylesheet_that_has_changed(tmp_path, settings):
    settings.STATICFILES_DIRS, settings.DEBUG = [tmp_path], True
    sheet = tmp_path / "ready.css"
    page = plain("<p>x").replace(
        "</head>", f'<link rel="stylesheet" href="{settings.SITE_URL}/static/ready.css"></head>'
    )
    contents = []
    apart.keep_one_ready()
    try:
        for colour in ("#123456", "#123456", "#654321"):
            sheet.write_text(f"p {{ color: {colour} }}")
            contents.append(pdf.from_html(page, limits=LIMITS))
    finally:
        apart.keep_none_ready()
    assert contents[0] == contents[1] != contents[2]
    assert contents[2] == pdf.from_html(page)


def test_pages_are_told_from_a_process_of_its_own():
    told = []
    content = pdf.from_html(
        plain("<p>x<p style='break-before: page'>y"), limits=LIMITS, on_page_count=told.append
    )
    assert (told, content[:5]) == ([2], b"%PDF-")
