"""One mail of an issue before it leaves: its pictures, sections, head, size, way out, languages."""

import re
from collections.abc import Iterator
from email.header import Header
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from lxml import html

from portal.lib import alternates, anonymous
from portal.lib.templatetags.text import in_language
from publications.newsletters import copies, rendering
from publications.newsletters.findings import Finding, Segment, failed, warning
from publications.newsletters.gate import LARGEST_MAIL

# Beyond it a mail is nearly as large as Gmail shows whole.
NEARLY_TOO_LARGE = 90 * 1024
# A phone shows so many characters of a subject; a preheader shorter than that says little.
LONG_SUBJECT, LONGEST_SUBJECT, SHORT_PREHEADER = 70, 150, 20
# Controls, and what turns the direction of writing round: neither belongs into a header.
NOT_IN_A_HEADER = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
TAG = re.compile(r"</?(p|a|br|div|span|h[1-6]|table|td|strong|em)\b[^>]*>", re.IGNORECASE)


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
