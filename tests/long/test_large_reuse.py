"""Many records: files of open data in bounded memory, sitemaps by ranges of keys."""

import datetime
import tracemalloc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import sitemaps
from programme.models import Event
from publications.models import Publication
from tests import factories

pytestmark = pytest.mark.django_db
MANY = 20_000
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def peak(client, address: str) -> tuple[int, int]:
    """(lines of the file, most bytes of memory that writing it took)."""
    lines = 0
    tracemalloc.start()
    try:
        for piece in client.get(address).streaming_content:
            lines += piece.count(b"\n")
        return lines, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_files_are_written_in_bounded_memory(client):
    rows = (
        Event(
            slug=f"event-{number}", kind="seminar", title_fr=f"Séminaire {number}",
            state_fr="ready", starts_at=START, ends_at=START,
        )
        for number in range(MANY)
    )  # fmt: skip
    for _thousand in range(MANY // 1000):
        Event.objects.bulk_create([next(rows) for _one in range(1000)])
    for kind in ("csv", "json"):
        lines, memory = peak(client, f"/en/data/events.{kind}")
        assert lines >= MANY
        assert memory < 80_000_000


def test_the_last_file_of_a_sitemap_costs_what_the_first_does(client):
    factories.create_publication()
    texts = [
        Publication(
            id=10 + number, symbol=f"P/{1000 + number // 9000}/{1000 + number % 9000}",
            kind="report", title_fr="Rapport", state_fr="ready", state="published",
            published_on=START.date(),
        )
        for number in range(MANY)
    ]  # fmt: skip
    Publication.objects.bulk_create(texts, batch_size=2000)
    with CaptureQueriesContext(connection) as captured:
        index = client.get("/sitemap.xml").content.decode()
    files = MANY // sitemaps.AT_ONCE + 1
    assert index.count("sitemap-publications-") == files
    # One small query a file, and one for the end of each of the seven kinds.
    assert len(captured) == files + 7
    assert not any("OFFSET" in query["sql"] for query in captured)
    for number in (0, files - 1):
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(f"/sitemap-publications-{number}.xml")
        assert len(captured) == 1
        assert len(answer.content) < 50_000_000
        assert answer.content.count(b"<url>") <= 50_000
