"""The home page, the regions and the directory with many members: none reads all of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.choices import CANDIDATES, MOST
from portal import loading
from portal.lib import revision
from tests.bench import large_directory
from tests.long import plans

pytestmark = pytest.mark.django_db(transaction=True)
ORGANISATIONS = 20_000
TABLES = (
    "members_organisation",
    "members_memberplacement",
    "members_organisation_facets",
    "members_membership",
)
# What a page may look at on its way to its rows, and what its counts may look through.
MOST_ROWS = max(CANDIDATES + 1, 6 * MOST)
# SQLite goes by the primary key itself, from the end, which its plans call a scan like any other.
NEWEST = 'ORDER BY "members_organisation"."id" DESC LIMIT'
# Words are looked for in all members: an index could not find them inside of others.
SEARCHES = {address for address in large_directory.PAGES.values() if "word=" in address}


@pytest.fixture
def organisations():
    loading.load_network()
    large_directory.fill(ORGANISATIONS)


def test_no_page_reads_all_members_or_is_long(organisations, client):
    for address in sorted(set(large_directory.PAGES.values()) - SEARCHES):
        client.get(f"/fr/{address}")  # what is kept in memory is read
        revision.move()
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(f"/fr/{address}")
        assert answer.status_code == 200
        assert len(answer.content) < 60_000, address
        asked = [one["sql"] for one in captured if one["sql"].startswith("SELECT")]
        assert asked
        for sql in asked:
            if connection.vendor == "sqlite" and NEWEST in sql:
                continue
            plans.check(sql, tables=TABLES, most_rows=MOST_ROWS)


def test_the_counts_are_those_of_the_list(organisations, client):
    found = client.get("/fr/members/").context["found"]
    discreet = ORGANISATIONS // large_directory.EVERY_DISCREET
    assert (found.members, found.total) == (ORGANISATIONS, ORGANISATIONS - discreet)
    found = client.get("/fr/members/?region=R8").context["found"]
    assert (found.total, found.is_more) == (MOST, True)
