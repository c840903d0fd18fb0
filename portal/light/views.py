"""Light editions for readers."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode

from portal.context import same_page
from portal.lib import reading
from portal.lib.addresses import moved
from portal.lib.files import serving
from portal.lib.public import public_form, rate_limited, reads_query
from portal.lib.translations import current_language
from portal.light import dossiers, libraries, whole
from portal.light.editions import SOURCES
from portal.models import LightEdition, Page
from portal.models.light import Form
from publications import printable
from publications.filtering import LABELS, LibraryFilter
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


# -- A text as a document --------------------------------------------------------------------------


@login_not_required
def whole_text(request: HttpRequest, symbol: str) -> HttpResponse:
    """The PDF that is made from a text without a file, in the language of the address. Until the
    one of the text as it stands is made, a page says so (202)."""
    language = current_language()
    rows = printable.texts(language)
    record = rows.filter(symbol=symbol.replace("-", "/")).first()
    if record is None:
        return moved(request, rows, symbol=symbol)
    edition = whole.standing(record, language)
    if edition is None:
        whole.ask(record, language)
        pages = same_page(record.get_absolute_url())
        context = {"publication": record, "alternates": pages}
        waiting = render(request, "portal/whole_waiting.html", context, status=202)
        waiting.headers["Retry-After"] = str(whole.ASKED_FOR)
        waiting.headers["Cache-Control"] = "no-store"
        return waiting
    if not edition.size:
        raise Http404
    reading.note(request, "publication", record.pk, "file")
    return serving.answer(
        request,
        edition.file,
        name=f"{record.dashed_symbol}-{language}.pdf",
        media_type=MEDIA_TYPES[Form.PDF],
        digest=edition.digest,
    )


# -- A dossier that a reader puts together ---------------------------------------------------------


@login_not_required
@reads_query(dossiers.CHOSEN, "q", *LABELS)
def dossier(request: HttpRequest) -> HttpResponse:
    """Choose texts, and take them along as one file, with its size on the button."""
    language = current_language()
    filters = LibraryFilter(request.GET)
    words = request.GET.get("q", "").strip()
    found = dossiers.chosen(request.GET.getlist(dossiers.CHOSEN), language)
    parts = dossiers.told(found.texts, language)
    text = dossiers.as_text(parts, language).encode() if parts else b""
    return render(
        request,
        "portal/dossier.html",
        {
            "chosen": found,
            "offered": dossiers.offered(filters, words, without=found.texts, language=language),
            "words": words,
            "filters": filters,
            "is_full": len(found.texts) == dossiers.MOST,
            "most": dossiers.MOST,
            "text_size": len(text),
            "text_url": f"{reverse('portal:dossier_text')}?{query_of(found)}",
            "pdf_size": dossiers.pdf_size(found.texts, parts, language)
            if 0 < len(text) <= dossiers.LARGEST
            else 0,
        },
    )


@login_not_required
@reads_query(dossiers.CHOSEN)
def dossier_text(request: HttpRequest) -> HttpResponse:
    language = current_language()
    found = dossiers.chosen(request.GET.getlist(dossiers.CHOSEN), language)
    if not found.texts:
        raise Http404
    text = dossiers.as_text(dossiers.told(found.texts, language), language)
    return attached(text.encode(), Form.TEXT)


@login_not_required
@public_form
@rate_limited("dossier", per_hour=30)
def dossier_pdf(request: HttpRequest) -> HttpResponse:
    """The PDF is laid out while its reader waits, so it is asked for by a form."""
    language = current_language()
    if request.method != "POST":
        return redirect("portal:dossier")
    found = dossiers.chosen(request.POST.getlist(dossiers.CHOSEN), language)
    parts = dossiers.told(found.texts, language)
    size = len(dossiers.as_text(parts, language).encode())
    if not parts or size > dossiers.LARGEST:
        return redirect(f"{reverse('portal:dossier')}?{query_of(found)}")
    return attached(dossiers.as_pdf(parts, language), Form.PDF)


def query_of(found: dossiers.Chosen) -> str:
    """The choice as it stands in an address."""
    names = [record.dashed_symbol for record in found.texts]
    return urlencode({dossiers.CHOSEN: names}, doseq=True)


def attached(content: bytes, form: str) -> HttpResponse:
    name = f"dossier-{current_language()}.{form}"
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=MEDIA_TYPES[form], headers=headers)
