"""How a reader comes to receive letters, changes what they chose, and leaves.

Without an account: the address says yes by a link in a mail (double opt-in). Nothing here tells
whoever asks whether an address is known, or that nothing is sent to it any more.
"""

import datetime
from collections.abc import Collection, Iterable

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.models import User
from portal.lib import mail
from portal.lib.links import absolute_url
from programme.models import Axis
from publications import letters
from publications.models import (
    AxisDigest,
    Issue,
    LetterLeft,
    Newsletter,
    Subscriber,
    Subscription,
)
from publications.models.periods import Period
from publications.newsletters import choices, recipients, suppressing
from publications.newsletters.choices import Choice

# An address that somebody else keeps typing gets one mail in so many seconds.
MAIL_EVERY = 15 * 60


# -- Asking and confirming -------------------------------------------------------------------------


def subscribe(chosen: Iterable[Choice], *, email: str, language: str) -> Subscriber | None:
    """Ask an address to confirm what was chosen; who has it all already is told so, by mail.

    What a confirmed reader chose is not touched: anybody can type anybody's address. Nothing is
    written down, nor sent, of an address that is suppressed.
    """
    from publications.tasks import send_subscription_mail  # noqa: PLC0415  it calls this module

    email = email.strip().lower()
    if suppressing.suppressed_at(email) is not None:
        return None
    with transaction.atomic():
        subscriber, is_new = Subscriber.objects.get_or_create(
            email=email, defaults={"language": language}
        )
        if not is_new and not subscriber.is_confirmed and subscriber.language != language:
            subscriber.language = language
            subscriber.save(update_fields=["language"])
        for choice in chosen:
            request(subscriber, choice)
        transaction.on_commit(lambda: send_subscription_mail.delay(subscriber.pk))
    return subscriber


def request(subscriber: Subscriber, choice: Choice):
    """Note a wish that waits for the address to confirm it."""
    found, is_new = Subscription.objects.get_or_create(subscriber=subscriber, **field_of(choice))
    if not is_new and not found.is_confirmed:
        found.requested_at = timezone.now()
        found.confirmed_at = found.ended_at = None
        found.save()


def field_of(choice: Choice) -> dict[str, Choice]:
    return {"axis" if isinstance(choice, Axis) else "newsletter": choice}


def confirm(subscriber: Subscriber):
    """The reader says yes to all that waits. Twice is once."""
    now = timezone.now()
    with transaction.atomic():
        waiting = subscriber.subscriptions.waiting()
        if waiting.update(confirmed_at=now) and not subscriber.is_confirmed:
            subscriber.confirmed_at = now
            subscriber.save(update_fields=["confirmed_at"])


# -- Leaving and coming back -----------------------------------------------------------------------


def leave(subscriber: Subscriber, choice: Choice):
    """No more of this letter or axis, as a reader and as a member's person. Twice is once; a
    request never confirmed is withdrawn the same way."""
    now = timezone.now()
    with transaction.atomic():
        subscriber.subscriptions.filter(ended_at__isnull=True, **field_of(choice)).update(
            ended_at=now
        )
        person = person_of(subscriber)
        if person is not None and isinstance(choice, Newsletter):
            LetterLeft.objects.get_or_create(person=person, newsletter=choice)


def come_back(subscriber: Subscriber, choice: Choice):
    """Receive this from now on: chosen on a page that only the receiver of a mail knows."""
    now = timezone.now()
    with transaction.atomic():
        if isinstance(choice, Newsletter):
            LetterLeft.objects.filter(person=person_of(subscriber), newsletter=choice).delete()
        if choice not in received(subscriber):
            Subscription.objects.update_or_create(
                subscriber=subscriber,
                **field_of(choice),
                defaults={"confirmed_at": now, "ended_at": None},
            )
        if not subscriber.is_confirmed:
            subscriber.confirmed_at = now
            subscriber.save(update_fields=["confirmed_at"])


def received(subscriber: Subscriber) -> set[Choice]:
    """What comes to the address at present, as to a reader or as to a member's person."""
    confirmed = subscriber.subscriptions.confirmed().select_related("newsletter__region", "axis")
    chosen: set[Choice] = {one.chosen for one in confirmed}
    person = current_person(subscriber)
    if person is not None:
        left = LetterLeft.objects.filter(person=person).values("newsletter")
        chosen |= set(recipients.letters_for(person).exclude(pk__in=left))
    return chosen


def person_of(subscriber: Subscriber) -> User | None:
    """Whose address it is or was: as it was noted, else the account that has it now."""
    return subscriber.person or User.objects.active().filter(email__iexact=subscriber.email).first()


def current_person(subscriber: Subscriber) -> User | None:
    """The account that has this address now: an address it gave up may leave, and no more."""
    person = person_of(subscriber)
    return person if person is not None and person.email.lower() == subscriber.email else None


# -- What was chosen -------------------------------------------------------------------------------


@transaction.atomic
def choose(
    subscriber: Subscriber,
    *,
    wanted: Collection[Choice],
    language: str,
    paused_until: datetime.date | None,
):
    """Store all that a reader chose on their own page. What is not offered there stays.

    The language is that of the account where there is one: a person has one.
    """
    before = received(subscriber)
    for choice in before - set(wanted):
        leave(subscriber, choice)
    for choice in set(wanted) - before:
        come_back(subscriber, choice)
    subscriber.language, subscriber.paused_until = language, paused_until
    subscriber.save(update_fields=["language", "paused_until"])
    person = current_person(subscriber)
    if person is not None and person.language != language:
        person.language = language
        person.save(update_fields=["language"])


def language_of(subscriber: Subscriber) -> str:
    person = current_person(subscriber)
    return subscriber.language if person is None else person.language


def mails_last_quarter(wanted: Collection[Choice], period: Period) -> int:
    """How many mails these choices would have brought in a quarter that is over."""
    letters = [choice.pk for choice in wanted if isinstance(choice, Newsletter)]
    days = (period.first_day, period.last_day)
    issues = Issue.objects.public().filter(newsletter__in=letters, sent_at__date__range=days)
    axes = [choice.pk for choice in wanted if isinstance(choice, Axis)]
    digests = AxisDigest.objects.filter(axis__in=axes, made_at__date__range=days)
    return issues.count() + digests.count()


# -- Mails -----------------------------------------------------------------------------------------


def send_mail(subscriber: Subscriber):
    """The mail that asks to confirm what waits, or says that there is nothing to confirm.

    Raises one of the failures of portal.lib.mail; the reader may then ask again at once.
    """
    waiting = [
        one.chosen
        for one in subscriber.subscriptions.waiting().select_related("newsletter__region", "axis")
    ]
    send_once(subscriber, "confirm" if waiting else "known", waiting)


def ask_for_link(email: str):
    """Send the reader's own link to an address, if anything comes to it or waits for it.

    Whoever has an account gets it too: their region's letter comes to them unasked."""
    from publications.tasks import send_reader_link  # noqa: PLC0415  it calls this module

    email = email.strip().lower()
    if suppressing.suppressed_at(email) is not None:
        return
    person = User.objects.active().filter(email__iexact=email).first()
    if person is not None and recipients.letters_for(person).exists():
        found = recipients.of_person(person)
    else:
        found = Subscriber.objects.filter(email=email).first()
    if found is not None:
        transaction.on_commit(lambda: send_reader_link.delay(found.pk))


def send_link(subscriber: Subscriber):
    """The mail with the link to the reader's own page."""
    send_once(subscriber, "link", [])


def send_once(subscriber: Subscriber, name: str, waiting: list[Choice]):
    """One of the three mails to an address, unless it has just had one of its kind."""
    key = f"subscription-mail:{name}:{subscriber.pk}"
    if subscriber.suppressed_at is not None or not cache.add(key, True, timeout=MAIL_EVERY):
        return
    if not letters.may_ask(subscriber.email):
        return
    language = language_of(subscriber)
    with translation.override(language):
        subject = {
            "confirm": _("Please confirm your subscription"),
            "known": _("You are already subscribed"),
            "link": _("Your letters: the link you asked for"),
        }[name]
    message = mail.compose(
        f"publications/newsletters/{name}",
        {
            "titles": [choices.title_of(choice, language) for choice in waiting],
            "confirm_url": link("confirm_subscription", subscriber, language),
            "subscription_url": link("subscription", subscriber, language),
            "unsubscribe_url": link("unsubscribe", subscriber, language),
        },
        subject=subject,
        to=subscriber.email,
        language=language,
    )
    try:
        with mail.Post() as post:
            post.send(message)
    except (mail.NotSent, mail.NotNow):
        cache.delete(key)
        raise


def link(name: str, subscriber: Subscriber, language: str) -> str:
    return absolute_url(f"publications:{name}", language=language, token=subscriber.token)
