"""A letter as the readers of a segment will see it, for those who edit it."""

import re
from html import escape

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import html

from members.models import User
from portal.lib import prose
from portal.lib.links import absolute
from publications.models import Issue
from publications.models.subscribers import Audience
from publications.newsletters import holding, rendering, sending

PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
# What stands in the links of a preview and of a test, and is nobody's.
NOBODY = "preview"


def audiences(issue: Issue) -> tuple[Audience, ...]:
    """The letter of the world goes to nobody as a member."""
    return tuple(Audience) if issue.region else (Audience.PUBLIC,)


def letter(issue: Issue, language: str, audience: str, *, images: bool = True) -> rendering.Letter:
    """The mail of a segment. Without images, their words stand there, as in many mail programs.

    Pictures are taken from where those who may edit the letter see them: until it is sent, the
    public does not.
    """
    found = rendering.letter(issue, language, audience=audience).addressed(
        token=NOBODY, since=timezone.localdate()
    )
    if images:
        return found._replace(
            html=found.html.replace(absolute("/pictures/"), prose.closed_address())
        )
    return found._replace(html=PICTURE.sub(without_picture, found.html))


def without_picture(match: re.Match) -> str:
    words = html.fragment_fromstring(match[0]).get("alt", "")
    return f'<span style="border:1px solid #837e9c;padding:0 6px;">{escape(words)}</span>'


def send_test(issue: Issue, *, language: str, audience: str, to: User):
    """Send a segment to a colleague; its links lead to no reader.

    Raises ValidationError for who does not edit the letter, while sending is paused, and when the
    mail server does not take it.
    """
    if not holding.editors(issue).filter(pk=to.pk).exists():
        raise ValidationError(
            _("A test goes to those alone who edit this letter."), code="not_an_editor"
        )
    sending.send_test(issue, language=language, audience=audience, to=to)
