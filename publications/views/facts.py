"""What is told around a text: its authors, what replaces it, what was put right, its references."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from portal.lib.translations import current_language
from publications import licences, reviewing, wishes
from publications.models import Publication
from publications.references import references

# Where a reader of the area asks to be told of the translation; nobody does so at the desk.
TELL_ME = {"public": "publications:tell_me", "space": "publications:space_tell_me"}


def around(record: Publication, *, area: str) -> dict:
    """The parts of the page beside the text. An organisation is linked only where it is public."""
    return {
        "tell_me_url": tell_me_url(record, area),
        "in_space": area == "space",
        "credits": list(record.credits.all()),
        "series": record.series,
        "licence_url": licences.page_of(record.licence),
        "references": references(record.references),
        "corrections": list(record.corrections.all()),
        "instead": reviewing.in_force_instead(record),
        "replaces": [one for one in record.replaces.all() if one.is_announced],
        "contributors": list(record.organisations.public().in_order()),
        "challenges": list(record.challenges.all()),
    }


def tell_me_url(record: Publication, area: str) -> str:
    """Where to ask for the translation; empty when there is nothing to wait for."""
    if area not in TELL_ME or not wishes.can_be_awaited(record, current_language()):
        return ""
    return reverse(TELL_ME[area], kwargs={"symbol": record.dashed_symbol})


def tombstone(request: HttpRequest, symbol: str) -> HttpResponse | None:
    """What is left at the address of a text that the public has seen and that was taken back: its
    symbol, the day and the ground, without a word of it (410). None for any other."""
    rows = Publication.objects.taken_back().select_related("replaced_by")
    found = rows.called(symbol).first()
    if found is None:
        return None
    context = {"publication": found, "instead": reviewing.in_force_instead(found)}
    return render(request, "publications/library/withdrawn.html", context, status=410)
