"""The list and the harvest over many publications: no page reads more than it needs."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from portal import loading
from portal.lib import paging, revision
from publications.filtering import CANDIDATES, LibraryFilter, library
from publications.harvesting import records
from publications.harvesting.requests import Selection
from publications.models import Publication
from tests.bench import large_library
from tests.long import plans

pytestmark = pytest.mark.django_db(transaction=True)
PUBLICATIONS = 50_000
TABLES = ("publications_publication", "publications_publication_regions")
# What a page may look at on its way to twenty rows: a rare text has to be looked for.
MOST_ROWS = 6_000
MOST_COUNTED = 3 * (CANDIDATES + 1)  # of two facets: the list, and each as if it were not chosen


@pytest.fixture
def publications():
    loading.load_network()
    large_library.fill(PUBLICATIONS)


def test_no_page_of_the_list_reads_all_texts(publications):
    for address in large_library.ADDRESSES.values():
        query = QueryDict(address)
        for _part in range(2):
            filters = LibraryFilter(query, language="fr")
            rows = library(filters.narrowed(Publication.objects.announced()))
            with CaptureQueriesContext(connection) as captured:
                page = paging.page_of(rows, by=filters.order, query=query, size=20)
            assert len(captured) == 1
            sql = captured[0]["sql"]
            assert "COUNT(" not in sql
            plans.check(sql, tables=TABLES, most_rows=MOST_ROWS)
            assert page.object_list
            query = QueryDict(f"{address}&after={page.after}")


def test_no_count_looks_through_more_than_the_newest_of_a_value(publications):
    for name, address in large_library.ADDRESSES.items():
        filters = LibraryFilter(QueryDict(address), language="fr")
        with CaptureQueriesContext(connection) as captured:
            counted = filters.counted(Publication.objects.announced(), kept=True)
        assert counted.total, name
        for sql in (query["sql"] for query in captured):
            assert '"publications_publication"' not in sql
            if "publications_placement" in sql:
                plans.check(sql, tables=("publications_placement",), most_rows=MOST_COUNTED)


@pytest.mark.parametrize(
    "address",
    [
        "/fr/",
        "/fr/regions/R8/",
        "/fr/programme/1/",
        "/fr/publications/",
        "/fr/publications/P-1000-101/",
        "/fr/publications/P-9999-999/",
        "/id/P-1000-101",
        "/fr/publications/atom.xml?region=R8",
        "/oai?verb=ListRecords&metadataPrefix=oai_dc&set=region:R8",
    ],
)
def test_no_page_of_the_public_reads_all_texts(publications, client, address):
    client.get(address)  # what is kept in memory is read
    revision.move()
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    asked = [one["sql"] for one in captured if '"publications_publication' in one["sql"]]
    assert asked
    for sql in asked:
        plans.check(sql, tables=TABLES, most_rows=MOST_ROWS)


def test_no_part_of_a_harvest_reads_all_texts(publications):
    with CaptureQueriesContext(connection) as captured:
        part = records.part_of(Selection())
        records.part_of(Selection(after=part.after))
    for one in captured:
        if 'FROM "publications_publication" ' in one["sql"]:
            plans.check(one["sql"], tables=TABLES, most_rows=MOST_ROWS)
