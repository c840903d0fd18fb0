"""The language comes from the address alone; what may be cached from the view alone."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.urls import is_valid_path, reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from members import second_factor
from portal.lib import alternates
from portal.lib.translations import LANGUAGES

OUR_APPS = {"portal", "publications", "programme", "members", "regions"}

GetResponse = Callable[[HttpRequest], HttpResponse]


class AddressLanguageMiddleware(LocaleMiddleware):
    """Takes the language from the first part of the address, never from a cookie.

    Addresses without a language (/, /id/…) take it from the browser's preference, and are
    then the only ones whose answer varies with it.
    """

    def process_request(self, request: HttpRequest):
        code = language_of_path(request.path_info)
        request.language_in_address = code is not None
        translation.activate(code or preferred_language(request))
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not getattr(request, "language_in_address", False):
            response = self.in_a_language(request, response)
            if not is_neutral(request):
                patch_vary_headers(response, ("Accept-Language",))
        elif is_public_page(request, response):
            response.headers["Link"] = alternates.link_header(alternates.of(request))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response

    def in_a_language(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """An address that lacks only its language leads to the page in the reader's."""
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        path = f"/{translation.get_language()}{request.path_info}"
        if not is_valid_path(path) and not is_valid_path(f"{path}/"):
            return response
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{path}?{query}" if query else path)


def is_public_page(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this is a page for everybody that search engines may list."""
    return (
        response.status_code == 200
        and request.method in ("GET", "HEAD")
        and response.get("Content-Type", "").startswith("text/html")
        and not response.has_header("X-Robots-Tag")
        and is_public(request)
    )


def is_neutral(request: HttpRequest) -> bool:
    match = getattr(request, "resolver_match", None)
    return match is not None and getattr(match.func, "is_neutral", False)


def language_of_path(path: str) -> str | None:
    first = path.lstrip("/").split("/", 1)[0]
    return first if first in LANGUAGES else None


def preferred_language(request: HttpRequest) -> str:
    """The first of the three languages in the browser's list, else French."""
    accepted = translation.trans_real.parse_accept_lang_header(
        request.headers.get("Accept-Language", "").lower()
    )
    for code, _quality in accepted:
        base = code.split("-", 1)[0]
        if base in LANGUAGES:
            return base
    return settings.MODELTRANSLATION_DEFAULT_LANGUAGE


class ClosedByDefaultMiddleware(LoginRequiredMiddleware):
    """Every page asks for a log-in unless it says @login_not_required.

    Django's own asks who the reader is even on a public page, which reads the session and
    makes the answer vary with the cookie; here an open page never asks.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class SecondFactorMiddleware:
    """No desk opens on a password alone, the back room's pages included.

    Everybody's session is asked what it has shown; whoever has a desk and has not shown a second
    factor keeps the rights of an ordinary member, and below /secretariat/ is led to show one.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True) or not request.user.is_authenticated:
            return None
        request.user.is_verified = second_factor.is_verified(request)
        if not is_desk(request.path_info) or not request.user.standing.is_locked:
            return None
        # What was posted is not kept: it was typed before the door was closed, or by a script.
        wanted = request.get_full_path() if request.method == "GET" else reverse("portal:desk")
        return redirect(f"{reverse('members:second_factor')}?{urlencode({'next': wanted})}")


def is_desk(path: str) -> bool:
    return path.split("/")[2:3] == ["secretariat"]


class CompressionMiddleware(GZipMiddleware):
    """Text is sent compressed. A document is so already, and its parts could not be asked for."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.has_header("Accept-Ranges"):
            return response
        return super().process_response(request, response)


class CachePolicyMiddleware:
    """Public pages may be kept and asked about again; everything else is private.

    A view is public when it says @login_not_required and answers below a public address;
    it then sets no cookie, which a test checks over every address. Only what is marked here may
    be kept by the portal itself (``portal.page_cache``).
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.has_header("Cache-Control"):
            return response
        if is_public(request) and request.method in ("GET", "HEAD"):
            response.headers["Cache-Control"] = public_policy()
            response.is_public = True
        else:
            response.headers["Cache-Control"] = "private, no-store"
        return response


def public_policy() -> str:
    """Keep it and ask again each time; a shared cache that is told of changes may answer itself."""
    shared = f"s-maxage={settings.SHARED_SECONDS}, " if settings.SHARED_SECONDS else ""
    return f"public, max-age=0, {shared}must-revalidate"


def is_public(request: HttpRequest) -> bool:
    match = getattr(request, "resolver_match", None)
    if match is None:
        return True
    # Where one logs in is open too, and is nobody's to keep.
    ours = match.func.__module__.split(".", 1)[0] in OUR_APPS
    return ours and not getattr(match.func, "login_required", True)
