"""Whether it is a mail provider that tells something: by the password given to it, or by its own
signature.

Mailgun, Resend and SendGrid sign what they tell, with a key of theirs that is kept in the
settings; of the others, which only know the address they were given, the password is asked.
"""

import base64
import datetime
import hashlib
import hmac
import json
from importlib import import_module

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

PROVIDERS = {
    "brevo": "Brevo",
    "mailgun": "Mailgun",
    "mailjet": "Mailjet",
    "mandrill": "Mandrill",
    "postmark": "Postmark",
    "resend": "Resend",
    "sendgrid": "SendGrid",
    "sparkpost": "SparkPost",
}
# What Anymail calls the key of those that sign. Resend's it checks only by way of a package that
# brings a client for all of its service: what is needed of it stands below.
SIGNING = {
    "mailgun": "webhook_signing_key",
    "resend": "",
    "sendgrid": "tracking_webhook_verification_key",
}
# A provider tries again for so long when it was not answered.
OLDEST = datetime.timedelta(days=1)
# How far the clocks of two houses may differ.
AHEAD = datetime.timedelta(minutes=5)


def is_open(provider: str) -> bool:
    """Whether the installation has what the provider is known by."""
    needed = settings.MAIL_EVENTS_KEY if provider in SIGNING else settings.MAIL_EVENTS_SECRET
    return provider in PROVIDERS and bool(needed)


def is_proven(request: HttpRequest, provider: str) -> bool:
    """Whether the request is the provider's, and not an old one that somebody kept."""
    if provider not in SIGNING:
        return knows_the_secret(request)
    try:
        moment = datetime.datetime.fromtimestamp(float(signed_at(request, provider)), datetime.UTC)
        age = timezone.now() - moment
        if not -AHEAD <= age <= OLDEST:
            return False
        if provider == "resend":
            return is_signed_by_resend(request)
        reader(provider).run_validators(request)
    except (AnymailWebhookValidationFailure, *NOT_OURS):
        return False
    return True


# What reading the words of a stranger may raise.
NOT_OURS = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, OSError)


def reader(provider: str) -> AnymailBaseWebhookView:
    """Anymail's view of a provider, which knows its format, and its signature where it has one."""
    module = import_module(f"anymail.webhooks.{provider}")
    view = getattr(module, f"{PROVIDERS[provider]}TrackingWebhookView")
    key = SIGNING.get(provider)
    # The password has been asked for already; Anymail only warns where it is not told of one.
    return view(**({key: settings.MAIL_EVENTS_KEY} if key else {"webhook_secret": "checked:here"}))


def knows_the_secret(request: HttpRequest) -> bool:
    """The password of Basic authentication, whatever the name before it."""
    scheme, _space, coded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        _name, _colon, given = base64.b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        return False
    return constant_time_compare(given, settings.MAIL_EVENTS_SECRET)


def signed_at(request: HttpRequest, provider: str) -> str:
    """The moment that the provider has put under its signature, in seconds."""
    if provider == "mailgun":
        return json.loads(request.body)["signature"]["timestamp"]
    name = "svix-timestamp" if provider == "resend" else "X-Twilio-Email-Event-Webhook-Timestamp"
    return request.headers[name]


def is_signed_by_resend(request: HttpRequest) -> bool:
    """One of the signatures is made with the key, over number, moment and words of the request.

    The way of Svix, which sends for Resend: https://docs.svix.com/receiving/verifying-payloads/
    """
    key = base64.b64decode(settings.MAIL_EVENTS_KEY.removeprefix("whsec_"))
    head = f"{request.headers['svix-id']}.{request.headers['svix-timestamp']}."
    made = hmac.digest(key, head.encode() + request.body, hashlib.sha256)
    expected = f"v1,{base64.b64encode(made).decode()}"
    given = request.headers["svix-signature"].split()
    return any([constant_time_compare(one, expected) for one in given])
