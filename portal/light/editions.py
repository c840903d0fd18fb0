"""Making the small files of each public text: plain text and tagged PDF, without pictures.

They are made when they are due, by the schedule: a text is due when it has no files yet, when it
has changed since they were made, or when such files look otherwise today. Whether somebody may
have them is asked of the text itself.
"""

import datetime
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.lib import network, paper, pdf
from portal.lib.links import absolute
from portal.lib.plain_text import plain_text
from portal.lib.text import french_spaces, sanitise
from portal.lib.translations import LANGUAGES, READABLE, Text, Translatable
from portal.models import LightEdition, Page
from portal.models.light import Form
from publications.models import Publication

AT_ONCE = 40  # texts of a language that one run of the schedule makes
# What texts are drawn by, small or whole, beside what all printed documents share.
OWN = (
    "templates/portal/*light*.html",
    "templates/portal/*whole*.html",
    "portal/light/*.py",
    "publications/licences.py",
    "publications/metadata/*.py",
    "publications/printable.py",
    "publications/references.py",
)
PICTURES = re.compile(r"<img\b[^>]*>")


@dataclass(frozen=True)
class Source:
    """A kind of text with light editions: which rows everybody may read, the column that says
    when a row changed, and where it is found."""

    kind: str
    public: Callable[[], QuerySet]
    changed: str
    symbol: Callable[[Translatable], str]
    permanent: Callable[[Translatable], str]
    summary: str = ""


SOURCES = {
    source.kind: source
    for source in (
        Source(
            "publication",
            Publication.objects.public,
            "changed_at",
            lambda record: record.symbol,
            lambda record: absolute(record.permanent_path),
            summary="summary",
        ),
        Source(
            "page",
            Page.objects.all,
            "updated_at",
            lambda record: "",
            lambda record: absolute(record.get_absolute_url()),
        ),
    )
}


def look() -> str:
    """How these files look today, with the names of the network that they bear."""
    identity = network.current()
    shown = repr((pdf.look(*OWN), identity.names, identity.short_names))
    return hashlib.sha256(shown.encode()).hexdigest()


def due(source: Source, language: str) -> QuerySet:
    """The public texts of a kind whose files in a language are missing or too old: those without
    first, then those that merely look otherwise today."""
    made = LightEdition.objects.made_since(source.kind, language, OuterRef(source.changed))
    rows = source.public().filter(**{f"state_{language}__in": READABLE})
    missing = rows.filter(~Exists(made.filter(look=look())))
    return missing.order_by(Exists(made), F(source.changed).desc(), "pk")


def make_due(*, most: int = AT_ONCE) -> int:
    """Make what is due, and say how many files were made."""
    count = 0
    for source in SOURCES.values():
        for language in LANGUAGES:
            for record in due(source, language)[:most]:
                count += len(make(source, record, language))
    return count


def make(source: Source, record: Translatable, language: str) -> list[LightEdition]:
    """Both files of a text in a language, in the place of earlier ones."""
    moment = timezone.now()
    told = contents(source, record, language)
    written = (
        (Form.TEXT, as_text(told).encode()),
        (Form.PDF, as_pdf(told)),
    )
    return [
        keep(source.kind, record.pk, language, form, content, made_at=moment)
        for form, content in written
    ]


def contents(source: Source, record: Translatable, language: str) -> dict:
    """What a light edition holds: the texts in the language, and where the text is found."""
    with translation.override(language):
        return {
            "language": language,
            "title": own(record, "title", language),
            "symbol": source.symbol(record),
            "summary": own(record, source.summary, language) if source.summary else None,
            "body": own(record, "body", language),
            "authors": getattr(record, "authors", ""),
            "date": getattr(record, "published_on", None),
            "licence": getattr(record, "licence", ""),
            "permanent": source.permanent(record),
            "changed": timezone.localdate(getattr(record, source.changed)),
        }


def own(record: Translatable, field: str, language: str) -> Text:
    return record.text(field, language)


def as_text(told: dict) -> str:
    """The text in UTF-8, with the mark that old programs need to know that it is."""
    language = told["language"]
    with translation.override(language):
        head = [written(told["title"]), ""]
        if told["symbol"]:
            head.append(" · ".join(part for part in (told["symbol"], told["authors"]) if part))
        if told["date"]:
            head.append(told["date"].isoformat())
        foot = [network.current().name(), told["permanent"]]
        if told["licence"]:
            foot.append(_("Licence: %(licence)s") % {"licence": told["licence"]})
    parts = ["\n".join(head)]
    if told["summary"]:
        parts.append(written(told["summary"]))
    body = plain_text(told["body"].value)
    parts.append(french_spaces(body, narrow=False) if told["body"].language == "fr" else body)
    parts.append("\n".join(["-- ", *foot]))
    return "\ufeff" + "\n\n".join(part for part in parts if part.strip()) + "\n"


def written(text: Text) -> str:
    return french_spaces(text.value, narrow=False) if text.language == "fr" else text.value


def as_pdf(told: dict) -> bytes:
    """A tagged PDF without pictures."""
    return pdf.render("portal/light.html", print_context(told), language=told["language"])


def print_context(told: dict) -> dict:
    """What the template of the PDF is given."""
    return {
        **told,
        "body": without_pictures(told["body"]),
        "network": network.current(),
        "site": settings.SITE_HOST,
    }


def without_pictures(body: Text) -> Text:
    """A body as it is laid out: what pictures showed is told by their alternative texts."""
    html = paper.without_gaps(PICTURES.sub(alternative, sanitise(body.value)))
    return body._replace(value=french_spaces(html, narrow=False) if body.language == "fr" else html)


def alternative(match: re.Match) -> str:
    found = re.search(r'alt="([^"]*)"', match[0])
    return f"<em>[{found[1]}]</em>" if found and found[1] else ""


def keep(
    kind: str,
    key: object,
    language: str,
    form: str,
    content: bytes,
    *,
    made_at: datetime.datetime,
    period: str = "",
) -> LightEdition:
    """Store a file in the place of an earlier one; the earlier leaves once all is committed."""
    with transaction.atomic():
        for earlier in LightEdition.objects.select_for_update().filter(
            kind=kind, key=str(key), language=language, form=form
        ):
            earlier.delete()
        edition = LightEdition(
            kind=kind,
            key=str(key),
            language=language,
            form=form,
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            period=period,
            made_at=made_at,
            look=look(),
        )
        edition.file.save(f"edition.{form}", ContentFile(content), save=False)
        try:
            edition.save()
        except BaseException:
            edition.file.storage.delete(edition.file.name)
            raise
    return edition


def clear() -> int:
    """Take away the files of texts that are no longer public, and say how many."""
    count = 0
    for kind, source in SOURCES.items():
        kept = LightEdition.objects.filter(kind=kind)
        public = (
            source.public().order_by().values_list(models.functions.Cast("pk", models.CharField()))
        )
        for edition in kept.exclude(key__in=public):
            edition.delete()
            count += 1
    return count
