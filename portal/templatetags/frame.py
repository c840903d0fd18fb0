"""The head and the foot of every page, which are alike for all pages of a section.

They are written once for each language and section and kept in this process, as long as the
network says the same of itself. What differs from page to page, the
switch of language, is put into its place.
"""

from collections.abc import Callable

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from portal.lib import network
from portal.lib.translations import current_language

register = template.Library()

SWITCH = mark_safe("<!-- the switch of language -->")
_kept: dict[tuple, tuple[str, SafeString]] = {}


@register.simple_tag(takes_context=True)
def site_head(context) -> str:
    section = context["section"]
    head = kept(
        ("head", section),
        context["network"],
        lambda shared: render_to_string(
            "components/header.html",
            shared | {"section": section, "area_label": "", "switch": SWITCH},
        ),
    )
    switch = render_to_string(
        "components/language_switch.html", {"alternates": context["alternates"]}
    )
    return mark_safe(head.replace(SWITCH, switch))


@register.simple_tag(takes_context=True)
def site_foot(context) -> str:
    return kept(
        ("foot",),
        context["network"],
        lambda shared: render_to_string("components/footer.html", shared),
    )


def kept(part: tuple, identity: network.Network, write: Callable[[dict], SafeString]) -> SafeString:
    key = (*part, current_language(), settings.DEMONSTRATION)
    found = _kept.get(key)
    if found is None or found[0] != identity.told or settings.DEBUG:
        shared = {
            "network": identity,
            "language": current_language(),
            "demonstration": settings.DEMONSTRATION,
        }
        found = _kept[key] = (identity.told, write(shared))
    return found[1]
