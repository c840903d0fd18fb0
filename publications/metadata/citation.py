"""The reference of a publication as a reader would write it, in the reader's language."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.lib.templatetags.text import in_its_language, shown
from portal.lib.translations import Text, current_language
from publications.metadata.record import Person, Record

MOST = 6  # authors that are named


def citation(record: Record) -> SafeString:
    """Exemple, A. & Ejemplo, T. (2026). Title (P/2026/14). Network. Address.

    The title is that of the reader's language where the text exists in it, and says its language.
    """
    language = current_language()
    code = language if language in record.titles else record.language
    names = [short(author) for author in record.authors[:MOST]] or [
        in_its_language(record.publisher)
    ]
    title = format_html(
        '<cite lang="{}">{}</cite>', code, mark_safe(shown(Text(record.titles[code], code)))
    )
    parts = [
        format_html("{} ({}).", joined(names, more=len(record.authors) > MOST), record.issued.year),
        format_html("{} ({}).", title, record.symbol),
    ]
    if record.series:
        title, own = record.series.title(language)
        written = f"{title} {record.series.number}".strip()
        parts.append(format_html('<i lang="{}">{}</i>.', own, mark_safe(shown(Text(written, own)))))
    if record.authors:
        parts.append(format_html("{}.", in_its_language(record.publisher)))
    address = record.doi_url or record.url
    parts.append(format_html('<a href="{}">{}</a>', address, address))
    return format_html_join(" ", "{}", ((part,) for part in parts))


def short(author: Person) -> str:
    """Exemple, A. – a body keeps its whole name."""
    if author.is_body or not author.given:
        return author.family or author.name
    parts = (part.split("-") for part in author.given.split())
    initials = ("-".join(f"{piece[0]}." for piece in part if piece) for part in parts)
    return f"{author.family}, {' '.join(initials)}"


def joined(names: list[str], *, more: bool) -> str:
    if more:
        return _("%(names)s et al.") % {"names": ", ".join(names)}
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
