"""What a person wants to be written: which topics, how often, in which language.

What commits an organisation or protects an account (renewals, dues, decisions, confirmations,
security) has no topic here, so it cannot be switched off and never waits for a summary.
"""

import datetime
from collections.abc import Callable
from typing import NamedTuple

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from members.models import Notice, Preference, User
from members.models.notices import NoticeState
from members.models.preferences import Frequency
from portal.lib.links import absolute_url

SALT = "members.preferences"


class Topic(NamedTuple):
    """Notices that can be switched off together; ``kinds`` are those of the ledger."""

    code: str
    label: str | Promise
    kinds: tuple[str, ...]
    for_desk: bool = False
    # Who is ever written these; everybody, unless it says so.
    is_for: Callable[[User], bool] = lambda person: True


TOPICS: list[Topic] = [
    Topic("messages", gettext_lazy("New messages in a thread of mine"), ("message",)),
    Topic("requests", gettext_lazy("New requests at the desk"), ("change_asked",), for_desk=True),
]


# What is always written, as the page says it.
ALWAYS = (
    gettext_lazy("renewals, invoices and receipts"),
    gettext_lazy("decisions on your organisation"),
    gettext_lazy("the yearly question whether you still act for it"),
    gettext_lazy("invitations, and what protects your account"),
)


def register(topic: Topic):
    """Let people switch off notices of another app; called once, in ``AppConfig.ready``."""
    if topic.code not in {known.code for known in TOPICS}:
        TOPICS.append(topic)


def topics_for(person: User) -> list[Topic]:
    """What the person is ever written about: the desk's topics only to who has a desk."""
    has_desk = person.standing.has_desk or person.standing.is_locked
    shown = [topic for topic in TOPICS if has_desk or not topic.for_desk]
    return [topic for topic in shown if topic.is_for(person)]


def topic_of(kind: str) -> Topic | None:
    """The topic of a kind of notice; None when it must always be written."""
    return next((topic for topic in TOPICS if kind in topic.kinds), None)


def topic_with(code: str) -> Topic | None:
    return next((topic for topic in TOPICS if topic.code == code), None)


def of(person: User) -> Preference:
    """The stored choice, or what holds without one (unsaved)."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


def wants(person: User | None, kind: str) -> bool:
    """Whether this kind of notice is to be written to the person at all."""
    topic = topic_of(kind)
    return topic is None or person is None or topic.code not in of(person).stopped


def held_until(person: User | None, kind: str) -> datetime.date | None:
    """The day of the summary in which this kind of notice leaves; None when it leaves at once."""
    if person is None or topic_of(kind) is None:
        return None
    return next_summary(of(person).frequency, timezone.localdate())


def next_summary(frequency: str, today: datetime.date) -> datetime.date | None:
    if frequency == Frequency.DAILY:
        return today + datetime.timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        return today + datetime.timedelta(days=7 - today.weekday())
    return None


def choose(person: User, *, wanted: list[str], frequency: str, language: str) -> Preference:
    """Store what a person chose. Mails that wait for a summary follow the new choice.

    ``wanted``: the codes of the topics that stay switched on. Raises ValidationError for an
    unknown frequency or language.
    """
    person.language = language
    person.clean_fields(exclude=["password"])
    with transaction.atomic():
        person.save(update_fields=["language"])
        stopped = [topic.code for topic in topics_for(person) if topic.code not in wanted]
        preference = of(person)
        preference.stopped, preference.frequency = stopped, frequency
        preference.clean_fields(exclude=["person"])
        preference.save()
        follow(preference)
    return preference


def stop(person: User, topic: Topic) -> Preference:
    """Switch one topic off, whatever else is chosen."""
    with transaction.atomic():
        preference = of(person)
        if topic.code not in preference.stopped:
            preference.stopped = [*preference.stopped, topic.code]
            preference.save()
        follow(preference)
    return preference


def follow(preference: Preference):
    """Cancel what waits and is no longer wanted; let what waits leave by the new frequency."""
    held = Notice.objects.filter(person=preference.person, state=NoticeState.HELD)
    unwanted = [
        kind for topic in TOPICS if topic.code in preference.stopped for kind in topic.kinds
    ]
    held.filter(kind__in=unwanted).update(state=NoticeState.CANCELLED)
    day = next_summary(preference.frequency, timezone.localdate())
    if day is None:
        held.update(state=NoticeState.WAITING, leaves_at=timezone.now())
    else:
        held.update(leaves_at=beginning_of(day))


def beginning_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


# -- The link in the footer of every mail ----------------------------------------------------------


def token_of(person: User) -> str:
    """The part of an address that opens somebody's preferences, and nothing else of theirs."""
    return signing.dumps(person.pk, salt=SALT)


def open_link(token: str) -> User | None:
    """Whose preferences the link opens; None when it is forged or its person has gone."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.active().filter(pk=pk).first()


def addresses(person: User | None, kind: str, language: str) -> dict[str, str]:
    """What the footer of a mail offers: the page of preferences, and stopping this topic."""
    if person is None:
        return {"preferences_url": "", "stop_url": ""}
    token, topic = token_of(person), topic_of(kind)
    stop_url = topic and absolute_url(
        "members:stop_topic", language=language, token=token, topic=topic.code
    )
    return {
        "preferences_url": absolute_url("members:preferences", language=language, token=token),
        "stop_url": stop_url or "",
    }


def headers(links: dict[str, str]) -> dict[str, str]:
    """What lets a mail program offer to stop a topic (RFC 8058)."""
    if not links["stop_url"]:
        return {}
    return {
        "List-Unsubscribe": f"<{links['stop_url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
