"""The cache and the queue live on one Redis server."""

import pytest
import redis
from django.conf import settings
from django.core.cache import cache


@pytest.mark.skipif(not settings.REDIS_URL, reason="about Redis")
def test_clearing_the_cache_leaves_the_queue_alone():
    cache.set("page", "kept for a while")
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        job = f"{settings.REDIS_PREFIX}-queue:job"
        server.set(job, "waiting", ex=60)
        cache.clear()
        assert cache.get("page") is None
        assert server.get(job) == b"waiting"
        server.delete(job)
