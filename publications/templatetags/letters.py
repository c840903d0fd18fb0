"""Texts in mails and PDFs, whose fonts and programs lack the narrow no-break space."""

import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from portal.lib import text as prose
from portal.lib.links import absolute
from portal.lib.paper import without_gaps
from portal.lib.plain_text import plain_text
from portal.lib.prose import with_pictures
from portal.lib.templatetags.text import in_language, plain_date
from portal.lib.translations import Text, current_language
from publications.newsletters import choices

register = template.Library()


@register.filter
def in_html(text: Text) -> str:
    """The text with the spacing of its own language, escaped; its element carries the lang."""
    value = conditional_escape(text.value)
    if text.language == "fr":
        value = prose.french_spaces(value, narrow=False)
    return mark_safe(value)


@register.filter
def wide_spaces(value: str) -> str:
    """Words in the language of the document, such as names of authors, escaped."""
    return in_html(Text(value, current_language()))


@register.filter
def in_plain(text: Text) -> str:
    """The text with the spacing of its own language, for plain-text templates."""
    return prose.french_spaces(text.value, narrow=False) if text.language == "fr" else text.value


@register.filter
def named_language(code: str) -> str:
    """The mark of a fallback: "in French"."""
    return in_language(code)


@register.filter
def capitals(codes: list[str]) -> str:
    """The codes of languages in a row: FR EN."""
    return " ".join(code.upper() for code in codes)


@register.filter
def day_and_month(day: datetime.date, year: int) -> str:
    """15 October, 15 octobre, 15 de octubre; with the year when it is not the letter's."""
    written = date_format(day, "MONTH_DAY_FORMAT" if day.year == year else "DATE_FORMAT")
    if translation.get_language() == "fr" and day.day == 1:
        written = f"1er{written[1:]}"
    return written.replace(" ", prose.NO_BREAK, 1)


@register.filter
def choice_title(choice: choices.Choice) -> Text:
    """The name of a letter or axis that a reader chose, in the language of the page."""
    return choices.title_of(choice, current_language())


@register.filter
def on_screen(text: Text) -> str:
    """The text with the spacing of its own language, escaped, for web pages."""
    value = conditional_escape(text.value)
    return mark_safe(prose.french_spaces(value) if text.language == "fr" else value)


@register.filter
def prose_on_screen(body: Text) -> str:
    """Sanitised prose with the spacing of its own language, for web pages."""
    return mark_safe(prose.french_spaces(body.value) if body.language == "fr" else body.value)


@register.filter
def prose_in_print(body: Text) -> str:
    """Sanitised prose below a heading of a PDF, with headings of the levels under it."""
    return mark_safe(without_gaps(with_wide_spaces(body), under=2))


def with_wide_spaces(body: Text) -> str:
    """Prose for what lacks the narrow no-break space: fonts of PDFs, and mail programs."""
    is_french = body.language == "fr"
    return prose.french_spaces(body.value, narrow=False) if is_french else body.value


@register.filter
def prose_in_mail(body: Text) -> str:
    """Sanitised prose for mails: pictures and links of ours have whole addresses."""
    html = with_pictures(with_wide_spaces(body), lambda name: absolute(f"/pictures/{name}"))
    return mark_safe(html.replace('href="/', f'href="{absolute("/")}'))


@register.filter
def prose_in_plain(body: Text) -> str:
    """Prose as lines of plain text; pictures are told by their alternative text."""
    plain = plain_text(body.value)
    return prose.french_spaces(plain, narrow=False) if body.language == "fr" else plain


@register.filter
def at_place(moment: datetime.datetime, zone: str) -> str:
    """12 October 2026, 09:00 (Africa/Nairobi): a moment on the clock of a place, which is told."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{plain_date(local)}, {local:%H:%M} ({zone.replace('_', ' ')})"
