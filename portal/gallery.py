"""Every component of the pages in one place, with examples: to look at, and to test."""

import datetime
from types import SimpleNamespace

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from members.perms import may_open_desk
from members.reach import Reach
from portal.desk import PageForm
from portal.lib.access import permitted
from portal.lib.translations import Text, TranslationState, current_language
from portal.lib.versions import Change
from portal.models import Page
from regions import maps
from regions.models import Region

READY, MISSING = TranslationState.READY, TranslationState.MISSING
STATES = (READY, TranslationState.IN_PROGRESS, TranslationState.OUTDATED, MISSING)


class Linked(list):
    """What a record is linked with, in the shape in which a template asks for it."""

    def all(self) -> "Linked":
        return self


class Example(SimpleNamespace):
    """A record made of what it is given, which answers like a translatable one."""

    def text(self, field: str) -> Text:
        return getattr(self, field)

    def languages(self) -> list[tuple[str, str]]:
        return list(zip(("fr", "en", "es"), self.states, strict=True))

    def get_absolute_url(self) -> str:
        return "#cover"


class ExampleForm(forms.Form):
    """A field of each shape, so that each can be seen with its hint and its error."""

    symbol = forms.CharField(label="Symbol", help_text="For example P/2026/14.")
    language = forms.ChoiceField(
        label="Language", choices=[("fr", "Français"), ("en", "English"), ("es", "Español")]
    )
    regions = forms.MultipleChoiceField(
        label="Regions",
        choices=[(f"R{n}", f"R{n}") for n in range(1, 10)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label="I agree", help_text="This box must be ticked.")


@permitted(may_open_desk)
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/gallery.html", gallery_context())


def gallery_context() -> dict:
    """An example for each component. Regions and maps are the network's own."""
    regions = list(Region.objects.order_by("code"))
    for region in regions:
        region.count = region.number
    region = regions[-1] if regions else None
    publications = [publication(number, regions) for number in (14, 13, 12)]
    form = ExampleForm({"symbol": "", "language": "fr", "regions": ["R8"], "text": "Text"})
    return {
        "regions": regions,
        "region": region,
        "world": maps.of_world(),
        "map": maps.of_region(region, {}) if region else None,
        "publications": publications,
        "states": [(state, [(current_language(), state)]) for state in STATES],
        "axes": range(1, 8),
        "form": form,
        "groups": PageForm(instance=page()).language_groups(),
        "changes": [
            Change("Description", "fr", "Un conseil au bord du lac (exemple).", is_contested=True),
            Change("Website", "", "https://lake.example.org/", is_contested=False),
        ],
        "versions": versions(),
        "steps": [
            {"title": "Received", "note": "2 October", "state": "done"},
            {"title": "Checked", "note": "5 October", "state": "done"},
            {"title": "Under review", "note": "until 20 October", "state": "current"},
            {"title": "Translated", "note": "", "state": ""},
            {"title": "Published", "note": "", "state": ""},
        ],
        "reach": Reach(
            organisations=1284,
            countries=37,
            others=True,
            as_of=datetime.date(2026, 10, 2),
            oldest=datetime.date(2025, 6, 30),
        ),
        "figures": [("Member organisations", 14), ("Subscribers", 1284)],
        "bars": [{"name": f"Axis {n}", "number": n, "count": n * n % 8} for n in range(1, 8)],
        "tabs": [
            {"url": "#tabs", "label": "Dashboard", "current": True},
            {"url": "#tabs", "label": "People", "current": False},
        ],
        "example_messages": [
            Message(constants.SUCCESS, "The changes are saved."),
            Message(constants.WARNING, "One language is missing."),
            Message(constants.ERROR, "Nothing was saved."),
        ],
        "page": Paginator(range(75), 25).page(2),
    }


def publication(number: int, regions: list[Region]) -> Example:
    titles = {
        14: Text("Social protection floors: what national councils have won (example)", "en"),
        13: Text("Dix ans plutôt que trois (exemple)", "fr"),
        12: Text("Cuidados y ciudadanía: diálogo Sur-Sur (ejemplo)", "es"),
    }
    return Example(
        symbol=f"P/2026/{number}",
        title=titles[number],
        summary=Text("Fourteen organisations tell how they were heard.", "en"),
        states=(READY, READY, MISSING),
        published_on=datetime.date(2026, 10, number),
        get_kind_display="report",
        access="public",
        regions=Linked(regions[number - 15 : number - 14] or regions[-1:]),
        axes=Linked([SimpleNamespace(number=number - 8)]),
    )


def page() -> Page:
    return Page(
        slug="example",
        original_language="fr",
        title_fr="Titre (exemple)",
        title_es="Título (ejemplo)",
        state_fr=READY,
        state_es=TranslationState.OUTDATED,
    )


def versions() -> list[dict]:
    def version(code: str, state: str, *, is_original: bool = False, size: int = 0) -> dict:
        file = SimpleNamespace(kind="PDF", size=size, url="#versions", pages=24, is_tagged=True)
        return {
            "code": code,
            "is_original": is_original,
            "state": state,
            "label": state.label,
            "url": "#versions" if size else "",
            "files": [file] if size else [],
        }

    return [
        version("fr", READY, is_original=True, size=1_200_000),
        version("en", READY, size=1_100_000),
        version("es", TranslationState.IN_PROGRESS),
    ]
