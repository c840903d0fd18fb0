"""Reads are counted by day, text, language and medium, and nothing else is kept."""

import datetime
import multiprocessing
import os

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from portal import reached, reads
from portal.models import DailyReads, Page
from portal.models.reads import Read
from portal.tasks import forget_old_reads
from portal.text_kinds import PAGE
from tests.factories import create_contact, create_publication, create_secretary

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 27)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@pytest.fixture
def asked(rf):
    """A request of a browser, or with other headers."""

    def make(path="/fr/publications/P-2026-14/", method="get", **headers):
        return getattr(rf, method)(path, headers={"user-agent": BROWSER} | headers)

    return make


def read(**values) -> Read:
    defaults = {"day": TODAY, "kind": "page", "key": "1", "language": "fr", "medium": "page"}
    return Read(**defaults | values)


def test_reads_are_added_up_wherever_they_were_counted(asked):
    for _time in range(3):
        reads.count(asked(), "publication", "14")
    reads.count(asked("/es/publications/P-2026-14/"), "publication", "14")
    reads.count(asked(), "publication", "14", "file")
    assert reads.write_down() == 5
    assert len(reads.tally) == 0
    reads.count(asked(), "publication", "14")
    assert reads.write_down() == 1
    rows = DailyReads.objects.order_by("language", "medium").values_list(
        "day", "kind", "key", "language", "medium", "count"
    )
    today = timezone.localdate()
    assert list(rows) == [
        (today, "publication", "14", "es", "page", 1),
        (today, "publication", "14", "fr", "file", 1),
        (today, "publication", "14", "fr", "page", 4),
    ]


def test_counting_asks_the_database_nothing_and_writing_one_thing(asked, django_assert_num_queries):
    with django_assert_num_queries(0):
        for key in range(30):
            reads.count(asked(), "publication", str(key))
    with django_assert_num_queries(3):  # SAVEPOINT, one statement for all, RELEASE
        reads.write_down()
    with django_assert_num_queries(0):
        assert reads.write_down() == 0


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
        "facebookexternalhit/1.1",
        "curl/8.5.0",
        "python-requests/2.32",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/131.0",
        "Feedly/1.0",
        "Sickle harvester bot",
        "",
    ],
)
def test_programs_that_say_so_are_not_counted(asked, agent):
    reads.count(asked(**{"user-agent": agent}), "publication", "14")
    assert len(reads.tally) == 0


@pytest.mark.parametrize(
    "agent",
    [
        BROWSER,
        "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 30) AppleWebKit/537.36 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1) Presto/2.12",
        "Lynx/2.9.0",
    ],
)
def test_people_are_counted_on_whatever_they_read(asked, agent):
    reads.count(asked(**{"user-agent": agent}), "publication", "14")
    assert len(reads.tally) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
        {"range": "bytes=1000-"},
        {"range": "bytes=-500"},
    ],
)
def test_what_nobody_has_asked_for_yet_or_has_asked_for_already_is_not_counted(asked, headers):
    reads.count(asked(**headers), "publication", "14")
    assert len(reads.tally) == 0


def test_the_first_piece_of_a_file_counts_and_a_head_does_not(asked):
    reads.count(asked(range="bytes=0-99"), "publication", "14", "file")
    reads.count(asked(method="head"), "publication", "14")
    reads.count(asked("/sitemap.xml"), "publication", "14")
    assert len(reads.tally) == 1


def test_what_cannot_be_written_waits(asked, monkeypatch):
    def broken(self, counted):
        raise ConnectionError

    reads.count(asked(), "publication", "14")
    with monkeypatch.context() as patch:
        patch.setattr("portal.models.reads.DailyReadsQuerySet.add", broken)
        assert reads.write_down() == 0
    reads.count(asked(), "publication", "14")
    assert reads.write_down() == 2
    assert DailyReads.objects.get().count == 2


def test_the_tally_has_an_end(monkeypatch):
    monkeypatch.setattr(reads, "MOST_WAITING", 2)
    for key in ("1", "2", "3", "1"):
        reads.tally.add(read(key=key))
    assert reads.tally.take() == {read(key="1"): 2, read(key="2"): 1}


def test_old_counts_are_forgotten(settings):
    settings.READS_KEPT_DAYS = 100
    old, kept = timezone.localdate() - datetime.timedelta(101), timezone.localdate()
    DailyReads.objects.add({read(day=old): 1, read(day=kept): 2})
    forget_old_reads()
    assert [row.day for row in DailyReads.objects.all()] == [kept]
    settings.READS_KEPT_DAYS = 0
    assert reads.forget_old() == 0


def test_recent_reads_of_a_language_are_summed_by_text():
    today = timezone.localdate()
    DailyReads.objects.add(
        {
            read(day=today): 2,
            read(day=today, medium="file"): 3,
            read(day=today - datetime.timedelta(89)): 4,
            read(day=today - datetime.timedelta(90)): 100,
            read(day=today, language="es"): 100,
            read(day=today, kind="region"): 100,
            read(day=today, key="2"): 1,
        }
    )
    assert DailyReads.sums("page", ["1", "2", "3"], "fr") == {"1": 9, "2": 1}


def test_they_count_among_the_readers_that_a_translation_would_reach():
    page = Page.objects.create(slug="about", title_fr="Qui nous sommes")
    DailyReads.objects.add({read(day=timezone.localdate(), key=str(page.pk), language="es"): 7})
    assert reached.readers_reached(PAGE, [page], "es") == {str(page.pk): 7}


def test_nothing_is_kept_of_the_reader():
    names = {field.name for field in DailyReads._meta.get_fields()}
    assert names == {"id", "day", "kind", "key", "language", "medium", "count"}


@pytest.mark.django_db(transaction=True)
def test_the_thread_writes_down_and_the_end_of_the_process_does(settings):
    settings.READS_EVERY = 0.05
    writer = reads.Writer()
    try:
        reads.tally.add(read())
        writer.begin()
        writer.begin()
        for _wait in range(100):
            if DailyReads.objects.exists():
                break
            writer._ends.wait(0.05)
        assert DailyReads.objects.get().count == 1
    finally:
        # Not by count(), which would begin the thread of the process too.
        reads.tally.add(read(key="2"))
        writer.end()
    assert DailyReads.objects.count() == 2
    connection.close()


def _child(results):
    results.put((os.getpid(), len(reads.tally)))


def test_a_process_that_is_forked_counts_nothing_twice():
    reads.tally.add(read())
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=_child, args=(results,))
    child.start()
    assert results.get(timeout=20)[1] == 0
    child.join(20)
    assert len(reads.tally) == 1


# -- Through the pages -----------------------------------------------------------------------------


def counted() -> list[tuple]:
    reads.write_down()
    rows = DailyReads.objects.order_by("kind", "key", "language", "medium")
    return list(rows.values_list("kind", "language", "medium", "count"))


@pytest.mark.slow
def test_a_page_counts_whether_it_is_made_or_kept(client, settings):
    publication = create_publication(symbol="P/2026/14")
    headers = {"user-agent": BROWSER}
    first = client.get("/fr/publications/P-2026-14/", headers=headers)
    client.get("/fr/publications/P-2026-14/", headers=headers)
    etag = {"if-none-match": first["ETag"]}
    assert client.get("/fr/publications/P-2026-14/", headers=headers | etag).status_code == 304
    client.head("/fr/publications/P-2026-14/", headers=headers)
    client.get("/fr/publications/P-2026-14/")
    client.get("/fr/publications/P-2026-99/", headers=headers)
    client.get("/es/publications/P-2026-14/", headers=headers)
    assert counted() == [("publication", "es", "page", 1), ("publication", "fr", "page", 3)]
    assert DailyReads.objects.first().key == str(publication.pk)


def test_a_file_counts_as_one(client):
    publication = create_publication(symbol="P/2026/14")
    file = publication.files.create(
        language="fr",
        media_type="application/pdf",
        file=ContentFile(b"%PDF-1.7", name="a.pdf"),
        size=8,
    )
    assert file.pk
    with translation.override("fr"):
        address = reverse(
            "publications:file", kwargs={"symbol": "P-2026-14", "file_language": "fr"}
        )
    response = client.get(address, headers={"user-agent": BROWSER})
    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert counted() == [("publication", "fr", "file", 1)]


def test_members_count_in_their_area_and_editors_do_not(client):
    create_publication(symbol="P/2026/15", access="members")
    address = "/fr/space/library/P-2026-15/"
    for person in (create_contact(), create_secretary()):
        client.force_login(person)
        assert client.get(address, headers={"user-agent": BROWSER}).status_code == 200
    assert counted() == [("publication", "fr", "page", 1)]
