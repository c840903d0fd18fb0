"""What is looked at before an issue may leave: each check passed, failed or with a warning.

What failed keeps the issue back; a warning leaves it to the editor. Every segment is looked at:
what its readers would get, as HTML, as plain text and in the head of the mail.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from publications.models import Issue
from publications.newsletters.findings import Check, Finding, Segment, Verdict, segments
from publications.newsletters.preflight_links import outside_links, own_links
from publications.newsletters.preflight_mails import (
    alternatives,
    empty_sections,
    languages,
    plain_text,
    preheader,
    size,
    subject,
    unsubscribe,
)


def run(issue: Issue) -> list[Check]:
    """All checks of an issue, in the active language."""
    mails = segments(issue)
    return [own_links(mails), outside_links(mails), *checks_of_each(mails)]


def checks_of_each(mails: list[Segment]) -> list[Check]:
    """The checks for which each mail is looked at by itself."""
    return [
        Check(code, title, once(found for mail in mails for found in look(mail)))
        for code, title, look in (
            ("alternatives", _("Alternative texts"), alternatives),
            ("sections", _("Empty sections"), empty_sections),
            ("plain", _("Plain text"), plain_text),
            ("size", _("Size"), size),
            ("subject", _("Subject"), subject),
            ("preheader", _("Preview beside the subject"), preheader),
            ("unsubscribe", _("Way to unsubscribe"), unsubscribe),
            ("languages", _("Language of each text"), languages),
        )
    ]


def once(findings: Iterable[Finding]) -> list[Finding]:
    """What both audiences of a language have in common is said once."""
    return list(dict.fromkeys(findings))


def require_passed(issue: Issue):
    """Raises ValidationError with what failed."""
    failed = [check for check in run(issue) if check.verdict == Verdict.FAILED]
    if failed:
        raise ValidationError(
            [
                ValidationError(f"{check.title}: {finding.text}", code=check.code)
                for check in failed
                for finding in check.findings
                if finding.verdict == Verdict.FAILED
            ]
        )
