"""The search over many documents: no query reads the whole index, nothing takes more memory."""

import tracemalloc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Category, Organisation
from members.models.organisations import Status
from portal import candidates, finding, mending
from portal.indexing import ROOM_OF
from portal.lib.queries import parse
from portal.lib.text import sort_key
from portal.models import SearchDocument
from tests import factories
from tests.bench import large_search
from tests.long import plans

pytestmark = pytest.mark.django_db(transaction=True)

PUBLICATIONS, ORGANISATIONS = 40_000, 4_000
LIMIT = finding.MOST + 1
# Rows that any step of a query may look at: the candidates, and what the last blocks hold.
MOST_ROWS = 20_000
TABLES = ("portal_searchdocument", "d")  # and as the statements call it
# What is certain of the words of the bench, whatever is drawn of those between.
CAPPED = {
    "the most common word": True,
    "a common word": True,
    "a rare word": False,
    "a symbol": False,
    "nothing": False,
}


@pytest.fixture
def documents():
    large_search.fill(publications=PUBLICATIONS, organisations=ORGANISATIONS)
    yield
    SearchDocument.objects.all().delete()


def test_no_query_reads_more_than_the_newest(documents):
    for name, query in large_search.queries().items():
        with CaptureQueriesContext(connection) as captured:
            found = finding.find(query, language="fr")
        if name in CAPPED:
            assert found.is_capped is CAPPED[name], name
        assert len(captured) <= 3, name
        with CaptureQueriesContext(connection) as narrowed:
            finding.find(query, language="fr", chosen={"region": "R3"})
        for sql in (
            q["sql"] for q in (*captured, *narrowed) if "portal_searchdocument" in q["sql"]
        ):
            plans.check(sql, tables=TABLES, most_rows=MOST_ROWS)
        for marks in ({}, {"region": "R3"}, {"kind": "organisation"}):
            for limit in (finding.SEEN + 1, LIMIT):
                asked = newest(query, marks, limit=limit, most=limit)
                assert asked == newest(query, marks, limit=10**9, most=limit), name


def test_no_statement_is_compiled_first(db):
    """By its own estimate PostgreSQL would compile the search's, and take ten times as long."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW jit")
            assert cursor.fetchone() == ("off",)


def newest(query: str, marks: dict[str, str], *, limit: int, most: int) -> set[int]:
    """The newest documents of each room; with a limit that nothing reaches, from all of them."""
    rows = candidates.newest(parse(query), audience="public", limit=limit, marks=marks)
    rooms: dict[str, list[int]] = {}
    for row in rows:
        rooms.setdefault(ROOM_OF[row.kind], []).append(row.pk)
    return {pk for pks in rooms.values() for pk in sorted(pks, reverse=True)[:most]}


def test_a_repair_takes_no_more_memory_for_four_times_the_records():
    factories.create_organisation()  # and its category
    category = Category.objects.first()

    def multiply(first: int, last: int):
        Organisation.objects.bulk_create(
            Organisation(
                slug=f"copy-{n}",
                name_fr=f"Conseil {n} de la ville (exemple)",
                description_fr="Des mots et encore des mots. " * 30,
                original_language="fr",
                category=category,
                status=Status.ACTIVE,
                **{f"sort_{code}": sort_key(str(n), code) for code in ("fr", "en", "es")},
            )
            for n in range(first, last)
        )

    def peak() -> int:
        SearchDocument.objects.all().delete()
        tracemalloc.start()
        try:
            mending.repair()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    multiply(0, 500)
    peak()  # fills the caches of words
    small = peak()
    multiply(500, 2000)
    assert peak() < 1.5 * small + 2_000_000
