"""What a review does beside publishing: texts go back, are corrected, and replace one another."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from portal.lib.changes import announce
from publications import publishing
from publications.models import Correction, EditorialStep, Publication
from publications.models.life import StepKind

# A chain of texts that replace one another is followed so far; it has no circles, but data has.
LONGEST_CHAIN = 20


def send_back(
    publication: Publication, *, reason: str, by: User, seen: int | None = None
) -> EditorialStep:
    """Let the proposer correct the text. Raises ValidationError without a reason, or when it is
    not in review."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the text is corrected by it.")}, code="why")
    return publishing.take(publication, StepKind.SENT_BACK, by=by, reason=reason.strip(), seen=seen)


def unschedule(publication: Publication, *, by: User, seen: int | None = None):
    """Take a text off the schedule: a proposal is in review again, any other a draft."""
    publishing.take(publication, StepKind.UNSCHEDULED, by=by, seen=seen)


@transaction.atomic
def correct(publication: Publication, correction: Correction, *, by: User) -> EditorialStep:
    """Tell the readers what was put right. Raises ValidationError unless the text is published."""
    current = locked(publication)
    if not current.is_published:
        raise ValidationError(_("Only what is published has corrections."), code="wrong_state")
    correction.publication = current
    correction.save()
    current.save(update_fields=["changed_at"])
    return publishing.note(current, StepKind.CORRECTED, by=by)


@transaction.atomic
def replace(publication: Publication, newer: Publication | None, *, by: User):
    """Say which text is in force instead of this one; None when it is itself again.

    Raises ValidationError when that would go round in a circle. Nothing happens when it is said
    already.
    """
    current = locked(publication)
    if newer is None:
        if current.replaced_by_id is None:
            return
    elif newer.pk == current.replaced_by_id:
        return
    for later in chain(newer, lock=True):
        if later.pk == current.pk:
            raise ValidationError(
                {
                    "replaced_by": _("%(symbol)s is itself replaced by this text, or is this text.")
                    % {"symbol": newer.symbol}
                },
                code="circle",
            )
    current.replaced_by = publication.replaced_by = newer
    current.save(update_fields=["replaced_by"])
    announce(current, *filter(None, [newer]))
    publishing.note(
        current, StepKind.REPLACED, by=by, reason=newer.symbol if newer else _("In force again.")
    )


def chain(publication: Publication | None, *, lock: bool = False) -> list[Publication]:
    """A text, the one that replaces it, the one that replaces that, and so on."""
    found: list[Publication] = []
    pk = publication.pk if publication else None
    while pk is not None and len(found) < LONGEST_CHAIN and pk not in {one.pk for one in found}:
        rows = Publication.objects.select_for_update() if lock else Publication.objects
        found.append(rows.get(pk=pk))
        pk = found[-1].replaced_by_id
    return found


def in_force_instead(publication: Publication) -> Publication | None:
    """The newest text that readers can open in the place of this one, if there is any."""
    if publication.replaced_by_id is None:
        return None
    newest = None
    for later in chain(publication)[1:]:
        if not later.is_announced:
            break
        newest = later
    return newest


def locked(publication: Publication) -> Publication:
    return Publication.objects.select_for_update().get(pk=publication.pk)
