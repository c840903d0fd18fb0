"""The digest of an axis: once a month, the blocks of the letters that were about it.

It is made of what has passed the gate of a letter already, so nobody has to edit it; a month in
which no letter told anything of an axis has no digest. It leaves as the letters do, each follower a
row in the ledger.
"""

import logging
import math
import time
from collections.abc import Iterable

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Value
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.lib import mail, network
from portal.lib.links import absolute, absolute_url
from portal.lib.mail import NotSent
from portal.lib.sections import registered
from programme.models import Axis
from publications.models import AxisDelivery, AxisDigest, IssueItem, Subscriber, Subscription
from publications.models.newsletters import IssueState
from publications.models.periods import Period
from publications.models.subscribers import Audience
from publications.newsletters import (
    cancelling,
    choices,
    copies,
    envelopes,
    ledger,
    rendering,
    sections,
)
from publications.newsletters.running import Run

log = logging.getLogger(__name__)

# A task looks at the rows for less than a minute; the schedule rings again.
SECONDS = 50


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


def following(digest: AxisDigest) -> QuerySet[Subscriber]:
    """Who followed the axis when the digest was made, still does, and can be reached."""
    follows = Subscription.objects.confirmed().filter(
        axis=digest.axis, confirmed_at__lte=digest.made_at
    )
    return Subscriber.objects.reachable().filter(pk__in=follows.values("subscriber"))


def send_due(*, seconds: float = SECONDS) -> int:
    """Make what is due, and send what has not reached everybody. Returns how many mails left."""
    make_due()
    month = str(Period.of(timezone.localdate(), 1).previous)
    end = time.monotonic() + seconds
    sent = 0
    for digest in AxisDigest.objects.filter(month=month).select_related("axis"):
        sent += send(digest, seconds=end - time.monotonic())
    let_go(before=month)
    return sent


def send(digest: AxisDigest, *, seconds: float = SECONDS) -> int:
    """Send what is due of one digest until nothing is left or the time is up."""
    ledger.queue(
        digest,
        following(digest)
        .exclude(axis_deliveries__digest=digest)
        .annotate(letter_language=F("language"), audience=Value(Audience.PUBLIC.value))
        .order_by("language", "pk"),
    )
    ledger.look_after(digest)
    run = DigestRun(digest, until=time.monotonic() + seconds)
    try:
        with run.post:
            run.go()
    except NotSent as error:
        log.warning("digest %s: the mail server does not answer: %s", digest.pk, error)
    return run.sent


def let_go(*, before: str):
    """A digest that could not leave within its month is old news."""
    late = AxisDelivery.objects.filter(digest__month__lt=before).unfinished()
    for digest in AxisDigest.objects.filter(pk__in=late.values("digest")):
        ledger.look_after(digest)
    cancelling.let_go(late, "it did not leave within its month")


class DigestRun(Run):
    told: AxisDigest

    def is_held(self) -> bool:
        return network.current().sending_paused

    def staying(self, readers: Iterable[int]) -> set[int]:
        return set(following(self.told).filter(pk__in=list(readers)).values_list("pk", flat=True))

    def chosen(self) -> choices.Choice:
        return self.told.axis

    def new_segment(self, language: str, audience: str) -> "DigestSegment | None":
        found = contents(self.told, language)
        return DigestSegment(self.told, language, found) if found else None

    def is_refused_to_all(self, error: str):
        """It has no editor who could be told: until the next bell it is left alone."""
        log.error("digest %s is refused by the mail server: %s", self.told.pk, error)
        self.until = -math.inf


class DigestSegment(copies.Segment):
    comes_back_as = envelopes.DIGEST

    def __init__(self, digest: AxisDigest, language: str, told: list[dict]):
        super().__init__(mail_of(digest, language, told), language)
        self.name = f"{choices.code_of(digest.axis)}.{digest.month}"

    def message_id(self, row: ledger.Row) -> str:
        return f"<{self.name}.{row.subscriber}@{self.host}>"


def mail_of(digest: AxisDigest, language: str, told: list[dict]) -> EmailMessage:
    """The digest in one language, still without a reader."""
    axis = digest.axis
    title = axis.text("title", language)
    with translation.override(language):
        subject = _("Axis %(number)d: what the letters said") % {"number": axis.number}
        axis_url = absolute(axis.get_absolute_url())
    headers = copies.list_headers(
        axis,
        digest.month,
        language=language,
        audience=Audience.PUBLIC,
        token=rendering.TOKEN,
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
            "since": rendering.SINCE,
            "unsubscribe_url": headers["List-Unsubscribe"].strip("<>"),
            "subscription_url": absolute_url(
                "publications:subscription", language=language, token=rendering.TOKEN
            ),
        },
        subject=subject,
        to="",
        language=language,
        headers=headers,
    )
