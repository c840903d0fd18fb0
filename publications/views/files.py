"""The files of publications and the pictures of their first pages.

Each answers by the rule of the text it belongs to, asked anew each time: an address that somebody
kept is worth no more than the right to read.
"""

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from portal.lib import reading
from portal.lib.addresses import moved
from portal.lib.files import serving
from publications.models import Publication, PublicationFile

PICTURES = {
    "public": "publications:first_page",
    "space": "publications:space_first_page",
    "desk": "publications:desk_first_page",
}


@login_not_required
def publication_file(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    rows = Publication.objects.public()
    try:
        return served(request, rows, symbol, file_language)
    except Http404:
        return moved(request, rows, symbol=symbol)


@login_not_required
def first_page(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    return served_picture(request, Publication.objects.public(), symbol, file_language)


def space_file(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    rows = Publication.objects.visible_to(request.user).published()
    return served(request, rows, symbol, file_language)


def space_first_page(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    rows = Publication.objects.visible_to(request.user).published()
    return served_picture(request, rows, symbol, file_language)


def served(request: HttpRequest, rows: QuerySet, symbol: str, language: str) -> HttpResponse:
    """The file of a publication among these rows, under a name that says what it is."""
    file = file_among(rows, symbol, language)
    answer = serving.answer(
        request,
        file.file,
        name=f"{file.publication.dashed_symbol}-{language}.{file.kind.lower()}",
        media_type=file.media_type,
        digest=file.digest,
    )
    # Whoever asks for the rest of a file has been counted with its beginning.
    if not answer.headers.get("Content-Range", "bytes 0-").startswith("bytes 0-"):
        return answer
    reading.note(request, "publication", file.publication_id, "file")
    return answer


def served_picture(
    request: HttpRequest, rows: QuerySet, symbol: str, language: str
) -> HttpResponse:
    """The first page of the file; 404 as long as no worker has drawn it."""
    file = file_among(rows, symbol, language)
    return serving.answer(
        request,
        file.thumbnail,
        name=f"{file.publication.dashed_symbol}-{language}.webp",
        media_type="image/webp",
        digest=f"{file.digest}-page",
    )


def file_among(rows: QuerySet, symbol: str, language: str) -> PublicationFile:
    return get_object_or_404(
        PublicationFile.objects.select_related("publication"),
        publication__in=rows.called(symbol).values("pk"),
        language=language,
    )


def picture_of(file: PublicationFile | None, area: str) -> dict | None:
    """The address and size of the picture of a file's first page, for a page of the area."""
    if file is None or not file.thumbnail:
        return None
    place = {"symbol": file.publication.dashed_symbol, "file_language": file.language}
    return {
        # A new picture has a new address, so that nobody sees the former one.
        "url": f"{reverse(PICTURES[area], kwargs=place)}?v={file.digest[:8]}",
        "width": file.thumbnail_width,
        "height": file.thumbnail_height,
    }
