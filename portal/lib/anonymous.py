"""What an anonymous reader is answered at an address of the portal, asked from within.

The whole chain is asked, as if the request came from outside: the resolver, the ring of access, the
rows that are public. So a link that a mail carries is looked at with the reader's eyes.
"""

import io
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

from portal.lib.translations import LANGUAGES

# Whoever names itself so is not counted among the readers.
AGENT = "link check bot of the portal itself"


def is_own(url: str) -> bool:
    return url == settings.SITE_URL or url.startswith(f"{settings.SITE_URL}/")


def match_of(url: str) -> ResolverMatch | None:
    """The page behind an address of the portal; None when there is none."""
    path = urlsplit(url).path or "/"
    language = path.split("/")[1]
    with translation.override(language if language in LANGUAGES else "en"):
        try:
            return resolve(path)
        except Resolver404:
            return None


def status_of(url: str) -> int:
    """The status that an anonymous reader's GET is answered with."""
    parts = urlsplit(url)
    site = urlsplit(settings.SITE_URL)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": (parts.path or "/").encode().decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
        "HTTP_HOST": site.netloc,
        "HTTP_USER_AGENT": AGENT,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    # The request activates a language of its own.
    with translation.override(translation.get_language()):
        return _handler().get_response(WSGIRequest(environ)).status_code


@cache
def _handler() -> WSGIHandler:
    return WSGIHandler()
