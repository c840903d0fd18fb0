"""The sitemap in files: cut by primary keys, with true dates, quick for the last as the first."""

from xml.etree import ElementTree

import pytest
from django.conf import settings

from portal import sitemaps
from programme.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def files(client) -> list[str]:
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    return [loc.text.removeprefix(settings.SITE_URL) for loc in tree.iter(f"{NAMESPACE}loc")]


def entries(client, path: str) -> dict[str, str]:
    """Address → day of the last change."""
    tree = ElementTree.fromstring(client.get(path).content)
    return {url.findtext(f"{NAMESPACE}loc"): url.findtext(f"{NAMESPACE}lastmod") for url in tree}


def test_what_is_much_is_cut_and_holes_make_no_empty_file(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "AT_ONCE", 2)
    made = [factories.create_event(slug=f"event-{number}") for number in range(7)]
    Event.objects.filter(pk__in=[made[2].pk, made[3].pk, made[4].pk]).delete()
    paths = [path for path in files(client) if "events" in path]
    kept = [event for event in made if event.pk]
    remaining = Event.objects.all()
    assert len(paths) == len({event.pk // 2 for event in remaining})
    found = [address for path in paths for address in entries(client, path)]
    assert len(found) == len(set(found)) == 3 * remaining.count() == 3 * (len(kept) - 3)
    hole = made[3].pk // 2 if made[3].pk // 2 not in {e.pk // 2 for e in remaining} else 10**6
    assert client.get(f"/sitemap-events-{hole}.xml").status_code == 404
    assert client.get("/sitemap-nothing-0.xml").status_code == 404


def test_the_day_of_the_last_change_is_true(client):
    event = factories.create_event(slug="forum")
    (path,) = (path for path in files(client) if "events" in path)
    before = entries(client, path)[f"{settings.SITE_URL}/en/programme/events/forum/"]
    assert before == sitemaps.written(event.history.first().history_date)
    event.title_en = "Other"
    event.save()
    after = entries(client, path)[f"{settings.SITE_URL}/en/programme/events/forum/"]
    assert after == sitemaps.written(event.history.first().history_date) >= before


def test_a_hidden_member_moves_nothing(client):
    factories.create_organisation(slug="shown")
    paths = files(client)
    contents = [client.get(path).content for path in paths]
    factories.create_organisation(slug="hidden", discreet=True, id=99 * sitemaps.AT_ONCE)
    assert files(client) == paths
    assert [client.get(path).content for path in paths] == contents
    assert client.get("/sitemap-members-99.xml").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_file_is_one_query(client, rows, django_assert_num_queries):
    for _number in range(rows):
        factories.create_publication()
        factories.create_event()
    with django_assert_num_queries(10):  # eight kinds, and two that hold something
        client.get("/sitemap.xml")
    with django_assert_num_queries(1):
        client.get("/sitemap-events-0.xml")
    with django_assert_num_queries(0):
        client.get("/sitemap-pages.xml")
