"""A fallback that an editor accepts for a language of an issue, in writing and by name."""

import hashlib
import json

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from portal.lib.templatetags.text import in_language
from publications.models import FallbackAcceptance, Issue
from publications.newsletters import rendering
from publications.newsletters.drafting import reopen, require_editable


def fingerprint(issue: Issue, found: dict) -> str:
    """What an acceptance is for: the texts in another language, and how the own words stand.

    Of words that are to be revised it is these words, and the original that they are behind.
    """
    language = found["language"]
    told = [rendering.own_words(issue, language), sorted(rendering.fallbacks(found))]
    blocks = [block for block in issue.blocks.order_by("pk") if block.is_in(language)]
    for record in (issue, *blocks):
        told += [record.own_texts(language), record.fingerprint()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def current(issue: Issue) -> dict[str, FallbackAcceptance]:
    """What is accepted now, by language; whether it still holds is for the gate to say."""
    rows = FallbackAcceptance.objects.current().filter(issue=issue).select_related("by")
    return {row.language: row for row in rows}


@transaction.atomic
def accept(issue: Issue, *, language: str, reason: str, by: User) -> FallbackAcceptance:
    """Let a language go out with some texts in another one, marked as such.

    Raises ValidationError when nothing is missing in the language, without a reason, and once the
    issue is on its way.
    """
    require_editable(issue)
    found = rendering.contents(issue, language)
    if not reason.strip():
        raise ValidationError(
            _("Write why readers get some texts in another language."), code="no_reason"
        )
    if rendering.is_whole(issue, found):
        raise ValidationError(
            _("This issue is complete %(in_language)s: there is nothing to accept."),
            code="complete",
            params={"in_language": in_language(language)},
        )
    end(issue, language)
    return FallbackAcceptance.objects.create(
        issue=issue,
        language=language,
        reason=reason.strip(),
        by=by,
        texts=fingerprint(issue, found),
    )


@transaction.atomic
def take_back(issue: Issue, *, language: str):
    """Accept it no longer; an issue that was ready is a draft again."""
    require_editable(issue)
    if end(issue, language):
        reopen(issue)


def end(issue: Issue, language: str) -> int:
    rows = FallbackAcceptance.objects.current().filter(issue=issue, language=language)
    return rows.update(ended_at=timezone.now())
