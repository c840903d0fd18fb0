"""Public pages kept whole: looked up before session, language and view, made by them when absent.

A page is kept under all that may change it: the code, the revision of the data, the time, the
address with the parameters that its view reads, and whether the reader saves data. So nothing is
ever taken out: what no longer holds is simply not asked for, and falls out by itself.

*Time.* What the clock alone changes (a date that comes, an event that begins) shows at the next
full five minutes: kept pages begin anew at each multiple of ``PAGE_SECONDS`` since the epoch, and
so at midnight. It also bounds how long a page may be old should a process die between its commit
and the move of the revision.

*What is kept*: whole answers with status 200 to GET, of public views, without cookie, that vary
with nothing but compression and saving of data. Each process keeps them in its own memory, pages
with a query apart, so that a flood of queries drives out no page without one; with Redis, pages
without a query are shared by all processes.
"""

import gzip
import hashlib
import logging
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.cache import cache as shared
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict

from portal.lib import reading, revision
from portal.lib.shelf import Shelf

logger = logging.getLogger(__name__)

LARGEST = 1_000_000  # bytes of one answer
LONGEST = 300  # characters of a path, and of a query
VARIES = {"accept-encoding", "save-data"}
# The web server answers these with a file: what is compared and kept would be an empty answer.
HANDED_ON = ("X-Accel-Redirect", "X-Sendfile", "Content-Encoding", "Content-Range")


class Kept(NamedTuple):
    """One whole answer, as it is and compressed, with all its headers but those of its length."""

    body: bytes
    packed: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]
    read: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: HttpRequest, response: HttpResponse) -> "Kept":
        body = response.content
        packed = gzip.compress(body, 6, mtime=0)
        headers = dict(response.items())
        for name in ("Content-Length", "ETag", "Vary"):
            headers.pop(name, None)
        return cls(
            body,
            packed if len(packed) < len(body) else b"",
            hashlib.blake2b(body, digest_size=16).hexdigest(),
            (*headers.items(), ("Vary", "Accept-Encoding, Save-Data")),
            reading.noted(request),
        )

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer for this reader. Its strong ETag is that of the bytes that are sent."""
        reading.tell(request, self.read)
        packs = self.packed and "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
        content = self.packed if packs else self.body
        response = HttpResponse(content, headers=dict(self.headers))
        response.headers["Content-Length"] = str(len(content))
        if packs:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["ETag"] = f'"{self.etag}-gzip"' if packs else f'"{self.etag}"'
        return response

    @property
    def weight(self) -> int:
        return len(self.body) + len(self.packed) + 2000


def memory() -> int:
    return settings.PAGE_MEMORY * 1_000_000


# A quarter is left to portal.lib.drawn.
pages: Shelf[Kept] = Shelf(lambda: memory() // 2)
pages_with_query: Shelf[Kept] = Shelf(lambda: memory() // 4)


class Asked(NamedTuple):
    """Which page is asked for: all of the request that an answer may depend on."""

    stamp: str
    site: str
    path: str
    query: str
    saves_data: bool


def look(asked: Asked) -> Kept | None:
    if asked.query:
        return pages_with_query.get(asked)
    kept = pages.get(asked)
    if kept is None and settings.REDIS_URL:
        kept = from_shared(asked)
        if kept is not None:
            pages.put(asked, kept)
    return kept


def keep(asked: Asked, kept: Kept):
    if asked.query:
        pages_with_query.put(asked, kept)
        return
    pages.put(asked, kept)
    if settings.REDIS_URL:
        try:
            shared.set(shared_name(asked), tuple(kept), timeout=settings.PAGE_SECONDS)
        except Exception:
            logger.warning("a page could not be put into the shared cache", exc_info=True)


def from_shared(asked: Asked) -> Kept | None:
    try:
        found = shared.get(shared_name(asked))
    except Exception:
        logger.warning("the shared cache does not answer", exc_info=True)
        return None
    return Kept(*found) if found else None


def shared_name(asked: Asked) -> str:
    return f"page:{hashlib.blake2b(repr(asked).encode(), digest_size=20).hexdigest()}"


def stamp() -> str:
    """The revision, the code and the time that a page belongs to; empty when none is kept.

    Within an open transaction nothing is: a page could show what is never committed.
    """
    if not settings.PAGE_SECONDS or settings.DEBUG or connection.in_atomic_block:
        return ""
    try:
        at_revision = revision.current()
    except Exception:
        logger.warning("the revision of the public pages cannot be read", exc_info=True)
        return ""
    return f"{code()}.{at_revision}.{int(time.time() // settings.PAGE_SECONDS)}"


@cache
def code() -> str:
    """The fingerprint of all that pages are made of besides data: code, templates, words, styles.

    Two versions that run side by side for the length of an upgrade share no page.
    """
    base = Path(settings.BASE_DIR)
    patterns = (
        *(f"{name}/**/*.py" for name in ("portal", "publications", "programme", "members")),
        *("regions/**/*.py", "regions/data/*.json", "templates/**/*.*", "locale/**/*.mo"),
        "requirements.txt",
    )
    found = sorted(path for pattern in patterns for path in base.glob(pattern) if path.is_file())
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    total = hashlib.blake2b(digest_size=6)
    for path in [*found, *([manifest] if manifest.exists() else [])]:
        total.update(path.name.encode() + path.read_bytes())
    for value in (settings.SITE_URL, settings.DEMONSTRATION, settings.SHARED_SECONDS):
        total.update(repr(value).encode())
    return total.hexdigest()


# -- Queries ---------------------------------------------------------------------------------------

# The parameters that the page of a path reads, as far as this process has met it: its view is
# only known once the address is resolved, which needs the language.
_names: dict[str, tuple[str, ...]] = {}
MOST_NAMES = 5000


def normalised(raw: str, names: tuple[str, ...]) -> str:
    """The query with the known parameters alone, in one order, without empty values."""
    if not raw:
        return ""
    pairs = [(name, value) for name, value in parse_qsl(raw) if name in names]
    return urlencode(sorted(pairs, key=lambda pair: names.index(pair[0])))


def remember(path: str, names: tuple[str, ...]):
    if len(_names) >= MOST_NAMES:
        _names.clear()
    _names[path] = names


# -- The middleware --------------------------------------------------------------------------------


class PageCacheMiddleware:
    """Answers from what is kept, or keeps what the view answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        request.saves_data = request.META.get("HTTP_SAVE_DATA", "").strip().lower() == "on"
        # Before anything of the data is read, so that no older page comes under a newer revision.
        request.page_stamp = stamp()
        kept = look(asked) if (asked := self.asked(request)) else None
        if kept is not None:
            return kept.answer(request)
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and is_whole_page(response):
            kept = Kept.of(request, response)
            if request.method == "GET" and (asked := self.asked(request)):
                keep(asked, kept)
            return kept.answer(request)
        if response.status_code in (200, 206, 304):
            reading.tell(request, reading.noted(request))
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        """With the view known, take away what it does not read, and look once more."""
        names = getattr(view, "query_names", None)
        raw = request.META.get("QUERY_STRING", "")
        if names is None or not raw or request.method not in ("GET", "HEAD"):
            return None
        was_known = request.path in _names
        remember(request.path, names)
        query = normalised(raw, names)
        request.raw_query = raw
        request.META["QUERY_STRING"] = query
        request.GET = QueryDict(query)
        if was_known or not (asked := self.asked(request)):
            return None
        kept = look(asked)
        return kept.answer(request) if kept else None

    def asked(self, request: HttpRequest) -> Asked | None:
        """What is asked for, if it is something that may be kept."""
        if not request.page_stamp or len(request.path) > LONGEST:
            return None
        query = request.META.get("QUERY_STRING", "")
        if query:
            names = _names.get(request.path)
            if names is None:
                return None
            query = normalised(query, names)
            if len(query) > LONGEST:
                return None
        try:
            site = f"{request.scheme}://{request.get_host()}"
        except DisallowedHost:  # refused further in, in the language of the address
            return None
        return Asked(request.page_stamp, site, request.path, query, request.saves_data)


def is_whole_page(response: HttpResponse) -> bool:
    """Whether the answer is a public page and the same for every reader of its address."""
    return (
        response.status_code == 200
        and getattr(response, "is_public", False)
        and not response.cookies
        and 0 < len(response.content) <= LARGEST
        and not any(response.has_header(name) for name in HANDED_ON)
        and {name.strip().lower() for name in response.get("Vary", "").split(",") if name} <= VARIES
    )
