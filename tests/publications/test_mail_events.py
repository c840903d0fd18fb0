"""What mail providers tell that sign it: Mailgun, Resend and SendGrid, and who pretends to be."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from publications.models import Bounce, Subscriber
from publications.models.deliveries import DeliveryState
from tests import factories as make

pytestmark = pytest.mark.django_db
ANA = "ana@example.org"
SENDGRID, ANOTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """The half of it that SendGrid shows, to be copied into the settings."""
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_key().public_bytes(*form)).decode()


KEYS = {
    "mailgun": "key-of-mailgun-example",
    "resend": "whsec_" + base64.b64encode(b"a key of resend, an example").decode(),
    "sendgrid": public(SENDGRID),
}
OTHERS = {
    "mailgun": "key-of-somebody-else",
    "resend": "whsec_" + base64.b64encode(b"the key of somebody else").decode(),
    "sendgrid": public(ANOTHER),
}


@pytest.fixture
def reader() -> Subscriber:
    make.create_network()
    return make.create_subscriber(email=ANA)


@pytest.fixture
def tell(client, settings):
    """Sends what a provider tells, signed as it does, at a moment; ``forged`` is sent instead."""

    def tell(provider: str, event, *, at: float | None = None, forged=None, key: str | None = None):
        settings.MAIL_EVENTS_KEY = KEYS[provider] if key is None else key
        at = f"{time.time() if at is None else at:.0f}"
        body, headers = SIGNED[provider](event, at)
        if forged is not None:
            body = json.dumps(forged(json.loads(body)))
        return client.post(
            f"/hooks/mail/{provider}", body, content_type="application/json", headers=headers
        )

    return tell


def by_mailgun(event, at: str):
    token = "c0ffee" * 8
    made = hmac.new(KEYS["mailgun"].encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    signature = {"token": token, "timestamp": at, "signature": made}
    return json.dumps({"signature": signature, "event-data": event}), {}


def by_resend(event, at: str):
    body = json.dumps(event)
    key = base64.b64decode(KEYS["resend"].removeprefix("whsec_"))
    made = hmac.digest(key, f"msg_1.{at}.{body}".encode(), hashlib.sha256)
    signature = f"v1,{base64.b64encode(bytes(32)).decode()} v1,{base64.b64encode(made).decode()}"
    return body, {"svix-id": "msg_1", "svix-timestamp": at, "svix-signature": signature}


def by_sendgrid(event, at: str):
    body = json.dumps(event)
    made = SENDGRID.sign(f"{at}{body}".encode(), ec.ECDSA(hashes.SHA256()))
    name = "X-Twilio-Email-Event-Webhook-"
    return body, {f"{name}Signature": base64.b64encode(made).decode(), f"{name}Timestamp": at}


SIGNED = {"mailgun": by_mailgun, "resend": by_resend, "sendgrid": by_sendgrid}


def mailgun(event: str = "failed", *, message_id: str = "m@council.example", **values) -> dict:
    return {
        "id": "CPgfbmQMTCKtHW6uIWtuVe",
        "event": event,
        "timestamp": 1790000000.5,
        "recipient": ANA,
        "severity": "permanent",
        "reason": "bounce",
        "message": {"headers": {"to": ANA, "message-id": message_id, "subject": "L’été"}},
        "delivery-status": {
            "code": 550,
            "message": "5.1.1 The email account that you tried to reach does not exist.",
            "description": "",
        },
        "flags": {"is-test-mode": False},
    } | values


def resend(kind: str = "email.bounced", bounce: tuple[str, str] | None = None) -> dict:
    data = {"created_at": "2026-10-01T10:00:00Z", "email_id": "56761188", "to": [ANA]}
    if bounce:
        data["bounce"] = {"type": bounce[0], "message": bounce[1], "subType": "General"}
    return {"type": kind, "created_at": "2026-10-01T10:00:01.000Z", "data": data}


def sendgrid(event: str = "bounce", **values) -> list[dict]:
    return [
        {
            "email": ANA,
            "timestamp": 1790000000,
            "smtp-id": "<m@council.example>",
            "event": event,
            "sg_event_id": f"id-{event}",
            "sg_message_id": "14c5d75ce93.dfd.64b469",
        }
        | values
    ]


NOBODY = {"type": "bounce", "reason": "550 5.1.1 No such account.", "status": "5.1.1"}
FULL = "The recipient's email provider sent a bounce message because the recipient's inbox was full"


@pytest.mark.parametrize(
    ("provider", "event", "kind", "status"),
    [
        ("mailgun", mailgun(), "hard", "5.1.1"),
        ("mailgun", mailgun(severity="temporary"), "soft", "5.1.1"),
        ("mailgun", mailgun(reason="espblock"), "soft", "5.1.1"),
        ("mailgun", mailgun(reason="suppress-unsubscribe", **{"delivery-status": {}}), "soft", ""),
        ("mailgun", mailgun("complained", severity=None), "complaint", "5.1.1"),
        ("resend", resend(bounce=("Permanent", "sent a hard bounce message")), "hard", ""),
        ("resend", resend(bounce=("Transient", "sent a general bounce message")), "soft", ""),
        ("resend", resend(bounce=("Permanent", FULL)), "soft", ""),
        ("resend", resend("email.delivery_delayed"), "soft", ""),
        ("resend", resend("email.complained"), "complaint", ""),
        ("sendgrid", sendgrid(**NOBODY), "hard", "5.1.1"),
        ("sendgrid", sendgrid(type="blocked", status="5.7.1"), "soft", "5.7.1"),
        ("sendgrid", sendgrid("deferred", response="421 4.2.1 later"), "soft", "4.2.1"),
        (
            "sendgrid",
            sendgrid("dropped", reason="Bounced Address", status="5.0.0"),
            "hard",
            "5.0.0",
        ),
        ("sendgrid", sendgrid("dropped", reason="Spam Content", status="5.0.0"), "soft", "5.0.0"),
        ("sendgrid", sendgrid("spamreport"), "complaint", ""),
    ],
)
def test_what_a_provider_signs_is_recorded_once(reader, tell, provider, event, kind, status):
    for _ in range(2):
        assert tell(provider, event).status_code == 204
    found = [(one.subscriber, one.kind, one.status) for one in Bounce.objects.all()]
    assert found == [(reader, kind, status)]


@pytest.mark.parametrize(
    ("provider", "event"),
    [
        ("mailgun", mailgun("opened")),
        ("mailgun", mailgun("delivered")),
        ("resend", resend("email.clicked")),
        ("sendgrid", sendgrid("open") + sendgrid("processed") + sendgrid("unsubscribe")),
    ],
)
def test_what_readers_open_is_not_kept(reader, tell, provider, event):
    assert tell(provider, event).status_code == 204
    assert Bounce.objects.count() == 0


def test_a_return_is_joined_to_its_delivery(reader, tell):
    issue = make.create_issue(newsletter=make.create_newsletter(make.create_region("R8")))
    first, second = (
        issue.deliveries.create(subscriber=one, language="en", state=DeliveryState.SENT)
        for one in (reader, make.create_subscriber(email="bea@example.org"))
    )
    tell("mailgun", mailgun(message_id=f"l-r8-2026-01.{first.pk}@council.example"))
    event = {"email": "bea@example.org", "smtp-id": f"<l-r8-2026-01.{second.pk}@council.example>"}
    tell("sendgrid", sendgrid(**NOBODY, **event))
    states = issue.deliveries.values_list("state", flat=True)
    assert set(states) == {DeliveryState.BOUNCED}


EVENTS = {
    "mailgun": mailgun(),
    "resend": resend(bounce=("Permanent", "sent a hard bounce message")),
    "sendgrid": sendgrid(**NOBODY),
}


@pytest.mark.parametrize("provider", SIGNED)
def test_what_the_provider_did_not_sign_is_refused(reader, tell, client, settings, provider):
    event = EVENTS[provider]
    assert tell(provider, event, key=OTHERS[provider]).status_code == 404
    assert tell(provider, event, forged=changed).status_code == 404
    # The password of the others opens nothing here.
    settings.MAIL_EVENTS_SECRET = "a-secret"
    coded = base64.b64encode(b"portal:a-secret").decode()
    for body in (json.dumps(event), "", "nonsense", "[1]", '{"signature": {"timestamp": "é"}}'):
        answer = client.post(
            f"/hooks/mail/{provider}",
            body,
            content_type="application/json",
            headers={"authorization": f"Basic {coded}"},
        )
        assert answer.status_code == 404
    assert Bounce.objects.count() == 0


def changed(told):
    """The same event, changed on the way."""
    if isinstance(told, list):
        return [told[0] | {"email": "bea@example.org"}]
    if "signature" in told:
        signature = told["signature"] | {"token": "0" * 48}
        return told | {"signature": signature}
    return told | {"type": "email.complained"}


@pytest.mark.parametrize("provider", SIGNED)
def test_what_is_old_or_of_tomorrow_is_refused(reader, tell, provider):
    for away in (-25 * 3600, 3600):
        assert tell(provider, EVENTS[provider], at=time.time() + away).status_code == 404
    assert Bounce.objects.count() == 0
    assert tell(provider, EVENTS[provider], at=time.time() - 20 * 3600).status_code == 204
    assert Bounce.objects.count() == 1


@pytest.mark.parametrize("provider", SIGNED)
def test_without_the_key_there_is_nothing_here(reader, tell, provider):
    assert tell(provider, EVENTS[provider], key="").status_code == 404
    assert Bounce.objects.count() == 0


def test_what_is_too_large_is_not_read(reader, tell):
    large = sendgrid(**NOBODY, padding="x" * (2 * 1024 * 1024))
    assert tell("sendgrid", large).status_code == 413
    assert tell("sendgrid", large, key="").status_code == 404
    assert Bounce.objects.count() == 0


def test_what_the_provider_signs_may_be_nonsense(reader, tell):
    assert tell("sendgrid", [{"event": "bounce", "timestamp": "soon"}]).status_code in (204, 400)
    assert tell("resend", {"created_at": None}).status_code == 400
    assert tell("mailgun", {"recipient": ANA}).status_code == 400
    assert Bounce.objects.count() == 0
