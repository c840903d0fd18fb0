"""Tagged PDFs (PDF/UA-1) from ordinary templates, by WeasyPrint.

Nothing is fetched from anywhere: the renderer sees this portal's static files, the pictures of
its texts and inline data, and any other address is refused.
"""

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import HTML, Attachment
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from portal.lib.text import PICTURE


class ForbiddenAddress(FatalURLFetchingError):
    """A document asked for something that is not one of the portal's own files."""


@dataclass(frozen=True)
class AttachedFile:
    """A file carried inside the PDF, such as the figures of a chart."""

    name: str
    content: bytes
    description: str


class OwnFilesFetcher(URLFetcher):
    """Answers addresses of static files from the disk, and inline data; refuses the rest."""

    def fetch(self, url, headers=None):
        if url.startswith("data:"):
            return super().fetch(url, headers)
        path = static_file(url) or picture_file(url)
        if path is None:
            raise ForbiddenAddress(f"not one of our files: {url[:200]}")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.open("rb"), {"Content-Type": kind})


def static_file(url: str) -> Path | None:
    """The file behind one of our static addresses, hashed or plain; None for any other."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL:
        return None
    if not parts.path.startswith(settings.STATIC_URL):
        return None
    name = unquote(parts.path.removeprefix(settings.STATIC_URL))
    if ".." in Path(name).parts:
        return None
    # While somebody works on the styles, what was collected earlier is out of date.
    if not settings.DEBUG:
        collected = Path(staticfiles_storage.path(name))
        if collected.is_file():
            return collected
    found = finders.find(name)
    return Path(found) if found else None


def picture_file(url: str) -> Path | None:
    """The file behind the address of a picture in a text, which who renders it may read."""
    parts = urlsplit(url)
    found = PICTURE.match(parts.path)
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL or not found:
        return None
    path = Path(default_storage.path(f"pictures/{found[1]}"))
    return path if path.is_file() else None


def render(
    template: str,
    context: dict,
    *,
    language: str,
    attachments: tuple[AttachedFile, ...] = (),
    on_page_count: Callable[[int], None] | None = None,
) -> bytes:
    """The PDF of a template in one language, with any attached files.

    ``on_page_count`` is told the number of pages once the layout is known, before the
    file is written. Raises ForbiddenAddress when the template refers to a foreign file.
    """
    with translation.override(language):
        html = render_to_string(template, {**context, "language": language})
    return from_html(html, attachments=attachments, on_page_count=on_page_count)


def from_html(
    html: str,
    *,
    attachments: tuple[AttachedFile, ...] = (),
    on_page_count: Callable[[int], None] | None = None,
) -> bytes:
    document = HTML(
        string=html, base_url=f"{settings.SITE_URL}/", url_fetcher=OwnFilesFetcher()
    ).render(pdf_variant="pdf/ua-1", pdf_tags=True, presentational_hints=False)
    if on_page_count is not None:
        on_page_count(len(document.pages))
    document.metadata.attachments = [
        Attachment(
            file_obj=BytesIO(attached.content),
            name=attached.name,
            description=attached.description,
            relationship="Data",
        )
        for attached in attachments
    ]
    return document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
