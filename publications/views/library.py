"""The library as the public and the members read it.

A public address answers as to an anonymous reader, also when somebody is logged in; what
members read more of is below the members' area.
"""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.lib.links import absolute
from portal.lib.translations import LANGUAGES, Language, TranslationState, current_language
from programme.models import Axis
from publications.models import Access, Publication, PublicationFile
from regions.models import Country, Region

PER_PAGE = 20
SHOWN_RELATED = 4


class LibraryForm(forms.Form):
    """The filters of the list; ``language`` asks for texts that exist in it."""

    word = forms.CharField(label=_("Word in the title"), required=False, max_length=80)
    language = forms.ChoiceField(
        label=_("Text available in"),
        required=False,
        choices=[("", _("Any language")), *Language.choices],
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Publication.Kind.choices]
    )
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        required=False,
        empty_label=_("All"),
        to_field_name="code",
    )
    axis = forms.ModelChoiceField(
        Axis.objects.none(),
        label=_("Axis"),
        required=False,
        empty_label=_("All"),
        to_field_name="number",
    )
    country = forms.ModelChoiceField(
        Country.objects.none(), label=_("Country"), required=False, empty_label=_("All")
    )
    year = forms.IntegerField(label=_("Year"), required=False, min_value=1900, max_value=2200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["word"].widget.input_type = "search"
        self.fields["axis"].queryset = Axis.objects.of_current_cycle()
        self.fields["country"].queryset = (
            Country.objects.filter(publications__in=Publication.objects.announced())
            .distinct()
            .order_by(f"sort_{current_language()}")
        )

    def narrowed(self, rows: QuerySet) -> QuerySet:
        """The rows that match every filter that was understood."""
        self.is_valid()  # fills cleaned_data with the fields that were understood
        chosen = {key: value for key, value in self.cleaned_data.items() if value}
        if word := chosen.get("word"):
            titles = (Q(**{f"title_{code}__icontains": word}) for code in LANGUAGES)
            matches = Q(symbol__icontains=word)
            for title in titles:
                matches |= title
            rows = rows.filter(matches)
        if language := chosen.get("language"):
            rows = rows.available_in(language)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if region := chosen.get("region"):
            rows = rows.in_region(region)
        if axis := chosen.get("axis"):
            rows = rows.on_axis(axis)
        if country := chosen.get("country"):
            rows = rows.filter(countries=country)
        if year := chosen.get("year"):
            rows = rows.filter(published_on__year=year)
        return rows


def page_of(request: HttpRequest, rows: QuerySet):
    rows = rows.newest_first().prefetch_related("axes", "regions", "files")
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


@login_not_required
def publications(request: HttpRequest) -> HttpResponse:
    form = LibraryForm(request.GET)
    page = page_of(request, form.narrowed(Publication.objects.announced()))
    return render(request, "publications/library/list.html", {"form": form, "page": page})


@login_not_required
def publication(request: HttpRequest, symbol: str) -> HttpResponse:
    """One publication; a members' text shows its title and summary and asks to log in."""
    found = with_relations(Publication.objects.announced()).filter(
        symbol__iexact=symbol.replace("-", "/")
    )
    record = get_object_or_404(found)
    if symbol != record.dashed_symbol:
        return redirect(record, permanent=True)
    return render(request, "publications/library/detail.html", detail(record))


def with_relations(rows: QuerySet) -> QuerySet:
    return rows.prefetch_related("axes", "regions", "countries", "organisations", "files")


def detail(record: Publication, *, in_space: bool = False) -> dict:
    """What the page of a publication shows; the text itself only where it may be read."""
    readable = in_space or record.access == Access.PUBLIC
    axis = next(iter(record.axes.all()), None)
    related = Publication.objects.public().exclude(pk=record.pk)
    return {
        "publication": record,
        "readable": readable,
        "in_space": in_space,
        "versions": versions(record, with_files=readable),
        "note": translation_note(record) if readable else "",
        "permanent": absolute(record.permanent_path),
        "related": (
            related.on_axis(axis).newest_first().prefetch_related("axes", "regions")[:SHOWN_RELATED]
            if axis
            else ()
        ),
    }


def versions(record: Publication, *, with_files: bool) -> list[dict]:
    """Each language with its state, its page and its files, for components/versions.html."""
    files = {file.language: file for file in record.files.all()} if with_files else {}
    path = record.get_absolute_url().split("/", 2)[2]
    result = []
    for code, state in record.languages():
        is_original = code == record.original_language
        readable = is_original or record.is_available(code)
        result.append(
            {
                "code": code,
                "is_original": is_original,
                "state": state,
                "label": _("original") if is_original else version_label(state),
                "url": f"/{code}/{path}" if readable and with_files else "",
                "files": [files[code]] if code in files else [],
            }
        )
    return result


def version_label(state: str) -> str:
    if state == TranslationState.READY:
        return _("translation")
    return TranslationState(state).label


def translation_note(record: Publication) -> str:
    """The state that the reader of this language should be told about, or nothing."""
    language = current_language()
    if language == record.original_language:
        return ""
    state = record.translation_state(language)
    return "" if state == TranslationState.READY else state


@login_not_required
def publication_file(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    return served(Publication.objects.public(), symbol, file_language)


def served(rows: QuerySet, symbol: str, language: str) -> HttpResponse:
    """The file of a publication among these rows, under a name that says what it is."""
    file = get_object_or_404(
        PublicationFile.objects.select_related("publication"),
        publication__in=rows.filter(symbol__iexact=symbol.replace("-", "/")),
        language=language,
    )
    if not file.file.storage.exists(file.file.name):
        raise Http404
    return FileResponse(
        file.file.open("rb"),
        content_type=file.media_type,
        filename=f"{file.publication.dashed_symbol}-{language}.{file.kind.lower()}",
        headers={"ETag": f'"{file.digest}"', "X-Content-Type-Options": "nosniff"},
    )


# -- The members' area ------------------------------------------------------------------------


def space_library(request: HttpRequest) -> HttpResponse:
    """What the person may read, the members' texts included."""
    form = LibraryForm(request.GET)
    page = page_of(request, form.narrowed(Publication.objects.visible_to(request.user).published()))
    return render(request, "publications/library/space_list.html", {"form": form, "page": page})


def space_publication(request: HttpRequest, symbol: str) -> HttpResponse:
    rows = with_relations(Publication.objects.visible_to(request.user).published())
    record = get_object_or_404(rows, symbol__iexact=symbol.replace("-", "/"))
    return render(request, "publications/library/space_detail.html", detail(record, in_space=True))


def space_file(request: HttpRequest, symbol: str, file_language: str) -> HttpResponse:
    rows = Publication.objects.visible_to(request.user).published()
    return served(rows, symbol, file_language)


def space_address(record: Publication) -> str:
    return reverse("publications:space_detail", kwargs={"symbol": record.dashed_symbol})
