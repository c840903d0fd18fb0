"""Public pages are kept whole, and never a moment longer than the data they show."""

import datetime
import gzip
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from portal import page_cache
from portal.lib import reading, revision
from portal.models import Page
from publications import publishing
from publications.models import Publication
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

GZIP = {"accept-encoding": "gzip"}


@pytest.fixture
def publication():
    factories.create_network()
    return factories.create_publication(
        symbol="P/2026/14", title_fr="Avant", title_en="Before", body_fr="<p>Le texte.</p>"
    )


ADDRESS = "/fr/publications/P-2026-14/"


def shown(address: str = ADDRESS, **headers) -> str:
    return Client().get(address, headers=headers).content.decode()


# -- Kept ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/fr/", "/fr/publications/", ADDRESS, "/fr/publications/?kind=report", "/sitemap.xml"],
)
def test_a_second_reader_costs_no_query(client, publication, django_assert_num_queries, address):
    first = client.get(address)
    with django_assert_num_queries(0):
        second = Client().get(address)
    assert first.content == second.content
    assert dict(first.items()) == dict(second.items())
    assert first.status_code == second.status_code == 200


def test_whoever_has_the_page_is_told_so_without_a_query(
    client, publication, django_assert_num_queries
):
    etag = client.get(ADDRESS)["ETag"]
    assert etag.startswith('"')
    with django_assert_num_queries(0):
        answer = client.get(ADDRESS, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer["ETag"], answer["Vary"]) == (etag, "Accept-Encoding, Save-Data")
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert client.get(ADDRESS, headers={"if-none-match": '"other"'}).status_code == 200


def test_each_form_of_the_page_has_a_strong_tag_of_its_own(client, publication):
    plain, packed = client.get(ADDRESS), client.get(ADDRESS, headers=GZIP)
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Encoding"] == "gzip"
    assert packed["ETag"] == plain["ETag"].rstrip('"') + '-gzip"'
    for answer in (plain, packed):
        assert answer["Content-Length"] == str(len(answer.content))
    both = GZIP | {"if-none-match": packed["ETag"]}
    assert client.get(ADDRESS, headers=both).status_code == 304
    assert client.get(ADDRESS, headers={"if-none-match": packed["ETag"]}).status_code == 200


def test_heads_are_those_of_the_page(client, publication):
    for _ in range(2):
        head = client.head(ADDRESS)
        page = client.get(ADDRESS)
        assert {k: v for k, v in head.items()} == dict(page.items())
        assert head.content == b""


@pytest.mark.slow
def test_nothing_is_kept_that_is_not_a_whole_public_page(client, publication):
    kept = len(page_cache.pages)
    secretary = factories.create_secretary()
    for address, status in (
        ("/", 302),
        ("/id/P-2026-14", 302),
        ("/fr/nowhere/", 404),
        ("/fr/publications/p-2026-14/", 301),
        ("/fr/contact/", 200),
        ("/fr/members.csv", None),
        ("/readyz", None),
        ("/fr/account/login/", 200),
    ):
        answer = client.get(address)
        assert status in (None, answer.status_code), address
    client.force_login(secretary)
    assert client.get("/fr/space/mail/").status_code == 200
    assert len(page_cache.pages) == kept


def test_a_page_made_within_an_open_transaction_is_not_kept(client, publication):
    with transaction.atomic():
        Publication.objects.update(title_fr="Jamais écrit")
        assert "Jamais écrit" in shown()
        transaction.set_rollback(True)
    assert "Avant" in shown()


def test_somebody_logged_in_gets_and_leaves_the_page_of_everybody(client, publication):
    client.force_login(factories.create_secretary())
    kept = client.get(ADDRESS)
    assert kept.cookies == {}
    assert kept.content == Client().get(ADDRESS).content


# -- True to the data ------------------------------------------------------------------------------


def in_a_thread(act):
    """Carried out as another process would, on a connection of its own."""

    def carried_out():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(carried_out).result()


def test_the_next_reader_sees_what_another_process_committed(publication):
    assert "Avant" in shown()
    in_a_thread(lambda: Publication.objects.update(title_fr="Après"))
    assert "Après" in shown()


def test_others_on_the_axis_change_places_with_their_dates(publication):
    """Placed anew after the commit, by when a page with the former order may have been kept."""
    axis = factories.create_axis(1)
    publication.axes.add(axis)
    for number, day in ((15, 1), (16, 2)):
        factories.create_publication(
            symbol=f"P/2026/{number}", axes=[axis], published_on=f"2026-01-0{day}"
        )
    before = shown()
    assert before.index("P-2026-16") < before.index("P-2026-15")
    moved = Publication.objects.get(symbol="P/2026/15")
    moved.published_on = datetime.date(2026, 1, 3)
    moved.save()
    after = shown()
    assert after.index("P-2026-15") < after.index("P-2026-16")


def test_a_page_made_from_older_data_is_never_kept_under_a_newer_revision(publication):
    """Somebody commits between the moment a page has read its data and the moment it is kept."""
    meanwhile = []

    def commit_after_the_first_look(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not meanwhile and sql.startswith('SELECT "publications_publication"."id"'):
            meanwhile.append(sql)
            in_a_thread(lambda: Publication.objects.update(title_fr="Après"))
        return result

    with connection.execute_wrapper(commit_after_the_first_look):
        assert "Avant" in shown()
    assert meanwhile
    assert "Après" in shown()


@pytest.mark.slow
def test_the_name_of_the_network_read_before_a_change_does_not_outlive_it(publication):
    assert "Conseil exemple" in shown("/fr/pages/none/")
    identity = factories.create_network(name_fr="Conseil nouveau")
    for address in (ADDRESS, "/fr/", "/fr/publications/"):
        assert "Conseil nouveau" in shown(address)
    assert identity.name_fr == "Conseil nouveau"


def test_what_the_clock_changes_shows_at_the_next_five_minutes(publication, settings, monkeypatch):
    first = page_cache.stamp()
    now = time.time()
    monkeypatch.setattr(page_cache.time, "time", lambda: now + settings.PAGE_SECONDS)
    assert page_cache.stamp() != first
    midnight = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC).timestamp()
    monkeypatch.setattr(page_cache.time, "time", lambda: midnight - 0.001)
    before = page_cache.stamp()
    monkeypatch.setattr(page_cache.time, "time", lambda: midnight)
    assert page_cache.stamp() != before


def test_nothing_is_kept_where_pages_have_no_time_or_show_errors(publication, settings):
    settings.PAGE_SECONDS = 0
    assert page_cache.stamp() == ""
    settings.PAGE_SECONDS, settings.DEBUG = 300, True
    assert page_cache.stamp() == ""


@pytest.mark.slow
def test_without_its_redis_the_portal_answers_anew_each_time(publication, settings, caplog):
    shown()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.lib.cache.SharedRedisCache",
            "LOCATION": settings.REDIS_URL,
        }
    }
    assert "Avant" in shown()
    Publication.objects.update(title_fr="Après")
    assert "Après" in shown()
    assert "the revision of the public pages cannot be read" in caplog.text
    assert "public pages were not told of a change" in caplog.text


# -- Which page ------------------------------------------------------------------------------------


def test_no_page_is_shown_in_another_language(publication):
    for code in ("fr", "en", "es"):
        for preferred in ("es", "en", "fr"):
            html = shown(f"/{code}/publications/P-2026-14/", **{"accept-language": preferred})
            assert f'<html lang="{code}"' in html


def test_what_is_for_machines_is_alike_for_all_languages(client):
    answers = [
        client.get("/sitemap.xml", headers={"accept-language": code}) for code in ("es", "fr", "")
    ]
    assert len({answer.content for answer in answers}) == 1
    assert {answer["Vary"] for answer in answers} == {"Accept-Encoding, Save-Data"}


HOSTILE = {
    "x-forwarded-host": "evil.example",
    "x-host": "evil.example",
    "forwarded": "host=evil.example",
    "x-original-url": "/fr/members/",
    "x-rewrite-url": "/fr/members/",
    "x-http-method-override": "POST",
    "x-forwarded-prefix": "/evil",
    "accept-language": "es",
    "range": "bytes=0-9",
    "cookie": "django_language=es; sessionid=nobody",
    "x-forwarded-for": "203.0.113.9",
    "authorization": "Basic ZXZpbA==",
    "accept": "application/json",
    "user-agent": "<script>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_header_of_one_reader_changes_the_page_of_the_next(publication, name):
    clean = shown()
    revision.move()
    poisoned = Client().get(ADDRESS, headers={name: HOSTILE[name]})
    assert (poisoned.status_code, poisoned.content.decode()) == (200, clean)
    assert shown() == clean


def test_a_host_that_is_not_ours_is_refused_before_and_after_a_page_is_kept(client, publication):
    for _ in range(2):
        assert client.get(ADDRESS, headers={"host": "evil.example"}).status_code == 400
        client.get(ADDRESS)


def test_each_name_of_the_portal_has_pages_of_its_own(client, publication, settings):
    settings.ALLOWED_HOSTS = ["localhost", "portal.example"]
    for host in ("localhost", "portal.example"):
        html = client.get(ADDRESS, headers={"host": host}).content.decode()
        assert f'rel="canonical" href="{settings.SITE_URL}{ADDRESS}"' in html


def test_parameters_that_a_page_does_not_read_are_not_there(client, publication):
    kept = len(page_cache.pages_with_query)
    plain = shown("/fr/publications/")
    for number in range(5):
        assert shown(f"/fr/publications/?utm_source={number}&kind=&x=%22%3E") == plain
    assert len(page_cache.pages_with_query) == kept


def test_one_order_of_the_parameters_is_kept(client, publication, django_assert_num_queries):
    first = shown("/fr/publications/?kind=report&language=fr")
    with django_assert_num_queries(0):
        assert shown("/fr/publications/?x=1&language=fr&word=&kind=report") == first


def test_longer_queries_than_any_reader_writes_are_not_kept(client, publication):
    kept = len(page_cache.pages_with_query)
    for _ in range(2):
        assert client.get(f"/fr/search/?q={'a' * 400}").status_code == 200
    assert len(page_cache.pages_with_query) == kept


def test_a_flood_of_queries_drives_out_no_page_without_one(
    client, publication, settings, django_assert_num_queries
):
    settings.PAGE_MEMORY = 1
    shown()
    for number in range(60):
        client.get(f"/fr/search/?q=mot{number}")
    assert page_cache.pages_with_query.weight <= 250_000
    assert len(page_cache.pages_with_query) < 60
    with django_assert_num_queries(0):
        shown()


def test_who_saves_data_has_a_page_of_one_s_own(client, publication):
    full, light = client.get(ADDRESS), client.get(ADDRESS, headers={"save-data": "on"})
    assert b"fonts" in full.content
    assert b"fonts" not in light.content
    assert client.get(ADDRESS, headers={"save-data": "on"}).content == light.content
    assert client.get(ADDRESS).content == full.content
    assert "Save-Data" in full["Vary"]


# -- Told of ---------------------------------------------------------------------------------------


def test_every_reading_is_told_also_when_no_view_runs(client, publication):
    told = []

    def count(request, *read):
        told.append((request.path, *read))

    reading.register(count)
    try:
        etag = client.get(ADDRESS)["ETag"]
        client.get(ADDRESS)
        client.get(ADDRESS, headers={"if-none-match": etag})
        client.head(ADDRESS)
        client.get("/fr/publications/")
        client.get("/fr/publications/P-2026-99/")
    finally:
        reading._receivers.remove(count)
    assert told == [(ADDRESS, "publication", str(publication.pk))] * 3


def test_pages_of_the_house_are_made_anew_when_they_are_edited(publication):
    page = Page.objects.create(slug="about", title_fr="Vieux titre", body_fr="<p>Texte</p>")
    assert "Vieux titre" in shown("/fr/pages/about/")
    page.title_fr = "Nouveau titre"
    page.save()
    assert "Nouveau titre" in shown("/fr/pages/about/")


def test_a_text_that_becomes_reserved_shows_its_words_to_nobody(publication):
    assert "Le texte." in shown()
    publication.access = "members"
    publication.save()
    assert "Le texte." not in shown()
    publication.access = "secretariat"
    publication.save()
    assert Client().get(ADDRESS).status_code == 404


def test_a_scheduled_text_is_there_as_soon_as_the_worker_has_released_it(publication):
    publication.state, publication.appears_at = "scheduled", timezone.now()
    publication.save()
    assert Client().get(ADDRESS).status_code == 404
    assert "P/2026/14" not in shown("/fr/publications/")
    in_a_thread(publishing.release_due)
    assert "Avant" in shown()
    assert "P/2026/14" in shown("/fr/publications/")
