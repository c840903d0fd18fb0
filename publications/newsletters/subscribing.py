"""How a reader comes to receive a letter, changes its language, and leaves.

Without an account: the address says yes by a link in a mail (double opt-in). Nothing here tells
whoever asks whether an address is known.
"""

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.lib import mail
from portal.lib.links import absolute_url
from publications.models import Newsletter, Subscription

# An address that somebody else keeps typing gets one mail in so many seconds.
MAIL_EVERY = 15 * 60


def subscribe(newsletter: Newsletter, *, email: str, language: str) -> Subscription:
    """Ask an address to confirm; who is already confirmed is told so, by mail as well.

    What a confirmed reader chose is not touched: anybody can type anybody's address.
    """
    from publications.tasks import send_subscription_mail  # noqa: PLC0415  it calls this module

    with transaction.atomic():
        subscription, is_new = Subscription.objects.get_or_create(
            newsletter=newsletter, email=email.strip().lower(), defaults={"language": language}
        )
        if not is_new and not subscription.is_confirmed:
            subscription.language, subscription.requested_at = language, timezone.now()
            subscription.confirmed_at = subscription.ended_at = None
            subscription.save()
        transaction.on_commit(lambda: send_subscription_mail.delay(subscription.pk))
    return subscription


def send_mail(subscription: Subscription):
    """The mail that asks for confirmation, or says that there is nothing to confirm.

    Raises one of the failures of portal.lib.mail; the reader may then ask again at once.
    """
    key = f"subscription-mail:{subscription.pk}"
    if not cache.add(key, True, timeout=MAIL_EVERY):
        return
    name = "known" if subscription.is_confirmed else "confirm"
    language = subscription.language
    title = subscription.newsletter.text("title", language)
    wording = {
        "known": _known_subject,
        "confirm": _confirm_subject,
    }[name]
    with translation.override(language):
        subject = wording(title.value)
    message = mail.compose(
        f"publications/newsletters/{name}",
        {
            "title": title,
            "code": subscription.newsletter.code,
            "confirm_url": link("confirm_subscription", subscription),
            "subscription_url": link("subscription", subscription),
            "unsubscribe_url": link("unsubscribe", subscription),
        },
        subject=subject,
        to=subscription.email,
        language=language,
    )
    try:
        with mail.Post() as post:
            post.send(message)
    except (mail.NotSent, mail.NotNow):
        cache.delete(key)
        raise


def _confirm_subject(title: str) -> str:
    return _("Please confirm your subscription to “%(title)s”") % {"title": title}


def _known_subject(title: str) -> str:
    return _("Your subscription to “%(title)s”") % {"title": title}


def link(name: str, subscription: Subscription) -> str:
    return absolute_url(
        f"publications:{name}", language=subscription.language, token=subscription.token
    )


def confirm(subscription: Subscription):
    """The reader says yes, for the first time or again after having left. Twice is once."""
    if not subscription.is_confirmed:
        subscription.confirmed_at, subscription.ended_at = timezone.now(), None
        subscription.save()


def end(subscription: Subscription):
    """The reader leaves. Twice is once; a request never confirmed is withdrawn the same way."""
    if subscription.ended_at is None:
        subscription.ended_at = timezone.now()
        subscription.save()


def change_language(subscription: Subscription, language: str):
    subscription.language = language
    subscription.save()
