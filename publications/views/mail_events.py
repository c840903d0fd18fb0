"""What a mail provider tells by itself: who cannot be reached, and who complained.

Closed unless the installation has a secret for it. Anymail reads the providers' formats; the
portal sends by SMTP all the same.
"""

import base64
import json
import re
from importlib import import_module

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.lib.public import neutral
from publications.models import Subscriber
from publications.models.subscribers import BounceKind
from publications.newsletters import bounces

PROVIDERS = {
    "brevo": "Brevo",
    "mailjet": "Mailjet",
    "mandrill": "Mandrill",
    "postmark": "Postmark",
    "sparkpost": "SparkPost",
}
MAX_SIZE = 2 * 1024 * 1024
SOFT = re.compile(r"soft|transient|defer", re.IGNORECASE)
STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")


@login_not_required
@never_cache
@csrf_exempt
@require_POST
@neutral
def mail_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Events of one provider. Without the secret there is nothing here for anybody."""
    if provider not in PROVIDERS or not knows_the_secret(request):
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > MAX_SIZE:
        return HttpResponse(status=413)
    for event in events(request, provider):
        take(event, provider)
    return HttpResponse(status=204)


def knows_the_secret(request: HttpRequest) -> bool:
    """The password of Basic authentication, whatever the name before it."""
    secret = settings.MAIL_EVENTS_SECRET
    scheme, _space, coded = request.headers.get("Authorization", "").partition(" ")
    if not secret or scheme.lower() != "basic":
        return False
    try:
        _name, _colon, given = base64.b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        return False
    return constant_time_compare(given, secret)


def events(request: HttpRequest, provider: str) -> list:
    """The events in the request. Raises SuspiciousOperation for what no provider writes."""
    module = import_module(f"anymail.webhooks.{provider}")
    view = getattr(module, f"{PROVIDERS[provider]}TrackingWebhookView")
    # The secret has been asked for already; Anymail only warns where it is not told of one.
    reader = view(webhook_secret="checked:above")
    try:
        return list(reader.parse_events(request))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise SuspiciousOperation(f"not an event of {provider}: {error!r}") from error


def take(event, provider: str):
    """Record an event that counts; of an address that we do not know there is nothing to keep."""
    kind = kind_of(event)
    if kind is None or not event.recipient:
        return
    reader = Subscriber.objects.filter(
        email=event.recipient.strip().lower(), erased_at__isnull=True
    ).first()
    if reader is None:
        return
    message_id = str(event.message_id or "")
    about = message_id or str(event.event_id or "") or json.dumps(event.esp_event, default=str)
    bounces.record(reader, kind, about=about, status=status_of(event), message_id=message_id)


def kind_of(event) -> str | None:
    """None for what does not count: delivered, opened and clicked among it, which is not kept."""
    if event.event_type == "complained":
        return BounceKind.COMPLAINT
    if event.event_type == "deferred":
        return BounceKind.SOFT
    if event.event_type not in ("bounced", "rejected") or event.reject_reason in (
        "unsubscribed",
        "spam",
    ):
        return None
    told = event.esp_event if isinstance(event.esp_event, dict) else {}
    names = (str(told.get(name, "")) for name in ("Type", "event", "type"))
    if any(SOFT.search(name) for name in names) or event.reject_reason in ("timed_out", "blocked"):
        return BounceKind.SOFT
    return bounces.kind_of(status_of(event), is_final=True)


def status_of(event) -> str:
    found = STATUS.search(f"{event.mta_response or ''} {event.description or ''}")
    return found[1] if found else ""
