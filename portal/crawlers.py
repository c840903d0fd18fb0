"""What machines that visit are told: the sitemap, and what to leave alone."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static

from portal.lib.links import absolute
from portal.lib.translations import LANGUAGES
from portal.sitemaps import SITEMAPS

PRIVATE = (
    *("space", "secretariat", "account", "search", "invitations"),
    *("apply/draft", "apply/follow", "apply/link"),
)


@login_not_required
def sitemap(request: HttpRequest) -> HttpResponse:
    response = sitemaps.sitemap(request, sitemaps=SITEMAPS)
    response.headers.pop("X-Robots-Tag", None)
    return response


@login_not_required
def icon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address by themselves wherever no page names an icon."""
    return redirect(static("img/mark.svg"), permanent=True)


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *"]
    lines += [f"Disallow: /{code}/{area}/" for code in LANGUAGES for area in PRIVATE]
    lines += [f"Sitemap: {absolute('/sitemap.xml')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
