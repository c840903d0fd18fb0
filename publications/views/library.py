"""The library as the public and the members read it.

A public address answers as to an anonymous reader, also when somebody is logged in; what
members read more of is below the members' area.
"""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib import alternates, reading
from portal.lib.addresses import moved
from portal.lib.links import absolute
from portal.lib.public import reads_query
from portal.lib.templatetags.text import in_language
from portal.lib.translations import TranslationState, current_language
from publications.forms.filters import LibraryForm
from publications.models import Access, Publication, PublicationFile
from publications.views.files import picture_of
from regions.models import Country

PER_PAGE = 20
SHOWN_RELATED = 4
# Where a publication is read: the addresses of its page and of its files.
AREAS = {
    "public": ("publications:detail", "publications:file"),
    "space": ("publications:space_detail", "publications:space_file"),
    "desk": ("publications:desk_preview", "publications:desk_file"),
}


def page_of(request: HttpRequest, rows: QuerySet, *, area: str = "public"):
    """One page of the list; each row with ``address`` and the files that may be read."""
    rows = rows.newest_first().prefetch_related("axes", "regions", "files")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for record in page:
        record.address = address_of(record, area)
        record.downloads = downloads(record, area) if may_read(record, area) else []
    return page


@login_not_required
@reads_query(*LibraryForm.base_fields, "page")
def publications(request: HttpRequest) -> HttpResponse:
    form = LibraryForm(request.GET)
    page = page_of(request, form.narrowed(Publication.objects.announced()))
    return render(request, "publications/library/list.html", {"form": form, "page": page})


@login_not_required
@reads_query()
def publication(request: HttpRequest, symbol: str) -> HttpResponse:
    """One publication; a members' text shows its title and summary and asks to log in."""
    rows = Publication.objects.announced()
    record = with_relations(rows).filter(symbol=symbol.replace("-", "/")).first()
    if record is None:
        return moved(request, rows, symbol=symbol)
    alternates.tell(request, record)
    reading.note(request, "publication", record.pk)
    return render(request, "publications/library/detail.html", detail(record))


def with_relations(rows: QuerySet) -> QuerySet:
    countries = Prefetch("countries", Country.objects.in_order())
    return rows.prefetch_related("axes", "regions", countries, "files")


def detail(record: Publication, *, area: str = "public") -> dict:
    """What the page of a publication shows; the text itself only where it may be read."""
    readable = may_read(record, area)
    axis = next(iter(record.axes.all()), None)
    related = Publication.objects.public().exclude(pk=record.pk)
    files = downloads(record, area) if readable else []
    row = main_row(record) if readable else None
    return {
        "publication": record,
        "readable": readable,
        "versions": versions(record, files, address_of(record, area) if readable else ""),
        "main_file": main_file(record, files),
        "file_row": row,
        "picture": picture_of(row, area),
        "note": translation_note(record) if readable else "",
        "permanent": absolute(record.permanent_path),
        "related": (
            related.on_axis(axis).newest_first().prefetch_related("axes", "regions")[:SHOWN_RELATED]
            if axis
            else ()
        ),
    }


def may_read(record: Publication, area: str) -> bool:
    """Whether the text itself is shown: in the closed areas the rows were chosen already."""
    return area != "public" or record.access == Access.PUBLIC


def address_of(record: Publication, area: str) -> str:
    return reverse(AREAS[area][0], kwargs={"symbol": record.dashed_symbol})


def downloads(record: Publication, area: str) -> list[dict]:
    """The files of a publication with the address that a reader of the area takes."""
    name = AREAS[area][1]
    return [
        {
            "language": file.language,
            "kind": file.kind,
            "size": file.size,
            "pages": file.pages,
            "is_tagged": file.is_tagged,
            "url": reverse(
                name, kwargs={"symbol": record.dashed_symbol, "file_language": file.language}
            ),
        }
        for file in record.files_in_order
    ]


def main_file(record: Publication, files: list[dict]) -> dict | None:
    """The file to offer first: in the reader's language, else in the original's, else any."""
    wanted = (current_language(), record.original_language)
    by_language = {file["language"]: file for file in files}
    found = (by_language[code] for code in wanted if code in by_language)
    return next(found, next(iter(files), None))


def main_row(record: Publication) -> PublicationFile | None:
    """The stored file behind the download that is offered first, from those prefetched."""
    wanted = (current_language(), record.original_language)
    by_language = {row.language: row for row in record.files_in_order}
    found = (by_language[code] for code in wanted if code in by_language)
    return next(found, next(iter(by_language.values()), None))


def versions(record: Publication, files: list[dict], address: str) -> list[dict]:
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
                "files": [file for file in files if file["language"] == code],
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
    form = LibraryForm(request.GET)
    rows = form.narrowed(Publication.objects.visible_to(request.user).published())
    page = page_of(request, rows, area="space")
    return render(request, "publications/library/space_list.html", {"form": form, "page": page})


def space_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    rows = with_relations(Publication.objects.visible_to(request.user).published())
    record = get_object_or_404(rows, symbol__iexact=symbol.replace("-", "/"))
    reading.note(request, "publication", record.pk)
    return render(request, "publications/library/space_detail.html", detail(record, area="space"))
