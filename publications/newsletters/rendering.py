"""One issue as data, and its skins: mail, plain text, web page and PDF.

``contents`` decides what is said in which language; every skin prints the same contents.
"""

import datetime
import hashlib
import json
from itertools import chain
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portal.lib import mail, network, pdf
from portal.lib.links import absolute, absolute_url
from portal.lib.sections import registered
from portal.lib.templatetags.text import plain_date
from portal.lib.text import french_spaces, sanitise
from portal.lib.translations import LANGUAGES, Text, TranslationState
from publications.models import Issue, IssueBlock
from publications.models.newsletters import WORLD
from publications.models.subscribers import Audience
from publications.newsletters import choices, sections

TEMPLATES = "publications/newsletters"
# What letters in print are drawn by beside what all printed documents share.
PRINT = ("templates/publications/newsletters/*_print.html", "publications/newsletters/*.py")

# Stand-ins for what differs between two readers of a segment; see Letter.addressed.
TOKEN = "token-of-the-reader-of-this-letter-here0"
SINCE = "since-when-the-reader-of-this-letter-is-subscribed"

# The nine colours as they stand out on the dark band of a mail, and a cell that is not lit.
CELLS = {
    "R1": "#c6d4fe",
    "R2": "#eebece",
    "R3": "#d5db88",
    "R4": "#94b1e8",
    "R5": "#d89ba2",
    "R6": "#a9b970",
    "R7": "#678fc2",
    "R8": "#ab7f73",
    "R9": "#b86d0c",
}
DIM_CELL = "#4a4666"


def contents(issue: Issue, language: str) -> dict:
    """All that an issue says in one language: pure data, each text with its real language.

    An empty section is left out. A text whose language is not the one asked for is a fallback,
    which every skin marks.
    """
    with translation.override(language):
        return {
            "symbol": issue.symbol,
            "number": issue.number,
            "year": issue.stands_for.year,
            "period": issue.period,
            "language": language,
            "code": issue.newsletter.code,
            "name": name_of(issue, language),
            "title": issue.newsletter.text("title", language),
            "subject": issue.text("subject", language),
            "lead": issue.text("lead", language),
            "preheader": issue.own_text("preheader", language),
            "blocks": blocks(issue, language),
            "date": date_of(issue),
            "url": absolute(reverse("publications:issue", args=(issue.dashed_symbol,))),
            "permanent": absolute(f"/id/{issue.dashed_symbol}"),
            "corrections": [
                {"date": one.made_on, "text": one.text("wording", language)}
                for one in issue.corrections.all()
            ],
            "sections": filled_sections(issue, language),
        }


def filled_sections(issue: Issue, language: str) -> list[dict]:
    """The sections with what is in the letter of the language."""
    shown = sections.shown_items(issue)
    found = {
        code: sorted(
            (one for one in items if one.is_in(language)), key=lambda one: one.order_in(language)
        )
        for code, items in shown.items()
    }
    return [
        sections.told(section, {item.pk: item.subject for item in found[section.code]}, language)
        for section in registered()
        if found[section.code]
    ]


def blocks(issue: Issue, language: str) -> dict[str, list[dict]]:
    """The free blocks by their place, each with its heading and its sanitised prose."""
    found = {place: [] for place in IssueBlock.Place.values}
    for block in sorted(issue.blocks.all(), key=lambda one: one.order_in(language)):
        if not block.is_in(language):
            continue
        body = block.text("body", language)
        found[block.place].append(
            {
                "pk": block.pk,
                "title": block.text("title", language),
                "body": body._replace(value=sanitise(body.value)),
            }
        )
    return found


def name_of(issue: Issue, language: str) -> Text:
    """The region a letter is about, or the title of the world's."""
    if issue.region:
        return issue.region.text("name", language)
    return issue.newsletter.text("title", language)


def date_of(issue: Issue) -> datetime.date:
    """The date an issue carries: the day it was sent, today while it is being prepared."""
    return timezone.localdate(issue.sent_at or issue.sending_since or timezone.now())


def texts_of(found: dict) -> list[Text]:
    """Every text of the contents that has a language of its own."""
    items = [item for section in found["sections"] for item in section["items"]]
    texts = [found["subject"], found["lead"], *(item["title"] for item in items)]
    texts += [item[field] for item in items for field in ("text", "place")]
    for block in chain.from_iterable(found["blocks"].values()):
        texts += [block["title"], block["body"]]
    return [text for text in texts if text.value]


def fallbacks(found: dict) -> list[Text]:
    """The texts that a reader gets in another language than their own."""
    return [text for text in texts_of(found) if text.language != found["language"]]


def is_whole(issue: Issue, found: dict) -> bool:
    """Whether a reader of the language gets every text in it, and none that is to be revised."""
    is_ready = own_words(issue, found["language"]) == TranslationState.READY
    return is_ready and not fallbacks(found)


def own_words(issue: Issue, language: str) -> str:
    """The state of what the editor wrote: of the issue's own words, else of the first block whose
    translation is not ready."""
    blocks = [block for block in issue.blocks.all() if block.is_in(language)]
    states = [text.translation_state(language) for text in (issue, *blocks)]
    return next((state for state in states if state != TranslationState.READY), states[0])


class Letter(NamedTuple):
    """An issue as mail in one language, rendered once; a reader's copy differs by its token."""

    subject: str
    html: str
    text: str
    language: str

    def addressed(self, *, token: str, since: datetime.date | None = None) -> "Letter":
        """The letter of one reader: its links carry the own token, its foot the day."""
        told = since_when(since, self.language)
        html, text = (one.replace(TOKEN, token) for one in (self.html, self.text))
        return self._replace(html=html.replace(SINCE, told), text=text.replace(SINCE, told))


def since_when(day: datetime.date | None, language: str) -> str:
    """What the foot says of one reader; nothing of whom nobody knows it. It needs no escaping."""
    if day is None:
        return ""
    with translation.override(language):
        return _("You have been subscribed since %(day)s.") % {"day": plain_date(day)}


def letter(
    issue: Issue,
    language: str,
    *,
    audience: str = Audience.PUBLIC,
    found: dict | None = None,
) -> Letter:
    """The mail of an issue in one language to one audience, still without a reader."""
    found = found or contents(issue, language)
    subject = found["subject"].value
    if found["subject"].language == "fr":
        subject = french_spaces(subject, narrow=False)
    context = skin_context(issue, found) | {
        "subject": subject,
        "other_languages": other_languages(
            "publications:issue", language, symbol=issue.dashed_symbol
        ),
        "is_for_members": audience == Audience.MEMBERS,
        "since": "" if audience == Audience.MEMBERS else SINCE,
        "unsubscribe_url": absolute_url(
            "publications:unsubscribe_from",
            language=language,
            token=TOKEN,
            code=choices.code_of(issue.newsletter),
        ),
        "subscription_url": absolute_url(
            "publications:subscription", language=language, token=TOKEN
        ),
        "archive_url": absolute_url("publications:newsletters", language=language),
    }
    return Letter(
        subject=subject,
        html=mail.render_html(f"{TEMPLATES}/letter.mjml", context, language=language),
        text=mail.render_text(f"{TEMPLATES}/letter.txt", context, language=language),
        language=language,
    )


def skin_context(issue: Issue, found: dict) -> dict:
    return {
        "found": found,
        "issue": issue,
        "network": network.current(),
        "paragraphs": paragraphs(found["lead"]),
        "preview": preview(found),
        "home_url": home_url(issue, found["language"]),
        "cells": grid_cells(found["code"]),
    }


def paragraphs(lead: Text) -> list[Text]:
    """The paragraphs of an opening text, which an empty line separates."""
    blocks = lead.value.replace("\r\n", "\n").split("\n\n")
    return [Text(mail.one_line(block), lead.language) for block in blocks if block.strip()]


def preview(found: dict) -> str:
    """What a mail program shows beside the subject: the preview line of the editor, else the first
    titles in the reader's language.

    It is plain text, which cannot mark a fallback.
    """
    if found["preheader"]:
        return found["preheader"]
    titles = [item["title"] for section in found["sections"] for item in section["items"]]
    own = [title.value for title in titles if title.language == found["language"]]
    return Truncator(" · ".join(own[:4])).chars(140)


def home_url(issue: Issue, language: str) -> str:
    """Where a letter comes from: the region's page, or the home page."""
    with translation.override(language):
        return absolute(issue.region.get_absolute_url() if issue.region else reverse("portal:home"))


def grid_cells(code: str) -> list[list[str]]:
    """The nine cells of the regions as colours, three rows of three; all lit for the world."""
    colours = [lit if code in (cell, WORLD) else DIM_CELL for cell, lit in CELLS.items()]
    return [colours[row : row + 3] for row in (0, 3, 6)]


def other_languages(name: str, language: str, **place) -> list[dict]:
    """The page of a letter or digest in the two other languages, for the first line of a mail."""
    wordings = {"fr": "Lire en français", "en": "Read in English", "es": "Leer en español"}
    return [
        {
            "code": code,
            "wording": wordings[code],
            "url": absolute_url(name, language=code, **place),
        }
        for code in LANGUAGES
        if code != language
    ]


def print_context(issue: Issue, found: dict) -> dict:
    """What the template of the PDF is given."""
    return skin_context(issue, found) | {
        "symbol": issue.symbol,
        "site": settings.SITE_HOST,
        "permanent": found["permanent"],
        "demonstration": settings.DEMONSTRATION,
    }


def printed(issue: Issue, language: str) -> bytes:
    """The issue as a tagged PDF in one language.

    Kept for an hour under the fingerprint of its contents and of how letters look, so that a text
    withdrawn meanwhile is gone from the very next copy.
    """
    found = contents(issue, language)
    written = json.dumps(found, cls=DjangoJSONEncoder, sort_keys=True)
    identity = network.current()
    said = f"{identity}{pdf.look(*PRINT)}{written}"
    digest = hashlib.sha256(said.encode()).hexdigest()
    key = f"issue-pdf:{digest}"
    content = cache.get(key)
    if content is None:
        content = pdf.render(
            f"{TEMPLATES}/issue_print.html",
            print_context(issue, found),
            language=language,
            dated=found["date"],
        )
        cache.set(key, content, timeout=3600)
    return content
