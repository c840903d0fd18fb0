"""Public pages that combine several apps, and the pages of errors."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.utils import translation

from portal.middleware import language_of_path, preferred_language


@login_not_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """The bare address leads to the reader's language."""
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    return redirect(f"/{preferred_language(request)}/{query}")


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html", {})


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception=None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of last resort: no database and no context, in the language of the address."""
    code = language_of_path(request.path_info) or preferred_language(request)
    with translation.override(code):
        content = loader.render_to_string("500.html", {"language": code})
    return HttpResponse(content, status=500)
