"""What a mail provider tells by itself: who cannot be reached, and who complained.

Closed unless the installation has a secret for it (``mail_proofs``). Anymail reads the providers'
formats; the portal sends by SMTP all the same.
"""

import json
import re

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.lib.public import neutral
from publications.models import Subscriber
from publications.models.subscribers import BounceKind
from publications.newsletters import bounces
from publications.views import mail_proofs

MAX_SIZE = 2 * 1024 * 1024
# What providers call a return that says nothing of whether somebody is there.
SOFT = re.compile(r"soft|transient|defer|block|undetermined|inbox (?:was|is) full", re.IGNORECASE)
STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")


@login_not_required
@never_cache
@csrf_exempt
@require_POST
@neutral
def mail_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Events of one provider. Without its secret there is nothing here for anybody."""
    if not mail_proofs.is_open(provider):
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > MAX_SIZE:
        return HttpResponse(status=413)
    if not mail_proofs.is_proven(request, provider):
        raise Http404
    for event in events(request, provider):
        take(event, provider)
    return HttpResponse(status=204)


def events(request: HttpRequest, provider: str) -> list:
    """The events in the request. Raises SuspiciousOperation for what no provider writes."""
    try:
        return list(mail_proofs.reader(provider).parse_events(request))
    except mail_proofs.NOT_OURS as error:
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
    reason, status = event.reject_reason, status_of(event)
    if any(map(SOFT.search, names_of(event))) or reason in ("timed_out", "blocked"):
        return BounceKind.SOFT
    # What the provider did not even send, or returned without a word of why, says nothing either.
    if reason not in ("bounced", "invalid") and (
        event.event_type == "rejected" or (reason == "other" and not status)
    ):
        return BounceKind.SOFT
    return bounces.kind_of(status, is_final=True)


def names_of(event) -> list[str]:
    """What the provider calls the event, by the names that Anymail does not pass on."""
    told = told_by(event)
    data, mailgun = told.get("data"), told.get("event-data")
    bounce = data.get("bounce") if isinstance(data, dict) else None
    names = [told.get(name) for name in ("Type", "event", "type")]
    names += [bounce.get(name) for name in ("type", "message")] if isinstance(bounce, dict) else []
    names += [mailgun.get("reason")] if isinstance(mailgun, dict) else []
    return [str(name) for name in names if name]


def told_by(event) -> dict:
    return event.esp_event if isinstance(event.esp_event, dict) else {}


def status_of(event) -> str:
    said = (
        f"{told_by(event).get('status', '')} {event.mta_response or ''} {event.description or ''}"
    )
    found = STATUS.search(said)
    return found[1] if found else ""
