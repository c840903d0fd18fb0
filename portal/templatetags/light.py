"""The light edition of what a page shows, with its size on the button."""

import json
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from portal.lib.statements import Asked, Statement
from portal.lib.translations import current_language
from portal.models import LightEdition
from portal.models.light import Form

register = template.Library()
ADDRESSES = {
    "publication": ("portal:light_publication", "symbol"),
    "page": ("portal:light_page", "slug"),
}


def editions(kind: str, key: str, language: str) -> dict[str, Asked]:
    found = LightEdition.objects.of(kind, key).filter(language=language).order_by("-form")
    return {"editions": Asked(found, ["form", "size"])}


EDITIONS = Statement(editions, kind="(kind)", key="(key)", language="(language)")


@register.simple_tag
def light_edition(kind: str, key: object, name: str) -> SafeString:
    """The files of a text in the reader's language; ``name`` is how its addresses call it."""
    language = current_language()
    found = EDITIONS.ask(kind=kind, key=str(key), language=language).get("editions", "")
    return drawn(kind, name, language, found) if found else mark_safe("")


@lru_cache(maxsize=500)
def drawn(kind: str, name: str, language: str, told: str) -> SafeString:
    address, argument = ADDRESSES[kind]
    files = [
        {
            "label": Form(form).label,
            "size": size,
            "url": reverse(address, kwargs={argument: name, "form": form}),
        }
        for form, size in json.loads(told)
    ]
    dossier = f"{reverse('portal:dossier')}?p={name}" if kind == "publication" else ""
    return render_to_string("components/light.html", {"files": files, "dossier": dossier})


@register.inclusion_tag("components/light.html")
def light_library(region) -> dict:
    """The archive of a region's library in the reader's language."""
    found = LightEdition.objects.of("library", region.code).filter(language=current_language())
    return {
        "dossier": "",
        "files": [
            {
                "label": f"ZIP, {edition.period}",
                "size": edition.size,
                "url": reverse("portal:light_library", kwargs={"code": region.code}),
            }
            for edition in found
        ],
    }
