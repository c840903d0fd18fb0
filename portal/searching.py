"""The search pages: for everybody, and for members over what they may read."""

import re
from functools import lru_cache
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from members.models import Organisation, User
from members.models.organisations import STANDING
from members.space.own import page_of as own_page_of
from portal.finding import FILTERS, MOST, Choice, Found, Hit, find
from portal.lib import network
from portal.lib.links import absolute
from portal.lib.public import reads_query
from portal.lib.queries import LONGEST, Kind, parse
from portal.lib.translations import LANGUAGES, Language, current_language
from portal.search import SOURCES

SHOWN_CLOSED = 5  # organisations that only some may see, above the results


class Option(NamedTuple):
    value: str
    label: str
    is_chosen: bool


class Filter(NamedTuple):
    """A choice of the form: its name in the address, its label, what may be chosen."""

    name: str
    label: str
    every: str
    options: tuple[Option, ...]


@login_not_required
@reads_query("q", *FILTERS, "sort", "after", "before")
def results(request: HttpRequest) -> HttpResponse:
    """What everybody may read that holds what is asked for."""
    return render(request, "portal/search.html", context(request, audience="public"))


def space_results(request: HttpRequest) -> HttpResponse:
    """The same over what the person may read: the members' texts, and organisations that the
    public does not see. Somebody whose mandates have ended finds what everybody finds."""
    user = request.user
    is_member = user.standing.is_mandated or user.standing.is_secretariat
    found = context(request, audience="members" if is_member else "public")
    found["closed"] = closed_organisations(user, found["query"])
    return render(request, "portal/space_search.html", found)


def context(request: HttpRequest, *, audience: str) -> dict:
    """What the page shows; the parts that are the same for many are drawn once."""
    query = request.GET.get("q", "")[:LONGEST].strip()
    chosen = understood(request)
    by_date = request.GET.get("sort") == "date"
    found = find(query, audience=audience, chosen=chosen, by_date=by_date, at=request.GET)
    offered = filters(found, chosen)
    language = current_language()
    return {
        "query": query,
        "found": found,
        "page": found.page,
        "hits": [drawn(hit, language) for hit in found.page],
        "filters": offered,
        "drawn_filters": drawn_filters(offered),
        "is_filtered": bool(chosen),
        "by_date": by_date,
        "ranked": MOST,
    }


@lru_cache(maxsize=500)
def drawn(hit: Hit, language: str) -> SafeString:
    """A hit as it stands in the list: one that shows the same is not drawn again."""
    return render_to_string("portal/_hit.html", {"hit": hit, "language": language})


@lru_cache(maxsize=500)
def drawn_filters(offered: tuple[Filter, ...]) -> SafeString:
    """The filters as they stand in the form: their labels are in the reader's language."""
    return render_to_string("portal/_filters.html", {"filters": offered})


def understood(request: HttpRequest) -> dict[str, str]:
    """The filters in the address; what is wrong is left out."""
    tests = {
        "kind": SOURCES.__contains__,
        "language": LANGUAGES.__contains__,
        "region": re.compile(r"R[1-9]").fullmatch,
        "year": re.compile(r"[12][0-9]{3}").fullmatch,
    }
    values = {name: request.GET.get(name, "") for name in FILTERS}
    return {name: value for name, value in values.items() if value and tests[name](value)}


def filters(found: Found, chosen: dict[str, str]) -> tuple[Filter, ...]:
    """What the results may be narrowed to; a filter with one choice narrows nothing."""
    kinds = {kind: source.label for kind, source in SOURCES.items()}
    regions = {code: f"{code} {name}" for code, name in found.regions.items()}
    described = (
        ("kind", _("Search in"), _("Everything"), kinds),
        ("language", _("Language of the text"), _("Any language"), dict(Language.choices)),
        ("region", _("Region"), _("All"), regions),
        ("year", _("Year"), _("All"), {}),
    )
    result = []
    for name, label, every, labels in described:
        offered = found.choices.get(name, [])
        value = chosen.get(name, "")
        if value and value not in [choice.value for choice in offered]:
            offered = [*offered, Choice(value, 0)]
        if value or len(offered) > 1:
            options = tuple(
                Option(
                    choice.value,
                    numbered(str(labels.get(choice.value, choice.value)), choice),
                    choice.value == value,
                )
                for choice in offered
            )
            result.append(Filter(name, label, every, options))
    return tuple(result)


def numbered(label: str, choice: Choice) -> str:
    """The label with the number of records it leaves, where that is known."""
    if not choice.number:
        return label
    if choice.is_capped:
        return _("%(label)s (more than %(number)s)") % {"label": label, "number": choice.number}
    return f"{label} ({choice.number})"


def closed_organisations(user: User, text: str) -> list[dict]:
    """Organisations that the person may see and the public may not, by name: they are in no
    index, so that none can come out of one."""
    words = " ".join(term.written for term in parse(text).wanted if term.kind is not Kind.SYMBOL)
    if not words:
        return []
    is_public = Q(status__in=STANDING, discreet=False)
    rows: QuerySet = Organisation.objects.visible_to(user).exclude(is_public).named(words)
    own = {one.pk for one in user.standing.organisations}
    return [
        {
            "organisation": one,
            "url": own_page_of("members:space_organisation", one, user)
            if one.pk in own
            else reverse("members:desk_organisation", kwargs={"slug": one.slug})
            if user.standing.has_desk
            else "",
        }
        for one in rows.in_order()[:SHOWN_CLOSED]
    ]


@login_not_required
@reads_query()
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser searches the portal from its own bar."""
    return render(
        request,
        "portal/opensearch.xml",
        {
            "name": network.current().short_name(),
            "description": _("Search"),
            "address": absolute(f"/{current_language()}/search/"),
        },
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )
