"""The mails of an issue: one made for each segment, and a copy for each reader."""

import datetime
from email.utils import formatdate, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from portal.lib import mail, stencils
from portal.lib.links import absolute_url
from publications.models import Issue
from publications.newsletters import choices, envelopes, rendering
from publications.newsletters.choices import Choice
from publications.newsletters.ledger import Row

OWN_HEADERS = ("Message-ID", "Date", "List-Unsubscribe")


class Segment:
    """All readers with one language and audience get the same mail but for their token, which is
    in its links, and the day since when they are subscribed.

    ``comes_back_as`` says of what kind the mail is in the address that it comes back to.
    """

    comes_back_as = envelopes.LETTER

    def __init__(self, message: EmailMessage, language: str):
        self.language = language
        # Dates are written once for all who are subscribed since the same day.
        self.since: dict[datetime.date | None, bytes] = {}
        self.unsubscribe = message.extra_headers["List-Unsubscribe"]
        holes = {"token": rendering.TOKEN, "since": rendering.SINCE}
        self.stencil = stencils.Stencil(message, holes=holes, own=OWN_HEADERS)
        self.sender = stencils.address(parseaddr(message.from_email)[1]).decode("ascii")
        self.comes_back_apart = envelopes.is_on()
        self.host = sending_host()

    def message_id(self, row: Row) -> str:
        """From the row, so that a copy that came twice is recognised."""
        raise NotImplementedError

    def returns_to(self, row: Row) -> str:
        """The sender on the envelope: the address of the network, or one for this mail alone."""
        if self.comes_back_apart:
            return envelopes.address(self.comes_back_as, row.pk)
        return self.sender

    def copy(self, row: Row, *, since: datetime.date | None = None) -> tuple[str, bytes]:
        """The address and the mail of one reader. Raises stencils.Unwritable."""
        if since not in self.since:
            told = rendering.since_when(since, self.language)
            self.since[since] = stencils.quoted(told)
        to = stencils.address(row.email).decode("ascii")
        content = self.stencil.filled(
            to=to,
            headers={
                "Message-ID": self.message_id(row),
                "Date": formatdate(),
                "List-Unsubscribe": self.unsubscribe.replace(rendering.TOKEN, row.token),
            },
            words={"token": row.token, "since": self.since[since]},
        )
        return to, content


class LetterSegment(Segment):
    def __init__(self, issue: Issue, language: str, audience: str):
        letter = rendering.letter(issue, language, audience=audience)
        message = mail.assemble(
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            to="",
            language=language,
            headers=headers_of(issue, language, audience),
        )
        super().__init__(message, language)
        self.symbol = issue.dashed_symbol.lower()

    def message_id(self, row: Row) -> str:
        return f"<{self.symbol}.{row.pk}@{self.host}>"


def message_id(issue: Issue, delivery: int) -> str:
    """What ``LetterSegment.message_id`` wrote into the mail of a delivery."""
    return f"<{issue.dashed_symbol.lower()}.{delivery}@{sending_host()}>"


def headers_of(issue: Issue, language: str, audience: str) -> dict[str, str]:
    """Those of a segment, still without a reader."""
    return list_headers(
        issue.newsletter,
        issue.dashed_symbol,
        language=language,
        audience=audience,
        token=rendering.TOKEN,
    )


def list_headers(
    choice: Choice, about: str, *, language: str, audience: str, token: str
) -> dict[str, str]:
    """What mail programs and providers are told: which list it is, and how to leave it.

    The address to leave at takes a bare POST (RFC 8058). Providers count complaints by the
    Feedback-ID: what of the list it is ``about``, segment, list, sender.
    """
    host, code = sending_host(), choices.code_of(choice)
    unsubscribe = absolute_url(
        "publications:unsubscribe_from", language=language, token=token, code=code
    )
    return {
        "List-Id": f"<{code.lower()}.newsletters.{host}>",
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": f"{about}:{language}-{audience}:{code}:{host}".lower(),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }


def sending_host() -> str:
    return urlsplit(settings.SITE_URL).hostname
