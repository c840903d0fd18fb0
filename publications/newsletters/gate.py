"""What must be there before an issue may go out, and who lets it go."""

from collections import Counter
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from portal.lib.templatetags.text import in_language
from portal.lib.translations import LANGUAGES, Text, TranslationState
from publications.models import Issue
from publications.models.newsletters import IssueState
from publications.newsletters import recipients as readers_of
from publications.newsletters import rendering
from publications.newsletters.drafting import require_editable

# Gmail cuts a mail off beyond this.
LARGEST_MAIL = 100 * 1024


@dataclass(frozen=True)
class Readiness:
    """How one language of an issue stands: what it lacks, and who would receive it.

    ``subject`` is what its readers would see, ``own_words`` the state of subject and opening
    text, ``fallbacks`` the number of texts that its readers would get in another language,
    ``size`` the octets of its HTML.
    """

    language: str
    subject: Text
    own_words: str
    fallbacks: int
    items: int
    recipients: int
    size: int

    @property
    def cells(self) -> list[tuple[str, str]]:
        """The one cell of the language bar."""
        return [(self.language, self.own_words)]

    @property
    def is_complete(self) -> bool:
        return self.own_words == TranslationState.READY and not self.fallbacks

    @property
    def is_too_large(self) -> bool:
        return self.size > LARGEST_MAIL


def recipients(issue: Issue) -> Counter:
    """The number of readers per language, of either audience."""
    found = Counter()
    counted = readers_of.counts([issue.newsletter])[issue.newsletter_id]
    for (language, _audience), number in counted.items():
        found[language] += number
    return found


def readiness(issue: Issue) -> list[Readiness]:
    """How each of the three languages stands."""
    counted = recipients(issue)
    found = []
    for language in LANGUAGES:
        contents = rendering.contents(issue, language)
        found.append(
            Readiness(
                language=language,
                subject=contents["subject"],
                own_words=issue.translation_state(language),
                fallbacks=len(rendering.fallbacks(contents)),
                items=sum(len(section["items"]) for section in contents["sections"]),
                recipients=counted[language],
                size=len(rendering.letter(issue, language, found=contents).html.encode()),
            )
        )
    return found


@transaction.atomic
def make_ready(issue: Issue, *, by: User, accepted: tuple[str, ...] = ()) -> Issue:
    """Declare an issue ready to be sent.

    Every language is complete, or named among those whose readers may get texts in another
    one, marked as such: the issue keeps who accepted it. Raises ValidationError otherwise.
    """
    require_editable(issue)
    found = readiness(issue)
    if not any(language.items for language in found):
        raise ValidationError(
            _("Nothing new is in this issue. Add something before it is sent."), code="empty"
        )
    if any(language.is_too_large for language in found):
        raise ValidationError(
            _("This issue is larger than 100 KB and would be cut off. Remove some items."),
            code="too_large",
        )
    incomplete = [language.language for language in found if not language.is_complete]
    missing = [language for language in incomplete if language not in accepted]
    if missing:
        raise ValidationError(
            [
                ValidationError(
                    _(
                        "This issue is not complete %(in_language)s. Complete it, or accept that "
                        "some texts go out in another language."
                    ),
                    code="incomplete",
                    params={"in_language": in_language(language)},
                )
                for language in missing
            ]
        )
    issue.state, issue.ready_by, issue.accepted_fallbacks = IssueState.READY, by, incomplete
    issue.save()
    return issue
