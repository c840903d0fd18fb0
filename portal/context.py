"""What every page of the portal needs, without touching session or user."""

from django.conf import settings
from django.http import HttpRequest

from portal.lib import network
from portal.lib.links import absolute
from portal.lib.translations import LANGUAGES, current_language
from portal.middleware import language_of_path

OWN_NAMES = {"fr": "Français", "en": "English", "es": "Español"}


def page(request: HttpRequest) -> dict:
    return {
        "network": network.current(),
        "demonstration": settings.DEMONSTRATION,
        "alternates": alternates(request),
        "section": section(request.path),
        "area_label": "",
        "language": current_language(),
        "site_url": settings.SITE_URL,
        "site_host": settings.SITE_HOST,
    }


SECTIONS = {
    "publications": "publications",
    "newsletters": "publications",
    "regions": "regions",
    "programme": "programme",
    "members": "members",
    "apply": "members",
    "pages": "about",
    "search": "search",
}


def section(path: str) -> str:
    """The entry of the main navigation an address belongs to, or none."""
    parts = path.split("/", 3)
    return SECTIONS.get(parts[2], "") if len(parts) > 2 else ""


def alternates(request: HttpRequest) -> list[dict]:
    """The same page in each language: code, own name, address with its query, and whether
    it is this one. Addresses are alike in all languages but for their first part."""
    code = language_of_path(request.path)
    rest = request.path[len(code) + 1 :] if code else "/"
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    return [
        {
            "code": other,
            "name": OWN_NAMES[other],
            "url": f"/{other}{rest}{query}",
            "absolute": absolute(f"/{other}{rest}{query}"),
            "current": other == current_language(),
        }
        for other in LANGUAGES
    ]
