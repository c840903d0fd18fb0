"""What is looked at before an issue may leave: each check passed, failed or with a warning.

What failed keeps the issue back; a warning leaves it to the editor. Every segment is looked at:
what its readers would get, as HTML, as plain text and in the head of the mail.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.header import Header
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from lxml import html

from portal.lib import alternates, anonymous
from portal.lib.templatetags.text import in_language, long_moment
from portal.lib.translations import LANGUAGES
from publications.models import Issue, OutsideLink
from publications.models.links import LinkOutcome
from publications.newsletters import copies, linkchecking, previewing, rendering
from publications.newsletters.gate import LARGEST_MAIL

# Beyond it a mail is nearly as large as Gmail shows whole.
NEARLY_TOO_LARGE = 90 * 1024
# A phone shows so many characters of a subject; a preheader shorter than that says little.
LONG_SUBJECT, LONGEST_SUBJECT, SHORT_PREHEADER = 70, 150, 20
# Controls, and what turns the direction of writing round: neither belongs into a header.
NOT_IN_A_HEADER = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
TAG = re.compile(r"</?(p|a|br|div|span|h[1-6]|table|td|strong|em)\b[^>]*>", re.IGNORECASE)


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


def run(issue: Issue) -> list[Check]:
    """All checks of an issue, in the active language."""
    mails = segments(issue)
    return [
        own_links(mails),
        outside_links(mails),
        *(
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
        ),
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


def failed(text: str, url: str = "") -> Finding:
    return Finding(Verdict.FAILED, text, url)


def warning(text: str, url: str = "") -> Finding:
    return Finding(Verdict.WARNING, text, url)


# -- Links -----------------------------------------------------------------------------------------


def own_links(mails: list[Segment]) -> Check:
    """Each address of the portal, as an anonymous reader would be answered."""
    own = [url for url in all_links(mails) if anonymous.is_own(url)]
    findings = []
    for url in own:
        match = anonymous.match_of(url)
        if match is None:
            findings.append(failed(_("There is no page at %(url)s.") % {"url": url}))
        elif rendering.TOKEN in url or leads_to_itself(match, mails[0].issue):
            continue
        elif (status := anonymous.status_of(url)) != 200:
            findings.append(failed(refused(url, status)))
    return Check("own_links", _("Links within the portal"), findings, counted(own, findings))


def leads_to_itself(match, issue: Issue) -> bool:
    """The page of the issue opens as its sending starts."""
    return match.kwargs.get("symbol") == issue.dashed_symbol and match.url_name in (
        "issue",
        "issue_pdf",
    )


def refused(url: str, status: int) -> str:
    if status in (301, 302, 307, 308):
        text = _("%(url)s leads readers elsewhere, perhaps to the log-in.")
    else:
        text = _("%(url)s is not open to readers: withdrawn, or for members only (%(status)d).")
    return text % {"url": url, "status": status}


def outside_links(mails: list[Segment]) -> Check:
    """Each other address, as the background has found it within a day."""
    title = _("Links to the outside")
    urls = [url for url in all_links(mails) if not anonymous.is_own(url)]
    web = [url for url in urls if urlsplit(url).scheme in ("http", "https")]
    findings = [wrong_scheme(url) for url in urls if url not in web and not is_mail(url)]
    if web and not linkchecking.is_on():
        findings.append(
            warning(_("This portal does not look at links to the outside. Try them yourself."))
        )
        return Check("outside_links", title, findings, counted(web, findings))
    linkchecking.ask_for(web)
    known = linkchecking.known(web)
    findings += [found for url in web if (found := finding_of(url, known.get(url)))]
    return Check("outside_links", title, findings, counted(web, findings))


def is_mail(url: str) -> bool:
    return bool(re.fullmatch(r"mailto:[^@\s?]+@[^@\s]+", url))


def wrong_scheme(url: str) -> Finding:
    return failed(
        _("%(url)s is no address of the web. Begin it with https:// or take it out.") % {"url": url}
    )


def finding_of(url: str, link: OutsideLink | None) -> Finding | None:
    """What is wrong with an address; an answer that is missing keeps the letter back, as one that
    was too slow today does not."""
    if len(url) > linkchecking.LONGEST:
        return failed(_("%(url)s… is too long for an address.") % {"url": url[:80]})
    if link is None or link.checked_at is None:
        return failed(
            _("%(url)s has not been looked at yet. Open this page again in a minute.")
            % {"url": url}
        )
    words = {"url": url, "when": long_moment(link.checked_at), "status": link.status or link.detail}
    if link.outcome == LinkOutcome.MISSING:
        return failed(_("%(url)s does not exist (%(status)s, %(when)s). Mend it.") % words)
    if link.outcome == LinkOutcome.FORBIDDEN:
        return failed(_("%(url)s leads where no reader can go (%(when)s). Take it out.") % words)
    if link.outcome == LinkOutcome.FAILED:
        return warning(_("%(url)s did not answer (%(status)s, %(when)s). Try it yourself.") % words)
    if link.outcome == LinkOutcome.CLOSED:
        return warning(
            _("%(url)s answers no programs (%(status)s, %(when)s). Try it yourself.") % words
        )
    return None


def all_links(mails: list[Segment]) -> list[str]:
    return list(dict.fromkeys(url for mail in mails for url in mail.links))


def counted(urls: list[str], findings: list[Finding]) -> str:
    if not urls:
        return ""
    number = len(urls)
    text = ngettext(
        "%(good)d of %(number)d link in order.", "%(good)d of %(number)d links in order.", number
    )
    return text % {"good": max(number - len(findings), 0), "number": number}


# -- One mail --------------------------------------------------------------------------------------


def alternatives(mail: Segment) -> Iterator[Finding]:
    for picture in mail.page.iter("img"):
        if picture.get("alt") is None or not (
            picture.get("alt").strip() or picture.get("role") == "presentation"
        ):
            yield failed(
                _("A picture has no alternative text %(in_language)s.")
                % {"in_language": mail.name},
                mail.words_url,
            )
    for link in mail.page.iter("a"):
        words = "".join(link.itertext()) + "".join(one.get("alt", "") for one in link.iter("img"))
        if not words.strip():
            yield failed(
                _("A link has no words %(in_language)s: %(url)s")
                % {"in_language": mail.name, "url": link.get("href", "")},
                mail.words_url,
            )


def empty_sections(mail: Segment) -> Iterator[Finding]:
    found = mail.found
    if not any(section["items"] for section in found["sections"]) and not any(
        found["blocks"].values()
    ):
        yield failed(_("Nothing is in the letter %(in_language)s.") % {"in_language": mail.name})
    for heading in mail.page.iter("h2"):
        if not words_after(heading):
            yield failed(
                _("Nothing follows the heading “%(heading)s” %(in_language)s.")
                % {"heading": "".join(heading.itertext()).strip(), "in_language": mail.name}
            )
    if mail.language == mail.issue.original_language:
        shown = sum(len(section["items"]) for section in mail.found["sections"])
        there = mail.issue.items.filter(**{f"in_{mail.language}": True})
        if gone := there.count() - shown:
            text = ngettext(
                "%(count)d item is not public any more and is left out.",
                "%(count)d items are not public any more and are left out.",
                gone,
            )
            yield warning(text % {"count": gone})


def words_after(heading) -> str:
    """What stands between a heading and the next one of its rank."""
    words = heading.tail or ""
    for sibling in heading.itersiblings():
        if sibling.tag == "h2":
            break
        words += "".join(sibling.itertext()) + (sibling.tail or "")
    return words.strip()


def plain_text(mail: Segment) -> Iterator[Finding]:
    text = mail.letter.text
    language = {"in_language": mail.name}
    if not text.strip():
        yield failed(_("There is no plain text %(in_language)s.") % language)
        return
    if TAG.search(text):
        yield failed(_("The plain text holds mark-up %(in_language)s.") % language, mail.words_url)
    items = [item for section in mail.found["sections"] for item in section["items"]]
    for item in items:
        if item["url"] and item["url"] not in text:
            yield failed(
                _("“%(title)s” is missing from the plain text %(in_language)s.")
                % (language | {"title": item["title"].value})
            )


def size(mail: Segment) -> Iterator[Finding]:
    octets = len(mail.letter.html.encode())
    words = {"size": -(-octets // 1024), "in_language": mail.name}
    if octets > LARGEST_MAIL:
        yield failed(
            _(
                "%(size)d KB %(in_language)s: mail programs cut it off beyond 100 KB. "
                "Take items out."
            )
            % words
        )
    elif octets > NEARLY_TOO_LARGE:
        yield warning(_("%(size)d KB %(in_language)s: nearly as large as a mail may be.") % words)


def subject(mail: Segment) -> Iterator[Finding]:
    text, words = (
        mail.letter.subject,
        {"in_language": mail.name, "length": len(mail.letter.subject)},
    )
    if not text.strip():
        yield failed(_("There is no subject %(in_language)s.") % words, mail.words_url)
    elif NOT_IN_A_HEADER.search(text) or not is_header(text):
        yield failed(
            _("The subject holds a line break or another invisible sign %(in_language)s.") % words,
            mail.words_url,
        )
    elif len(text) > LONGEST_SUBJECT:
        yield failed(
            _("The subject has %(length)d characters %(in_language)s: 150 at most.") % words,
            mail.words_url,
        )
    elif len(text) > LONG_SUBJECT:
        yield warning(
            _(
                "The subject has %(length)d characters %(in_language)s: phones show about the "
                "first 40, computers 70."
            )
            % words,
            mail.words_url,
        )


def is_header(text: str) -> bool:
    """Whether it can stand in the head of a mail, in lines as long as they may be."""
    encoded = Header(text, "utf-8", header_name="Subject").encode()
    return all(len(line) <= 78 and line[:1] in (" ", "=") for line in encoded.split("\n"))


def preheader(mail: Segment) -> Iterator[Finding]:
    text = rendering.preview(mail.found)
    if not text.strip():
        yield warning(
            _("Nothing stands beside the subject %(in_language)s in the list of mails.")
            % {"in_language": mail.name},
            mail.words_url,
        )
    elif len(text) < SHORT_PREHEADER:
        yield warning(
            _("What stands beside the subject is very short %(in_language)s: “%(text)s”.")
            % {"in_language": mail.name, "text": text},
            mail.words_url,
        )


def unsubscribe(mail: Segment) -> Iterator[Finding]:
    """The links of the reader, in HTML, in plain text and in the head, each in the own language."""
    words = {"in_language": mail.name}
    for place, urls in (
        (_("the mail"), mail.links),
        (_("the plain text"), re.findall(r"https?://\S+", mail.letter.text)),
    ):
        own = [url for url in urls if rendering.TOKEN in url]
        if not any(match_name(url).startswith("unsubscribe") for url in own):
            yield failed(
                _("No link to unsubscribe is in %(place)s %(in_language)s.")
                % (words | {"place": place})
            )
        if any(language_of(url) != mail.language for url in own):
            yield failed(
                _("A link to unsubscribe leads to another language than the mail %(in_language)s.")
                % words
            )
    headers = copies.headers_of(mail.issue, mail.language, mail.audience)
    target = headers.get("List-Unsubscribe", "").strip("<>")
    is_right = match_name(target).startswith("unsubscribe") and language_of(target) == mail.language
    if not is_right or headers.get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield failed(_("Mail programs are not told how to unsubscribe %(in_language)s.") % words)


def match_name(url: str) -> str:
    match = anonymous.match_of(url) if anonymous.is_own(url) else None
    return (match.url_name or "") if match else ""


def language_of(url: str) -> str:
    return alternates.split(urlsplit(url).path)[0]


def languages(mail: Segment) -> Iterator[Finding]:
    """The page says its language, and each text that is in another one says so itself."""
    root = mail.page.getroottree().getroot()
    if root.get("lang") != mail.language:
        yield failed(
            _("The mail %(in_language)s does not say its language.") % {"in_language": mail.name}
        )
    bodies = {block["body"] for blocks in mail.found["blocks"].values() for block in blocks}
    for text in rendering.fallbacks(mail.found):
        value = html.fromstring(text.value).text_content() if text in bodies else text.value
        for paragraph in value.replace("\r\n", "\n").split("\n\n"):
            if squeezed(paragraph) and not carries(root, squeezed(paragraph), text.language):
                yield failed(
                    _("“%(text)s…” does not say that it is %(other)s %(in_language)s.")
                    % {
                        "text": paragraph.strip()[:60],
                        "other": in_language(text.language),
                        "in_language": mail.name,
                    }
                )


def carries(root, words: str, language: str) -> bool:
    """Whether the words stand within an element that says this language."""
    return any(
        words in squeezed("".join(element.itertext()))
        for element in root.iter()
        if isinstance(element.tag, str) and element.get("lang") == language
    )


def squeezed(text: str) -> str:
    """The letters and digits alone: spaces and signs are set as the language wants them."""
    return "".join(filter(str.isalnum, text))
