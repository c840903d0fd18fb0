"""The library as the public and the members read it.

A public address answers as to an anonymous reader, also when somebody is logged in; what
members read more of is below the members' area.
"""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from portal.lib import alternates, drawn, feeds, network, reading
from portal.lib.addresses import moved
from portal.lib.paging import AFTER, BEFORE
from portal.lib.public import reads_query
from portal.lib.templatetags.text import in_language
from portal.lib.translations import TranslationState, current_language
from publications import cards, listing, printable, shown
from publications import feeds as publication_feeds
from publications.cards import File
from publications.filtering import LABELS, LibraryFilter
from publications.metadata.citation import citation
from publications.metadata.jsonld import in_page
from publications.metadata.record import record_of
from publications.models import Publication
from publications.views import facts
from publications.views.files import picture_of
from regions.models import Country

# Where the files made from a text stand in its page, which they are not drawn with.
WHOLE = mark_safe("<!-- the text as a document -->")
WHOLE_TOLD = mark_safe("<!-- its address for machines -->")
LIGHT = mark_safe("<!-- light editions -->")
# What a citation program can be given: the ending of the permanent address, and its name.
EXPORTS = {"bib": "BibTeX", "ris": "RIS", "csl.json": "CSL-JSON", "dc.xml": "Dublin Core"}


@login_not_required
@reads_query(*LABELS, "sort", AFTER, BEFORE)
def publications(request: HttpRequest) -> HttpResponse:
    """The list. Its first page without a filter is read most, and not drawn again for nothing."""
    page = None
    if not request.META.get("QUERY_STRING"):
        page = drawn.page(request, shown.values_of_library, lambda: draw_list(request))
    return HttpResponse(draw_list(request) if page is None else page)


def draw_list(request: HttpRequest) -> str:
    found = listing.listed(request, Publication.objects.announced(), area="public")
    feed = reverse("publications:feed")
    query = f"?{found.filters.query}" if found.filters else ""
    context = {"listing": found, "page": found.page, "feed": f"{feed}{query}"}
    return render_to_string("publications/library/list.html", context, request)


@login_not_required
@reads_query(*LABELS, "page")
def publications_feed(request: HttpRequest) -> HttpResponse:
    """The newest texts of a list, narrowed by the same filters in the address."""
    filters = LibraryFilter(request.GET)
    rows = filters.narrowed(Publication.objects.announced()).newest_first()
    pages = feeds.paged(request, publication_feeds.with_what_a_feed_tells(rows))
    query = f"?{filters.query}" if filters else ""
    return feeds.answer(
        request,
        [publication_feeds.entry(record) for record in pages.rows],
        title=_("%(network)s: publications") % {"network": network.current().name()},
        subtitle=filters.told(),
        page=f"{reverse('publications:list')}{query}",
        pages=pages,
    )


@login_not_required
@reads_query()
def publication(request: HttpRequest, symbol: str) -> HttpResponse:
    """One publication; a members' text shows its title and summary and asks to log in."""
    written = symbol.replace("-", "/")
    page = drawn.page(request, lambda: shown.values_of(written), lambda: draw(request, written))
    if page is None:
        rows = Publication.objects.announced()
        return facts.tombstone(request, symbol) or moved(request, rows, symbol=symbol)
    return HttpResponse(with_files(page, request.reading[1], symbol) if LIGHT in page else page)


def with_files(page: str, key: str, symbol: str) -> str:
    """The page with the files that were made from its text."""
    whole, light = page.find(WHOLE), page.index(LIGHT)
    has_whole = 0 <= whole < light
    head = page[:whole] if has_whole else ""
    front, _mark, rest = head.partition(WHOLE_TOLD)
    context = {
        "front": mark_safe(front),
        "head": mark_safe(rest),
        "middle": mark_safe(page[len(head) + len(WHOLE) * has_whole : light]),
        "tail": mark_safe(page[light + len(LIGHT) :]),
        "has_whole": has_whole,
        "key": key,
        "name": symbol,
    }
    return render_to_string("publications/library/_made.html", context)


def draw(request: HttpRequest, symbol: str) -> str | None:
    """The page of a publication, with marks where its files stand that are made from its text; None
    without any."""
    record = with_relations(Publication.objects.announced()).filter(symbol=symbol).first()
    if record is None:
        return None
    alternates.tell(request, record)
    reading.note(request, "publication", record.pk)
    is_printable = printable.is_printable(record, current_language())
    context = detail(record) | {"light": LIGHT, "whole": "", "whole_told": ""}
    if is_printable:
        context |= {"whole": WHOLE, "whole_told": WHOLE_TOLD}
    return render_to_string("publications/library/detail.html", context, request)


def with_relations(rows: QuerySet) -> QuerySet:
    countries = Prefetch("countries", Country.objects.in_order())
    return rows.select_related("series", "replaced_by").prefetch_related(
        "credits", "axes", "regions", countries, "files"
    )


def detail(record: Publication, *, area: str = "public") -> dict:
    """What the page of a publication shows; the text itself only where it may be read."""
    readable = cards.may_read(record, area)
    files = cards.files(record, area) if readable else []
    main = main_file(record, files)
    row = next(
        (row for row in record.files_in_order if main and row.language == main.language), None
    )
    told = record_of(record)
    return {
        "publication": record,
        "readable": readable,
        "versions": versions(record, files, cards.address_of(record, area) if readable else ""),
        "main_file": main,
        "file_row": row,
        "picture": picture_of(row, area),
        "note": translation_note(record) if readable else "",
        "permanent": told.url,
        "record": told,
        "citation": citation(told),
        "exports": EXPORTS if record.is_announced else {},
        "jsonld": in_page(told) if area == "public" else "",
        "around": facts.around(record, area=area),
        "related": shown.related(record.pk) if record.axes.all() else (),
    }


def main_file(record: Publication, files: list[File]) -> File | None:
    """The file to offer first: in the reader's language, else in the original's, else any."""
    wanted = (current_language(), record.original_language)
    by_language = {file.language: file for file in files}
    found = (by_language[code] for code in wanted if code in by_language)
    return next(found, next(iter(files), None))


def versions(record: Publication, files: list[File], address: str) -> list[dict]:
    """Each language with its state, its page and its files, for components/versions.html."""
    result = []
    for code, state in record.languages():
        is_original = code == record.original_language
        exists = is_original or record.is_available(code)
        result.append(
            {
                "code": code,
                "is_original": is_original,
                "state": state,
                "label": _("original") if is_original else version_label(state),
                # Addresses are alike in all languages but for their first part.
                "url": f"/{code}/{address.split('/', 2)[2]}" if address and exists else "",
                "files": [file for file in files if file.language == code],
            }
        )
    return result


def version_label(state: str) -> str:
    if state == TranslationState.READY:
        return _("translation")
    return TranslationState(state).label


def translation_note(record: Publication) -> str:
    """What the reader of this language should be told about the text, or nothing."""
    language, field = current_language(), "body" if record.text("body").value else "title"
    if language == record.original_language:
        return ""
    return {
        TranslationState.MISSING: _(
            # Translators: each of the two is "in English", "in French" or "in Spanish".
            "This text is not yet available %(wanted)s. Here it is %(given)s."
        )
        % {"wanted": in_language(language), "given": in_language(record.text(field).language)},
        TranslationState.IN_PROGRESS: _(
            # Translators: "in English", "in French" or "in Spanish".
            "The translation of this text is under way. Here it is %(given)s."
        )
        % {"given": in_language(record.text(field).language)},
        TranslationState.OUTDATED: _("The original has changed since this translation was made."),
        TranslationState.MACHINE: _("This is a machine translation that nobody has revised."),
    }.get(record.translation_state(language), "")


# -- The members' area ------------------------------------------------------------------------


def space_library(request: HttpRequest) -> HttpResponse:
    """What the person may read, the members' texts included."""
    rows = Publication.objects.visible_to(request.user).published()
    found = listing.listed(request, rows, area="space")
    return render(
        request, "publications/library/space_list.html", {"listing": found, "page": found.page}
    )


def space_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    rows = with_relations(Publication.objects.visible_to(request.user).published())
    record = get_object_or_404(rows.called(symbol))
    reading.note(request, "publication", record.pk)
    context = detail(record, area="space")
    if printable.is_printable(record, current_language()):
        url = reverse("portal:whole_text", kwargs={"symbol": record.dashed_symbol})
        context["whole"] = render_to_string("publications/library/_whole.html", {"url": url})
    return render(request, "publications/library/space_detail.html", context)
