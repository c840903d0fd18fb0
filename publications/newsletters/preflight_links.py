"""The links of an issue before it leaves: those of the portal, and those to the outside."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib import anonymous
from portal.lib.templatetags.text import long_moment
from publications.models import Issue, OutsideLink
from publications.models.links import LinkOutcome
from publications.newsletters import linkchecking, rendering
from publications.newsletters.findings import Check, Finding, Segment, failed, warning


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
