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
from publications import telling
from publications.filing import Upload, keep_file, remove_file
from publications.models import EditorialStep, Publication
from publications.models.library import Ground, PublicationState
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


def publish(publication: Publication, *, by: User | None = None, seen: int | None = None):
    """Open the text to those it is for, or have it appear on its date when that is to come.

    Raises ValidationError when it is open already, or when somebody else was faster than the
    page on which this was decided: ``seen`` is the last step that it showed.
    """
    if publication.published_on > timezone.localdate():
        day = datetime.datetime.combine(publication.published_on, datetime.time())
        schedule(publication, at=timezone.make_aware(day), by=by, seen=seen)
    else:
        take(publication, StepKind.PUBLISHED, by=by, seen=seen)


def schedule(
    publication: Publication,
    *,
    at: datetime.datetime,
    by: User | None,
    seen: int | None = None,
):
    """Have it published by itself at a moment to come. Raises ValidationError otherwise."""
    if at <= timezone.now():
        raise ValidationError(_("Choose a moment to come."), code="past")
    take(publication, StepKind.SCHEDULED, by=by, seen=seen, appears_at=at)


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


def withdraw(
    publication: Publication,
    *,
    by: User | None = None,
    reason: str = "",
    because: str = Ground.OTHER,
    seen: int | None = None,
):
    """Take a published text back; its symbol stays taken, and its address tells readers why.

    ``reason`` is for the log, ``because`` for the public. Raises ValidationError otherwise.
    """
    take(
        publication,
        StepKind.WITHDRAWN,
        by=by,
        reason=reason,
        seen=seen,
        withdrawn_at=timezone.now(),
        withdrawn_because=because,
    )


@transaction.atomic
def take(
    publication: Publication,
    kind: str,
    *,
    by: User | None,
    reason: str = "",
    only_from: Collection[str] = (),
    seen: int | None = None,
    **values,
) -> EditorialStep:
    """Take a step of the editorial life, write down who took it and why, and tell the proposer.

    Raises ValidationError when the text does not stand where the step begins, or when another
    step was taken since the one that was ``seen``.
    """
    state, after, refused = STEPS[kind]
    current = Publication.objects.select_for_update().get(pk=publication.pk)
    require_seen(current, seen)
    if current.state not in (only_from or after):
        raise ValidationError(refused, code="wrong_state")
    if kind in (StepKind.PUBLISHED, StepKind.SCHEDULED):
        require_offered(current)
    if kind == StepKind.UNSCHEDULED and current.proposed_for_id:
        state = P.PROPOSED
    settled = {"appears_at": None, "withdrawn_at": None, "withdrawn_because": ""}
    values = {"state": state} | settled | values
    for name, value in values.items():
        setattr(current, name, value)
        setattr(publication, name, value)
    current.save(update_fields=list(values))
    return note(current, kind, by=by, reason=reason)


# What the steps write and no form does: a form that was opened before must not put it back.
BY_STEPS = (
    "state",
    "appears_at",
    "announced_at",
    "withdrawn_at",
    "withdrawn_because",
    "replaced_by_id",
    "authors",
)


def keep_life(publication: Publication):
    """Before a form writes the whole row: where the text stands comes from the database."""
    stored = Publication.objects.select_for_update().get(pk=publication.pk)
    for name in BY_STEPS:
        setattr(publication, name, getattr(stored, name))


def require_seen(current: Publication, seen: int | None):
    """Raises ValidationError when somebody took a step after the one that was seen."""
    if seen is None:
        return
    latest = current.steps.select_related("by").order_by("at", "pk").last()
    if latest is not None and latest.pk != seen:
        raise ValidationError(
            _("Somebody was faster: %(step)s. Look once more at where this text stands."),
            code="faster",
            params={"step": latest.get_kind_display()},
        )


def require_offered(current: Publication):
    """Raises ValidationError when its organisation keeps the text, or has taken it back."""
    if current.is_unsent:
        raise ValidationError(_("Its organisation is still writing this text."), code="not_offered")
    taken_back = current.state == P.WITHDRAWN and current.announced_at is None
    if taken_back and current.proposed_for_id:
        raise ValidationError(
            _("This text was withdrawn before it appeared. It can be proposed anew."),
            code="not_offered",
        )


def note(
    publication: Publication, kind: str, *, by: User | None, reason: str = ""
) -> EditorialStep:
    """Write a step down where the publication stands now, and tell whom it concerns."""
    step = EditorialStep.objects.create(
        publication=publication, kind=kind, state=publication.state, by=by, reason=reason
    )
    telling.tell(step)
    return step
