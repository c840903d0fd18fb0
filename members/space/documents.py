"""Fetching a document that is for one's organisation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify

from members import documents
from members.models import Document, DocumentFile
from members.models.documents import ALL_LANGUAGES
from members.space.threads import download
from portal.lib.text import fold


def document(request: HttpRequest, pk: int, file_language: str) -> HttpResponse:
    """The file in a language; a document for others is not found."""
    found = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    answer = file_of(request, found, file_language)
    documents.opened(found, by=request.user)
    return answer


def file_of(request: HttpRequest, document: Document, file_language: str) -> HttpResponse:
    language = "" if file_language == ALL_LANGUAGES else file_language
    row = get_object_or_404(DocumentFile, document=document, language=language)
    title = slugify(fold(str(document)))[:60] or "document"
    name = f"{title}.{row.kind.lower()}"
    return download(request, row.file, name=name, media_type=row.media_type)
