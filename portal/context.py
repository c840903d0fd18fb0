"""What every page of the portal needs, without touching session or user."""

from django.conf import settings
from django.http import HttpRequest

from portal.lib import alternates, network
from portal.lib.translations import current_language

OWN_NAMES = {"fr": "Français", "en": "English", "es": "Español"}


def page(request: HttpRequest) -> dict:
    return {
        "network": network.current(),
        "demonstration": settings.DEMONSTRATION,
        "alternates": same_page(request.path, request.META.get("QUERY_STRING", "")),
        "versions_of_page": alternates.of(request),
        "section": section(request.path),
        "area_label": "",
        "language": current_language(),
        "site_url": settings.SITE_URL,
        "site_host": settings.SITE_HOST,
        "saves_data": getattr(request, "saves_data", False),
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


def same_page(path: str, query: str = "") -> list[dict]:
    """The same page in each language: code, own name, address with its query, and whether
    it is this one. Addresses are alike in all languages but for their first part."""
    path = path if alternates.split(path)[0] else "/"
    return [
        {"code": code, "name": OWN_NAMES[code], "url": url, "current": code == current_language()}
        for code, url in alternates.same_page(path, query)
    ]
