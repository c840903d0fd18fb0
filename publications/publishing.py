"""Putting texts into the library: their symbols, and when the public sees them."""

import datetime
import re
from collections.abc import Callable, Collection, Mapping

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import User
from portal.lib.changes import announce
from publications.filing import Upload, keep_file, remove_file
from publications.models import EditorialStep, Publication
from publications.models.library import PublicationState
from publications.models.life import StepKind


def next_symbol(year: int) -> str:
    """The first symbol after the last one of the year; numbers that were left out stay free."""
    taken = Publication.objects.filter(symbol__startswith=f"P/{year}/").values_list(
        "symbol", flat=True
    )
    numbers = (int(match[1]) for match in map(re.compile(r"/(\d+)$").search, taken) if match)
    return f"P/{year}/{max(numbers, default=0) + 1:02d}"


def record(
    save: Callable[[], Publication],
    *,
    files: Mapping[str, Upload],
    removed: Collection[str] = (),
) -> Publication:
    """Save a publication and its files, per language, all or nothing.

    ``save`` stores the record itself. A file that is replaced or removed leaves the storage once
    everything is committed; a new one leaves it again when something fails. Raises
    ValidationError when the symbol was taken in the meantime.
    """
    stored: list[tuple[Storage, str]] = []
    publication = None
    try:
        with transaction.atomic():
            publication = save()
            for language in removed:
                remove_file(publication, language)
            for language, upload in files.items():
                kept = keep_file(publication, language, upload)
                stored.append((kept.storage, kept.name))
            announce(publication)
    except BaseException as error:
        for storage, name in stored:
            storage.delete(name)
        if publication is None and isinstance(error, IntegrityError):
            raise ValidationError(
                {"symbol": _("Another publication already has this symbol.")}
            ) from error
        raise
    return publication


# -- The editorial life --------------------------------------------------------------------------

P = PublicationState
# From which states a step may be taken, and what is said when it may not.
STEPS = {
    StepKind.PROPOSED: (P.PROPOSED, (P.DRAFT, P.SENT_BACK), _("This text is not a draft.")),
    StepKind.SENT_BACK: (P.SENT_BACK, (P.PROPOSED,), _("This text is not in review.")),
    StepKind.SCHEDULED: (
        P.SCHEDULED,
        (P.DRAFT, P.PROPOSED, P.SENT_BACK, P.WITHDRAWN, P.SCHEDULED),
        _("This publication is already published."),
    ),
    StepKind.UNSCHEDULED: (P.DRAFT, (P.SCHEDULED,), _("This text is not on the schedule.")),
    StepKind.PUBLISHED: (
        P.PUBLISHED,
        (P.DRAFT, P.PROPOSED, P.SENT_BACK, P.WITHDRAWN, P.SCHEDULED),
        _("This publication is already published."),
    ),
    StepKind.WITHDRAWN: (
        P.WITHDRAWN,
        (P.PUBLISHED, P.SCHEDULED),
        _("Only what is published can be withdrawn."),
    ),
}


def publish(publication: Publication, *, by: User | None = None):
    """Open the text to those it is for, or have it appear on its date when that is to come.

    Raises ValidationError when it is open already.
    """
    if publication.published_on > timezone.localdate():
        day = datetime.datetime.combine(publication.published_on, datetime.time())
        schedule(publication, at=timezone.make_aware(day), by=by)
    else:
        take(publication, StepKind.PUBLISHED, by=by)


def schedule(publication: Publication, *, at: datetime.datetime, by: User | None):
    """Have it published by itself at a moment to come. Raises ValidationError otherwise."""
    if at <= timezone.now():
        raise ValidationError(_("Choose a moment to come."), code="past")
    take(publication, StepKind.SCHEDULED, by=by, appears_at=at)


def release_due() -> int:
    """Publish what was scheduled and is due; how many. Each by itself, so that one that fails
    holds nothing up."""
    count = 0
    for publication in Publication.objects.due(timezone.now()).order_by("appears_at", "pk"):
        try:
            take(publication, StepKind.PUBLISHED, by=None, only_from=(P.SCHEDULED,))
        except ValidationError:
            continue  # somebody was faster
        count += 1
    return count


def withdraw(publication: Publication, *, by: User | None = None, reason: str = ""):
    """Take a published text back; its symbol stays taken. Raises ValidationError otherwise."""
    take(publication, StepKind.WITHDRAWN, by=by, reason=reason)


@transaction.atomic
def take(
    publication: Publication,
    kind: str,
    *,
    by: User | None,
    reason: str = "",
    only_from: Collection[str] = (),
    **values,
) -> EditorialStep:
    """Take a step of the editorial life, and write down who took it and why.

    Raises ValidationError when the text does not stand where the step begins.
    """
    state, after, refused = STEPS[kind]
    current = Publication.objects.select_for_update().get(pk=publication.pk)
    if current.state not in (only_from or after):
        raise ValidationError(refused, code="wrong_state")
    values = {"state": state, "appears_at": None} | values
    for name, value in values.items():
        setattr(current, name, value)
        setattr(publication, name, value)
    current.save(update_fields=list(values))
    return EditorialStep.objects.create(
        publication=current, kind=kind, state=state, by=by, reason=reason
    )
