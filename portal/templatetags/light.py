"""The files that were made from what a page shows, with their sizes on the buttons."""

import json
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal.lib.links import absolute
from portal.lib.statements import Asked, Statement
from portal.lib.translations import current_language
from portal.light import whole
from portal.models import LightEdition
from portal.models.light import Form

register = template.Library()
ADDRESSES = {
    "publication": ("portal:light_publication", "symbol"),
    "page": ("portal:light_page", "slug"),
}


def editions(kind: str, other: str, key: str, language: str) -> dict[str, Asked]:
    kinds = LightEdition.objects.filter(kind__in=(kind, other), key=key, language=language)
    return {"editions": Asked(kinds.order_by("-form"), ["kind", "form", "size"])}


EDITIONS = Statement(editions, kind="(kind)", other="(other)", key="(key)", language="(language)")


@register.simple_tag
def made_from(kind: str, key: object) -> str:
    """The files of a text in the reader's language, for the two tags that show them."""
    other = whole.KIND if kind == "publication" else kind
    asked = {"kind": kind, "other": other, "key": str(key), "language": current_language()}
    return EDITIONS.ask(**asked).get("editions", "")


@register.simple_tag
def light_edition(made: str, kind: str, name: str) -> SafeString:
    """The light editions among these; ``name`` is how the addresses of the text call it."""
    return drawn(kind, name, current_language(), made) if made else mark_safe("")


@lru_cache(maxsize=500)
def drawn(kind: str, name: str, language: str, made: str) -> SafeString:
    address, argument = ADDRESSES[kind]
    files = [
        {
            "label": Form(form).label,
            "size": size,
            "url": reverse(address, kwargs={argument: name, "form": form}),
        }
        for of, form, size in json.loads(made)
        if of == kind
    ]
    dossier = f"{reverse('portal:dossier')}?p={name}" if kind == "publication" else ""
    return render_to_string("components/light.html", {"files": files, "dossier": dossier})


@register.simple_tag
def whole_text(made: str, name: str) -> SafeString:
    """The PDF of a text that has one made from it; its size as soon as it is made."""
    return drawn_whole(name, current_language(), made)


@register.simple_tag
def whole_told(made: str, name: str) -> SafeString:
    """The same for search engines of scholars (Highwire), once it is made."""
    if not sum(whole_sizes(made)):
        return mark_safe("")
    url = absolute(reverse("portal:whole_text", kwargs={"symbol": name}))
    return format_html('<meta name="citation_pdf_url" content="{}">\n', url)


@lru_cache(maxsize=500)
def drawn_whole(name: str, language: str, made: str) -> SafeString:
    sizes = whole_sizes(made)
    if sizes == [0]:  # it could not be made
        return mark_safe("")
    url = reverse("portal:whole_text", kwargs={"symbol": name})
    values = {"url": url, "size": sum(sizes)}
    return render_to_string("publications/library/_whole.html", values)


def whole_sizes(made: str) -> list[int]:
    return [size for kind, _form, size in json.loads(made or "[]") if kind == whole.KIND]


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
