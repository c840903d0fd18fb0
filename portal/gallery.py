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
from portal.lib import links, network
from portal.lib.access import permitted
from portal.lib.translations import TranslationState, current_language
from portal.lib.versions import Change
from portal.models import Page
from publications.cards import Card, cards
from publications.filtering import Facet, Option
from publications.listing import Sort
from publications.models import Publication
from publications.vocabulary import Word
from regions import maps
from regions.models import Region

READY, MISSING = TranslationState.READY, TranslationState.MISSING
STATES = (READY, TranslationState.IN_PROGRESS, TranslationState.OUTDATED, MISSING)


HOSTILE_NAMES = [
    "Conseil-" + "trèslongmotsansespace" * 9 + " (exemple)",
    "<b>Council</b> & <script>alert(1)</script> (example)",
    "المجلس الوطني للرعاية الاجتماعية (مثال)",
    "Εθνικό Συμβούλιο, Национальный совет, राष्ट्रीय परिषद (example)",
    "Łódź Şişli Đắk Lắk Māori ẞ (example)",
    "社会福祉協議会（例） \U0001f30d (example)",
]


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


def print_context(language: str) -> dict:
    """What a printed document is given, with an example for each of its parts."""
    address = links.absolute(f"/{language}/")
    return {
        "language": language,
        "network": network.current(),
        "symbol": "F/R8/2026",
        "site": address,
        "permanent": address,
        "day": datetime.date(2026, 10, 2),
        "demonstration": True,
        "attached": ["f-r8-2026.csv"],
        "cover_title": {"value": "Afrique orientale et australe (exemple)", "language": "fr"},
        "charts": example_charts(),
        "hostile": HOSTILE_NAMES,
    }


def gallery_context() -> dict:
    """An example for each component. Regions and maps are the network's own."""
    regions = list(Region.objects.order_by("code"))
    for region in regions:
        region.count = region.number
    region = regions[-1] if regions else None
    form = ExampleForm({"symbol": "", "language": "fr", "regions": ["R8"], "text": "Text"})
    return {
        "regions": regions,
        "region": region,
        "world": maps.of_world(),
        "map": maps.of_region(region, {}) if region else None,
        "cards": example_cards(regions),
        "facets": example_facets(),
        "sorts": [Sort("", "Newest first", is_chosen=True)],
        "states": [(state, [(current_language(), state)]) for state in STATES],
        "axes": range(1, 8),
        "form": form,
        "groups": PageForm(instance=page()).language_groups(),
        "changes": [
            Change("Description", "fr", "Un conseil au bord du lac (exemple).", is_contested=True),
            Change("Website", "", "https://lake.example.org/", is_contested=False),
        ],
        "versions": versions(),
        "light_files": [
            {"label": "PDF", "size": 31_000, "url": "#versions"},
            {"label": "Plain text", "size": 9_000, "url": "#versions"},
        ],
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
        "charts": example_charts(),
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


def example_charts() -> dict:
    """Rows as a report keeps them, for each kind of chart."""
    states = {"KE": "AC", "MW": "A", "RW": "", "TZ": "C", "UG": "", "ZM": "A", "ZW": ""}
    cells = [{"label": c, "name": f"State {c}", "codes": list(s)} for c, s in states.items()]
    return {
        "axes": [
            {"number": n, "label": f"Axis {n} (example)", "count": count}
            for n, count in enumerate((4, 0, 14, 9, 11, 3, 6), 1)
        ],
        "countries": [
            {"label": {"value": "Pays du lac (exemple)", "language": "fr"}, "count": 1284},
            {"label": "Island (example)", "count": 1},
        ],
        "periods": ["2022", "2023", "2024", "2025", "2026"],
        "panels": [
            {"label": f"R{n}", "values": [n, n + 2, 14 - n, 3, 14 if n == 8 else 0]}
            for n in range(1, 10)
        ],
        "events": [
            {
                "date": f"2026-{month:02}-{day:02}",
                "label": f"Meeting {day} (example)",
                "detail": "Example",
            }
            for month, day in ((1, 5), (3, 14), (3, 16), (3, 18), (5, 30), (6, 2), (12, 31))
        ],
        "groupings": [
            {"acronym": "LAKE", "label": "Lake states (example)", "cells": cells},
            {"acronym": "", "label": "All states of the shore (example)", "cells": cells[:3] * 8},
        ],
        "legend": [("A", "national council"), ("C", "another organisation")],
    }


def example_cards(regions: list[Region]) -> list[Card]:
    titles = {
        14: ("en", "Social protection floors: what national councils have won (example)"),
        13: ("fr", "Dix ans plutôt que trois (exemple)"),
        12: ("es", "Cuidados y ciudadanía: diálogo Sur-Sur (ejemplo)"),
    }
    records = [
        Publication(
            symbol=f"P/2026/{number}",
            kind=Publication.Kind.REPORT,
            original_language=code,
            published_on=datetime.date(2026, 10, number),
            **{f"title_{code}": title, "state_fr": READY, "state_en": READY},
            summary_en="Fourteen organisations tell how they were heard.",
            shelf={
                "axes": [[number - 8, 2025]],
                "regions": [region.code for region in regions[number - 15 : number - 14]],
                "files": [["fr", "PDF", 1_200_000, 24, True]] if number == 14 else [],
            },
        )
        for number, (code, title) in titles.items()
    ]
    return cards(records, with_summary=True)


def example_facets() -> list[Facet]:
    kinds = [
        Option("report", Word("Report", "en", 1), 12, is_chosen=True),
        Option("speech", Word("Speech", "en", 2), 3, is_chosen=False),
    ]
    series = [Option("letters", Word("Cahiers (exemple)", "fr", 1), 7, is_chosen=False)]
    return [
        Facet("kind", "Kind", kinds, is_more=True),
        Facet("series", "Series", series),
        Facet("region", "Region", [], unknown="R99"),
    ]


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
