"""From a template, or from HTML, to the bytes of a PDF."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import HTML, Attachment

from portal.lib.pdf import apart, archival, kept, tagging
from portal.lib.pdf.fetching import ForbiddenAddress, OwnFilesFetcher, Refused

tagging.install()

# The date of what is attached to a document that has none: the format demands one.
UNDATED = datetime.date(2000, 1, 1)


FEW_WORDS = """<!doctype html><html lang="fr"><head><title>Mots</title></head><body>
<h1>Mots</h1><p>Un <strong>mot</strong>, <em>deux</em>, <a href="#fin">trois</a> : « ça », déjà.</p>
<ul><li>Un</li><li>Deux</li></ul>
<table><thead><tr><th scope="col">Mot</th><th scope="col">Nombre</th></tr></thead>
<tbody><tr><th scope="row">Un</th><td>1</td></tr></tbody></table>
<svg width="20" height="20" viewBox="0 0 20 20" role="img" aria-label="Carré">
<path d="M2 2h9v9z"/><rect width="5" height="5"/><text x="2" y="9">1</text></svg>
<p id="fin">Fin.</p></body></html>"""


@dataclass(frozen=True)
class AttachedFile:
    """A file carried inside the PDF, such as the figures of a chart."""

    name: str
    content: bytes
    description: str


def render(template: str, context: dict, *, language: str, **options) -> bytes:
    """The PDF of a template in one language; the options are those of ``from_html``."""
    with translation.override(language):
        html = render_to_string(template, {**context, "language": language})
    return from_html(html, **options)


def from_html(
    html: str,
    *,
    attachments: tuple[AttachedFile, ...] = (),
    dated: datetime.date | None = None,
    archived: bool = False,
    on_page_count: Callable[[int], None] | None = None,
    limits: apart.Limits | None = None,
    while_waiting: Callable[[], None] | None = None,
) -> bytes:
    """The PDF of a document. The same arguments give the same bytes.

    ``dated`` is the day of its data, which the file carries as its own. ``archived`` makes it
    PDF/A-3 as well as PDF/UA-1; its pictures must not be smoothed (``image-rendering``).
    ``on_page_count`` is told the number of pages once the layout is known, before the file is
    written. With ``limits`` it is made in a process of its own, which is ended where it goes
    beyond them (RanAway); ``while_waiting`` is then called every few seconds, and may raise.

    Raises ForbiddenAddress when the document refers to a foreign file.
    """
    html, sheets = kept.without_sheets(html)
    work = partial(
        written, html=html, sheets=sheets, attachments=attachments, dated=dated, archived=archived
    )
    tell = on_page_count or (lambda _pages: None)
    if limits is None:
        try:
            return work(tell)
        except Refused as refused:
            raise ForbiddenAddress(str(refused)) from refused
    # Here, for the processes that are forked: what they read is gone with them.
    kept.for_sheets(sheets)
    try:
        return apart.carried_out(work, limits=limits, told=tell, while_waiting=while_waiting)
    finally:
        apart.make_ready(partial(a_few_words, sheets))


def a_few_words(sheets: tuple[str, ...]) -> bytes:
    """A document with something of each kind, to have done once what every document does."""
    return written(
        lambda _pages: None,
        html=FEW_WORDS,
        sheets=sheets,
        attachments=(AttachedFile("words.csv", b"words", "Words"),),
        dated=UNDATED,
        archived=True,
    )


def written(
    tell: Callable[[int], None],
    *,
    html: str,
    sheets: tuple[str, ...],
    attachments: tuple[AttachedFile, ...],
    dated: datetime.date | None,
    archived: bool,
) -> bytes:
    held = kept.for_sheets(sheets)
    options = {"pdf_tags": True, "pdf_variant": "pdf/ua-1"}
    if archived:
        options |= {"pdf_variant": archival.VARIANT, "output_intent": archival.INTENT}
    fetcher = OwnFilesFetcher()
    document = HTML(string=html, base_url=f"{settings.SITE_URL}/", url_fetcher=fetcher).render(
        font_config=held.fonts,
        counter_style=held.counters,
        color_profiles={archival.INTENT: archival.colours()} if archived else {},
        stylesheets=held.sheets,
        **options,
    )
    tell(len(document.pages))
    metadata = document.metadata
    if dated is not None:
        metadata.created = metadata.modified = dated.isoformat()
    day = datetime.datetime.combine(dated or UNDATED, datetime.time())
    metadata.attachments = [
        Attachment(
            file_obj=BytesIO(attached.content),
            name=attached.name,
            description=attached.description,
            created=day,
            modified=day,
            relationship="Data",
        )
        for attached in attachments
    ]
    if archived:
        archival.tell_both(metadata)
    # True: the identifier is drawn from the contents.
    content = document.write_pdf(pdf_identifier=True, **options)
    if fetcher.refused:
        raise Refused(fetcher.refused)
    return content
