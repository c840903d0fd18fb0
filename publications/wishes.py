"""“Tell me when it is translated”: asked for on the page of a text, answered once by mail.

Without an account the address says yes by a link first. Nothing here tells whoever asks whether an
address is known. The row is erased as soon as its mail has left.
"""

import logging

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.models import User
from portal.lib import mail, network
from portal.lib.links import absolute_url
from portal.lib.mail import AnswerLost, NotNow, NotSent, Refused
from portal.lib.translations import TranslationState
from publications import letters
from publications.models import Publication, TranslationWish

log = logging.getLogger(__name__)

# So many mails leave at one ring of the schedule; the next one goes on.
BATCH = 200
# In these states a reader of the language has something to wait for.
WAITING = (TranslationState.MISSING, TranslationState.IN_PROGRESS, TranslationState.MACHINE)


def can_be_awaited(publication: Publication, language: str) -> bool:
    """Whether a reader of the language is still to get the text in it."""
    return (
        language != publication.original_language
        and publication.translation_state(language) in WAITING
    )


def ask(publication: Publication, *, email: str, language: str) -> TranslationWish:
    """Note the wish, and ask the address to confirm it; what is confirmed stays so."""
    from publications.tasks import send_wish_mail  # noqa: PLC0415  it calls this module

    with transaction.atomic():
        wish, is_new = TranslationWish.objects.get_or_create(
            publication=publication, language=language, email=email.strip().lower()
        )
        if not is_new and not wish.is_confirmed:
            TranslationWish.objects.filter(pk=wish.pk).update(requested_at=timezone.now())
        if not wish.is_confirmed:
            transaction.on_commit(lambda: send_wish_mail.delay(wish.pk))
    return wish


def ask_for(person: User, publication: Publication, *, language: str) -> TranslationWish:
    """The same for somebody who is logged in, whose address is known to be theirs."""
    wish, _is_new = TranslationWish.objects.update_or_create(
        publication=publication,
        language=language,
        email=person.email.lower(),
        defaults={"person": person, "confirmed_at": timezone.now()},
    )
    return wish


def confirm(wish: TranslationWish):
    """The reader says yes. Twice is once."""
    rows = TranslationWish.objects.filter(pk=wish.pk, confirmed_at__isnull=True)
    wish.confirmed_at = timezone.now()
    rows.update(confirmed_at=wish.confirmed_at)


def stop(wish: TranslationWish):
    """Forget the wish, and the address with it."""
    TranslationWish.objects.filter(pk=wish.pk).delete()


def send_confirmation(wish: TranslationWish):
    """The mail that asks to confirm. Raises one of the failures of portal.lib.mail."""
    with translation.override(wish.language):
        subject = _("Please confirm: tell me when %(symbol)s is translated") % {
            "symbol": wish.publication.symbol
        }
    letters.ask_to_confirm(
        wish,
        template="wish_confirm",
        subject=subject,
        context={"publication": wish.publication, **words_of(wish), **links(wish)},
    )


def tell_due() -> int:
    """Write to those whose translation is there. Returns how many mails left.

    A row is claimed before its mail is handed over, so that two workers never send the same; what
    a dead worker had claimed may have left, and is erased without a second mail.
    """
    now = timezone.now()
    TranslationWish.objects.forgotten(now).delete()
    waiting = list(
        TranslationWish.objects.due()
        .select_related("publication", "person")
        .order_by("requested_at", "pk")[:BATCH]
    )
    if not waiting or network.current().sending_paused:
        return 0
    sent = 0
    try:
        with mail.Post() as post:
            for wish in waiting:
                sent += tell(wish, post)
    except NotSent as error:
        log.warning("wishes for translations: the mail server does not answer: %s", error)
    return sent


def tell(wish: TranslationWish, post: mail.Post) -> int:
    """Write one mail and erase its row; one that has not left waits for the next ring."""
    claimed = TranslationWish.objects.filter(pk=wish.pk, claimed_at__isnull=True)
    if not may_read(wish) or not claimed.update(claimed_at=timezone.now()):
        return 0
    with translation.override(wish.language):
        subject = _("%(symbol)s can be read in your language") % {"symbol": wish.publication.symbol}
    message = letters.letter(
        wish,
        template="wish_ready",
        subject=subject,
        context={"publication": wish.publication, **words_of(wish), **links(wish)},
        stop_url=links(wish)["stop_url"],
    )
    try:
        post.send(message)
    except (NotNow, NotSent) as error:
        TranslationWish.objects.filter(pk=wish.pk).update(claimed_at=None)
        if isinstance(error, NotSent):
            raise
        return 0
    except (Refused, AnswerLost) as error:
        log.warning("wish %s: %s", wish.pk, error)
    TranslationWish.objects.filter(pk=wish.pk).delete()
    return 1


def may_read(wish: TranslationWish) -> bool:
    """A members' text is only for those who are still mandated."""
    if wish.publication.is_public:
        return True
    person = wish.person
    rows = Publication.objects.filter(pk=wish.publication_id)
    return person is not None and rows.visible_to(person).exists()


def clean_up() -> int:
    """Erase what nobody confirmed, and what waits for a text that is no longer to be read."""
    unconfirmed, _rows = TranslationWish.objects.never_confirmed(timezone.now()).delete()
    in_vain, _rows = TranslationWish.objects.in_vain().delete()
    return unconfirmed + in_vain


def words_of(wish: TranslationWish) -> dict:
    return {"title": wish.publication.text("title", wish.language)}


def links(wish: TranslationWish) -> dict[str, str]:
    language = wish.language
    name = "publications:space_detail" if not wish.publication.is_public else "publications:detail"
    return {
        "text_url": absolute_url(name, language=language, symbol=wish.publication.dashed_symbol),
        "confirm_url": absolute_url(
            "publications:wish_confirm", language=language, token=wish.token
        ),
        "stop_url": absolute_url("publications:wish_stop", language=language, token=wish.token),
    }
