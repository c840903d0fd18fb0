"""The second factor: whoever has a desk proves more than a password, in every session.

allauth writes down in the session how somebody logged in. A session that holds no second factor
keeps the rights of an ordinary member; those of the desk wait (``Standing.is_locked``).
"""

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from members.models import User

# Recovery codes stand in for one of these, and are no second factor by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_verified(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor since the person has one. No query."""
    since = request.user.second_factor_since
    if since is None:
        return False
    return any(
        record.get("method") == "mfa" and record["at"] >= since.timestamp()
        for record in get_authentication_records(request, request.user)
    )


def settle(person: User):
    """Write down since when the person has had a second factor, or that there is none."""
    first = Authenticator.objects.filter(user=person, type__in=FACTORS).order_by("created_at")
    since = first.values_list("created_at", flat=True).first()
    if since != person.second_factor_since:
        person.second_factor_since = since
        User.objects.filter(pk=person.pk).update(second_factor_since=since)


def factors_of(person: User) -> list[str]:
    """The kinds of second factor the person can be asked for."""
    found = Authenticator.objects.filter(user=person, type__in=FACTORS)
    return sorted(set(found.values_list("type", flat=True)))


def after_change(sender, instance: Authenticator, **_kwargs):
    settle(instance.user)


def after_addition(sender, request: HttpRequest, user: User, authenticator, **_kwargs):
    """Who has just set one up has just shown it: this session is asked no second time."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def listen():
    for signal in (post_save, post_delete):
        signal.connect(
            after_change, sender=Authenticator, dispatch_uid=f"members.second_factor.{id(signal)}"
        )
    authenticator_added.connect(after_addition, dispatch_uid="members.second_factor.added")
