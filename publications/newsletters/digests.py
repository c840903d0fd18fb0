"""The digest of an axis: once a month, the blocks of the letters that were about it.

It is made of what has passed the gate of a letter already, so nobody has to edit it; a month in
which no letter told anything of an axis has no digest. Each follower gets it once: the row of the
delivery is there before the mail.
"""

import logging

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.lib import mail, network
from portal.lib.links import absolute, absolute_url
from portal.lib.mail import AnswerLost, NotNow, NotSent, Refused
from portal.lib.sections import registered
from programme.models import Axis
from publications.models import AxisDelivery, AxisDigest, IssueItem, Subscriber, Subscription
from publications.models.deliveries import DeliveryState
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.models.subscribers import Audience
from publications.newsletters import choices, copies, envelopes, rendering, sections

log = logging.getLogger(__name__)

BATCH = 500


# -- What is told ----------------------------------------------------------------------------------


def blocks(axis: Axis, month: Period) -> QuerySet[IssueItem]:
    """What letters sent up to the end of the month told of the axis, and no digest has yet."""
    return (
        IssueItem.objects.filter(
            Q(publication__axes=axis) | Q(event__axis=axis),
            issue__state=IssueState.SENT,
            issue__sent_at__date__range=(month.previous.first_day, month.last_day),
        )
        .exclude(digests__axis=axis)
        .order_by("issue__sent_at", "section", "position", "pk")
        .distinct()
    )


def make_due(now=None) -> list[AxisDigest]:
    """The digests of last month that are missing, of the axes that somebody follows."""
    month = Period.of(timezone.localdate(now), 1).previous
    followed = Axis.objects.filter(
        pk__in=Subscription.objects.confirmed().filter(axis__isnull=False).values("axis")
    ).exclude(digests__month=str(month))
    return [digest for axis in followed if (digest := make(axis, month))]


def make(axis: Axis, month: Period) -> AxisDigest | None:
    """None when nothing is to be told, or when it is there already."""
    found = list(blocks(axis, month))
    if not found:
        return None
    try:
        with transaction.atomic():
            digest = AxisDigest.objects.create(axis=axis, month=str(month))
            digest.items.set(found)
    except IntegrityError:
        return None
    return digest


def contents(digest: AxisDigest, language: str) -> list[dict]:
    """Its sections in a language, without what was withdrawn since; each record once."""
    found = []
    with translation.override(language):
        for section in registered():
            own = [
                item
                for item in digest.items.all()
                if item.section == section.code and item.is_in(language)
            ]
            records = section.whole().in_bulk([item.told_pk for item in own]) if own else {}
            shown = {pk: record for pk, record in records.items() if section.shown(record)}
            if shown:
                found.append(sections.told(section, shown, language))
    return found


# -- Sending ---------------------------------------------------------------------------------------


def followers(digest: AxisDigest) -> QuerySet[Subscriber]:
    """Who followed the axis when the digest was made, still does, and has not had it."""
    follows = Subscription.objects.confirmed().filter(
        axis=digest.axis, confirmed_at__lte=digest.made_at
    )
    return (
        Subscriber.objects.reachable()
        .filter(pk__in=follows.values("subscriber"))
        .exclude(axis_deliveries__digest=digest)
        .order_by("language", "pk")
    )


def send_due() -> int:
    """Make what is due, and send what has not reached everybody. Returns how many mails left."""
    make_due()
    month = Period.of(timezone.localdate(), 1).previous
    sent = 0
    # A digest that could not leave within its month is old news.
    for digest in AxisDigest.objects.filter(month=str(month)).select_related("axis"):
        sent += send(digest)
    return sent


def send(digest: AxisDigest) -> int:
    waiting = list(followers(digest)[:BATCH])
    if not waiting or network.current().sending_paused:
        return 0
    sent, told = 0, {}
    try:
        with mail.Post() as post:
            for reader in waiting:
                if reader.language not in told:
                    told[reader.language] = contents(digest, reader.language)
                if told[reader.language]:
                    sent += send_one(digest, reader, told[reader.language], post)
    except NotSent as error:
        log.warning("digest %s: the mail server does not answer: %s", digest.pk, error)
    return sent


def send_one(digest: AxisDigest, reader: Subscriber, told: list[dict], post) -> int:
    try:
        with transaction.atomic():
            row = AxisDelivery.objects.create(
                digest=digest, subscriber=reader, language=reader.language
            )
    except IntegrityError:
        return 0  # another worker is at it
    try:
        post.send(returning(mail_to(digest, reader, told), row))
    except (NotNow, NotSent) as error:
        row.delete()
        if isinstance(error, NotSent):
            raise
        return 0
    except Refused as error:
        log.warning("digest %s to reader %s: %s", digest.pk, reader.pk, error)
        AxisDelivery.objects.filter(pk=row.pk).update(state=DeliveryState.FAILED)
        return 0
    except AnswerLost:
        AxisDelivery.objects.filter(pk=row.pk).update(state=DeliveryState.UNKNOWN)
        return 0
    AxisDelivery.objects.filter(pk=row.pk).update(state=DeliveryState.SENT, sent_at=timezone.now())
    return 1


def returning(message: EmailMessage, row: AxisDelivery) -> EmailMessage:
    """The mail with an address of its own to come back to, where there is one; its From stays."""
    if envelopes.is_on():
        message.extra_headers["From"] = message.from_email
        message.from_email = envelopes.address(envelopes.DIGEST, row.pk)
    return message


def mail_to(digest: AxisDigest, reader: Subscriber, told: list[dict]):
    language, token = reader.language, reader.token
    axis, code = digest.axis, choices.code_of(digest.axis)
    title = axis.text("title", language)
    with translation.override(language):
        subject = _("Axis %(number)d: what the letters told") % {"number": axis.number}
        axis_url = absolute(axis.get_absolute_url())
    headers = copies.list_headers(
        axis, digest.month, language=language, audience=Audience.PUBLIC, token=token
    )
    return mail.compose(
        "publications/newsletters/digest",
        {
            "title": title,
            "axis": axis,
            "axis_url": axis_url,
            "sections": told,
            "other_languages": rendering.other_languages(
                "publications:axis_digest", language, pk=digest.pk
            ),
            "web_url": absolute_url("publications:axis_digest", language=language, pk=digest.pk),
            "year": Period.parse(digest.month).year,
            "unsubscribe_url": headers["List-Unsubscribe"].strip("<>"),
            "subscription_url": absolute_url(
                "publications:subscription", language=language, token=token
            ),
        },
        subject=subject,
        to=reader.email,
        language=language,
        headers={
            "Message-ID": f"<{code}.{digest.month}.{reader.pk}@{copies.sending_host()}>",
            **headers,
        },
    )
