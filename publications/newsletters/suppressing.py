"""Addresses that no letter goes to: after bounces or a complaint, or because somebody asked.

Only a keyed hash is kept, so that the list can outlive the data of who is on it. The key is the
secret of the installation; one that was replaced still counts while Django is told of it
(SECRET_KEY_FALLBACKS).
"""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from members.models import User
from publications.models import Subscriber, Suppression

SALT = "publications.suppression"


def digest_of(email: str, secret: str | None = None) -> str:
    """The keyed hash of an address, whatever its case."""
    address = email.strip().lower()
    return salted_hmac(SALT, address, secret=secret, algorithm="sha256").hexdigest()


def digests_of(email: str) -> list[str]:
    """The hash under the present key and under those before it."""
    return [digest_of(email, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def among(emails: Iterable[str]) -> dict[str, datetime.datetime]:
    """Those of some addresses that nothing is sent to, since when, in one query."""
    by_digest = {digest: email for email in emails for digest in digests_of(email)}
    rows = Suppression.objects.in_force().filter(digest__in=by_digest)
    found: dict[str, datetime.datetime] = {}
    for digest, at in rows.values_list("digest", "at"):
        found.setdefault(by_digest[digest], at)
    return found


def in_force(email: str):
    return Suppression.objects.in_force().filter(digest__in=digests_of(email))


def suppressed_at(email: str) -> datetime.datetime | None:
    """Since when nothing is sent to an address; None while it may be written to."""
    return among([email]).get(email)


def suppress(email: str, reason: str) -> Suppression:
    """Write to the address no more. Twice is once, and the first reason stays."""
    found = in_force(email).first()
    if found is None:
        try:
            with transaction.atomic():
                found = Suppression.objects.create(digest=digest_of(email), reason=reason)
        except IntegrityError:  # another process was faster
            found = in_force(email).get()
    Subscriber.objects.filter(email=email.strip().lower(), suppressed_at__isnull=True).update(
        suppressed_at=found.at
    )
    return found


def lift(email: str, *, by: User, why: str):
    """Let the address be written to again. Raises ValidationError without a reason, or when
    nothing stands in the way."""
    if not why.strip():
        raise ValidationError(_("Say why the address may be written to again."), code="no_reason")
    now = timezone.now()
    with transaction.atomic():
        lifted = in_force(email).update(lifted_at=now, lifted_by=by, lifted_why=why.strip())
        if not lifted:
            raise ValidationError(
                _("This address is not on the list of suppressed addresses."), code="not_there"
            )
        Subscriber.objects.filter(email=email.strip().lower()).update(suppressed_at=None)
