"""Jobs in a real worker: another process, the same database, a real queue between them."""

import pytest
from django.db import connection

from portal.models import Heartbeat
from portal.tasks import beat


@pytest.mark.services
def test_a_worker_carries_out_what_is_queued(worker):
    beat.delay()
    worker.wait(lambda: Heartbeat.objects.filter(kind="worker").exists())
    assert Heartbeat.objects.filter(kind="schedule").exists()


@pytest.mark.services
def test_what_is_queued_survives_the_workers_death(worker):
    worker.kill()
    beat.delay()
    assert not Heartbeat.objects.filter(kind="worker").exists()
    worker.start()
    worker.wait(lambda: Heartbeat.objects.filter(kind="worker").exists())


@pytest.mark.django_db
def test_without_a_worker_jobs_are_carried_out_at_once():
    beat.delay()
    assert Heartbeat.objects.filter(kind="worker").exists()
    assert connection.in_atomic_block
