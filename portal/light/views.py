"""Light editions for readers."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from portal.lib import reading
from portal.lib.files import serving
from portal.lib.translations import current_language
from portal.light import libraries
from portal.light.editions import SOURCES
from portal.models import LightEdition, Page
from portal.models.light import Form
from publications.models import Publication
from regions.models import Region

MEDIA_TYPES = {
    Form.TEXT: "text/plain; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.ARCHIVE: "application/zip",
}


@login_not_required
def publication(request: HttpRequest, symbol: str, form: str) -> HttpResponse:
    record = get_object_or_404(Publication.objects.public(), symbol=symbol.replace("-", "/"))
    return given(request, "publication", record.pk, form, name=symbol)


@login_not_required
def page(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    record = get_object_or_404(Page, slug=slug)
    return given(request, "page", record.pk, form, name=slug)


@login_not_required
def library(request: HttpRequest, code: str) -> HttpResponse:
    region = get_object_or_404(Region, code=code)
    return given(request, libraries.KIND, region.code, Form.ARCHIVE, name=f"library-{code}")


def given(request: HttpRequest, kind: str, key: object, form: str, *, name: str) -> HttpResponse:
    """The file in the language of the address; 404 until the schedule has made it."""
    language = current_language()
    edition = LightEdition.objects.of(kind, key).filter(language=language, form=form).first()
    if edition is None:
        raise Http404
    if kind in SOURCES:
        reading.note(request, kind, key, "light")
    return serving.answer(
        request,
        edition.file,
        name=f"{name}-{language}.{form}",
        media_type=MEDIA_TYPES[Form(form)],
        digest=edition.digest,
    )
