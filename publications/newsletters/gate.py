"""What must be there before an issue may go out, and who lets it go."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from portal.lib.templatetags.text import in_language
from portal.lib.translations import LANGUAGES, Text
from publications.models import FallbackAcceptance, Issue
from publications.models.newsletters import IssueState
from publications.models.subscribers import Audience
from publications.newsletters import accepting, rendering
from publications.newsletters import recipients as readers_of
from publications.newsletters.drafting import reopen, require_editable
from publications.newsletters.lacking import Lack, lacks

# Gmail cuts a mail off beyond 102 KB.
LARGEST_MAIL = 100 * 1024


@dataclass(frozen=True)
class Readiness:
    """How one language of an issue stands: what it lacks, and who would receive it.

    ``subject`` is what its readers would see, ``own_words`` the state of subject, opening text
    and blocks, ``fallbacks`` the number of texts that its readers would get in another language,
    ``lacks`` what is missing by name. ``acceptance`` is the editor's word that it may go out so,
    None when there is none for the texts as they are now. ``audiences`` are its
    recipients by audience, ``size`` the octets of its HTML.
    """

    language: str
    subject: Text
    own_words: str
    is_complete: bool
    fallbacks: int
    lacks: list[Lack]
    acceptance: FallbackAcceptance | None
    items: int
    recipients: int
    audiences: list[tuple[str, int]]
    size: int

    @property
    def cells(self) -> list[tuple[str, str]]:
        """The one cell of the language bar."""
        return [(self.language, self.own_words)]

    @property
    def may_leave(self) -> bool:
        return self.is_complete or self.acceptance is not None

    @property
    def is_too_large(self) -> bool:
        return self.size > LARGEST_MAIL


def recipients(issue: Issue) -> Counter:
    """The number of readers per language, of either audience."""
    found = Counter()
    for (language, _audience), number in segments(issue).items():
        found[language] += number
    return found


def segments(issue: Issue) -> Counter:
    """The number of readers per language and audience."""
    return Counter(readers_of.counts([issue.newsletter])[issue.newsletter_id])


def readiness(issue: Issue, *, user: User | None = None) -> list[Readiness]:
    """How each of the three languages stands. For a user, each lack leads to where it is mended."""
    counted, accepted = segments(issue), accepting.current(issue)
    found = []
    for language in LANGUAGES:
        contents = rendering.contents(issue, language)
        acceptance = accepted.get(language)
        if acceptance and acceptance.texts != accepting.fingerprint(issue, contents):
            acceptance = None
        is_complete = rendering.is_whole(issue, contents)
        found.append(
            Readiness(
                language=language,
                subject=contents["subject"],
                own_words=rendering.own_words(issue, language),
                is_complete=is_complete,
                fallbacks=len(rendering.fallbacks(contents)),
                lacks=lacks(issue, contents, user=user),
                acceptance=None if is_complete else acceptance,
                items=sum(len(section["items"]) for section in contents["sections"])
                + sum(map(len, contents["blocks"].values())),
                recipients=sum(counted[language, audience] for audience in Audience),
                audiences=[
                    (audience.label, counted[language, audience])
                    for audience in Audience
                    if counted[language, audience]
                ],
                size=len(rendering.letter(issue, language, found=contents).html.encode()),
            )
        )
    return found


@transaction.atomic
def make_ready(issue: Issue, *, by: User | None) -> Issue:
    """Declare an issue ready to be sent; ``by`` is nobody on the shell.

    Every language is complete, or an editor has accepted what it lacks: see
    ``accepting.accept``. Raises ValidationError otherwise.
    """
    require_editable(issue)
    require_whole(readiness(issue))
    issue.state, issue.ready_by, issue.ready_as = IssueState.READY, by, fingerprint(issue)
    issue.save()
    return issue


def require_whole(found: list[Readiness]):
    """Raises ValidationError, a message for each language that may not leave."""
    if not any(language.items for language in found):
        raise ValidationError(
            _("Nothing new is in this issue. Add something before it is sent."), code="empty"
        )
    bare = [language.language for language in found if not language.items]
    if bare:
        raise ValidationError(
            [
                ValidationError(
                    _("Nothing is in the letter %(in_language)s."),
                    code="empty",
                    params={"in_language": in_language(language)},
                )
                for language in bare
            ]
        )
    if any(language.is_too_large for language in found):
        raise ValidationError(
            _("This issue is larger than 100 KB and would be cut off. Remove some items."),
            code="too_large",
        )
    missing = [language.language for language in found if not language.may_leave]
    if missing:
        raise ValidationError(
            [
                ValidationError(
                    _(
                        "This issue is not complete %(in_language)s. Complete it, or accept in "
                        "writing that some texts go out in another language."
                    ),
                    code="incomplete",
                    params={"in_language": in_language(language)},
                )
                for language in missing
            ]
        )


def fingerprint(issue: Issue) -> str:
    """All that the readers of the three languages would read, whatever the day."""
    found = [rendering.contents(issue, language) for language in LANGUAGES]
    told = [[contents["preheader"], rendering.texts_of(contents)] for contents in found]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def require_unchanged(issue: Issue):
    """An issue that says something else than when it was declared ready is a draft again.

    Raises ValidationError then: a text it tells of has been edited, translated or withdrawn since.
    """
    if issue.state == IssueState.READY and issue.ready_as != fingerprint(issue):
        reopen(issue)
        raise ValidationError(
            _(
                "What this issue tells of has changed since it was declared ready. "
                "Look at it again."
            ),
            code="changed",
        )
