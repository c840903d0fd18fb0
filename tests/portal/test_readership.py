"""What is read, as editors and organisations see it."""

import csv
import io

import pytest
from django.utils import timezone

from portal.models import DailyReads
from portal.models.reads import Read
from tests.factories import (
    create_contact,
    create_executive,
    create_organisation,
    create_publication,
    create_region,
    create_secretary,
)

pytestmark = pytest.mark.django_db


def reads(publication, count, *, language="fr", medium="page"):
    read = Read(timezone.localdate(), "publication", str(publication.pk), language, medium)
    DailyReads.objects.add({read: count})


@pytest.fixture
def texts():
    """Two publications of two regions, the second read more."""
    found = [
        create_publication(symbol="P/2026/21", title_en="Floors", regions=[create_region("R8")]),
        create_publication(symbol="P/2026/22", title_en="Carers", regions=[create_region("R1")]),
    ]
    reads(found[0], 3)
    reads(found[0], 2, language="es", medium="file")
    reads(found[1], 70)
    return found


def test_the_most_read_come_first(client, texts):
    client.force_login(create_secretary())
    page = client.get("/en/secretariat/reads/").content.decode()
    assert page.index("Carers") < page.index("Floors")
    assert "<strong>70</strong>" in page


def test_an_executive_sees_the_own_region_alone(client, texts):
    client.force_login(create_executive(create_region("R8")))
    page = client.get("/en/secretariat/reads/").content.decode()
    assert "Floors" in page
    assert "Carers" not in page
    response = client.get("/en/secretariat/reads.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    key, today = str(texts[0].pk), timezone.localdate().isoformat()
    start = {"day": today, "kind": "publication", "key": key}
    assert rows == [
        start | {"language": "es", "medium": "file", "reads": "2"},
        start | {"language": "fr", "medium": "page", "reads": "3"},
    ]


@pytest.mark.parametrize("query", ["?kind=nonsense", "?days=x", "?page=99", "?kind=region&days=30"])
def test_whatever_is_wrong_in_the_address_is_left_out(client, texts, query):
    client.force_login(create_secretary())
    assert client.get(f"/en/secretariat/reads/{query}").status_code == 200


def test_the_form_of_a_publication_says_how_often_it_is_read(client, texts):
    client.force_login(create_secretary())
    page = client.get("/en/secretariat/publications/P-2026-21/").content.decode()
    assert "5 reads in the last 90 days" in page
    assert "2 of them of files." in page


def test_an_organisation_sees_the_reads_of_its_own_texts(client, texts):
    organisation = create_organisation()
    texts[0].organisations.add(organisation)
    client.force_login(create_contact(organisation))
    page = client.get("/en/space/reads/").content.decode()
    assert "Floors" in page
    assert "Carers" not in page
    client.force_login(create_contact())
    assert (
        "No publication names your organisation yet."
        in client.get("/en/space/reads/").content.decode()
    )


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_for_three(client, number, django_assert_num_queries):
    for serial in range(number):
        reads(create_publication(symbol=f"P/2026/{serial + 40}"), 1)
    client.force_login(create_secretary())
    client.get("/en/secretariat/reads/")
    with django_assert_num_queries(7):
        client.get("/en/secretariat/reads/")
