"""What a document may refer to: the portal's own files, read from where they are stored."""

import io
import mimetypes
import re
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from portal.lib.text import PICTURE

# A picture that stands in the document itself, as a code of little squares does.
INLINE = re.compile(r"data:image/(?:png|jpeg|svg\+xml)[;,]")
LARGEST_INLINE = 1024 * 1024


class ForbiddenAddress(Exception):
    """A document asked for something that is not one of the portal's own files."""


class Refused(FatalURLFetchingError):
    """The same as WeasyPrint needs it: it would go on without the file at any other error."""


class OwnFilesFetcher(URLFetcher):
    """Answers addresses of static files, of pictures of texts and inline pictures; refuses the
    rest before anything is opened or asked, and remembers what was asked for first: inside a
    drawing WeasyPrint goes on without it."""

    refused = ""

    def fetch(self, url, headers=None):
        if INLINE.match(url) and len(url) <= LARGEST_INLINE:
            return super().fetch(url, headers)
        found = own_file(url)
        if found is None:
            self.refused = self.refused or f"not one of our files: {url[:200]}"
            raise Refused(self.refused)
        name, file = found
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, file, {"Content-Type": kind})


def own_file(url: str) -> tuple[str, BinaryIO] | None:
    """The name and the opened file behind one of our addresses; None for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL:
        return None
    if path := static_file(parts.path):
        return path.name, path.open("rb")
    if (picture := PICTURE.match(parts.path)) and (file := picture_file(picture[1])):
        return picture[1], file
    return None


def static_file(path: str) -> Path | None:
    """The static file behind the path of an address, hashed or plain."""
    if not path.startswith(settings.STATIC_URL):
        return None
    name = unquote(path.removeprefix(settings.STATIC_URL))
    if ".." in Path(name).parts or "\0" in name:
        return None
    try:
        # While somebody works on the styles, what was collected earlier is out of date.
        if not settings.DEBUG:
            collected = Path(staticfiles_storage.path(name))
            if collected.is_file():
                return collected
        found = finders.find(name)
    except SuspiciousFileOperation:
        return None
    return Path(found) if found else None


def picture_file(name: str) -> BinaryIO | None:
    """A picture of a text, which who renders it may read; from a storage without a disk too."""
    stored = f"pictures/{name}"
    if not default_storage.exists(stored):
        return None
    with default_storage.open(stored) as file:
        return io.BytesIO(file.read())
