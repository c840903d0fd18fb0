"""The queue when Redis goes away under a running worker, as it does at every upgrade."""

import subprocess
import sys
import time

import pytest
from django.conf import settings

from portal.models import Heartbeat
from tests.worker import Worker, database_address


@pytest.fixture
def own_worker(private_redis, transactional_db):
    worker = Worker(
        environment={"DATABASE_URL": database_address(), "REDIS_URL": private_redis.url}
    )
    worker.start()
    yield worker
    worker.stop()


def ring(worker: Worker):
    """Queue a heartbeat from a process of its own, as the schedule does."""
    code = "from portal.tasks import beat; beat.delay()"
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code],
        cwd=settings.BASE_DIR,
        env=worker.environment,
        check=True,
        timeout=60,
    )


def wait_for_heartbeat(worker: Worker, *, seconds: float):
    worker.wait(lambda: Heartbeat.objects.filter(kind="worker").exists(), seconds=seconds)
    Heartbeat.objects.all().delete()


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_the_worker_comes_back_when_redis_does(own_worker, private_redis, kill):
    ring(own_worker)
    wait_for_heartbeat(own_worker, seconds=30)
    private_redis.stop(kill=kill)
    time.sleep(3)
    private_redis.start()
    ring(own_worker)
    wait_for_heartbeat(own_worker, seconds=120)


def test_what_is_queued_without_a_worker_waits_for_one(own_worker):
    own_worker.kill()
    ring(own_worker)
    own_worker.start()
    wait_for_heartbeat(own_worker, seconds=60)
