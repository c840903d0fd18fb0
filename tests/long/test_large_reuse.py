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
FEW, MANY = 1_000, 6_000
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


def events(first: int, last: int) -> list[Event]:
    return [
        Event(
            slug=f"event-{number}", kind="seminar", title_fr=f"Séminaire {number}",
            state_fr="ready", starts_at=START, ends_at=START,
        )
        for number in range(first, last)
    ]  # fmt: skip


def link(records, name: str, target):
    """Every record to one target, as fast as the database can."""
    through = getattr(records.model, name).through
    one, other = records.model._meta.model_name, target._meta.model_name
    through.objects.bulk_create(
        (
            through(**{f"{one}_id": pk, f"{other}_id": target.pk})
            for pk in records.order_by("pk").values_list("pk", flat=True)
        ),
        batch_size=2000,
        ignore_conflicts=True,
    )


@pytest.mark.parametrize("name", ["events", "publications"])
def test_a_file_of_six_times_the_rows_takes_no_more_memory(client, name):
    """With what each is linked to: no row refers to itself, and waits for the collector."""
    model = Event if name == "events" else Publication
    region, organisation = factories.create_region("R1"), factories.create_organisation()
    peaks = []
    for first, last in ((0, FEW), (FEW, MANY)):
        model.objects.bulk_create(
            events(first, last) if model is Event else texts(first, last), batch_size=1000
        )
        link(model.objects.all(), "regions", region)
        if model is Publication:
            link(model.objects.all(), "organisations", organisation)
        for kind in ("csv", "json"):
            lines, memory = peak(client, f"/en/data/{name}.{kind}")
            assert lines >= last
            peaks.append(memory)
    assert max(peaks[2:]) < 1.2 * min(peaks[:2]) + 500_000, peaks


def texts(first: int, last: int) -> list[Publication]:
    return [
        Publication(
            id=10 + number, symbol=f"P/{1000 + number // 9000}/{1000 + number % 9000}",
            kind="report", title_fr="Rapport", state_fr="ready", state="published",
            published_on=START.date(), shelf={"regions": ["R1"]},
        )
        for number in range(first, last)
    ]  # fmt: skip


def test_the_last_file_of_a_sitemap_costs_what_the_first_does(client):
    # A file holds a range of keys, which a database goes on counting after other tests.
    factories.create_publication(pk=1)
    Publication.objects.bulk_create(texts(0, MANY), batch_size=2000)
    with CaptureQueriesContext(connection) as captured:
        index = client.get("/sitemap.xml").content.decode()
    files = MANY // sitemaps.AT_ONCE + 1
    assert index.count("sitemap-publications-") == files
    # One small query a file, and one for the end of each of the eight kinds.
    assert len(captured) == files + 8
    assert not any("OFFSET" in query["sql"] for query in captured)
    for number in (0, files - 1):
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(f"/sitemap-publications-{number}.xml")
        assert len(captured) == 1
        assert len(answer.content) < 50_000_000
        assert answer.content.count(b"<url>") <= 50_000
