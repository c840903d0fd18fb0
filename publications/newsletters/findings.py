"""What is looked at before an issue may leave, and what was found: the mails and the checks."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from django.urls import reverse
from lxml import html

from portal.lib.templatetags.text import in_language
from portal.lib.translations import LANGUAGES
from publications.models import Issue
from publications.newsletters import previewing, rendering


class Verdict(StrEnum):
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One thing that was found, what to do about it, and the page where it is done."""

    verdict: Verdict
    text: str
    url: str = ""


@dataclass(frozen=True)
class Check:
    code: str
    title: str
    findings: list[Finding] = field(default_factory=list)
    summary: str = ""

    @property
    def verdict(self) -> Verdict:
        found = {finding.verdict for finding in self.findings}
        worst = (Verdict.FAILED, Verdict.WARNING, Verdict.PASSED)
        return next((one for one in worst if one in found), Verdict.PASSED)


@dataclass
class Segment:
    """One mail of an issue: what is in it, and what it says."""

    issue: Issue
    language: str
    audience: str
    found: dict
    letter: rendering.Letter

    @cached_property
    def page(self):
        return html.fromstring(self.letter.html)

    @property
    def name(self) -> str:
        return in_language(self.language)

    @cached_property
    def links(self) -> list[str]:
        found = (link.get("href", "").strip() for link in self.page.iter("a"))
        return list(dict.fromkeys(url for url in found if url))

    @property
    def words_url(self) -> str:
        return reverse("publications:newsletter_text", args=(self.issue.dashed_symbol,))


def segments(issue: Issue) -> list[Segment]:
    """One for each language and audience."""
    found = [(language, rendering.contents(issue, language)) for language in LANGUAGES]
    return [
        Segment(
            issue,
            language,
            audience,
            told,
            rendering.letter(issue, language, audience=audience, found=told),
        )
        for language, told in found
        for audience in previewing.audiences(issue)
    ]


def failed(text: str, url: str = "") -> Finding:
    return Finding(Verdict.FAILED, text, url)


def warning(text: str, url: str = "") -> Finding:
    return Finding(Verdict.WARNING, text, url)
