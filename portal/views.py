"""Public pages that combine several apps, and the pages of errors."""

import re

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template import loader
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from members import counting, directory, reach
from portal.forms import ContactForm
from portal.lib import alternates, network, reading
from portal.lib.addresses import current, moved
from portal.lib.public import public_form, rate_limited, reads_query
from portal.lib.said import said
from portal.lib.translations import LANGUAGES
from portal.middleware import language_of_path, preferred_language
from portal.models import Page
from programme.models import Activity, Axis, EmergingIssue, Event
from publications import shelving
from publications.cards import cards
from publications.forms.subscribers import ShortSubscribeForm
from publications.models import Issue, Publication
from publications.views import machines
from regions import maps
from regions.models import Grouping, Region

MOST_MEMBERS = 50  # that the page of a region names


@login_not_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """The bare address leads to the reader's language."""
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    return redirect(f"/{preferred_language(request)}/{query}")


@login_not_required
def permanent(request: HttpRequest, symbol: str) -> HttpResponse:
    """The lasting address of a document, in any language: to its page in the reader's."""
    with translation.override(preferred_language(request)):
        document = document_called(symbol)
        if document is None:
            return not_found(request)
        answer = redirect(document.get_absolute_url())
        if isinstance(document, Publication):
            answer = machines.negotiated(request, document.dashed_symbol) or answer
        patch_vary_headers(answer, ("Accept",))
        return answer


def document_called(symbol: str) -> Publication | Issue | None:
    """The public document that has this symbol, in capitals or not, or had it."""
    texts = Publication.objects.announced()
    if newest := current(texts, symbol):
        return texts.get(symbol=newest.replace("-", "/"))
    return (
        Publication.objects.taken_back().called(symbol).first()
        or Issue.objects.public().filter(symbol=symbol.replace("-", "/").upper()).first()
    )


@login_not_required
@reads_query()
def home(request: HttpRequest) -> HttpResponse:
    latest = Publication.objects.announced().newest_first()[:4]
    identity = network.current()
    reading.note(request, "identity", 1)
    subscribe_form = ShortSubscribeForm(initial={"language": translation.get_language()})
    return render(
        request,
        "portal/home.html",
        {
            "motto": identity.motto(),
            "introduction": identity.introduction(),
            "mottos": mottos(identity),
            "regions": directory.counted_regions(),
            "latest": cards(latest, with_summary=True),
            "axes": counted_axes(),
            "subscribe_form": subscribe_form,
            "steps": joining_steps(),
            "reach": reach.of_world(),
        },
    )


def counted_axes() -> list[Axis]:
    """The seven axes of the current cycle, each with ``count``: its announced documents."""
    counts = shelving.numbers("axis")
    axes = list(Axis.objects.of_current_cycle().select_related("cycle"))
    for axis in axes:
        axis.count = counts.get(f"{axis.number}@{axis.cycle.first_year}", 0)
    return axes


def mottos(identity: network.Network) -> list[dict]:
    """The motto in the two other languages, with their words for "read in this language"."""
    words = {"fr": "Lire en français", "en": "Read in English", "es": "Leer en español"}
    current = translation.get_language()
    return [
        {"code": code, "text": identity.mottos.get(code, ""), "link": words[code]}
        for code in LANGUAGES
        if code != current
    ]


def joining_steps() -> list[dict]:
    return [
        {"title": _("Application"), "note": _("One form, 15 minutes"), "state": ""},
        {"title": _("Review"), "note": _("The region advises"), "state": ""},
        {"title": _("Decision"), "note": _("With its reasons"), "state": ""},
        {"title": _("Welcome"), "note": _("Access and a contact person"), "state": ""},
    ]


@login_not_required
@reads_query()
def regions(request: HttpRequest) -> HttpResponse:
    counted = directory.counted_regions()
    details = {
        region.code: {
            "name": said(region.text("name")),
            "href": region.get_absolute_url(),
            "count": region.count,
        }
        for region in counted
    }
    lifted = EmergingIssue.objects.public().open().lifted().with_public_seconds()
    return render(
        request,
        "portal/regions.html",
        {
            "regions": counted,
            "world": maps.of_world(details),
            "emerging": lifted.select_related("region", "challenge").order_by("-lifted_on", "pk"),
        },
    )


@login_not_required
@reads_query()
def region(request: HttpRequest, code: str) -> HttpResponse:
    if code != code.upper():
        return redirect("portal:region", code=code.upper(), permanent=True)
    found = get_object_or_404(Region, code=code)
    members = counting.of_region(found)
    reading.note(request, "region", found.pk)
    publications = Publication.objects.announced().in_region(found)
    alternates.tell(request, found)
    return render(
        request,
        "portal/region.html",
        {
            "region": found,
            "members": directory.first_of_region(found, members, most=MOST_MEMBERS),
            "more_members": members.public if members.public > MOST_MEMBERS else 0,
            "map": maps.of_region(found, members.by_country),
            "figures": [
                (_("Member organisations"), members.all),
                (_("Countries with a member"), len(members.by_country)),
                (_("Publications"), shelving.numbers("region").get(found.code, 0)),
            ],
            "reach": reach.of_region(found),
            "latest": cards(publications.newest_first()[:3]),
            "issues": Issue.objects.public().filter(newsletter__region=found).newest_first()[:2],
            "events": Event.objects.public()
            .taking_place()
            .in_region(found)
            .upcoming(timezone.now())[:4],
            "groupings": Grouping.objects.filter(regions=found),
            "emerging": EmergingIssue.objects.public()
            .open()
            .in_region(found)
            .with_public_seconds()
            .select_related("region", "challenge")
            .newest_first()[:4],
        },
    )


@login_not_required
@reads_query()
def axis(request: HttpRequest, number: int) -> HttpResponse:
    axes = list(Axis.objects.of_current_cycle())
    found = next((axis for axis in axes if axis.number == number), None)
    if found is None:
        return not_found(request)
    alternates.tell(request, found)
    reading.note(request, "axis", found.pk)
    return render(
        request,
        "portal/axis.html",
        {
            "axis": found,
            "previous": next((a for a in axes if a.number == number - 1), None),
            "next": next((a for a in axes if a.number == number + 1), None),
            "publications": cards(
                Publication.objects.announced().on_axis(found).newest_first()[:10]
            ),
            "activities": Activity.objects.filter(axis=found)
            .under_way(timezone.localdate())
            .prefetch_related("regions")[:10],
            "events": Event.objects.public()
            .taking_place()
            .filter(axis=found)
            .upcoming(timezone.now())[:5],
            "digests": found.digests.all()[:12],
        },
    )


@login_not_required
@reads_query()
def page(request: HttpRequest, slug: str) -> HttpResponse:
    found = Page.objects.filter(slug=slug).first()
    if found is None:
        return moved(request, Page.objects.all(), slug=slug)
    alternates.tell(request, found)
    reading.note(request, "page", found.pk)
    return render(request, "portal/page.html", {"page": found})


@login_not_required
@public_form
@rate_limited("contact", per_hour=10)
def contact(request: HttpRequest) -> HttpResponse:
    """A message to the secretariat or to a region, into the queue of the desk."""
    posted = request.POST if request.method == "POST" else None
    form = ContactForm(posted, initial={"region": request.GET.get("region", "")})
    if form.is_valid():
        form.save_unless_trapped(language=translation.get_language())
        return redirect("portal:contact_sent")
    return render(
        request, "portal/contact.html", {"form": form}, status=422 if form.errors else 200
    )


@login_not_required
@reads_query()
def contact_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/contact_sent.html")


# -- Errors, in the language of the address ------------------------------------------------------


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception=None, reason: str = "") -> HttpResponse:
    return render(request, "403.html", status=403)


# A symbol anywhere in an address, however its parts are set apart: P-2026-14, l_r8_2026_2.
SYMBOL = re.compile(
    r"(?<![a-z0-9])(?:(p)|(l)(?:[-_./](r[1-9]))?)[-_./](\d{4})[-_./]0*(\d{1,4})(?!\d)", re.I
)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    context = {"suggested": document_named_in(request.path)}
    if document := context["suggested"]:
        field = "subject" if isinstance(document, Issue) else "title"
        context["suggested_title"] = document.text(field)
    return render(request, "404.html", context, status=404)


def document_named_in(path: str) -> Publication | Issue | None:
    """The public document whose symbol stands in an address that leads nowhere."""
    if (found := SYMBOL.search(path)) is None:
        return None
    publication, letter, region, year, number = found.groups()
    parts = [publication or letter, *([region] if region else []), year, f"{int(number):02d}"]
    return document_called("-".join(parts))


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of last resort: no database and no context, in the language of the address."""
    code = language_of_path(request.path_info) or preferred_language(request)
    try:
        stylesheet = staticfiles_storage.url("css/portal.css")
    except ValueError:  # static files were not collected, which may be what went wrong
        stylesheet = ""
    context = {"language": code, "stylesheet": stylesheet}
    with translation.override(code):
        content = loader.render_to_string("500.html", context)
    return HttpResponse(content, status=500)
