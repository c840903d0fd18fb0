"""Publications for machines: their metadata under the permanent address, and the harvest."""

import json
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from portal.lib.public import neutral
from publications.harvesting import answers
from publications.harvesting.records import with_credits
from publications.metadata import bibtex, csl, dublin_core, jsonld, ris
from publications.metadata.record import Record, record_of
from publications.models import Publication

# The ending of the address, the media type, and who writes it.
FORMS: dict[str, tuple[str, Callable[[Record], str | bytes]]] = {
    "bib": (bibtex.MEDIA_TYPE, bibtex.bibtex),
    "ris": (ris.MEDIA_TYPE, ris.ris),
    "csl.json": (
        csl.MEDIA_TYPE,
        lambda record: json.dumps(csl.csl(record), ensure_ascii=False, indent=1),
    ),
    "jsonld": (
        jsonld.MEDIA_TYPE,
        lambda record: json.dumps(jsonld.jsonld(record), ensure_ascii=False, indent=1),
    ),
    "dc.xml": (dublin_core.MEDIA_TYPE, dublin_core.dublin_core),
}


@login_not_required
@neutral
def metadata(request: HttpRequest, symbol: str, form: str) -> HttpResponse:
    """A publication in one of the forms, the same for every reader and language."""
    written = symbol.upper()
    rows = with_credits(Publication.objects.announced())
    found = get_object_or_404(rows, symbol=written.replace("-", "/"))
    if written != symbol:
        return redirect("metadata", symbol=written, form=form, permanent=True)
    media_type, write = FORMS[form]
    return HttpResponse(
        write(record_of(found)),
        content_type=f"{media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'inline; filename="{found.dashed_symbol}.{form}"',
            "Access-Control-Allow-Origin": "*",
            "X-Robots-Tag": "noindex",
            "X-Content-Type-Options": "nosniff",
        },
    )


def wanted_form(request: HttpRequest) -> str:
    """The form that a program asks for at the permanent address; nothing when it reads pages."""
    if not request.headers.get("Accept"):
        return ""
    types = {media_type: form for form, (media_type, _write) in FORMS.items()}
    chosen = request.get_preferred_type(["text/html", *types])
    return types.get(chosen, "") if chosen else ""


def negotiated(request: HttpRequest, symbol: str) -> HttpResponse | None:
    """To the form a program asked for, or None when it wants the page."""
    form = wanted_form(request)
    if not form:
        return None
    answer = redirect(reverse("metadata", kwargs={"symbol": symbol.upper(), "form": form}))
    answer.status_code = 303
    return answer


@csrf_exempt
@never_cache
@login_not_required
@neutral
def harvest(request: HttpRequest) -> HttpResponse:
    """OAI-PMH, asked by GET or by POST. It changes nothing, so that no token is needed."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    query = request.POST if request.method == "POST" else request.GET
    return HttpResponse(
        answers.answer(query),
        content_type="text/xml; charset=utf-8",
        headers={"Access-Control-Allow-Origin": "*"},
    )
