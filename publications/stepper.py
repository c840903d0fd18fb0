"""Where a text stands, as its proposer and its reviewers both see it."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from members.models import Organisation, User
from portal.lib.templatetags.text import long_moment, plain_date
from publications.models import EditorialStep, Publication
from publications.models.library import PublicationState
from publications.models.life import StepKind


class Logged(NamedTuple):
    """One step of the log; ``by`` is empty for the schedule's own."""

    step: EditorialStep
    label: str | Promise
    by: str


def steps_of(publication: Publication, steps: list[EditorialStep]) -> list[dict]:
    """The four steps for components/steps.html: what is behind, where it stands, what follows."""
    state, P = publication.state, PublicationState
    order = [P.DRAFT, P.PROPOSED, P.SCHEDULED, P.PUBLISHED]
    titles = [_("Draft"), _("In review"), _("To appear"), _("Published")]
    if state == P.WITHDRAWN:
        reached = P.PUBLISHED if publication.announced_at else last_state(steps)
        at = order.index(reached) if reached in order else 0
        shown = [step(title, "done") for title in titles[: at + 1]]
        return [*shown, step(_("Withdrawn"), "current", note_of(publication, steps))]
    at = 0 if state == P.SENT_BACK else order.index(state)
    result = []
    for place, title in enumerate(titles):
        if place < at:
            result.append(step(title, "done"))
        elif place == at:
            title = _("Sent back") if state == P.SENT_BACK else title
            result.append(step(title, "current", note_of(publication, steps)))
        else:
            result.append(step(title, ""))
    return result


def step(title: str, state: str, note: str = "") -> dict:
    return {"title": title, "note": note, "state": state}


def last_state(steps: list[EditorialStep]) -> str:
    """Where the text stood before its last step."""
    earlier = [step.state for step in steps if step.kind != StepKind.WITHDRAWN]
    return earlier[-1] if earlier else PublicationState.DRAFT


def note_of(publication: Publication, steps: list[EditorialStep]) -> str:
    """Since when it stands there, or when it appears."""
    if publication.state == PublicationState.SCHEDULED and publication.appears_at:
        return long_moment(publication.appears_at)
    moves = [step for step in steps if step.kind not in STANDING_STILL]
    here = [step.at for step in moves if step.state == publication.state]
    return plain_date(here[-1]) if here else ""


def log_of(publication: Publication, steps: list[EditorialStep], user: User) -> list[Logged]:
    """All steps, the newest first. Who acts for an organisation that the user may not know of is
    “a member” and no more."""
    hides = (
        publication.proposed_for_id is not None
        and not Organisation.objects.visible_to(user)
        .filter(pk=publication.proposed_for_id)
        .exists()
    )
    return [Logged(one, one.get_kind_display(), who(one, hides=hides)) for one in reversed(steps)]


def who(step: EditorialStep, *, hides: bool) -> str:
    if step.by is None:
        return _("by itself, as scheduled") if step.kind == StepKind.PUBLISHED else ""
    if hides and step.kind in MEMBERS_STEPS:
        return _("a member")
    return str(step.by)


# Steps after which a text stands where it stood.
STANDING_STILL = (StepKind.CORRECTED, StepKind.REPLACED)
# Steps that an organisation takes of a text that it proposes.
MEMBERS_STEPS = (StepKind.RECORDED, StepKind.PROPOSED, StepKind.WITHDRAWN)
