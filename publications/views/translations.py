"""The work of a language lead: to translate everything, and publish nothing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.lib.translations import TranslationState
from publications.forms.texts import translation_form
from publications.models import Publication
from publications.perms import may_translate

PER_PAGE = 50


def translations(request: HttpRequest) -> HttpResponse:
    """What waits for the lead's language; everything in it when asked for."""
    languages = request.user.standing.languages
    if not languages:
        raise Http404
    chosen = request.GET.get("language")
    language = chosen if chosen in languages else languages[0]
    rows = Publication.objects.translatable_into(language)
    shows_all = request.GET.get("show") == "all"
    if not shows_all:
        rows = rows.filter(~Q(**{f"state_{language}": TranslationState.READY}))
    page = Paginator(rows.newest_first(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "publications/library/translations.html",
        {"page": page, "own_languages": languages, "chosen": language, "shows_all": shows_all},
    )


def translate(request: HttpRequest, symbol: str, text_language: str) -> HttpResponse:
    """One translation beside its original; the rest of the record is out of reach."""
    found = get_object_or_404(Publication, symbol=symbol.replace("-", "/"))
    if not may_translate(request.user, found, text_language):
        raise Http404
    form = translation_form(text_language)(
        request.POST or None, request.FILES or None, instance=found, user=request.user
    )
    if request.method == "POST" and form.is_valid() and form.record():
        messages.success(request, _("The translation has been saved."))
        for warning in form.language_warnings():
            messages.warning(request, warning)
        return redirect("publications:translate", symbol=symbol, text_language=text_language)
    return render(
        request,
        "publications/library/translate.html",
        {
            "form": form,
            "publication": found,
            "text_language": text_language,
            "original": {
                name: found.own_text(name, found.original_language)
                for name in Publication.translated_fields
            },
        },
    )
