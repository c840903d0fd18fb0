"""Content by language: the secretariat’s whole, a lead’s own languages; each figure leads to its
rows."""

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import texts
from portal.lib.sheets.writing import CSV, MEDIA_TYPES, Sheet, written
from portal.lib.translations import TranslationState
from portal.text_files import coverage as figures
from portal.text_files.coverage import Cell, Line
from portal.text_files.pages import address
from portal.translating.views import languages_in
from regions.models import Region

COUNTED = ("ready", "outdated", "missing", "in_progress", "machine", "waiting")
COLUMNS = (
    "kind", "region", "language", "total", *COUNTED, "words_to_translate", "longest_wait_days",
)  # fmt: skip


class CoverageFilter(forms.Form):
    """Whatever is wrong in the address is left out."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=gettext_lazy("Region"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All"),
    )
    by = forms.ChoiceField(
        label=gettext_lazy("Rows"),
        required=False,
        choices=[("", gettext_lazy("by kind")), ("region", gettext_lazy("by kind and region"))],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("All")),
            *((kind.code, kind.name) for kind in texts.kinds()),
        ]

    def arguments(self) -> dict:
        self.is_valid()
        chosen = self.cleaned_data
        code = chosen.get("kind")
        return {
            "kinds": [texts.kind_with(code)] if code else None,
            "region": chosen.get("region"),
            "by_region": chosen.get("by") == "region",
        }


def coverage(request: HttpRequest, *, area: str) -> HttpResponse:
    languages = languages_in(area, request.user)
    filters = CoverageFilter(request.GET)
    arguments = filters.arguments()
    found = figures.lines(request.user, languages=languages, **arguments)
    queue = address(area, "translations")
    lacking = figures.lacking(request.user, languages)
    for one in lacking:
        one.label = TranslationState(one.state).label
        one.url = address(
            area,
            "translation",
            kind=one.kind.code,
            key=one.record.pk,
            text_language=one.language,
        )
        one.title = one.record.text(one.kind.title_field)
    query = request.GET.urlencode()
    context = {
        "area": area,
        "filters": filters,
        "languages": languages,
        "lines": [shown(line, queue) for line in found],
        "totals": figures.totals(found),
        "by_region": arguments["by_region"],
        "lacking": lacking,
        "queue_url": queue,
        "files_url": address(area, "text_files"),
        "csv_url": address(area, "text_coverage_csv") + (f"?{query}" if query else ""),
    }
    return render(request, "portal/text_files/coverage.html", context)


def shown(line: Line, queue: str) -> dict:
    return {
        "kind": line.kind,
        "region": line.region,
        "cells": [cell_with_links(cell, line, queue) for cell in line.cells],
    }


def cell_with_links(cell: Cell, line: Line, queue: str) -> dict:
    """The cell, each of its figures with the address of exactly its rows."""
    chosen = {"language": cell.language, "kind": line.kind.code}
    if line.region:
        chosen["region"] = line.region
    states = {
        TranslationState.OUTDATED: cell.outdated,
        TranslationState.MISSING: cell.missing,
        TranslationState.IN_PROGRESS: cell.in_progress,
        TranslationState.MACHINE: cell.machine,
    }
    return {
        "cell": cell,
        "open": [
            {
                "state": state.value,
                "label": state.label,
                "count": count,
                "url": f"{queue}?{urlencode(chosen | {'state': state.value})}",
            }
            for state, count in states.items()
            if count
        ],
    }


def coverage_csv(request: HttpRequest, *, area: str) -> StreamingHttpResponse:
    """All of it as a table, region by region; names of columns that do not change."""
    languages = languages_in(area, request.user)
    arguments = CoverageFilter(request.GET).arguments() | {"by_region": True}
    found = figures.lines(request.user, languages=languages, **arguments)
    rows = [list(COLUMNS)]
    for line in found:
        for cell in line.cells:
            counted = [getattr(cell, name) for name in COUNTED]
            start = [line.kind.code, line.region, cell.language, cell.total]
            rows.append([*start, *counted, cell.words, cell.days])
    name = f"{_('translations')}-{timezone.localdate().isoformat()}.csv"
    return StreamingHttpResponse(
        written(CSV, [Sheet("coverage", rows)]),
        content_type=MEDIA_TYPES[CSV],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
