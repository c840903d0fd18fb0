import datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from portal.models import Heartbeat
from publications.models import Report
from tests.factories import create_region

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive():
    for kind in Heartbeat.Kind.values:
        Heartbeat.record(kind)


def test_a_working_house_is_ready_and_says_nothing_of_its_data(client, alive):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    body["checks"]["database"].pop("milliseconds")
    assert body == {
        "status": "ready",
        "checks": {
            "database": {"ok": True},
            "worker": {"ok": True, "seconds": 0},
            "schedule": {"ok": True, "seconds": 0},
            "queue": {"ok": True, "oldest_seconds": 0},
            "cache": {"ok": True},
        },
    }
    assert answer.cookies == {}
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_house_that_never_ran_is_not_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == {"ok": False, "seconds": None}


@pytest.mark.parametrize("kind", Heartbeat.Kind.values)
def test_a_silent_process_is_noticed(client, alive, kind):
    since = timezone.now() - datetime.timedelta(seconds=300)
    Heartbeat.objects.filter(kind=kind).update(at=since)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    wrong = {name for name, check in answer.json()["checks"].items() if not check["ok"]}
    assert wrong == {kind}


def test_a_queue_that_stands_still_is_noticed(client, alive):
    Report.objects.create(
        kind="region",
        region=create_region(),
        language="en",
        year=2026,
        queued_at=timezone.now() - datetime.timedelta(minutes=20),
    )
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["queue"]["oldest_seconds"] >= 1200


def test_a_cache_that_forgets_is_noticed(client, alive, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    cache.clear()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["cache"] == {"ok": False}


def test_without_its_tables_the_house_says_so_instead_of_failing(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE portal_heartbeat RENAME TO portal_heartbeat_away")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {"ok": False}


def test_the_process_alone_answers_healthz(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
