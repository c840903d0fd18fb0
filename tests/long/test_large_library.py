"""The list and the harvest over many publications: no page reads more than it needs."""

import json

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from portal import loading
from portal.lib import paging
from publications.filtering import LibraryFilter, library
from publications.harvesting import records
from publications.harvesting.requests import Selection
from publications.models import Publication
from tests.bench import large_library

pytestmark = pytest.mark.django_db(transaction=True)
PUBLICATIONS = 50_000
# What a page may look at on its way to twenty rows: a rare text has to be looked for.
MOST_ROWS = 6_000


@pytest.fixture
def publications():
    loading.load_network()
    large_library.fill(PUBLICATIONS)


def nodes(plan: dict):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def check(sql: str):
    """The plan of one statement: nothing is read whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            found = cursor.fetchone()[0]
            plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
            for node in nodes(plan):
                whole = node["Node Type"] == "Seq Scan"
                name = node.get("Relation Name", "")
                assert not (whole and name == "publications_publication"), sql
                assert node["Actual Rows"] <= MOST_ROWS, (node["Node Type"], sql)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps = [row[3] for row in cursor.fetchall()]
            whole = [s for s in steps if s.startswith("SCAN publications_publication")]
            assert [step for step in whole if "INDEX" not in step] == []


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
            assert "OFFSET" not in sql and "COUNT(" not in sql
            check(sql)
            assert page.object_list
            query = QueryDict(f"{address}&after={page.after}")
    with CaptureQueriesContext(connection) as captured:
        part = records.part_of(Selection())
        records.part_of(Selection(after=part.after))
    for one in captured:
        if 'FROM "publications_publication" ' in one["sql"]:
            check(one["sql"])
