"""Telling a shared cache in front of the portal that public pages have changed.

Only where ``SHARED_SECONDS`` lets one answer by itself. A commit rings a job, so that nobody
waits for the cache; commits that follow one another closely ring it once.
"""

import logging
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

RUNG = "purge-rung"
PATIENCE = 5  # seconds


def ring():
    """A listener of changes: have the shared caches purged soon."""
    if not settings.SHARED_SECONDS or not cache.add(RUNG, True, timeout=60):
        return
    from portal.tasks import purge_shared_caches  # noqa: PLC0415  tasks import this module

    purge_shared_caches.delay()


def purge():
    """Call ``PURGE_CALL``, and send PURGE to each of ``PURGE_URLS``; raises when one refuses."""
    cache.delete(RUNG)  # what is committed from here on rings again
    if settings.PURGE_CALL:
        import_string(settings.PURGE_CALL)()
    for url in settings.PURGE_URLS:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"PURGE_URLS: {url} is no web address")
        asked = urllib.request.Request(url, method="PURGE")
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            logger.info("purged %s: %s", url, answer.status)
