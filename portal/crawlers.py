"""What machines that visit are told: the sitemap, and what to leave alone."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static

from portal import sitemaps
from portal.lib.links import absolute
from portal.lib.public import neutral, reads_query
from portal.lib.translations import LANGUAGES

XML = "application/xml; charset=utf-8"
# Below each language: what is not for everybody, what a search would never end in, and pages that
# only the receiver of a mail knows.
PRIVATE = (
    *(
        "space",
        "secretariat",
        "account",
        "search",
        "light/dossier",
        "invitations",
        "confirm",
        "preferences",
    ),
    *("renewal", "apply/draft", "apply/follow", "apply/link", "apply/new", "apply/saved"),
    *("contact/sent", "newsletters/subscribe/sent", "newsletters/confirm"),
    *("newsletters/unsubscribe", "newsletters/subscription", "newsletters/link"),
)


@login_not_required
@reads_query()
@neutral
def sitemap(request: HttpRequest) -> HttpResponse:
    return HttpResponse(sitemaps.index(), content_type=XML)


@login_not_required
@reads_query()
@neutral
def sitemap_fixed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(sitemaps.fixed(), content_type=XML)


@login_not_required
@reads_query()
@neutral
def sitemap_section(request: HttpRequest, section: str, number: int) -> HttpResponse:
    found = sitemaps.SECTIONS.get(section)
    content = sitemaps.of_section(found, number) if found else None
    if content is None:
        raise Http404
    return HttpResponse(content, content_type=XML)


@login_not_required
def icon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address by themselves wherever no page names an icon."""
    return redirect(static("img/mark.svg"), permanent=True)


@login_not_required
@reads_query()
@neutral
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *"]
    lines += [f"Disallow: /{code}/{area}/" for code in LANGUAGES for area in PRIVATE]
    lines += [f"Sitemap: {absolute('/sitemap.xml')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
