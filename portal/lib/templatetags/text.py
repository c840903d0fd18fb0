"""Prose in templates: a translated field with its real language, dates, spaces, sizes."""

import datetime
import re

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from portal.lib import text as prose
from portal.lib.prose import in_closed_area
from portal.lib.said import Said, language_of, said
from portal.lib.translations import Text, Translatable, current_language

register = template.Library()
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)


@register.simple_tag
def in_language(code: str) -> str:
    """The visible mark of a fallback, in the reader's language."""
    return {"fr": _("in French"), "en": _("in English"), "es": _("in Spanish")}[code]


def shown(text: Text, *, narrow: bool = True) -> str:
    value = conditional_escape(text.value)
    return prose.french_spaces(value, narrow=narrow) if text.language == "fr" else value


@register.simple_tag
def tr(record: Translatable, field: str, *, mark: bool = True, narrow: bool = True) -> str:
    """The field for the current reader, carrying its own ``lang`` and mark when a fallback."""
    return show(record.text(field), mark=mark, narrow=narrow)


@register.simple_tag
def show(text: Text, *, mark: bool = True, narrow: bool = True) -> str:
    """A text that knows its language, with ``lang`` and mark when it is not the reader's."""
    value = mark_safe(shown(text, narrow=narrow))
    if not text.value:
        return value
    machine = machine_mark(text) if mark else ""
    if text.language == current_language():
        return format_html("{} {}", value, machine) if machine else value
    span = format_html('<span lang="{}">{}</span>', text.language, value)
    if not mark:
        return span
    marked = format_html('{} <span class="fallback">{}</span>', span, in_language(text.language))
    return format_html("{} {}", marked, machine) if machine else marked


@register.simple_tag
def machine_mark(text: Text) -> str:
    """The small mark beside what a machine has translated and nobody has revised."""
    if not text.is_machine:
        return ""
    return format_html('<span class="fallback">{}</span>', _("machine translation, not revised"))


@register.simple_tag
def tr_value(record: Translatable, field: str) -> Text:
    """The field's text and the language it is in, for templates that place them apart."""
    return record.text(field)


@register.simple_tag(takes_context=True)
def tr_html(context, record: Translatable, field: str) -> str:
    """A field of sanitised prose, in an element that carries its real language.

    In the closed areas its pictures are taken from there: a members’ text has no public ones.
    """
    text = record.text(field)
    html = prose.sanitise(text.value)
    if text.language == "fr":
        html = prose.french_spaces(html)
    request = getattr(context, "request", None)
    if request is not None and request.path_info.split("/")[2:3] in (["space"], ["secretariat"]):
        html = in_closed_area(html)
    if "<table" in html:
        # On a narrow screen a wide table moves by itself, and not the whole page.
        html = TABLE.sub(r'<div class="scroll">\g<0></div>', html)
    note = ""
    if text.is_machine and text.value:
        said = _("This is a machine translation that nobody has revised.")
        note = format_html('<p><span class="fallback">{}</span></p>', said)
    if text.language == current_language():
        return format_html("{}{}", note, mark_safe(html))
    return format_html('{}<div lang="{}">{}</div>', note, text.language, mark_safe(html))


@register.simple_block_tag(end_name="endscrolling")
def scrolling(content: str) -> str:
    """Around what has tables that were laid out for paper; they are reached by keyboard too."""
    return mark_safe(TABLE.sub(r'<div class="scroll" tabindex="0">\g<0></div>', content))


@register.simple_tag
def html_of(record: Translatable, field: str, language: str) -> str:
    """The record's own sanitised prose in one language, for who works on it in a closed area."""
    html = in_closed_area(prose.sanitise(record.own_text(field, language)))
    return mark_safe(prose.french_spaces(html) if language == "fr" else html)


@register.simple_tag
def fallback_mark(language: str) -> str:
    """The small "in French" mark beside a text that is not in the reader's language."""
    if language == current_language():
        return ""
    return format_html('<span class="fallback">{}</span>', in_language(language))


@register.filter
def lang_attribute(label: object) -> str:
    """` lang="fr"` for the element of a label that knows it is not in the reader's language."""
    language = language_of(label)
    if not language or language == current_language():
        return ""
    return format_html(' lang="{}"', language)


@register.filter
def lang_of(record: object) -> str:
    """The same for a record whose own label is shown; nothing for no record."""
    return lang_attribute(str(record)) if record else ""


@register.simple_tag
def lang_of_text(record: Translatable, field: str) -> str:
    """The same for a field that stands in a title or an attribute."""
    return lang_attribute(said(record.text(field)))


@register.filter
def in_its_language(label: object) -> str:
    """A label that knows its language, with ``lang`` when it is a fallback, and no mark."""
    return show(Text(str(label), language_of(label) or current_language()), mark=False)


@register.filter
def named(record: object) -> str:
    """The record's own label, ``str(record)``, with ``lang`` and mark when it is a fallback."""
    label = record if isinstance(record, Said) else str(record)
    language = language_of(label) or current_language()
    return show(Text(label, language))


@register.filter
def long_date(value: datetime.date | None) -> str:
    """12 October 2026, 12 octobre 2026, 12 de octubre de 2026; the French first is "1er".

    A moment is written in its own time zone: an event is on the day of its place.
    """
    if value is None:
        return ""
    written = formats.date_format(value, "DATE_FORMAT")
    if current_language() == "fr" and written.startswith("1 "):
        return mark_safe("1<sup>er</sup>" + written[1:])
    return written


@register.filter
def plain_date(value: datetime.date | None) -> str:
    """The long date without mark-up, for mails and titles."""
    return str(long_date(value)).replace("<sup>er</sup>", "er")


@register.filter
def long_moment(value: datetime.datetime | None) -> str:
    """12 October 2026, 14:30 UTC: a moment in the portal's time zone, which is told."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{plain_date(local)}, {local:%H:%M} {local.tzname()}"


@register.filter
def french_spaces(value: str) -> str:
    """French spacing for a text in the interface language, and nothing in the two others."""
    if current_language() != "fr":
        return value
    return mark_safe(prose.french_spaces(conditional_escape(value)))


@register.filter
def file_size(size: int) -> str:
    return filesizeformat(size)


@register.filter
def language_name(code: str) -> str:
    """The language's name in its own words: Français, English, Español."""
    return {"fr": "Français", "en": "English", "es": "Español"}[code]
