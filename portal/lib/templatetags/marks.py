"""The marks in templates: grid, fan, language cells, covers, pills."""

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from portal.lib import marks, qr
from portal.lib.templatetags.text import fallback_mark, shown
from portal.lib.translations import TranslationState

register = template.Library()


@register.simple_tag
def logo(title: str = "") -> str:
    return marks.logo(title)


@register.simple_tag
def qr_code(text: str, title: str) -> str:
    """A square code that leads a telephone to an address."""
    return qr.svg(text, title=title)


@register.simple_tag
def region_grid(code: str, title: str = "") -> str:
    """The nine-cell grid of a region, by its code."""
    return marks.region_grid(int(code[1]), title)


@register.simple_tag
def region_mark(region, *, short: bool = False) -> str:
    """The grid with code and name (or the code alone), for a Region."""
    if short:
        return format_html(
            '<span class="region-mark">{}<span>{}</span></span>',
            marks.region_grid(region.number),
            region.code,
        )
    name = region.text("name")
    return format_html(
        '<span class="region-mark">{}<span>{} <span lang="{}">{}</span>{}</span></span>',
        marks.region_grid(region.number),
        region.code,
        name.language,
        shown(name),
        format_html(" {}", mark) if (mark := fallback_mark(name.language)) else "",
    )


@register.simple_tag
def axis_fan(number: int, title: str = "") -> str:
    return marks.axis_fan(number, title)


@register.simple_tag
def axis_mark(number: int) -> str:
    """The fan with "Axis n" beside it."""
    label = _("Axis %(number)s") % {"number": number}
    return format_html(
        '<span class="axis-mark">{}<span>{}</span></span>', marks.axis_fan(number), label
    )


@register.inclusion_tag("components/language_cells.html")
def language_cells(record) -> dict:
    """The three cells of a translatable record; also takes a list of (language, state)."""
    states = record.languages() if hasattr(record, "languages") else record
    return {
        "cells": [
            {"code": code, "state": state, "label": TranslationState(state).label}
            for code, state in states
        ]
    }


@register.simple_tag
def cover(publication, *, region_code: str | None = None, axis: int | None = None) -> str:
    """The generated cover of a publication (or an issue): region colour and axis fan.

    Region and axis are those of its first links, read from what was prefetched.
    """
    if region_code is None:
        region = first(publication, "regions")
        region_code = region.code if region else ""
    if axis is None:
        linked = first(publication, "axes")
        axis = linked.number if linked else 0
    field = "title" if hasattr(publication, "title") else "subject"
    return marks.cover(publication.symbol, publication.text(field), region_code, axis)


def first(record, relation: str):
    manager = getattr(record, relation, None)
    return next(iter(manager.all()), None) if manager is not None else None


@register.simple_tag
def pill(kind: str, label: str) -> str:
    """A state with its own shape: ok, warn, error, info or neutral."""
    return format_html('<span class="pill {}">{}</span>', kind, label)
