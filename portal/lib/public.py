"""Forms on public pages: no cookie and no token, so the request's own headers are asked.

A browser says where a form was posted from; a page that anybody may cache cannot carry a
token. What remains of abuse is met by a rate limit.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def reads_query(*names: str) -> Callable[[View], View]:
    """A public page that reads these parameters of its address, and none besides.

    Whatever else stands in the query is taken away before the view runs, and so are empty values
    (the unused fields of a filter), so that a page has one address among those that may be kept.
    A page that does not say what it reads is made anew whenever it is asked with a query.
    """

    def declare(view: View) -> View:
        view.query_names = names
        return view

    return declare


def neutral(view: View) -> View:
    """A public address that answers alike whatever language the reader prefers: for machines.

    What it says in words of ours it says in English.
    """

    @wraps(view)
    def spoken(request: HttpRequest, *args, **kwargs):
        with translation.override("en"):
            return view(request, *args, **kwargs)

    spoken.is_neutral = True
    return spoken


def public_form(view: View) -> View:
    """A view whose form anonymous readers post: exempt from the token, checked by origin."""

    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs):
        if request.method == "POST" and not comes_from_here(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(csrf_exempt(checked))


def from_a_mail(view: View) -> View:
    """A page that a link in a mail leads to: the token in its address is all the reader needs.

    No session and no CSRF token: mail programs post to it without either (RFC 8058), and whoever
    does not know the token cannot make a form for it. No program lists or keeps such a page.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return login_not_required(never_cache(csrf_exempt(answered)))


def comes_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent the request.

    A client that says nothing at all is no browser on somebody's behalf and is let through.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc in {request.get_host(), urlsplit(settings.SITE_URL).netloc}


def client_address(request: HttpRequest) -> str:
    """The reader's address, as seen behind the configured number of trusted proxies."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = request.headers.get("X-Forwarded-For", "")
    if proxies and forwarded:
        hops = [hop.strip() for hop in forwarded.split(",")]
        return hops[max(len(hops) - proxies, 0)]
    return request.META.get("REMOTE_ADDR", "")


def rate_limited(
    name: str, *, per_hour: int, methods: tuple[str, ...] = ("POST",)
) -> Callable[[View], View]:
    """At most so many posts an hour from one address; more answers 429 with a page.

    What must not be tried out one after the other is counted by its other ``methods`` too.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(request: HttpRequest, *args, **kwargs):
            if request.method in methods:
                key = f"rate:{name}:{client_address(request)}"
                cache.add(key, 0, timeout=3600)
                if cache.incr(key) > per_hour:
                    return render(request, "429.html", status=429)
            return view(request, *args, **kwargs)

        return limited

    return decorate
