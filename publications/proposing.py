"""How members propose texts: written in their language, sent, corrected, and taken back.

A symbol is given when a text is first recorded, so that both sides call it by the same name from
the first mail on; the row stays whatever becomes of it, so a symbol never names a second text.
"""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from publications import publishing
from publications.models import EditorialStep, Publication
from publications.models.library import PublicationState
from publications.models.life import StepKind

# While the text is with its organisation; nobody else writes in it.
WITH_ORGANISATION = (PublicationState.DRAFT, PublicationState.SENT_BACK)
BEFORE_IT_APPEARS = (
    *WITH_ORGANISATION,
    PublicationState.PROPOSED,
    PublicationState.SCHEDULED,
)
# Two people who record at the same moment take the same number; the second takes the next one.
ATTEMPTS = 5


def with_symbol(publication: Publication, save: Callable[[], Publication]) -> Publication:
    """Save a new text under the next free symbol of the year."""
    for attempt in range(1, ATTEMPTS + 1):
        publication.symbol = publishing.next_symbol(timezone.localdate().year)
        try:
            with transaction.atomic():
                return save()
        except IntegrityError:
            taken = Publication.objects.filter(symbol=publication.symbol).exists()
            if not taken or attempt == ATTEMPTS:
                raise
    return publication


def send(publication: Publication, *, by: User) -> EditorialStep:
    """Put the text before the review. Raises ValidationError unless it is with its organisation,
    and when it says too little to be judged."""
    language = publication.original_language
    if not publication.own_text("summary", language):
        raise ValidationError(_("Write a summary before you send the text."), code="no_summary")
    has_file = publication.files.filter(language=language).exists()
    if not publication.own_text("body", language) and not has_file:
        raise ValidationError(
            _("Write the text, or add it as a file, before you send it."), code="no_text"
        )
    return publishing.take(publication, StepKind.PROPOSED, by=by)


def take_back(publication: Publication, *, by: User) -> EditorialStep:
    """Withdraw a text before anybody has read it. Raises ValidationError once it has appeared."""
    if publication.announced_at is not None:
        raise ValidationError(_("This text has appeared: write to the secretariat."), code="out")
    return publishing.take(
        publication,
        StepKind.WITHDRAWN,
        by=by,
        only_from=BEFORE_IT_APPEARS,
        withdrawn_at=timezone.now(),
    )
