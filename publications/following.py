"""Following a filtered list by mail: what is new in it, once a day or once a week.

What is new is what the public saw for the first time, what became readable in the follower's
language, and what was corrected. A list that nothing came into writes no mail.
"""

import datetime
import logging
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.models import User
from portal.lib import mail, network
from portal.lib.links import absolute_url
from portal.lib.mail import AnswerLost, NotNow, NotSent, Refused
from portal.lib.translations import LANGUAGES, TranslationState
from publications import letters
from publications.filtering import LibraryFilter
from publications.models import Appearance, Digest, EditorialStep, ListFollow, Publication
from publications.models.follows import not_yet_appeared
from publications.models.life import StepKind

log = logging.getLogger(__name__)

LONGEST_QUERY = 500
# So many texts are named in a mail; the rest is a number and a link.
NAMED = 20
BATCH = 200
MOST_AT_ONCE = 5000
RECENTLY = datetime.timedelta(days=1)
SEEN = ("announced_at", "original_language", *(f"state_{code}" for code in LANGUAGES))
# Told of before; kept for so long, to answer "what did you write to me?".
KEPT = datetime.timedelta(days=90)


class New(NamedTuple):
    """A text that is new to a follower, and why."""

    publication: Publication
    why: str

    NEW, TRANSLATED, CORRECTED = "new", "translated", "corrected"


# -- The list that is followed ---------------------------------------------------------------------


def normalised(query: str | QueryDict, language: str) -> str:
    """The filters of a list's address, understood and in their order; what is none of them, the
    page among it, is left out."""
    given = query if isinstance(query, QueryDict) else QueryDict(query[: 4 * LONGEST_QUERY])
    written = LibraryFilter(given, language=language).query
    return written if len(written) <= LONGEST_QUERY else ""


def narrowed(rows: QuerySet, query: str) -> QuerySet:
    return LibraryFilter(QueryDict(query)).narrowed(rows)


def told(query: str, language: str) -> str:
    """The filters in words, for a mail and a page: Kind: report; Year: 2026."""
    with translation.override(language):
        return LibraryFilter(QueryDict(query), language=language).told()


def readable(follow: ListFollow) -> QuerySet:
    """What may be told to the follower: to who has an account what their mandates open, to
    anybody else what is public, and of a members' text never a word."""
    if follow.person_id is None:
        return Publication.objects.public()
    return Publication.objects.visible_to(follow.person).published()


# -- Asking, confirming, leaving -------------------------------------------------------------------


def ask(*, query: str, email: str, language: str, rhythm: str) -> ListFollow:
    """Note who wants to follow, and ask the address to confirm; what is confirmed stays as it is:
    anybody can type anybody's address."""
    from publications.tasks import send_follow_mail  # noqa: PLC0415  it calls this module

    with transaction.atomic():
        follow, is_new = ListFollow.objects.get_or_create(
            email=email.strip().lower(),
            query=normalised(query, language),
            language=language,
            defaults={"rhythm": rhythm},
        )
        if not follow.is_confirmed:
            if not is_new:
                follow.rhythm, follow.requested_at = rhythm, timezone.now()
                follow.save()
            transaction.on_commit(lambda: send_follow_mail.delay(follow.pk))
    return follow


def ask_for(person: User, *, query: str, language: str, rhythm: str) -> ListFollow:
    """The same for somebody who is logged in, whose address is known to be theirs."""
    now = timezone.now()
    follow, _is_new = ListFollow.objects.update_or_create(
        email=person.email.lower(),
        query=normalised(query, language),
        language=language,
        defaults={"person": person, "rhythm": rhythm},
        create_defaults={
            "person": person,
            "rhythm": rhythm,
            "confirmed_at": now,
            "seen_until": now,
        },
    )
    if not follow.is_confirmed:
        confirm(follow)
    return follow


def confirm(follow: ListFollow):
    """The reader says yes; what is there now is not new to them. Twice is once."""
    now = timezone.now()
    rows = ListFollow.objects.filter(pk=follow.pk, confirmed_at__isnull=True)
    if rows.update(confirmed_at=now, seen_until=now):
        follow.confirmed_at = follow.seen_until = now


def stop(follow: ListFollow):
    """Forget who followed, and the address with it."""
    ListFollow.objects.filter(pk=follow.pk).delete()


def choose(follow: ListFollow, *, rhythm: str):
    follow.rhythm = rhythm
    follow.save(update_fields=["rhythm"])


def send_confirmation(follow: ListFollow):
    """The mail that asks to confirm. Raises one of the failures of portal.lib.mail."""
    with translation.override(follow.language):
        subject = _("Please confirm: follow a list of publications")
    letters.ask_to_confirm(
        follow, template="follow_confirm", subject=subject, context=context_of(follow)
    )


def context_of(follow: ListFollow) -> dict:
    language, token = follow.language, follow.token
    name = "publications:space_list" if follow.person_id else "publications:list"
    query = f"?{follow.query}" if follow.query else ""
    return {
        "follow": follow,
        "filters": told(follow.query, language),
        "list_url": absolute_url(name, language=language) + query,
        "confirm_url": absolute_url("publications:follow_confirm", language=language, token=token),
        "choices_url": absolute_url("publications:follow_choices", language=language, token=token),
        "stop_url": absolute_url("publications:follow_stop", language=language, token=token),
    }


# -- What is new -----------------------------------------------------------------------------------


def note_appearances(*, everything: bool = False) -> int:
    """Write down which texts have become readable in which language since the last look.

    The languages in which a text is first found appeared with it, those that come later appear
    now. Only what was saved within a day is looked at, or everything: each night, lest something
    was written without being saved.
    """
    now = timezone.now()
    found = not_yet_appeared()
    if not everything:
        found = found.filter(changed_at__gt=now - RECENTLY)
    texts = {text.pk: text for text in found.only(*SEEN).order_by("pk")[:MOST_AT_ONCE]}
    known = set(
        Appearance.objects.filter(publication__in=texts).values_list("publication", "language")
    )
    known_at_all = {pk for pk, _language in known}
    rows = [
        Appearance(
            publication_id=pk,
            language=code,
            at=now if pk in known_at_all else text.announced_at or now,
        )
        for pk, text in texts.items()
        for code, state in text.languages()
        if state == TranslationState.READY and (pk, code) not in known
    ]
    Appearance.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def new_to(follow: ListFollow, until: datetime.datetime) -> list[New]:
    """The texts of the list that are new to the follower, the latest first."""
    since = follow.seen_until
    appeared = Appearance.objects.within(since, until).filter(language=follow.language)
    with translation.override(follow.language):
        rows = narrowed(readable(follow), follow.query)
    is_new = Q(announced_at__gt=since, announced_at__lte=until)
    translated = Q(pk__in=appeared.values("publication"))
    corrected = Q(pk__in=corrected_within(since, until))
    rows = Publication.objects.filter(pk__in=rows.order_by().values("pk"))
    found = rows.filter(is_new | translated | corrected).newest_first()
    in_language = set(appeared.values_list("publication", flat=True))
    return [New(publication, why_new(publication, since, in_language)) for publication in found]


def corrected_within(since: datetime.datetime, until: datetime.datetime) -> QuerySet:
    steps = EditorialStep.objects.filter(kind=StepKind.CORRECTED, at__gt=since, at__lte=until)
    return steps.values("publication")


def why_new(publication: Publication, since: datetime.datetime, in_language: set[int]) -> str:
    if publication.announced_at is not None and publication.announced_at > since:
        return New.NEW
    return New.TRANSLATED if publication.pk in in_language else New.CORRECTED


# -- Sending ---------------------------------------------------------------------------------------


def send_due() -> int:
    """Write to those whose day or week is over and for whom something is new. Returns how many
    mails left."""
    note_appearances()
    now = timezone.now()
    waiting = list(
        ListFollow.objects.due(now).select_related("person").order_by("seen_until", "pk")[:BATCH]
    )
    if not waiting or network.current().sending_paused:
        return 0
    sent = 0
    try:
        with mail.Post() as post:
            for follow in waiting:
                sent += send(follow, now, post)
    except NotSent as error:
        log.warning("lists followed by mail: the mail server does not answer: %s", error)
    return sent


def send(follow: ListFollow, until: datetime.datetime, post: mail.Post) -> int:
    """Write one digest. Its row is there before the mail, and the constraint lets nobody write
    another about the same; a mail that has not left takes its row away again."""
    news = new_to(follow, until)
    if not news:
        ListFollow.objects.filter(pk=follow.pk, seen_until=follow.seen_until).update(
            seen_until=until
        )
        return 0
    try:
        with transaction.atomic():
            digest = Digest.objects.create(
                follow=follow, since=follow.seen_until, until=until, texts=len(news)
            )
            ListFollow.objects.filter(pk=follow.pk).update(seen_until=until)
    except IntegrityError:
        return 0  # another worker is at it, or the reader has just left
    try:
        post.send(digest_of(follow, news))
    except (NotNow, NotSent) as error:
        with transaction.atomic():
            ListFollow.objects.filter(pk=follow.pk).update(seen_until=digest.since)
            digest.delete()
        if isinstance(error, NotSent):
            raise
        return 0
    except (Refused, AnswerLost) as error:
        log.warning("follow %s: %s", follow.pk, error)
        return 0
    Digest.objects.filter(pk=digest.pk).update(sent_at=timezone.now())
    return 1


def digest_of(follow: ListFollow, news: list[New]):
    with translation.override(follow.language):
        subject = _("New in a list that you follow")
    context = context_of(follow)
    texts = [line_of(one, follow) for one in news[:NAMED]]
    return letters.letter(
        follow,
        template="digest",
        subject=subject,
        context={**context, "texts": texts, "more": max(len(news) - NAMED, 0)},
        stop_url=context["stop_url"],
    )


def line_of(new: New, follow: ListFollow) -> dict:
    publication, language = new.publication, follow.language
    is_open = publication.is_public
    name = "publications:detail" if is_open else "publications:space_detail"
    return {
        "symbol": publication.symbol,
        "title": publication.text("title", language),
        "why": new.why,
        "url": absolute_url(name, language=language, symbol=publication.dashed_symbol),
    }


def clean_up() -> int:
    """Erase what nobody confirmed, and digests that are long past; look at every text once."""
    now = timezone.now()
    note_appearances(everything=True)
    unconfirmed, _rows = ListFollow.objects.never_confirmed(now).delete()
    Digest.objects.filter(until__lt=now - KEPT).delete()
    return unconfirmed
