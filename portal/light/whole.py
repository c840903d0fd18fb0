"""A text as a whole document: cover, contents, pictures, notes, colophon; where it has no file.

Which texts, is said by ``publications.printable``. A file is made by the schedule, a few at a time,
and at once when a reader asks for one that is not there yet. It belongs to the text as it stood: of
one that has changed since, nothing is given until the next is made. One that merely looks otherwise
today is given until then.
"""

import datetime
import logging
import re

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from portal.lib import network, paper, pdf
from portal.lib.text import PICTURE, french_spaces, sanitise
from portal.lib.translations import LANGUAGES
from portal.light import editions
from portal.models import LightEdition
from portal.models.light import Form
from publications import printable
from publications.models import Publication

logger = logging.getLogger(__name__)

KIND = "whole"
AT_ONCE = 10  # texts of a language that one run of the schedule makes
PATIENCE = datetime.timedelta(days=1)  # until what could not be made is tried again
ASKED_FOR = 60  # seconds for which a reader's request stands
SOURCE = re.compile(r' src="([^"]*)"')


def due(language: str) -> QuerySet:
    """The texts whose file is missing or too old, the last changed first; then those whose file
    merely looks otherwise today."""
    made = LightEdition.objects.made_since(KIND, language, OuterRef("changed_at"))
    tried = Q(size=0, made_at__gt=timezone.now() - PATIENCE)
    settled = made.filter(Q(size__gt=0, look=editions.look()) | tried)
    texts = printable.texts(language).filter(~Exists(settled))
    return texts.order_by(Exists(made.filter(size__gt=0)), "-changed_at", "pk")


def make_due(*, most: int = AT_ONCE) -> int:
    """Make what is due, and say how many files were made."""
    count = 0
    for language in LANGUAGES:
        for pk in list(due(language).values_list("pk", flat=True)[:most]):
            count += make(pk, language) is not None
    return count


def make(pk: int, language: str) -> LightEdition | None:
    """The file of a text; None where it is not due, because another was faster or it is no longer
    to be printed. One that cannot be made is kept as an empty row: it is not tried all the time.
    """
    moment = timezone.now()  # before the text is read: what changes from now on is made anew
    record = due(language).filter(pk=pk).first()
    if record is None:
        return None
    try:
        content = as_pdf(record, language, limits=limits())
    except pdf.RanAway as error:
        logger.warning("%s in %s: %s", record.symbol, language, type(error).__name__)
        content = b""
    except Exception:
        logger.exception("%s in %s cannot be printed", record.symbol, language)
        content = b""
    earlier = standing(record, language)
    if not content and earlier and earlier.size:
        # It looks as it did, which is better than none.
        LightEdition.objects.filter(pk=earlier.pk).update(look=editions.look())
        return earlier
    return editions.keep(KIND, pk, language, Form.PDF, content, made_at=moment)


def limits() -> pdf.Limits:
    return pdf.Limits(settings.REPORT_SECONDS, settings.REPORT_MEGABYTES)


def standing(record: Publication, language: str) -> LightEdition | None:
    """The file of a text as it stands now, or None; one of no size could not be made."""
    rows = LightEdition.objects.of(KIND, record.pk).filter(language=language)
    return rows.filter(made_at__gte=record.changed_at).first()


def ask(record: Publication, language: str):
    """Have the file made soon. Robust: where no bell can be rung, the schedule makes it."""
    from portal.tasks import make_whole_text  # noqa: PLC0415  tasks call this module

    if cache.add(f"whole:{record.pk}:{language}", True, timeout=ASKED_FOR):
        transaction.on_commit(lambda: make_whole_text.delay(record.pk, language), robust=True)


def clear() -> int:
    """Take away the files of what is no longer printed, and say how many."""
    count = 0
    for language in LANGUAGES:
        keys = printable.texts(language).order_by().values_list(Cast("pk", CharField()))
        rows = LightEdition.objects.filter(kind=KIND, language=language)
        for edition in rows.exclude(key__in=keys):
            edition.delete()
            count += 1
    return count


# -- The document ----------------------------------------------------------------------------------


def as_pdf(record: Publication, language: str, **options) -> bytes:
    """The tagged PDF of a text. The same text gives the same bytes."""
    return pdf.render(
        "portal/whole.html",
        contents(record, language),
        language=language,
        dated=record.published_on,
        **options,
    )


def contents(record: Publication, language: str) -> dict:
    """What the template is given."""
    with translation.override(language):
        body = in_print(record.own_text("body", language), language)
        return {
            **printable.told(record, language),
            "body": mark_safe(body),
            "is_long": printable.is_long(body),
            "network": network.current(),
            "site": settings.SITE_HOST,
            "demonstration": settings.DEMONSTRATION,
        }


def in_print(body: str, language: str) -> str:
    """A body as it is laid out: nothing but prose, with the pictures that there are."""
    html = editions.PICTURES.sub(shown, sanitise(body))
    html = paper.without_gaps(html)
    return french_spaces(html, narrow=False) if language == "fr" else html


def shown(match: re.Match) -> str:
    """A picture of ours as it is; one that has gone is told by its alternative text."""
    source = SOURCE.search(match[0])
    name = PICTURE.match(source[1]) if source else None
    if name and default_storage.exists(f"pictures/{name[1]}"):
        return match[0]
    return editions.alternative(match)
