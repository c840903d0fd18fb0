"""A network ten times the size: pages answer with as many queries as the small one asks."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Organisation
from portal import backup, mending
from publications.models import Publication

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = (
    "",
    "regions/R8/",
    "members/",
    "members/?page=9",
    "publications/",
    "publications/?language=es&page=2",
    "programme/1/",
    "newsletters/",
    "search/?q=protection",
)


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/fr/{address}").status_code == 200
    return len(captured)


def test_a_network_ten_times_larger_asks_no_more_queries(client, settings, tmp_path):
    settings.DEMONSTRATION = True
    call_command("load_network", verbosity=0)
    call_command("demo", verbosity=0)
    client.get("/fr/contact/")  # what every page needs is read
    small = {address: queries(client, address) for address in ADDRESSES}

    call_command("demo", scale=10, verbosity=0)
    mending.repair()
    client.get("/fr/contact/")

    assert Organisation.objects.count() > 800
    # Those of the desk; what members propose does not grow.
    assert Publication.objects.filter(proposed_for=None).count() == 600
    publications = Publication.objects.count()
    # Of a region with more members than its page lists, one more: in which countries the first are.
    expected = small | {"regions/R8/": small["regions/R8/"] + 1}
    assert {address: queries(client, address) for address in ADDRESSES} == expected
    manifest = backup.create(tmp_path / "large.tar.gz")
    assert manifest["tables"]["publications_publication"]["rows"] == publications
    backup.restore(tmp_path / "large.tar.gz")
    assert Publication.objects.count() == publications
