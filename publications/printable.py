"""Texts that can be had as a PDF made from the text itself, because nobody uploaded a file.

The rule is asked anew whenever such a file is made or given: everybody may read the text, its
version in the language is finished, it has a body of its own in that language, and no file.
"""

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.lib.links import absolute
from portal.lib.translations import TranslationState
from publications import licences
from publications.metadata.citation import citation
from publications.metadata.record import record_of
from publications.models import Publication
from publications.references import references

# A text has contents from so many characters and headings on.
LONG, MANY = 6_000, 3


def texts(language: str) -> QuerySet:
    """The texts of which a PDF can be made in a language."""
    finished = Publication.objects.public().filter(**{f"state_{language}": TranslationState.READY})
    written = finished.exclude(**{f"body_{language}": ""}).exclude(**{f"body_{language}": None})
    return written.exclude(files__language=language)


def is_printable(record: Publication, language: str) -> bool:
    """The same of one text that was read, with its files."""
    return (
        record.is_public
        and record.translation_state(language) == TranslationState.READY
        and bool(record.own_text("body", language))
        and all(file.language != language for file in record.files.all())
    )


def told(record: Publication, language: str) -> dict:
    """What the document says around the body; in the language, which is the active one."""
    regions = list(record.regions.all())
    return {
        "symbol": record.symbol,
        "kind": capfirst(record.get_kind_display()),
        "title": record.text("title", language)._asdict(),
        "summary": record.text("summary", language),
        "authors": record.authors,
        "region": regions[0].code if len(regions) == 1 else "",
        "corrections": list(record.corrections.all()),
        "references": references(record.references),
        "citation": citation(record_of(record)),
        "licence": record.licence or _("All rights reserved"),
        "licence_url": licences.page_of(record.licence),
        "published": record.published_on,
        "permanent": absolute(record.permanent_path),
    }


def is_long(body: str) -> bool:
    return len(body) >= LONG and body.count("</h2>") + body.count("</h3>") >= MANY
