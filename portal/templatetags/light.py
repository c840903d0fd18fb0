"""The light edition of what a page shows, with its size on the button."""

from django import template
from django.urls import reverse

from portal.lib.translations import current_language
from portal.models import LightEdition
from portal.models.light import Form

register = template.Library()
ADDRESSES = {
    "publication": ("portal:light_publication", "symbol"),
    "page": ("portal:light_page", "slug"),
}


@register.inclusion_tag("components/light.html")
def light_edition(kind: str, record, name: str) -> dict:
    """The files of a text in the reader's language; ``name`` is how its addresses call it."""
    address, argument = ADDRESSES[kind]
    found = LightEdition.objects.of(kind, record.pk).filter(language=current_language())
    return {
        "dossier": f"{reverse('portal:dossier')}?p={name}" if kind == "publication" else "",
        "files": [
            {
                "label": Form(edition.form).label,
                "size": edition.size,
                "url": reverse(address, kwargs={argument: name, "form": edition.form}),
            }
            for edition in found.order_by("-form")
        ],
    }


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
