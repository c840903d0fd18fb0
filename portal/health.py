"""Whether the process lives (/healthz), and whether the house can work (/readyz)."""

import time
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal.models import Heartbeat
from publications.models import Report

# The heart beats every 30 seconds: after four missed beats the process counts as gone.
HEARTBEAT_SECONDS = 120
# A job that nobody has begun after ten minutes is a queue that stands still.
WAITING_SECONDS = 600


class HealthMiddleware:
    """Answers /healthz before everything else: the process alone, without database or host."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        return self.get_response(request)


@login_not_required
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """What the house needs to work, as JSON: 503 when something is wrong. Ages, no data."""
    try:
        checks = {
            "database": check_database(),
            **check_heartbeats(),
            "queue": check_queue(),
        }
    except DatabaseError:
        checks = {"database": {"ok": False}}
    checks["cache"] = check_cache()
    is_ready = all(check["ok"] for check in checks.values())
    body = {"status": "ready" if is_ready else "not ready", "checks": checks}
    return JsonResponse(body, status=200 if is_ready else 503)


def check_database() -> dict:
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True, "milliseconds": round((time.monotonic() - begun) * 1000, 1)}


def check_cache() -> dict:
    try:
        cache.set("readyz", "ok", timeout=10)
        return {"ok": cache.get("readyz") == "ok"}
    except Exception:
        return {"ok": False}


def check_heartbeats() -> dict:
    """The seconds since the worker and the schedule last showed life; null when never."""
    seen = dict(Heartbeat.objects.values_list("kind", "at"))
    ages = {kind: seconds_since(seen.get(kind)) for kind in Heartbeat.Kind.values}
    return {
        kind: {"ok": age is not None and age <= HEARTBEAT_SECONDS, "seconds": age}
        for kind, age in ages.items()
    }


def check_queue() -> dict:
    oldest = Report.objects.waiting().aggregate(oldest=Min("queued_at"))["oldest"]
    age = seconds_since(oldest) or 0
    return {"ok": age <= WAITING_SECONDS, "oldest_seconds": age}


def seconds_since(moment: datetime | None) -> int | None:
    return None if moment is None else int((timezone.now() - moment).total_seconds())
