"""One page in several languages: which of them exist, said in the page's head, in ``Link`` and in
the sitemap alike.

The switch of language leads to the same page in each of the three, where a missing text falls back
to another one. What is told to search engines is only where the text really exists: the versions
name each other, and a page whose text is borrowed names the one it is borrowed from.
"""

from typing import NamedTuple

from django.http import HttpRequest

from portal.lib.links import absolute
from portal.lib.translations import LANGUAGES, Translatable

DEFAULT = "x-default"


class Versions(NamedTuple):
    """The full addresses of a page by language, and the one that stands for its text.

    ``by_language`` is empty on a page that borrows its text. Under x-default stands the address
    without a language, which leads to the reader's own.
    """

    by_language: dict[str, str]
    canonical: str


def tell(request: HttpRequest, record: Translatable):
    """Say, before it is rendered, that the page shows this record: its languages are the page's."""
    first = record.translated_fields[0]
    request.shown_languages = (record.readable_languages(), record.text(first).language)


def of(request: HttpRequest) -> Versions | None:
    """The versions of the page at the request's address; None for one without a language."""
    code, rest = split(request.path)
    if not code:
        return None
    query = request.META.get("QUERY_STRING", "")
    rest = f"{rest}?{query}" if query else rest
    existing, text_language = getattr(request, "shown_languages", (LANGUAGES, code))
    if code not in existing:
        return Versions({}, absolute(f"/{text_language}{rest}"))
    return Versions(versions(rest, existing), absolute(f"/{code}{rest}"))


def versions(rest: str, existing) -> dict[str, str]:
    """The full address of a page in each language in which it exists, and without a language."""
    found = {code: absolute(f"/{code}{rest}") for code in existing}
    return found | {DEFAULT: absolute(rest)}


def split(path: str) -> tuple[str, str]:
    """The language that an address begins with, "" without one, and the rest from its slash on."""
    code, _slash, rest = path.removeprefix("/").partition("/")
    return (code, f"/{rest}") if code in LANGUAGES else ("", path)


def link_header(found: Versions) -> str:
    """What the head says, for programs that read no HTML (RFC 8288)."""
    links = [f'<{found.canonical}>; rel="canonical"']
    for code, address in found.by_language.items():
        links.append(f'<{address}>; rel="alternate"; hreflang="{code}"')
    return ", ".join(links)


def same_page(path: str, query: str) -> list[tuple[str, str]]:
    """(language, path) of the same page in each of the three, with its filters and its page."""
    _code, rest = split(path)
    rest = f"{rest}?{query}" if query else rest
    return [(code, f"/{code}{rest}") for code in LANGUAGES]
